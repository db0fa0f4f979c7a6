"""The drawings of a visit with each network's prediction, and the meant digit, if the visitor entered it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from digits import CLASSES
from models import NETWORKS
from recognition.prediction import Prediction
from ui.shared.percent import percent

LONGEST = 200  # drawings; older ones are dropped
COLUMNS = 5  # of the picture
CELL, THUMBNAIL, LINE = 190, 112, 17  # its dimensions in pixels


@dataclass(eq=False)
class Drawing:
    """A drawing: digit uint8 (28, 28); each shipped network's answer by its key; meant: 0 to 9, or None.

    following: of a number, its other digits, left to right. own: what the visitor's own network answered, or None.
    """

    digit: np.ndarray
    answers: dict[str, Prediction]
    meant: int | None = None
    following: tuple[Drawing, ...] = ()
    own: Prediction | None = None

    @property
    def digits(self) -> tuple[Drawing, ...]:
        """The digits of a number, this one first; of a single digit it alone."""
        return self, *self.following

    @property
    def recipe(self) -> str:
        """The recipe of the networks that answered; "" if none did."""
        return next((answer.recipe for answer in self.answers.values()), "")

    @property
    def misread(self) -> bool:
        """Whether some network answered with another digit than was meant."""
        return self.meant is not None and any(answer.digit != self.meant for answer in self.answers.values())

    @property
    def calibrated(self) -> bool:
        """Whether the answers' probabilities are calibrated."""
        return all(answer.calibrated for answer in self.answers.values())


@dataclass(eq=False)
class History:
    """The drawings by their number in this visit, oldest first; each stroke records its drawing again."""

    drawings: dict[int, Drawing] = field(default_factory=dict)

    def record(self, number: int, digit: np.ndarray, answers: Sequence[Prediction]) -> None:
        """Stores the newest answers to a drawing; the meant digit stays."""
        self.record_number(number, [digit], [answers])

    def record_number(
        self,
        number: int,
        digits: Sequence[np.ndarray],
        answers: Sequence[Sequence[Prediction]],
        own: Sequence[Sequence[Prediction]] = (),
    ) -> None:
        """The same for the digits of a number, left to right; while their count stays, so do the meant ones.

        own: to each digit, the answer of the visitor's own network, or none.
        """
        before = self.drawings[number].digits if number in self.drawings else ()
        kept = [drawing.meant for drawing in before] if len(before) == len(digits) else [None] * len(digits)
        first, *following = [
            Drawing(digit, {answer.network: answer for answer in given if not answer.error}, meant)
            for digit, given, meant in zip(digits, answers, kept, strict=True)
        ]
        first.following = tuple(following)
        for drawing, given in zip(first.digits, own, strict=False):
            drawing.own = next((answer for answer in given if not answer.error), None)
        self.drawings[number] = first
        while len(self.drawings) > LONGEST:
            del self.drawings[next(iter(self.drawings))]

    def digits(self) -> Iterator[tuple[str, Drawing]]:
        """Every digit of every drawing with its name: "3", or "3.1" and "3.2" for the digits of a number."""
        for number, drawing in enumerate(self.drawings.values(), 1):
            for place, digit in enumerate(drawing.digits, 1):
                yield f"{number}.{place}" if drawing.following else str(number), digit

    def correct(self) -> dict[str, tuple[int, int]]:
        """For each network's key: the number of correct predictions, and of drawings whose digit is known."""
        known = [drawing for _, drawing in self.digits() if drawing.meant is not None]
        counts = {}
        for key in self.networks():
            answered = [drawing for drawing in known if key in drawing.answers]
            counts[key] = sum(drawing.answers[key].digit == drawing.meant for drawing in answered), len(answered)
        return counts

    def networks(self) -> list[str]:
        """The keys of the networks that answered for any drawing, in display order."""
        return [key for key in NETWORKS if any(key in drawing.answers for _, drawing in self.digits())]

    def csv(self) -> str:
        """A row for each digit: its drawing's number, recipe, meant digit, each network's answer and probabilities.

        Where the visitor's own network has answered, the last columns are its: its architecture, then the same. It has
        no calibration.
        """
        file = io.StringIO()
        writer = csv.writer(file, lineterminator="\n")
        keys, own = self.networks(), any(drawing.own for _, drawing in self.digits())
        columns = ("answer", *(f"p{digit}" for digit in range(CLASSES)))
        names = [f"{key}_{column}" for key in keys for column in columns]
        names += ["yours", *(f"yours_{column}" for column in columns)] if own else []
        writer.writerow(["drawing", "recipe", "calibrated", "meant", *names])
        for name, drawing in self.digits():
            values: list[object] = []
            for key in keys:
                answer = drawing.answers.get(key)
                values += [""] * len(columns) if answer is None else [answer.digit, *_decimals(answer)]
            if own:
                mine = drawing.own
                values += [""] * (len(columns) + 1) if mine is None else [mine.network, mine.digit, *_decimals(mine)]
            meant = "" if drawing.meant is None else drawing.meant
            writer.writerow([name, drawing.recipe, "yes" if drawing.calibrated else "no", meant, *values])
        return file.getvalue()

    def png(self) -> bytes:
        """All drawings and answers as one picture."""
        digits = list(self.digits())
        rows = -(-len(digits) // COLUMNS)
        height = THUMBNAIL + LINE * (len(self.networks()) + 2 + any(bool(drawing.own) for _, drawing in digits))
        sheet = Image.new("RGB", (COLUMNS * CELL, max(rows, 1) * height), "white")
        pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(13)
        for place, (name, drawing) in enumerate(digits):
            left, top = place % COLUMNS * CELL + 12, place // COLUMNS * height + 10
            sheet.paste(
                Image.fromarray(drawing.digit).resize((THUMBNAIL, THUMBNAIL), Image.Resampling.BOX), (left, top)
            )
            meant = "" if drawing.meant is None else f", meant {drawing.meant}"
            lines = [f"{name}{meant}{'' if drawing.calibrated else ', raw softmax'}"] + [
                f"{NETWORKS[key].title} {answer.digit}, {percent(answer.confidence)}"
                for key, answer in drawing.answers.items()
            ]
            if drawing.own:
                own = drawing.own
                lines.append(f"Your {NETWORKS[own.network].title} {own.digit}, {percent(own.confidence)}")
            for line, text in enumerate(lines):
                pen.text((left, top + THUMBNAIL + 2 + line * LINE), text, "black", font)
        file = io.BytesIO()
        sheet.save(file, "PNG")
        return file.getvalue()


def _decimals(answer: Prediction) -> list[str]:
    return [f"{probability:.6f}" for probability in answer.shares]
