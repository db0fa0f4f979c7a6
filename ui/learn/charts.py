"""The progress of a training as HTML: status, curves, held-out digits, first layer, and accuracy before and after."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Sequence
from html import escape

import numpy as np

from learning.job import MAX_PAUSED_SECONDS, Comparison, Job, Point, Progress, Snapshot, State
from models import NETWORKS
from ui.shared import images
from ui.shared.percent import percent

WIDTH, HEIGHT, LEFT, BOTTOM = 320, 150, 34, 18  # of a chart and its margins, in the units of its viewBox
MAX_LOSS = 2.5  # of the chart; guessing costs 2.3
COLOURS = {"train": "#3b82c4", "held": "#d9631e"}
GREY = "#7d8590"
COLUMNS = 8  # of the first layer's pictures
LAYERS = {"mlp": "What the first units look for", "cnn": "The first filters", "resnet": "The first filters"}
OTHER_LAYER = "The weights from each row to the state"

Rows = list[tuple[float, float, float]]  # seconds, value on the training digits, value on held-out digits
Ticks = tuple[str, str, str]


def status(job: Job, progress: Progress) -> str:
    """One line on the state, with a bar of the time that has passed."""
    examples = progress.points[-1].examples if progress.points else 0
    left = f"{progress.seconds_left:.0f} s left"
    words = {
        State.WAITING: _waiting(progress.ahead),
        State.STARTING: progress.message or "Starting: TensorFlow is being loaded, which takes 10 to 20 seconds",
        State.LEARNING: left,
        State.PAUSED: f"Paused, {left}; it goes on by itself after {MAX_PAUSED_SECONDS / 60:.0f} minutes of pauses",
        State.SAVING: "Comparing and saving",
        State.DONE: _done(job, progress),
        State.FAILED: progress.message,
    }[progress.state]
    seen = f" · {examples:,} examples seen" if examples else ""
    begun = progress.state not in (State.WAITING, State.STARTING)
    passed = 100 * (1 - progress.seconds_left / job.seconds) if begun else 0
    return (
        f'<div class="learn-status {progress.state}"><p role="status"><b>{NETWORKS[job.network].title}</b> '
        f"{escape(words)}{seen}</p>"
        f'<div class="learn-time"><span style="width:{passed:.1f}%"></span></div></div>'
    )


def _waiting(ahead: int) -> str:
    if not ahead:
        return "Waiting for its turn"
    return f"Waiting: {ahead} other {'trainings come' if ahead > 1 else 'training comes'} first"


def _done(job: Job, progress: Progress) -> str:
    seconds = progress.points[-2].seconds if len(progress.points) > 1 else 0
    if progress.stopped:
        return f"Stopped after {seconds:.1f} s" + (", before it could learn much" if seconds < 3 else "")
    return f"Learned for {job.seconds:.0f} s"


def learning(job: Job, points: Sequence[Point], snapshot: Snapshot) -> str:
    """The curves, the held-out digits and the first layer; learn.css places them."""
    return (
        f'<div class="learn-view">{accuracy_curve(job, points)}{loss_curve(job, points)}{held_out(snapshot)}'
        f"{first_layer(job.network, snapshot.first_layer)}</div>"
    )


def accuracy_curve(job: Job, points: Sequence[Point]) -> str:
    """The accuracy over time, on the training and the held-out digits."""
    rows = [(point.seconds, point.accuracy, point.held_out_accuracy) for point in points]
    return _chart("Accuracy", job.seconds, 1.0, rows, ("0 %", "50 %", "100 %"), percent)


def loss_curve(job: Job, points: Sequence[Point]) -> str:
    """The loss over time, on the training and the held-out digits."""
    rows = [(point.seconds, point.loss, point.held_out_loss) for point in points]
    return _chart("Loss", job.seconds, MAX_LOSS, rows, ("0", "1.25", "2.5"), lambda value: f"{value:.2f}")


def _chart(name: str, seconds: float, highest: float, rows: Rows, ticks: Ticks, say: Callable[[float], str]) -> str:
    """An SVG as an image, since st.html removes inline SVG; its colours are readable on both themes."""
    lines, legend = [], []
    for kind, words, dashes, values in (
        ("train", "training", "", [value for _, value, _ in rows]),
        ("held", "held out", ' stroke-dasharray="6 3"', [value for _, _, value in rows]),
    ):
        path = " ".join(
            f"{_x(at, seconds):.1f},{_y(value, highest):.1f}" for (at, _, _), value in zip(rows, values, strict=True)
        )
        lines.append(f'<polyline points="{path}" fill="none" stroke-width="2" stroke="{COLOURS[kind]}"{dashes}/>')
        legend.append(f'<span class="{kind}">{words} <b>{say(values[-1]) if values else "–"}</b></span>')
    grid = "".join(
        f'<line x1="{LEFT}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="{GREY}" stroke-opacity="0.4"/>'
        f'<text x="{LEFT - 4}" y="{y + 3.5:.1f}" text-anchor="end" fill="{GREY}">{tick}</text>'
        for tick, y in zip(ticks, (_y(level, 1) for level in (0, 0.5, 1)), strict=True)
    )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-size="10" '
        f'font-family="sans-serif">{grid}<text x="{WIDTH}" y="{HEIGHT - 3}" text-anchor="end" fill="{GREY}">'
        f"{seconds:.0f} s</text>{''.join(lines)}</svg>"
    )
    source = "data:image/svg+xml;base64," + b64encode(svg.encode()).decode()
    return (
        f'<figure class="learn-{name.lower()}"><figcaption><b>{name}</b> {"".join(legend)}</figcaption>'
        f'<img decoding="sync" src="{source}" alt="{name} over time"></figure>'
    )


def _x(at: float, seconds: float) -> float:
    return LEFT + (WIDTH - LEFT) * min(1.0, at / seconds)


def _y(value: float, highest: float) -> float:
    return 6 + (HEIGHT - BOTTOM - 6) * (1 - min(1.0, value / highest))


def held_out(snapshot: Snapshot) -> str:
    """Held-out digits with the network's current predictions."""
    tiles = []
    for digit, label, prediction in zip(snapshot.digits, snapshot.labels, snapshot.predictions, strict=True):
        tiles.append(
            f'<li class="{"right" if prediction == label else "wrong"}"><img decoding="sync" '
            f'alt="a {label}, read as {prediction}" src="{images.digit(digit)}"><b>{prediction}</b></li>'
        )
    correct = int((snapshot.labels == snapshot.predictions).sum())
    return (
        f'<section class="learn-held"><h3>Held-out digits <small>{correct} of {len(tiles)} read correctly</small></h3>'
        f"<ol>{''.join(tiles)}</ol></section>"
    )


def first_layer(key: str, weights: np.ndarray) -> str:
    """The first layer's weights as pictures, orange above zero and blue below."""
    sheet = images.maps(weights.transpose(1, 2, 0), columns=COLUMNS)
    title = LAYERS.get(key, OTHER_LAYER)
    return (
        f'<section class="learn-layer"><h3>{title}</h3><img decoding="sync" src="{sheet}" '
        f'alt="{len(weights)} pictures of weights; orange is above zero, blue below"></section>'
    )


def comparison(job: Job, rows: Sequence[Comparison]) -> str:
    """A table of the accuracy on digits that were not learned from, and before that of the shipped network."""
    before = '<th scope="col">before</th>' if job.start else ""
    lines = "".join(
        f'<tr><th scope="row">{escape(row.test_set)}</th><td>{row.n:,}</td>'
        + (f"<td>{percent(row.before / row.n)}</td>" if job.start else "")
        + f"<td><b>{percent(row.after / row.n)}</b></td></tr>"
        for row in rows
        if row.n
    )
    return (
        '<table class="learn-compared"><caption>Accuracy on held-out digits</caption>'
        f'<thead><tr><th scope="col">digits</th><th scope="col">n</th>{before}<th scope="col">'
        f"{'after' if job.start else 'now'}</th></tr></thead><tbody>{lines}</tbody></table>"
    )
