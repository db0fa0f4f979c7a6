"""The drawings of one visit, with each network's answer, and the digit that was meant, where the visitor told it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from digits import CLASSES
from models import NETWORKS
from recognition.answer import Answer
from views.percent import percent

LONGEST = 200  # drawings that are kept; older ones are forgotten
COLUMNS = 5  # of the picture
CELL, THUMBNAIL, LINE = 190, 112, 17  # its measures in pixels


@dataclass(eq=False)
class Drawing:
    """One drawing: digit uint8 (28, 28); each network's answer by its key; meant: 0 to 9, or None."""

    digit: np.ndarray
    answers: dict[str, Answer]
    meant: int | None = None

    @property
    def recipe(self) -> str:
        """The recipe of the networks that answered; "" where none did."""
        return next((answer.recipe for answer in self.answers.values()), "")

    @property
    def calibrated(self) -> bool:
        """Whether the answers' probabilities are calibrated."""
        return all(answer.calibrated for answer in self.answers.values())


@dataclass(eq=False)
class History:
    """The drawings by their number in this visit, oldest first; a drawing that goes on is recorded again."""

    drawings: dict[int, Drawing] = field(default_factory=dict)

    def record(self, number: int, digit: np.ndarray, answers: Sequence[Answer]) -> None:
        """Keeps the newest answers to a drawing, and what was meant by it."""
        given = {answer.network: answer for answer in answers if not answer.error}
        meant = self.drawings[number].meant if number in self.drawings else None
        self.drawings[number] = Drawing(digit, given, meant)
        while len(self.drawings) > LONGEST:
            del self.drawings[next(iter(self.drawings))]

    def correct(self) -> dict[str, tuple[int, int]]:
        """For each network's key: how many drawings it got right, of how many whose digit is known."""
        known = [drawing for drawing in self.drawings.values() if drawing.meant is not None]
        counts = {}
        for key in self.networks():
            answered = [drawing for drawing in known if key in drawing.answers]
            counts[key] = sum(drawing.answers[key].digit == drawing.meant for drawing in answered), len(answered)
        return counts

    def networks(self) -> list[str]:
        """The keys of the networks that answered to any of the drawings, in display order."""
        return [key for key in NETWORKS if any(key in drawing.answers for drawing in self.drawings.values())]

    def csv(self) -> str:
        """A line for each drawing: number, recipe, digit meant, and each network's answer and probabilities."""
        file = io.StringIO()
        writer = csv.writer(file, lineterminator="\n")
        keys = self.networks()
        columns = ("answer", *(f"p{digit}" for digit in range(CLASSES)))
        writer.writerow(
            ["drawing", "recipe", "calibrated", "meant", *(f"{key}_{column}" for key in keys for column in columns)]
        )
        for number, drawing in self.drawings.items():
            values: list[object] = []
            for key in keys:
                answer = drawing.answers.get(key)
                values += [""] * len(columns) if answer is None else [answer.digit, *_decimals(answer)]
            meant = "" if drawing.meant is None else drawing.meant
            writer.writerow([number + 1, drawing.recipe, "yes" if drawing.calibrated else "no", meant, *values])
        return file.getvalue()

    def png(self) -> bytes:
        """All drawings and answers as one picture."""
        rows = -(-len(self.drawings) // COLUMNS)
        height = THUMBNAIL + LINE * (len(self.networks()) + 2)
        sheet = Image.new("RGB", (COLUMNS * CELL, max(rows, 1) * height), "white")
        pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(13)
        for place, (number, drawing) in enumerate(self.drawings.items()):
            left, top = place % COLUMNS * CELL + 12, place // COLUMNS * height + 10
            sheet.paste(
                Image.fromarray(drawing.digit).resize((THUMBNAIL, THUMBNAIL), Image.Resampling.BOX), (left, top)
            )
            meant = "" if drawing.meant is None else f", meant {drawing.meant}"
            lines = [f"{number + 1}{meant}{'' if drawing.calibrated else ', raw softmax'}"] + [
                f"{NETWORKS[key].title} {answer.digit}, {percent(answer.confidence)}"
                for key, answer in drawing.answers.items()
            ]
            for line, text in enumerate(lines):
                pen.text((left, top + THUMBNAIL + 2 + line * LINE), text, "black", font)
        file = io.BytesIO()
        sheet.save(file, "PNG")
        return file.getvalue()


def _decimals(answer: Answer) -> list[str]:
    return [f"{probability:.6f}" for probability in answer.shares]
