"""The games of one visit and their scores: digits to draw against the clock, and networks to fool."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from digits import CLASSES
from ui.shared import session

SECONDS = 10  # to draw a digit
MAX_COUNT = 100_000  # of whatever is counted: the browser's storage may be forged


@dataclass(eq=False)
class Games:
    """The digit that was asked for, and the scores.

    target: the digit to draw, or None before the first; begun: when it was asked for, by time.monotonic().
    seconds: how long the drawing took that was read as the target, or None while it is not; drawing: its number.
    streak, best: digits drawn in time, one after another; fooled: networks fooled, drawings that fooled any.
    right: for each network's key the number of drawings it read right, and of all.
    """

    target: int | None = None
    begun: float = 0.0
    seconds: float | None = None
    drawing: int | None = None
    streak: int = 0
    best: int = 0
    fooled: int = 0
    fooling: int = 0
    right: dict[str, tuple[int, int]] = field(default_factory=dict)
    _random: Random = field(default_factory=Random)

    def ask(self) -> None:
        """Ask for another digit; one that was not drawn in time ends the streak."""
        if self.target is not None and self.seconds is None:
            self.streak = 0
        self.target = self._random.choice([digit for digit in range(CLASSES) if digit != self.target])
        self.begun, self.seconds, self.drawing = time.monotonic(), None, None

    @property
    def late(self) -> bool:
        """True when the time is up and the digit not drawn."""
        return self.seconds is None and time.monotonic() - self.begun > SECONDS

    def judge(self, drawing: int, predictions: Mapping[str, int], majority: int) -> bool:
        """Judge a drawing by its number and its predictions by network; return whether it reached the target in time.

        True for the drawing that reached it, however often that is judged; False for every later one.
        """
        if self.seconds is not None:
            return drawing == self.drawing
        if self.target is None or self.late or majority != self.target:
            return False
        self.seconds, self.drawing = time.monotonic() - self.begun, drawing
        self.streak += 1
        self.best = max(self.best, self.streak)
        self._count(predictions, self.target)
        return True

    def fool(self, predictions: Mapping[str, int], label: int) -> list[str]:
        """Count a drawing with its label; return the keys of the networks that read something else."""
        wrong = [key for key, digit in predictions.items() if digit != label]
        self._count(predictions, label)
        self.fooled += len(wrong)
        self.fooling += bool(wrong)
        return wrong

    def _count(self, predictions: Mapping[str, int], label: int) -> None:
        for key, digit in predictions.items():
            right, of = self.right.get(key, (0, 0))
            self.right[key] = right + (digit == label), of + 1

    def to_json(self) -> dict:
        """The scores for the browser's storage."""
        return {"best": self.best, "fooled": self.fooled, "fooling": self.fooling, "right": self.right}

    def restore(self, kept: Mapping) -> None:
        """Take over the result of to_json; raises ValueError, TypeError or KeyError if it is forged."""
        best, fooled, fooling = (_count_of(kept[name]) for name in ("best", "fooled", "fooling"))
        right = {str(key)[:20]: (_count_of(k), _count_of(n)) for key, (k, n) in list(kept["right"].items())[:20]}
        self.best, self.fooled, self.fooling, self.right = best, fooled, fooling, right


def current_games() -> Games:
    """The games of this visit."""
    return session.kept(session.GAMES, Games)


def _count_of(value: object) -> int:
    if not isinstance(value, int) or not 0 <= value <= MAX_COUNT:
        raise ValueError(f"expected a count from 0 to {MAX_COUNT}, got {value!r:.50}")
    return value
