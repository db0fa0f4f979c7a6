"""The drawings of a visit with their predictions, and the labels that the visitor gave; as CSV and as a picture."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from digits import CLASSES
from digits.contact_sheet import Cell, contact_sheet
from language import _
from models import NETWORKS
from recognition import ensemble
from recognition.ensemble import Selection
from recognition.prediction import Failure, Prediction
from ui.shared import session
from ui.shared.percent import percent

MAX_DRAWINGS = 200  # older ones are dropped
COLUMNS = 5  # of the picture
THUMBNAIL, CAPTION = 112, 182  # pixels of the picture: each side of a digit, and the width of its text


@dataclass(eq=False)
class DrawnDigit:
    """A digit of a drawing with its predictions.

    digit: uint8 (28, 28). predictions: of the shipped networks, by key. beside: of the same networks, trained by
    another recipe. own: of the visitor's own network.
    outlier: it may be no digit. label: the digit that the visitor says it is, 0 to 9.
    """

    digit: np.ndarray
    predictions: Mapping[str, Prediction]
    beside: Sequence[Prediction] = ()
    own: Prediction | None = None
    outlier: bool = False
    label: int | None = None

    @property
    def misread(self) -> bool:
        """True where a network predicts another digit than the label."""
        return self.label is not None and any(each.digit != self.label for each in self.predictions.values())

    @property
    def recipe(self) -> str:
        """The recipe of the predictions; "" without any."""
        return next((each.recipe for each in self.predictions.values()), "")

    @property
    def calibrated(self) -> bool:
        """True for calibrated probabilities, False for the raw softmax."""
        return all(each.calibrated for each in self.predictions.values())


@dataclass(eq=False)
class History:
    """The drawings by their number in this visit, oldest first; each is the digits of a number, left to right."""

    drawings: dict[int, tuple[DrawnDigit, ...]] = field(default_factory=dict)

    def record(self, number: int, digits: Sequence[DrawnDigit]) -> None:
        """Store a drawing, or its newest predictions; its labels stay while the count of its digits does."""
        before = self.drawings.get(number, ())
        if len(before) == len(digits):
            for old, new in zip(before, digits, strict=True):
                new.label = old.label
        for restored in [each for each in self.drawings if each < 0 <= number]:  # a reload draws the newest one again
            (old,) = self.drawings[restored]
            if len(digits) == 1 and np.array_equal(old.digit, digits[0].digit):
                digits[0].label = digits[0].label if old.label is None else old.label
                del self.drawings[restored]
        self.drawings[number] = tuple(digits)
        while len(self.drawings) > MAX_DRAWINGS:
            del self.drawings[next(iter(self.drawings))]

    def digits(self) -> Iterator[tuple[str, DrawnDigit]]:
        """Every digit with its name: "3", or "3.1" and "3.2" for the digits of a number."""
        for number, drawing in enumerate(self.drawings.values(), 1):
            for place, digit in enumerate(drawing, 1):
                yield f"{number}.{place}" if len(drawing) > 1 else str(number), digit

    def labelled(self) -> list[DrawnDigit]:
        """The digits that have a label."""
        return [digit for _, digit in self.digits() if digit.label is not None]

    def correct(self) -> dict[str, tuple[int, int]]:
        """For each network's key the number of correct predictions, and of predictions for labelled digits."""
        counts = {}
        for key in self.networks():
            read = [digit for digit in self.labelled() if key in digit.predictions]
            counts[key] = sum(digit.predictions[key].digit == digit.label for digit in read), len(read)
        return counts

    def networks(self) -> list[str]:
        """The keys of the networks that predicted any digit, in display order."""
        return [key for key in NETWORKS if any(key in digit.predictions for _, digit in self.digits())]

    def csv(self) -> str:
        """A row for each digit: name, recipe, calibration, label, and each network's digit and probabilities.

        The last columns are the visitor's own network's, if there is one: its architecture, then the same.
        """
        file = io.StringIO()
        writer = csv.writer(file, lineterminator="\n")
        keys, own = self.networks(), any(digit.own for _, digit in self.digits())
        columns = ("answer", *(f"p{digit}" for digit in range(CLASSES)))
        names = [f"{key}_{column}" for key in keys for column in columns]
        names += ["yours", *(f"yours_{column}" for column in columns)] if own else []
        writer.writerow(["drawing", "recipe", "calibrated", "meant", *names])
        for name, digit in self.digits():
            values = [value for key in keys for value in _csv_values(digit.predictions.get(key))]
            if own:
                values += [digit.own.network if digit.own else "", *_csv_values(digit.own)]
            calibrated = "yes" if digit.calibrated else "no"
            writer.writerow([name, digit.recipe, calibrated, "" if digit.label is None else digit.label, *values])
        return file.getvalue()

    def png(self) -> bytes:
        """All digits and predictions as one picture."""
        cells = [
            Cell(digit.digit, [(line, "black") for line in _captions(name, digit)]) for name, digit in self.digits()
        ]
        return contact_sheet(cells, COLUMNS, THUMBNAIL, CAPTION, text=13)


def read_digits(
    digits: Sequence[np.ndarray], selection: Selection
) -> tuple[tuple[DrawnDigit, ...], tuple[Failure, ...]]:
    """Digits, uint8 (28, 28) each, with their predictions, and the failures of networks that cannot answer."""
    predictions = ensemble.predict_all(selection, digits)
    drawn = [
        DrawnDigit(digit, {each.network: each for each in given}, outlier=outlier)
        for digit, given, outlier in zip(digits, predictions.by_digit, ensemble.outliers(digits), strict=True)
    ]
    return tuple(drawn), predictions.failures


def current_history() -> History:
    """The history of this visit."""
    return session.kept(session.HISTORY, History)


def _captions(name: str, digit: DrawnDigit) -> list[str]:
    lines = [name]
    if digit.label is not None:
        lines = [_("{drawing}, meant {digit}").format(drawing=name, digit=digit.label)]
    if not digit.calibrated:
        lines = [_("{drawing}, raw softmax").format(drawing=lines[0])]
    for key, each in digit.predictions.items():
        lines.append(f"{NETWORKS[key].title} {each.digit}, {percent(each.confidence)}")
    if digit.own:
        own = _("Your {network}").format(network=NETWORKS[digit.own.network].title)
        lines.append(f"{own} {digit.own.digit}, {percent(digit.own.confidence)}")
    return lines


def _csv_values(prediction: Prediction | None) -> list[object]:
    if prediction is None:
        return [""] * (1 + CLASSES)
    return [prediction.digit, *(f"{probability:.6f}" for probability in prediction.probabilities)]
