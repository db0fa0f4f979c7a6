"""A training in words and numbers: its status, and the accuracy before and after."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jinja2 import Environment

from digits.labelled import Digits
from language import N_, _, ngettext, number
from learning.job import MAX_PAUSED_SECONDS, TAUGHT_DIGITS, Comparison, Job, Progress, State
from models import NETWORKS
from ui.shared import images
from ui.shared.percent import percent

REMEDY = N_("Train it 30 s more, or draw five more like it.")
MIN_SECONDS = 3  # of a training that could learn much

_templates = Environment(autoescape=True)
_STATUS = _templates.from_string(
    """<div class="learn-status {{ state }}">
  <p role="status"><b>{{ title }}</b> {{ words }}
    {%- if examples %} · {{ examples }}{% endif %}
    {%- if rate %}<span class="learn-rate"> · {{ rate }}</span>{% endif %}</p>
  <div class="learn-time"><span style="width:{{ "%.1f" | format(passed) }}%"></span></div>
</div>"""
)
_TAUGHT = _templates.from_string(
    """<div class="learn-view learn-before"><section class="learn-digits taught">
  <h3>{{ title }} <small>{{ digits }}</small></h3>
  <ol>
    {% for picture, label in shown %}
    <li><span><img src="{{ picture }}" alt=""><b>{{ label }}</b></span></li>
    {% endfor %}
  </ol>
</section></div>"""
)
_COMPARISON = _templates.from_string(
    """<table class="learn-compared">
  <caption>{{ caption }}</caption>
  <thead><tr>{% for each in columns %}<th scope="col">{{ each }}</th>{% endfor %}</tr></thead>
  <tbody>
    {% for name, n, before, after in rows %}
    <tr><th scope="row">{{ name }}</th><td>{{ n }}</td>
      {% if before %}<td>{{ before }}</td>{% endif %}
      <td><b>{{ after }}</b></td></tr>
    {% endfor %}
  </tbody>
</table>"""
)


def taught(train: Digits, mnist: bool) -> str:
    """Show what a network is to learn from, where it is shown later too; nothing where that is MNIST alone."""
    if not len(train):
        return ""
    first = train[:TAUGHT_DIGITS]
    shown = zip(map(images.digit, first.digits), first.labels, strict=True)
    words = (
        ngettext("{n} digit and MNIST", "{n} digits and MNIST", len(train))
        if mnist
        else ngettext("{n} digit", "{n} digits", len(train))
    )
    return _TAUGHT.render(title=_("To learn from"), shown=shown, digits=words.format(n=number(len(train))))


def status(job: Job, progress: Progress) -> str:
    """One line on the state, with a bar of the time that has passed."""
    left = number(progress.seconds_left)
    words = {
        State.WAITING: _waiting(progress.ahead),
        State.STARTING: progress.message or _("Starting"),
        State.LEARNING: _("{seconds} s left").format(seconds=left),
        State.PAUSED: _paused(left),
        State.SAVING: _("Comparing and saving"),
        State.DONE: _done(job, progress),
        State.FAILED: progress.message,
    }[progress.state]
    begun = progress.state not in (State.WAITING, State.STARTING)
    return _STATUS.render(
        state=progress.state,
        title=NETWORKS[job.network].title,
        words=words,
        examples=_examples(progress.points[-1].examples) if progress.points and not progress.state.ended else "",
        rate=_rate(progress.points[-1].rate) if progress.points and not progress.state.ended else "",
        passed=100 * (1 - progress.seconds_left / job.seconds) if begun else 0,
    )


def _paused(left: str) -> str:
    minutes = round(MAX_PAUSED_SECONDS / 60)
    return ngettext(
        "Paused, {seconds} s left; it goes on by itself after {n} minute of pauses",
        "Paused, {seconds} s left; it goes on by itself after {n} minutes of pauses",
        minutes,
    ).format(seconds=left, n=number(minutes))


def _examples(n: int) -> str:
    return ngettext("{n} example seen", "{n} examples seen", n).format(n=number(n)) if n else ""


def _rate(rate: float) -> str:
    """A learning rate with one digit that counts, such as 0.0008; empty before the first batch."""
    if not rate:
        return ""
    decimals = len(np.format_float_positional(rate, precision=1, fractional=False).partition(".")[2])
    return _("learning rate {rate}").format(rate=number(rate, decimals))


def _waiting(ahead: int) -> str:
    if not ahead:
        return _("Starting")
    words = ngettext("Waiting: {n} other training comes first", "Waiting: {n} other trainings come first", ahead)
    return words.format(n=number(ahead))


def _done(job: Job, progress: Progress) -> str:
    if progress.stopped:
        seconds = progress.points[-2].seconds if len(progress.points) > 1 else 0
        early = _("Stopped after {seconds} s, before it could learn much")
        words = early if seconds < MIN_SECONDS else _("Stopped after {seconds} s")
        return words.format(seconds=number(seconds, 1))
    taught, seconds = progress.taught, job.seconds
    if wrong := _misread(progress):
        return f"{_not_yet(wrong, taught)} {_(REMEDY)}"
    if progress.snapshot is None or not taught:
        return _("Learned for {seconds} s").format(seconds=number(seconds))
    if taught == 1:
        words = _("Learned for {seconds} s, and reads this {digit} correctly")
        return words.format(seconds=number(seconds), digit=progress.snapshot.labels[0])
    words = ngettext(
        "Learned for {seconds} s, and reads this {n} correctly",
        "Learned for {seconds} s, and reads these {n} correctly",
        taught,
    )
    return words.format(seconds=number(seconds), n=number(taught))


def _not_yet(wrong: int, taught: int) -> str:
    if taught == 1:
        return _("Not yet: what it learned from is still misread.")
    words = ngettext(
        "Not yet: {n} of the {taught} it learned from is still misread.",
        "Not yet: {n} of the {taught} it learned from are still misread.",
        wrong,
    )
    return words.format(n=number(wrong), taught=number(taught))


def _misread(progress: Progress) -> int:
    """The number of the digits shown that were learned from and are not read as their labels."""
    if progress.snapshot is None:
        return 0
    return int((progress.snapshot.predictions[-1] != progress.snapshot.labels)[: progress.taught].sum())


def comparison(job: Job, rows: Sequence[Comparison]) -> str:
    """A table of the accuracy on digits that were not learned from, and before that of the shipped network."""
    tuned = job.start is not None
    columns = [_("digits"), "n", _("before"), _("after")] if tuned else [_("digits"), "n", _("now")]
    shown = [
        (_(row.test_set), number(row.n), percent(row.before / row.n) if tuned else "", percent(row.after / row.n))
        for row in rows
        if row.n
    ]
    return _COMPARISON.render(caption=_("Accuracy on held-out digits"), columns=columns, rows=shown)
