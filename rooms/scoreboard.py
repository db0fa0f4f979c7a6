"""The scoreboard: how the networks did in a room, counted over revealed rounds. It judges networks, never people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from sqlalchemy import select

from rooms.database import Database
from rooms.prompts import DIGITS
from rooms.schema import SHOWN, DrawingRow, PredictionRow, Round

BINS = (0.0, 0.5, 0.7, 0.9, 0.99, 1.0001)  # of confidence


@dataclass(frozen=True)
class Judged:
    """One network's prediction for a drawing whose label is known."""

    drawing_id: int
    label: int
    network: str
    digit: int
    confidence: float

    @property
    def correct(self) -> bool:
        return self.digit == self.label


@dataclass(frozen=True)
class Bin:
    """The predictions of all networks with a confidence from low to high; confidence: their mean."""

    low: float
    high: float
    n: int
    correct: int
    confidence: float


@dataclass(frozen=True)
class Score:
    """One network's score. confusion: counts by label, then by predicted digit."""

    network: str
    confusion: tuple[tuple[int, ...], ...]

    @property
    def n(self) -> int:
        return sum(map(sum, self.confusion))

    @property
    def correct(self) -> int:
        return sum(correct for correct, _ in self.by_digit)

    @property
    def by_digit(self) -> list[tuple[int, int]]:
        """For each label, the numbers of correct predictions and of all."""
        return [(row[digit], sum(row)) for digit, row in enumerate(self.confusion)]


@dataclass(frozen=True)
class Scoreboard:
    """The networks' scores over the drawings whose label is known.

    disputed: the id of the drawing with the most different predictions, or None. fooled_all: the id of the drawing that
    all networks got wrong with the highest confidence, or None; fooled: the number of drawings that all got wrong.
    surest_wrong: the wrong prediction with the highest confidence.
    """

    drawings: int = 0
    scores: tuple[Score, ...] = ()
    disputed: int | None = None
    fooled_all: int | None = None
    fooled: int = 0
    surest_wrong: Judged | None = None
    calibration: tuple[Bin, ...] = field(default=())


def scoreboard(database: Database, room_id: int, networks: Sequence[str] = ()) -> Scoreboard:
    """Return the scoreboard of the drawings on the wall. networks: their order; others come after them."""
    columns = (DrawingRow.id.label("drawing_id"), DrawingRow.label)
    query = (
        select(*columns, PredictionRow.network, PredictionRow.digit, PredictionRow.confidence)
        .join(PredictionRow, PredictionRow.drawing_id == DrawingRow.id)
        .join(Round, (Round.room_id == DrawingRow.room_id) & (Round.number == DrawingRow.round))
        .where(DrawingRow.room_id == room_id, DrawingRow.status == SHOWN, DrawingRow.label.is_not(None), Round.revealed)
        .order_by(DrawingRow.place)
    )
    with database.reading() as session:
        rows = session.execute(query).all()
    return judge([Judged(**row._mapping) for row in rows], networks)


def judge(predictions: Sequence[Judged], networks: Sequence[str] = ()) -> Scoreboard:
    """Return the scoreboard of these predictions, given in the order of their drawings."""
    drawings: dict[int, list[Judged]] = {}
    for prediction in predictions:
        drawings.setdefault(prediction.drawing_id, []).append(prediction)
    if not drawings:
        return Scoreboard()
    fooled = {key: group for key, group in drawings.items() if not any(prediction.correct for prediction in group)}
    wrong = [prediction for prediction in predictions if not prediction.correct]
    present = {prediction.network: None for prediction in predictions}
    order = [network for network in networks if network in present]
    order += [network for network in present if network not in networks]
    disputed = max(drawings, key=lambda key: _dispute(drawings[key]))
    return Scoreboard(
        drawings=len(drawings),
        scores=tuple(_score(network, predictions) for network in order),
        disputed=disputed if _dispute(drawings[disputed])[0] > 1 else None,
        fooled_all=max(fooled, key=lambda key: _mean_confidence(fooled[key]), default=None),
        fooled=len(fooled),
        surest_wrong=max(wrong, key=lambda prediction: prediction.confidence, default=None),
        calibration=tuple(_bins(predictions)),
    )


def _dispute(group: Sequence[Judged]) -> tuple[int, int, float]:
    """Rank a drawing: by the number of different digits, then by how evenly they are shared, then by low confidence."""
    counts = Counter(prediction.digit for prediction in group)
    return len(counts), -max(counts.values()), -_mean_confidence(group)


def _mean_confidence(group: Sequence[Judged]) -> float:
    return sum(prediction.confidence for prediction in group) / len(group)


def _score(network: str, predictions: Iterable[Judged]) -> Score:
    confusion = [[0] * DIGITS for _ in range(DIGITS)]
    for prediction in predictions:
        if prediction.network == network:
            confusion[prediction.label][prediction.digit] += 1
    return Score(network, tuple(map(tuple, confusion)))


def _bins(predictions: Sequence[Judged]) -> Iterable[Bin]:
    for low, high in pairwise(BINS):
        inside = [prediction for prediction in predictions if low <= prediction.confidence < high]
        if inside:
            correct = sum(prediction.correct for prediction in inside)
            yield Bin(low, min(high, 1.0), len(inside), correct, _mean_confidence(inside))
