"""A training in words and numbers: its status, and the accuracy before and after."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jinja2 import Environment

from digits.labelled import Digits
from learning.job import MAX_PAUSED_SECONDS, TAUGHT_DIGITS, Comparison, Job, Progress, State
from models import NETWORKS
from ui.shared import images
from ui.shared.percent import percent

REMEDY = "Train it 30 s more, or draw five more like it."

_templates = Environment(autoescape=True)
_STATUS = _templates.from_string(
    """<div class="learn-status {{ state }}">
  <p role="status"><b>{{ title }}</b> {{ words }}
    {%- if examples %} · {{ "{:,}".format(examples) }} examples seen{% endif %}
    {%- if rate %}<span class="learn-rate"> · learning rate {{ rate }}</span>{% endif %}</p>
  <div class="learn-time"><span style="width:{{ "%.1f" | format(passed) }}%"></span></div>
</div>"""
)
_TAUGHT = _templates.from_string(
    """<div class="learn-view learn-before"><section class="learn-digits taught">
  <h3>To learn from <small>{{ digits }}</small></h3>
  <ol>
    {% for picture, label in shown %}
    <li><span><img src="{{ picture }}" alt=""><b>{{ label }}</b></span></li>
    {% endfor %}
  </ol>
</section></div>"""
)
_COMPARISON = _templates.from_string(
    """<table class="learn-compared">
  <caption>Accuracy on held-out digits</caption>
  <thead>
    <tr><th scope="col">digits</th><th scope="col">n</th>{% if fine_tuned %}<th scope="col">before</th>{% endif %}
      <th scope="col">{{ "after" if fine_tuned else "now" }}</th></tr>
  </thead>
  <tbody>
    {% for row in rows %}
    <tr><th scope="row">{{ row.test_set }}</th><td>{{ "{:,}".format(row.n) }}</td>
      {% if fine_tuned %}<td>{{ percent(row.before / row.n) }}</td>{% endif %}
      <td><b>{{ percent(row.after / row.n) }}</b></td></tr>
    {% endfor %}
  </tbody>
</table>"""
)


def taught(train: Digits, mnist: bool) -> str:
    """What a network is to learn from, in the places in which it is shown later; nothing where that is MNIST alone."""
    if not len(train):
        return ""
    first = train[:TAUGHT_DIGITS]
    shown = zip(map(images.digit, first.digits), first.labels, strict=True)
    digits = f"{len(train):,} digit{'' if len(train) == 1 else 's'}{' and MNIST' if mnist else ''}"
    return _TAUGHT.render(shown=shown, digits=digits)


def status(job: Job, progress: Progress) -> str:
    """One line on the state, with a bar of the time that has passed."""
    left = f"{progress.seconds_left:.0f} s left"
    words = {
        State.WAITING: _waiting(progress.ahead),
        State.STARTING: progress.message or "Starting",
        State.LEARNING: left,
        State.PAUSED: f"Paused, {left}; it goes on by itself after {MAX_PAUSED_SECONDS / 60:.0f} minutes of pauses",
        State.SAVING: "Comparing and saving",
        State.DONE: _done(job, progress),
        State.FAILED: progress.message,
    }[progress.state]
    begun = progress.state not in (State.WAITING, State.STARTING)
    return _STATUS.render(
        state=progress.state,
        title=NETWORKS[job.network].title,
        words=words,
        examples=progress.points[-1].examples if progress.points else 0,
        rate=_rate(progress.points[-1].rate) if progress.points and not progress.state.ended else "",
        passed=100 * (1 - progress.seconds_left / job.seconds) if begun else 0,
    )


def _rate(rate: float) -> str:
    """A learning rate with one digit that counts, such as 0.0008; empty before the first batch."""
    return np.format_float_positional(rate, precision=1, fractional=False) if rate else ""


def _waiting(ahead: int) -> str:
    if not ahead:
        return "Starting"
    return f"Waiting: {ahead} other {'trainings come' if ahead > 1 else 'training comes'} first"


def _done(job: Job, progress: Progress) -> str:
    if progress.stopped:
        seconds = progress.points[-2].seconds if len(progress.points) > 1 else 0
        return f"Stopped after {seconds:.1f} s" + (", before it could learn much" if seconds < 3 else "")
    wrong, taught = _misread(progress), progress.taught
    if wrong:
        which = "what" if taught == 1 else f"{wrong} of the {taught}"
        return f"Not yet: {which} it learned from {'is' if wrong == 1 else 'are'} still misread. {REMEDY}"
    learned = f"Learned for {job.seconds:.0f} s"
    if progress.snapshot is None or not taught:
        return learned
    if taught == 1:
        return f"{learned}, and reads this {progress.snapshot.labels[0]} correctly"
    return f"{learned}, and reads these {taught} correctly"


def _misread(progress: Progress) -> int:
    """The number of the digits shown that were learned from and are not read as their labels."""
    if progress.snapshot is None:
        return 0
    return int((progress.snapshot.predictions[-1] != progress.snapshot.labels)[: progress.taught].sum())


def comparison(job: Job, rows: Sequence[Comparison]) -> str:
    """A table of the accuracy on digits that were not learned from, and before that of the shipped network."""
    return _COMPARISON.render(rows=[row for row in rows if row.n], fine_tuned=job.start is not None, percent=percent)
