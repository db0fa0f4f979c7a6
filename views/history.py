"""The drawings of one visit, with what each network said, and the digit that was meant, where the visitor told it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import streamlit as st
from PIL import Image, ImageDraw, ImageFont

from models import NETWORKS
from models.card import Card
from models.network import CLASSES
from models.weights import WeightsError
from views.answers import percent

LONGEST = 200  # drawings that are kept; older ones are forgotten
COLUMNS = 5  # of the picture
CELL, THUMBNAIL, LINE = 190, 112, 17  # its measures in pixels


@dataclass
class Drawing:
    """One drawing: digit uint8 (28, 28); answers: float32 (10,) for each network's key; meant: 0 to 9, or None."""

    digit: np.ndarray
    recipe: str
    answers: dict[str, np.ndarray]
    meant: int | None = None


@dataclass
class History:
    """The drawings by their number in this visit, oldest first; one that goes on being drawn is recorded again."""

    drawings: dict[int, Drawing] = field(default_factory=dict)

    def record(
        self, number: int, digit: np.ndarray, recipe: str, found: Mapping[str, tuple[np.ndarray, Card] | WeightsError]
    ) -> None:
        """Keeps the newest answers to a drawing, and what was meant by it."""
        answers = {key: result[0] for key, result in found.items() if not isinstance(result, WeightsError)}
        meant = self.drawings[number].meant if number in self.drawings else None
        self.drawings[number] = Drawing(digit, recipe, answers, meant)
        while len(self.drawings) > LONGEST:
            del self.drawings[next(iter(self.drawings))]

    def right(self) -> dict[str, tuple[int, int]]:
        """For each network's key: how many drawings it got right, of how many whose digit is known."""
        known = [drawing for drawing in self.drawings.values() if drawing.meant is not None]
        asked = {key: [drawing for drawing in known if key in drawing.answers] for key in self.networks()}
        return {
            key: (sum(d.answers[key].argmax() == d.meant for d in found), len(found)) for key, found in asked.items()
        }

    def networks(self) -> list[str]:
        """The keys of the networks that answered to any of the drawings, in display order."""
        return [key for key in NETWORKS if any(key in drawing.answers for drawing in self.drawings.values())]

    def csv(self) -> str:
        """A line for each drawing: its number, recipe, the digit meant, and each network's answer and probabilities."""
        file = io.StringIO()
        writer = csv.writer(file, lineterminator="\n")
        names = [
            f"{key}_{what}"
            for key in self.networks()
            for what in ("answer", *(f"p{digit}" for digit in range(CLASSES)))
        ]
        writer.writerow(["drawing", "recipe", "meant", *names])
        for number, drawing in self.drawings.items():
            values: list = []
            for key in self.networks():
                shares = drawing.answers.get(key)
                values += [""] * (CLASSES + 1) if shares is None else [shares.argmax(), *(f"{p:.6f}" for p in shares)]
            writer.writerow([number + 1, drawing.recipe, "" if drawing.meant is None else drawing.meant, *values])
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
            lines = [f"{number + 1}{meant}"] + [
                f"{NETWORKS[key].title} {shares.argmax()}, {percent(float(shares.max()))}"
                for key, shares in drawing.answers.items()
            ]
            for line, text in enumerate(lines):
                pen.text((left, top + THUMBNAIL + 2 + line * LINE), text, "black", font)
        file = io.BytesIO()
        sheet.save(file, "PNG")
        return file.getvalue()


def history() -> History:
    """The history of this visit."""
    if "history" not in st.session_state:
        st.session_state.history = History()
    return st.session_state.history
