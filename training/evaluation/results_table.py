"""README's table of results, as the cards hold them."""

from __future__ import annotations

import contextlib
from pathlib import Path

from models import NETWORKS
from recognition.card import ModelCard, Score
from recognition.store import WeightsError, read_card, released, trained_recipes, write_atomically

README = Path(__file__).resolve().parents[2] / "README.md"
MARKS = ("<!-- results: written by python -m training.evaluate -->\n", "<!-- end of results -->")


def cards() -> list[ModelCard]:
    """Every card that can be read, whether evaluated now or earlier."""
    cards = []
    for recipe in trained_recipes():
        for key in released(recipe):
            with contextlib.suppress(WeightsError):
                cards.append(read_card(key, recipe))
    return cards


def table(cards: list[ModelCard]) -> str:
    """The results in Markdown, one row for each card, accuracies in percent with their 95 % intervals."""
    lines = [
        "| network | recipe | parameters | MNIST test, n = 10,000 | the book "
        "| drawn digits, n = 3,498 | the same, plain resize | seconds per epoch |",
        "|---|---|---:|---|---|---|---|---:|",
    ]
    for card in cards:
        network = NETWORKS[card.network]
        cells = [
            network.title,
            card.recipe,
            f"{card.parameters:,}",
            _percent(card.tests.get("mnist")),
            f"{network.book_accuracy}" if network.book_accuracy else "–",
            _percent(card.tests.get("drawn")),
            _percent(card.tests.get("drawn_resized")),
            f"{card.training['seconds_per_epoch']:.0f}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def write_table(path: Path, results: str) -> None:
    """Replaces the table between the two marks in a Markdown file; a file without them is not changed."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    before, start, rest = text.partition(MARKS[0])
    _, end, after = rest.partition(MARKS[1])
    if start and end:
        write_atomically(
            path, lambda partial: partial.write_text(before + start + results + end + after, encoding="utf-8")
        )


def _percent(score: Score | None) -> str:
    if score is None:
        return "not measured"
    low, high = score.interval
    return f"{100 * score.accuracy:.2f} ({100 * low:.2f} to {100 * high:.2f})"
