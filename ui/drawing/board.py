"""What stands on the canvas of one visit: strokes or a photo, and the digit that the networks get from it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import numpy as np

from digits.normalization import decode_canvas_png, ink_of, resized
from digits.numbers import number_from_ink
from digits.photo import number_from_photo
from digits.samples import sample_strokes
from digits.strokes import (
    CANVAS_SIDE,
    DEFAULT_BRUSH,
    WIDE_CANVAS,
    draw_strokes,
    strokes_from_fabric,
    strokes_to_fabric,
)

CANVAS_KEY = (
    "drawing"  # of the canvas in Streamlit's session; it never changes, so that the browser keeps the canvas it has
)
_reading = threading.Lock()  # one drawing at a time, as a forged picture takes 10 MB in passing
_looking = threading.Lock()  # one photo at a time, as it keeps a core busy for a second and takes 250 MB


@dataclass(frozen=True, eq=False)
class Normalized:
    """A drawing as the networks get it, and, to compare, the whole canvas merely resized.

    digits: of the number, left to right, uint8 (28, 28) each, white ink on black; none where nothing is drawn.
    plain: uint8 (28, 28), or None where nothing is drawn.
    """

    digits: tuple[np.ndarray, ...] = ()
    plain: np.ndarray | None = None

    @classmethod
    def from_canvas(cls, rgba: np.ndarray) -> Normalized:
        """Both, from a canvas, uint8 (h, w, 4)."""
        ink = ink_of(rgba)
        return cls(tuple(number_from_ink(ink)), resized(_square(ink)))


@dataclass(eq=False)
class Board:
    """The canvas's state in one visit.

    The browser alone changes the strokes on its canvas, at once, so that no stroke is lost that begins meanwhile.
    What is put there from here, a sample or what was drawn before a look at another page, lies under the canvas.

    under: the strokes under the canvas; drawn: those on it, as it last sent them; both as Fabric.js objects.
    normalized: what the networks get.
    number: counts the drawings of this visit; clearing the canvas ends a drawing.
    chosen: which digit of a number the bars and panels are about, counted from 0.
    photo: the digit was read from a photo, which covers the canvas.
    problem: what was wrong with the last photo, a sentence for the visitor, until something else is drawn or put here.
    wide: the visitor wants a canvas twice as wide as high.
    emptied: how often the canvas was emptied from here, in favour of a sample or a photo, or because it was sent.
    """

    under: list[dict] = field(default_factory=list)
    drawn: list[dict] = field(default_factory=list)
    normalized: Normalized = Normalized()
    number: int = 0
    chosen: int = 0
    photo: bool = False
    problem: str = ""
    wide: bool = False
    emptied: int = 0
    _begun: bool = False  # something was drawn since the last Clear
    _sent: bytes | None = None  # the picture that the canvas sent last
    _outdated: bytes | None = None  # the picture of strokes that the canvas is about to be emptied of
    _picture: np.ndarray | None = None  # of the strokes under the canvas, uint8 (280, 560, 4): as on a wide one
    _beyond: bool = False  # there is ink on the right half of a wide canvas

    @property
    def strokes(self) -> list[dict]:
        """All strokes of the drawing, as Fabric.js objects."""
        return self.under + self.drawn

    @property
    def digit(self) -> np.ndarray | None:
        """The digit, or the chosen one of a number, uint8 (28, 28); None where nothing is drawn."""
        return self.digits[self.place] if self.digits else None

    @property
    def digits(self) -> tuple[np.ndarray, ...]:
        """All digits of the number, left to right; one for a single digit, none where nothing is drawn."""
        return self.normalized.digits

    @property
    def place(self) -> int:
        """The place of the chosen digit; of the last one where the number has fewer now."""
        return max(0, min(self.chosen, len(self.digits) - 1))

    @property
    def width(self) -> int:
        """Of the canvas, in pixels; it stays wide until what is drawn on its right half is cleared."""
        return WIDE_CANVAS if self.wide or self._beyond else CANVAS_SIDE

    def settle(self) -> None:
        """Puts the strokes on the canvas under it: the browser has just got a new, empty canvas."""
        if self.drawn:
            self._lay([*self.under, *self.drawn])
            self.drawn = []

    def undo(self) -> None:
        """Removes the last stroke under the canvas; those on the canvas the browser removes."""
        if self.under and not self.drawn:
            self._lay(self.under[:-1])
            self._normalize_under()

    def clear(self) -> None:
        """Ends this drawing and begins the next; the browser has emptied its canvas already."""
        self.under, self._picture, self.normalized, self._sent = [], None, Normalized(), None
        self.photo, self.problem, self.chosen, self._beyond = False, "", 0, False
        if self._begun:
            self.number += 1
            self._begun = False

    def empty(self) -> None:
        """Ends this drawing and begins the next, where the browser has not emptied its canvas itself."""
        self._replace()
        self._begun = False

    def put_sample(self, name: str) -> None:
        """Puts a sample drawing under the canvas; one can draw on from there."""
        self._replace()
        self._lay(strokes_to_fabric(sample_strokes(name), DEFAULT_BRUSH))
        self._normalize_under()

    def put_photo(self, data: bytes) -> None:
        """Puts a photo's digits in the canvas's place; raises digits.picture.PhotoError if it holds none."""
        with _looking:
            digits = number_from_photo(data)
        self._replace()
        self.normalized, self.photo = Normalized(tuple(digits), digits[0]), True

    def read(self, picture: bytes, objects: list[dict]) -> None:
        """Takes over what the canvas sent: a PNG, and its strokes as Fabric.js objects.

        Raises ValueError or TypeError for forged data; the drawing before it stays.
        """
        strokes = list(objects)
        if self.photo or picture == self._outdated or (picture == self._sent and strokes == self.drawn):
            return
        strokes_from_fabric(objects)  # what cannot be drawn again here is not taken
        with _reading:
            rgba = decode_canvas_png(picture)
        under = None if self._picture is None else self._picture[:, : rgba.shape[1]]
        if under is not None and rgba.shape == under.shape:
            rgba = np.maximum(rgba, under)
        self._beyond = _ink_beyond(rgba)
        self.normalized, self.drawn = Normalized.from_canvas(rgba), strokes
        self._sent, self._outdated, self.problem = picture, None, ""
        self._begun = self._begun or bool(strokes)

    def _replace(self) -> None:
        """Clears everything for something else that is put here; the strokes on the canvas go with its next message."""
        outdated = self._sent
        self.clear()
        self.drawn, self._outdated, self._begun = [], outdated, True
        self.emptied += 1

    def _lay(self, strokes: list[dict]) -> None:
        """Puts strokes under the canvas; none where they are forged."""
        try:
            self._picture = draw_strokes(*strokes_from_fabric(strokes), WIDE_CANVAS, CANVAS_SIDE) if strokes else None
            self.under = strokes
        except ValueError:
            self._picture, self.under = None, []

    def _normalize_under(self) -> None:
        """Takes the strokes under the canvas for the whole drawing."""
        visible = None if self._picture is None else self._picture[:, : self.width]
        self.normalized = Normalized() if visible is None else Normalized.from_canvas(visible)
        self._beyond = visible is not None and _ink_beyond(visible)


def _ink_beyond(rgba: np.ndarray) -> bool:
    """Whether there is ink where only a wide canvas reaches."""
    return bool(rgba[:, CANVAS_SIDE:, 3].any())


def _square(ink: np.ndarray) -> np.ndarray:
    """Ink, uint8 (h, w), of a canvas as high as wide: with as much empty ground above as below."""
    missing = max(0, ink.shape[1] - ink.shape[0])
    return np.pad(ink, ((missing // 2, missing - missing // 2), (0, 0)))
