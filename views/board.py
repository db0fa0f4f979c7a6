"""What stands on the canvas of one visit: strokes or a photo, and the digit that the networks get from it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from digits import from_canvas, plain_resize
from digits.normalization import decode_canvas_png
from digits.photo import from_photo
from digits.samples import sample_strokes
from digits.strokes import CANVAS_SIDE, DEFAULT_BRUSH, draw_strokes, strokes_from_fabric, strokes_to_fabric


@dataclass(frozen=True, eq=False)
class Normalized:
    """A drawing as the networks get it, and, to compare, the whole canvas merely resized.

    digit, plain: uint8 (28, 28), white ink on black; None where nothing is drawn.
    """

    digit: np.ndarray | None = None
    plain: np.ndarray | None = None

    @classmethod
    def from_canvas(cls, rgba: np.ndarray) -> Normalized:
        """Both, from a canvas, uint8 (h, w, 4)."""
        return cls(from_canvas(rgba), plain_resize(rgba))


@dataclass(eq=False)
class Board:
    """The canvas's state in one visit.

    mounted: counts the canvases of this visit; mounting another is the only way to change a canvas from here.
    start: the strokes that this one was mounted with; strokes: those on it now, both as Fabric.js objects.
    normalized: what the networks get.
    number: counts the drawings of this visit; clearing the canvas ends a drawing.
    earlier: what the networks got from fewer strokes, by their number, for Undo.
    photo: the digit was read from a photo, which stands in the canvas's place.
    """

    mounted: int = 0
    start: list[dict] = field(default_factory=list)
    strokes: list[dict] = field(default_factory=list)
    normalized: Normalized = Normalized()
    number: int = 0
    earlier: dict[int, Normalized] = field(default_factory=dict)
    photo: bool = False

    @property
    def key(self) -> str:
        """The key of the canvas in Streamlit's session."""
        return f"canvas-{self.mounted}"

    @property
    def digit(self) -> np.ndarray | None:
        """uint8 (28, 28), or None where nothing is drawn."""
        return self.normalized.digit

    def remount(self) -> None:
        """Replaces the canvas by a new one with the same strokes."""
        self.mounted += 1
        self.start = self.strokes

    def undo(self) -> None:
        """Removes the last stroke. A canvas just mounted sends no picture: the digit is remembered or drawn here."""
        self.earlier.pop(len(self.strokes), None)
        self.strokes = self.strokes[:-1]
        try:
            self.normalized = self.earlier.get(len(self.strokes)) or self._drawn()
        except ValueError:  # forged strokes
            self.clear()
        self.remount()

    def clear(self) -> None:
        """Ends this drawing and begins the next."""
        self.strokes, self.normalized, self.earlier, self.photo = [], Normalized(), {}, False
        self.number += 1
        self.remount()

    def put_sample(self, name: str) -> None:
        """Puts a sample drawing on the canvas; one can draw on from there."""
        self.clear()
        self.strokes = self.start = strokes_to_fabric(sample_strokes(name), DEFAULT_BRUSH)
        self.normalized = self._drawn()

    def put_photo(self, data: bytes) -> None:
        """Puts a photo's digit in the canvas's place; raises digits.picture.PhotoError if it holds none."""
        digit = from_photo(data)
        self.clear()
        self.normalized, self.photo = Normalized(digit, digit), True

    def read(self, picture: bytes, objects: list[dict]) -> None:
        """Takes over what the canvas sent: a PNG, and its strokes as Fabric.js objects.

        Raises ValueError or TypeError for forged data; the drawing before it stays.
        """
        strokes = list(objects)
        self.normalized, self.strokes = Normalized.from_canvas(decode_canvas_png(picture)), strokes
        self.earlier[len(strokes)] = self.normalized

    def _drawn(self) -> Normalized:
        """From the strokes alone, where the canvas sent several at once and Undo takes one back."""
        return Normalized.from_canvas(draw_strokes(*strokes_from_fabric(self.strokes), CANVAS_SIDE, CANVAS_SIDE))
