"""How a training goes, as pictures: curves that grow, held-out digits that turn right, the first layer."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Sequence
from html import escape

import numpy as np

from learning import job as files
from learning.job import Comparison, Job, Pictures, Point, Progress
from models import NETWORKS
from ui.shared import images
from ui.shared.percent import percent

WIDTH, HEIGHT, LEFT, BELOW = 320, 150, 34, 18  # of a chart, in its own units
HIGHEST_LOSS = 2.5  # guessing costs 2.3
COLOURS = {"train": "#3b82c4", "held": "#d9631e"}
GREY = "#7d8590"
COLUMNS = 8  # of the first layer's pictures
LAYERS = {"mlp": "What the first units look for", "cnn": "The first filters", "resnet": "The first filters"}
OTHER_LAYER = "The weights from each row to the state"

Rows = list[tuple[float, float, float | None]]  # seconds, of what it learns from, held out
Ticks = tuple[str, str, str]


def status(job: Job, progress: Progress) -> str:
    """One line: what it does now, with a bar of the time that is gone."""
    share = 1 - progress.seconds_left / job.seconds
    examples = progress.points[-1].examples if progress.points else 0  # none before the first batch
    words = {
        files.WAITING: _waiting(progress.ahead),
        files.STARTING: progress.message or "Starting; TensorFlow is being loaded",
        files.LEARNING: f"{progress.seconds_left:.0f} s left",
        files.PAUSED: f"Paused, {progress.seconds_left:.0f} s left; it goes on by itself after {_pause()} of pauses",
        files.SAVING: "Comparing and saving",
        files.DONE: _done(job, progress),
        files.FAILED: progress.message,
    }[progress.state]
    seen = f" · {examples:,} examples seen" if examples else ""
    gone = 100 * share if progress.state not in (files.WAITING, files.STARTING) else 0
    return (
        f'<div class="learn-status {progress.state}"><p role="status"><b>{NETWORKS[job.network].title}</b> '
        f"{escape(words)}{seen}</p>"
        f'<div class="learn-time"><span style="width:{gone:.1f}%"></span></div></div>'
    )


def _pause() -> str:
    return f"{files.LONGEST_PAUSE / 60:.0f} minutes"


def _waiting(ahead: int) -> str:
    if not ahead:
        return "Waiting for its turn"
    return f"Waiting: {ahead} other {'trainings come' if ahead > 1 else 'training comes'} first"


def _done(job: Job, progress: Progress) -> str:
    seconds = progress.points[-2].seconds if len(progress.points) > 1 else 0
    if progress.stopped:
        return f"Stopped after {seconds:.1f} s" + (", before it could learn much" if seconds < 3 else "")
    return f"Learned for {job.seconds:.0f} s"


def learning(job: Job, points: Sequence[Point], shown: Pictures) -> str:
    """The curves, the held-out digits and the first layer; the style sheet places them."""
    return (
        f'<div class="learn-view">{accuracy_curve(job, points)}{loss_curve(job, points)}{held_out(shown)}'
        f"{first_layer(job.network, shown.first_layer)}</div>"
    )


def accuracy_curve(job: Job, points: Sequence[Point]) -> str:
    """Accuracy over the seconds, on what it learns from and on held-out digits."""
    rows = [(point.seconds, point.accuracy, point.held_out_accuracy) for point in points]
    return _chart("Accuracy", job.seconds, 1.0, rows, ("0 %", "50 %", "100 %"), percent)


def loss_curve(job: Job, points: Sequence[Point]) -> str:
    """The same of the loss."""
    rows = [(point.seconds, point.loss, point.held_out_loss) for point in points]
    return _chart("Loss", job.seconds, HIGHEST_LOSS, rows, ("0", "1.25", "2.5"), lambda value: f"{value:.2f}")


def _chart(name: str, seconds: float, highest: float, rows: Rows, ticks: Ticks, say: Callable[[float], str]) -> str:
    """A picture, as st.html takes no SVG of its own; its colours are readable on both themes."""
    lines, legend = [], []
    for kind, words, dashes, known in (
        ("train", "learned from", "", [(at, value) for at, value, _ in rows]),
        ("held", "held out", ' stroke-dasharray="6 3"', [(at, value) for at, _, value in rows if value is not None]),
    ):
        path = " ".join(f"{_x(at, seconds):.1f},{_y(value, highest):.1f}" for at, value in known)
        lines.append(f'<polyline points="{path}" fill="none" stroke-width="2" stroke="{COLOURS[kind]}"{dashes}/>')
        legend.append(f'<span class="{kind}">{words} <b>{say(known[-1][1]) if known else "–"}</b></span>')
    grid = "".join(
        f'<line x1="{LEFT}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="{GREY}" stroke-opacity="0.4"/>'
        f'<text x="{LEFT - 4}" y="{y + 3.5:.1f}" text-anchor="end" fill="{GREY}">{tick}</text>'
        for tick, y in zip(ticks, (_y(level, 1) for level in (0, 0.5, 1)), strict=True)
    )
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-size="10" '
        f'font-family="sans-serif">{grid}<text x="{WIDTH}" y="{HEIGHT - 3}" text-anchor="end" fill="{GREY}">'
        f"{seconds:.0f} s</text>{''.join(lines)}</svg>"
    )
    source = "data:image/svg+xml;base64," + b64encode(drawn.encode()).decode()
    return (
        f'<figure class="learn-{name.lower()}"><figcaption><b>{name}</b> {"".join(legend)}</figcaption>'
        f'<img decoding="sync" src="{source}" alt="{name} over time"></figure>'
    )


def _x(at: float, seconds: float) -> float:
    return LEFT + (WIDTH - LEFT) * min(1.0, at / seconds)


def _y(value: float, highest: float) -> float:
    return 6 + (HEIGHT - BELOW - 6) * (1 - min(1.0, value / highest))


def held_out(shown: Pictures) -> str:
    """Held-out digits, each with what the network answers now."""
    tiles = []
    right = 0
    for digit, label, answer in zip(shown.digits, shown.labels.tolist(), shown.answers.tolist(), strict=True):
        right += answer == label
        words = f"a {label}, read as {answer}"
        tiles.append(
            f'<li class="{"right" if answer == label else "wrong"}"><img decoding="sync" alt="{words}" '
            f'src="{images.digit(digit)}"><b>{answer}</b></li>'
        )
    return (
        f'<section class="learn-held"><h3>Held-out digits <small>{right} of {len(tiles)} read as meant</small></h3>'
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
    """What it reads now, and what the shipped network reads, of digits that it did not learn from."""
    before = '<th scope="col">before</th>' if job.start else ""
    lines = "".join(
        f'<tr><th scope="row">{escape(row.digits)}</th><td>{row.n:,}</td>'
        + (f"<td>{percent(row.before / row.n)}</td>" if job.start else "")
        + f"<td><b>{percent(row.after / row.n)}</b></td></tr>"
        for row in rows
        if row.n
    )
    return (
        '<table class="learn-compared"><caption>Read as meant, of digits it did not learn from</caption>'
        f'<thead><tr><th scope="col">digits</th><th scope="col">n</th>{before}<th scope="col">'
        f"{'after' if job.start else 'now'}</th></tr></thead><tbody>{lines}</tbody></table>"
    )
