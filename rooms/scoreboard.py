"""How the networks did in a room. Networks are judged, never people; only rounds whose answers are revealed count."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from sqlalchemy import select

from rooms.database import Database
from rooms.prompts import DIGITS
from rooms.schema import SHOWN, Answer, DrawingRow, Round

BINS = (0.0, 0.5, 0.7, 0.9, 0.99, 1.0001)  # of confidence


@dataclass(frozen=True)
class Given:
    """One answer to a drawing whose digit is known."""

    drawing_id: int
    meant: int
    network: str
    digit: int
    confidence: float

    @property
    def right(self) -> bool:
        return self.digit == self.meant


@dataclass(frozen=True)
class Bin:
    """The answers of all networks between two confidences, how many of them were right, and their mean confidence."""

    low: float
    high: float
    n: int
    right: int
    confidence: float


@dataclass(frozen=True)
class Score:
    """One network. confusion: for each digit that was meant, how often it answered with each."""

    network: str
    confusion: tuple[tuple[int, ...], ...]

    @property
    def n(self) -> int:
        return sum(map(sum, self.confusion))

    @property
    def right(self) -> int:
        return sum(self.by_digit[digit][0] for digit in range(DIGITS))

    @property
    def by_digit(self) -> list[tuple[int, int]]:
        """For each digit, how many it got right of how many."""
        return [(row[digit], sum(row)) for digit, row in enumerate(self.confusion)]


@dataclass(frozen=True)
class Scoreboard:
    """drawings: whose digit is known. The drawings are ids, or None where there is none.

    disputed: with the most different answers. fooled_all: no network got it right, the surest of them first.
    surest_wrong: the wrong answer with the highest confidence.
    """

    drawings: int = 0
    scores: tuple[Score, ...] = ()
    disputed: int | None = None
    fooled_all: int | None = None
    fooled: int = 0
    surest_wrong: Given | None = None
    calibration: tuple[Bin, ...] = field(default=())


def scoreboard(database: Database, room_id: int, networks: Sequence[str] = ()) -> Scoreboard:
    """Of the drawings on the wall. networks: their order; others come after them."""
    query = (
        select(DrawingRow.id.label("drawing_id"), DrawingRow.meant, Answer.network, Answer.digit, Answer.confidence)
        .join(Answer, Answer.drawing_id == DrawingRow.id)
        .join(Round, (Round.room_id == DrawingRow.room_id) & (Round.number == DrawingRow.round))
        .where(DrawingRow.room_id == room_id, DrawingRow.status == SHOWN, DrawingRow.meant.is_not(None), Round.revealed)
        .order_by(DrawingRow.place)
    )
    with database.reading() as session:
        rows = session.execute(query).all()
    return judged([Given(**row._mapping) for row in rows], networks)


def judged(answers: Sequence[Given], networks: Sequence[str] = ()) -> Scoreboard:
    """The scoreboard of these answers, in the order of their drawings."""
    drawings: dict[int, list[Given]] = {}
    for answer in answers:
        drawings.setdefault(answer.drawing_id, []).append(answer)
    if not drawings:
        return Scoreboard()
    fooled = {key: given for key, given in drawings.items() if not any(answer.right for answer in given)}
    wrong = [answer for answer in answers if not answer.right]
    present = {answer.network: None for answer in answers}
    order = [network for network in networks if network in present]
    order += [network for network in present if network not in networks]
    disputed = max(drawings, key=lambda key: _dispute(drawings[key]))
    return Scoreboard(
        drawings=len(drawings),
        scores=tuple(_score(network, answers) for network in order),
        disputed=disputed if _dispute(drawings[disputed])[0] > 1 else None,
        fooled_all=max(fooled, key=lambda key: _mean(fooled[key]), default=None),
        fooled=len(fooled),
        surest_wrong=max(wrong, key=lambda answer: answer.confidence, default=None),
        calibration=tuple(_bins(answers)),
    )


def _dispute(given: Sequence[Given]) -> tuple[int, int, float]:
    """More different answers first, then those that are more evenly shared, then those that are less sure."""
    counts: dict[int, int] = {}
    for answer in given:
        counts[answer.digit] = counts.get(answer.digit, 0) + 1
    return len(counts), -max(counts.values()), -_mean(given)


def _mean(given: Sequence[Given]) -> float:
    return sum(answer.confidence for answer in given) / len(given)


def _score(network: str, answers: Iterable[Given]) -> Score:
    confusion = [[0] * DIGITS for _ in range(DIGITS)]
    for answer in answers:
        if answer.network == network:
            confusion[answer.meant][answer.digit] += 1
    return Score(network, tuple(map(tuple, confusion)))


def _bins(answers: Sequence[Given]) -> Iterable[Bin]:
    for low, high in pairwise(BINS):
        inside = [answer for answer in answers if low <= answer.confidence < high]
        if inside:
            yield Bin(low, min(high, 1.0), len(inside), sum(answer.right for answer in inside), _mean(inside))
