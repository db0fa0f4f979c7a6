"""The progress of a training as HTML: status, curves, held-out digits, first layer, and accuracy before and after."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Sequence

import numpy as np
from jinja2 import Environment

from learning.job import MAX_PAUSED_SECONDS, Comparison, Job, Point, Progress, Snapshot, State
from models import NETWORKS
from ui.shared import images
from ui.shared.percent import percent

WIDTH, HEIGHT = 320, 150  # of a chart, in the units of its viewBox
LEFT, TOP, BOTTOM = 34, 6, 18  # its margins
REMEDY = "Train it 30 s more, or draw five more like it."
MAX_LOSS = 2.5  # of the chart; guessing costs 2.3
LAYER_COLUMNS = 8  # of the first layer's pictures
LAYERS = {"mlp": "What the first units look for", "cnn": "The first filters", "resnet": "The first filters"}
OTHER_LAYER = "The weights from each row to the state"

Ticks = tuple[str, str, str]  # labels at the bottom, in the middle and at the top of a chart

_templates = Environment(autoescape=True)
_STATUS = _templates.from_string(
    """<div class="learn-status {{ state }}">
  <p role="status"><b>{{ title }}</b> {{ words }}
    {%- if examples %} · {{ "{:,}".format(examples) }} examples seen{% endif %}
    {%- if rate %} · learning rate {{ rate }}{% endif %}</p>
  <div class="learn-time"><span style="width:{{ "%.1f" | format(passed) }}%"></span></div>
</div>"""
)
# Colours that are readable on both themes: an image does not know which one the page has.
_SVG = _templates.from_string(
    """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{ width }} {{ height }}" font-size="10"
  font-family="sans-serif" fill="#7d8590">
  {% for y, tick in grid %}
  <line x1="{{ left }}" x2="{{ width }}" y1="{{ y }}" y2="{{ y }}" stroke="#7d8590" stroke-opacity="0.4"/>
  <text x="{{ left - 4 }}" y="{{ y + 3.5 }}" text-anchor="end">{{ tick }}</text>
  {% endfor %}
  <text x="{{ width }}" y="{{ height - 3 }}" text-anchor="end">{{ "%.0f" | format(seconds) }} s</text>
  <g fill="none" stroke-width="2">
    <polyline points="{{ training }}" stroke="#3b82c4"/>
    <polyline points="{{ held_out }}" stroke="#d9631e" stroke-dasharray="6 3"/>
  </g>
</svg>"""
)
_CHART = _templates.from_string(
    """<figure class="learn-{{ name | lower }}">
  <figcaption><b>{{ name }}</b>
    <span class="train">training <b>{{ training }}</b></span> <span class="held">held out <b>{{ held_out }}</b></span>
  </figcaption>
  <img decoding="sync" src="{{ source }}" alt="{{ name }} over time">
</figure>"""
)
_DIGITS = _templates.from_string(
    """<section class="learn-digits {{ kind }}">
  <h3>{{ title }} <small>{{ correct }} of {{ tiles | length }} read correctly</small></h3>
  <ol>
    {% for image, label, prediction in tiles %}
    <li class="{{ "right" if prediction == label else "wrong" }}">
      <img decoding="sync" alt="a {{ label }}, read as {{ prediction }}" src="{{ image }}"><b>{{ prediction }}</b></li>
    {% endfor %}
  </ol>
</section>"""
)
_FIRST_LAYER = _templates.from_string(
    """<section class="learn-layer">
  <h3>{{ title }}</h3>
  <img decoding="sync" src="{{ source }}" alt="{{ n }} pictures of weights; orange is above zero, blue below">
</section>"""
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
        rate=f"{progress.points[-1].rate:.1g}" if progress.points and not progress.state.ended else "",
        passed=100 * (1 - progress.seconds_left / job.seconds) if begun else 0,
    )


def _waiting(ahead: int) -> str:
    if not ahead:
        return "Waiting for its turn"
    return f"Waiting: {ahead} other {'trainings come' if ahead > 1 else 'training comes'} first"


def _done(job: Job, progress: Progress) -> str:
    seconds = progress.points[-2].seconds if len(progress.points) > 1 else 0
    if progress.stopped:
        return f"Stopped after {seconds:.1f} s" + (", before it could learn much" if seconds < 3 else "")
    wrong, taught = _misread(progress), progress.taught
    if wrong:
        which = "what" if taught == 1 else f"{wrong} of the {taught}"
        return f"Not yet: {which} it learned from {'is' if wrong == 1 else 'are'} still misread. {REMEDY}"
    return f"Learned for {job.seconds:.0f} s"


def _misread(progress: Progress) -> int:
    """The number of the digits shown that were learned from and are not read as their labels."""
    if progress.snapshot is None:
        return 0
    return int((progress.snapshot.predictions[-1] != progress.snapshot.labels)[: progress.taught].sum())


def learning(job: Job, progress: Progress, snapshot: Snapshot, point: int = -1) -> str:
    """The digits learned from and held out with the predictions at a point, the curves, and the first layer."""
    points, taught = progress.points, progress.taught
    parts = (
        digits("taught", "Learned from", snapshot, point, slice(taught)) if taught else "",
        digits("held", "Held-out digits", snapshot, point, slice(taught, None)),
        first_layer(job.network, snapshot.first_layer),
        accuracy_curve(job, points),
        loss_curve(job, points),
    )
    return f'<div class="learn-view">{"".join(parts)}</div>'


def accuracy_curve(job: Job, points: Sequence[Point]) -> str:
    """The accuracy over time, on the training and the held-out digits."""
    values = [(point.accuracy, point.held_out_accuracy) for point in points]
    return _chart("Accuracy", job, points, values, 1.0, ("0 %", "50 %", "100 %"), percent)


def loss_curve(job: Job, points: Sequence[Point]) -> str:
    """The loss over time, on the training and the held-out digits."""
    values = [(point.loss, point.held_out_loss) for point in points]
    return _chart("Loss", job, points, values, MAX_LOSS, ("0", "1.25", "2.5"), lambda value: f"{value:.2f}")


def _chart(
    name: str,
    job: Job,
    points: Sequence[Point],
    values: Sequence[tuple[float, float]],
    highest: float,
    ticks: Ticks,
    say: Callable[[float], str],
) -> str:
    """An SVG in an image, since st.html removes inline SVG.

    Vega-Lite charts, as st.line_chart draws them, are laid out anew with each point, which is seen as flicker.
    """
    svg = _SVG.render(
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        grid=[(_y(level), tick) for level, tick in zip((0, 0.5, 1), ticks, strict=True)],
        seconds=job.seconds,
        training=_line(job, points, [training / highest for training, _ in values]),
        held_out=_line(job, points, [held_out / highest for _, held_out in values]),
    )
    training, held_out = map(say, values[-1])
    source = "data:image/svg+xml;base64," + b64encode(svg.encode()).decode()
    return _CHART.render(name=name, training=training, held_out=held_out, source=source)


def _line(job: Job, points: Sequence[Point], levels: Sequence[float]) -> str:
    """The coordinates of a curve. levels: 0 at the bottom of the chart, 1 at its top."""
    across = [LEFT + (WIDTH - LEFT) * min(1.0, point.seconds / job.seconds) for point in points]
    return " ".join(f"{x:.1f},{_y(level):.1f}" for x, level in zip(across, levels, strict=True))


def _y(level: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - min(1.0, level))


def digits(kind: str, title: str, snapshot: Snapshot, point: int, part: slice) -> str:
    """Some digits of a snapshot with the network's predictions at a point, counted as in the curves."""
    labels, predictions = snapshot.labels[part], snapshot.predictions[point][part]
    tiles = list(zip(map(images.digit, snapshot.digits[part]), labels, predictions, strict=True))
    return _DIGITS.render(kind=kind, title=title, tiles=tiles, correct=(labels == predictions).sum())


def first_layer(key: str, weights: np.ndarray) -> str:
    """The first layer's weights, float32 (n, h, w), as pictures."""
    source = images.maps(weights.transpose(1, 2, 0), columns=LAYER_COLUMNS)
    return _FIRST_LAYER.render(title=LAYERS.get(key, OTHER_LAYER), source=source, n=len(weights))


def comparison(job: Job, rows: Sequence[Comparison]) -> str:
    """A table of the accuracy on digits that were not learned from, and before that of the shipped network."""
    return _COMPARISON.render(rows=[row for row in rows if row.n], fine_tuned=job.start is not None, percent=percent)
