"""The canvas's state in a visit: its strokes or photo, and the digits that the networks get from it."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from digits.normalization import ink_of
from digits.numbers import number_from_ink
from digits.photo import Reading, read_photo, read_picture
from digits.picture import PhotoError, decode_canvas_png
from digits.samples import sample_strokes
from digits.strokes import (
    CANVAS_SIDE,
    DEFAULT_BRUSH,
    WIDE_CANVAS,
    draw_strokes,
    strokes_from_fabric,
    strokes_to_fabric,
)
from language import _
from ui.shared import session

CANVAS_KEY = "drawing"  # of the canvas component; it never changes, so that the browser keeps the canvas it has


@dataclass(eq=False)
class Board:
    """The canvas's state in one visit.

    Only the browser changes the strokes on its canvas, at once, so that no stroke is lost that begins meanwhile.
    What the server puts there, a sample or the drawing from before another page was shown, lies under the canvas.

    background: the strokes under the canvas; foreground: those on it, as it last sent them; both as Fabric.js objects.
    digits: of the number, left to right, uint8 (28, 28) each; one for a single digit, none for an empty canvas.
    number: counts the drawings of this visit; clearing the canvas ends a drawing.
    chosen: the digit that the bars and panels are about, counted from 0.
    photo: the digits are pictures that cover the canvas: of a photo, or of an earlier drawing.
    sheet: the photo that was read, with the place of each digit. line: the one of its lines that the page is about.
    problem: a sentence about the last photo, until something else is drawn or put here.
    wide: the visitor wants a canvas twice as wide as high.
    again: the number of an earlier drawing that stands here again, as a picture, or None.
    emptied: how often the server emptied the canvas, for a sample or a photo, or because the drawing was sent.
    """

    background: list[dict] = field(default_factory=list)
    foreground: list[dict] = field(default_factory=list)
    digits: tuple[np.ndarray, ...] = ()
    number: int = 0
    chosen: int = 0
    photo: bool = False
    sheet: Reading | None = None
    line: int = 0
    problem: str = ""
    wide: bool = False
    again: int | None = None
    emptied: int = 0
    _begun: bool = False  # something was drawn since the last Clear
    _sent: bytes | None = None  # the picture that the canvas sent last
    _outdated: bytes | None = None  # the picture of strokes that the canvas is about to be emptied of
    _background_ink: np.ndarray | None = None  # uint8 (280, 560): as on a wide canvas
    checksum: int | None = None  # CRC-32 of the ink on the canvas itself, as browsers compute it; None for an empty one
    _ink: np.ndarray | None = None  # of the whole drawing, uint8 (280, 280) or (280, 560)

    @property
    def strokes(self) -> list[dict]:
        """All strokes of the drawing, as Fabric.js objects."""
        return self.background + self.foreground

    @property
    def digit(self) -> np.ndarray | None:
        """The digit, or the chosen one of a number, uint8 (28, 28); None where nothing is drawn."""
        return self.digits[self.place] if self.digits else None

    @property
    def place(self) -> int:
        """The place of the chosen digit; of the last one where the number has fewer now."""
        return max(0, min(self.chosen, len(self.digits) - 1))

    @property
    def drawing(self) -> int:
        """The number of the drawing that stands here, in the visit's history."""
        return self.number if self.again is None else self.again

    @property
    def is_foreign(self) -> bool:
        """The drawing does not stand on the canvas itself: it is a photo, a sample or an earlier drawing."""
        return self.photo or bool(self.background)

    @property
    def width(self) -> int:
        """The canvas's width in pixels; it stays wide until its right half is cleared."""
        return WIDE_CANVAS if self.wide or self._reaches_beyond() else CANVAS_SIDE

    def commit(self) -> None:
        """Put the strokes on the canvas under it, because the browser has just got a new, empty canvas."""
        if self.foreground:
            self._set_background(self.strokes)
            self.foreground = []

    def undo(self) -> None:
        """Remove the last stroke under the canvas; those on the canvas the browser removes."""
        if self.background and not self.foreground:
            self._set_background(self.background[:-1])
            self._read_background()

    def clear(self) -> None:
        """End this drawing and begin the next; the browser has emptied its canvas already."""
        self.background, self._background_ink, self._sent = [], None, None
        self._set_ink(None)
        self.checksum = None
        self.photo, self.problem, self.chosen, self.again = False, "", 0, None
        self.sheet, self.line = None, 0
        if self._begun:
            self.number += 1
            self._begun = False

    def empty(self) -> None:
        """End this drawing and begin the next where the browser has not emptied its canvas itself."""
        self._replace()
        self._begun = False

    def put_sample(self, name: str) -> None:
        """Put a sample under the canvas, where it can be drawn on."""
        self._replace()
        self._set_background(strokes_to_fabric(sample_strokes(name), DEFAULT_BRUSH))
        self._read_background()

    def put_photo(self, data: bytes) -> None:
        """Put a photo in the canvas's place; raises digits.picture.PhotoError if it holds no digits."""
        self._put_sheet(read_photo(data))

    def turn_photo(self) -> None:
        """Turn the photo by a quarter to the right, and read it again."""
        if self.sheet is None:
            return
        try:
            self._put_sheet(read_picture(self.sheet.picture, quarter_turns=-1))
        except PhotoError:  # it stands on its side, where nothing looks like a digit
            picture = np.ascontiguousarray(np.rot90(self.sheet.picture, -1))
            self._put_sheet(replace(self.sheet, picture=picture, lines=(), unread=()))
            self.problem = _("Nothing on the photo looks like a digit this way up.")

    def choose_line(self, line: int) -> None:
        """Make the page be about another line of the photo."""
        if self.sheet is not None:
            sheet = self.sheet
            self._put_sheet(sheet)
            self.line = line
            self.digits = sheet.lines[line].digits

    def put_again(self, number: int, digits: Sequence[np.ndarray]) -> None:
        """Put an earlier drawing of the visit in the canvas's place, as the networks got it."""
        self._replace()
        self.digits, self.photo, self.again = tuple(digits), True, number

    def read(self, picture: bytes, objects: list[dict]) -> None:
        """Take over what the canvas sent: a PNG, and its strokes as Fabric.js objects.

        Raises ValueError or TypeError for forged data; the drawing before it stays.
        """
        strokes = list(objects)
        if self.photo or picture == self._outdated or (picture == self._sent and strokes == self.foreground):
            return
        strokes_from_fabric(objects)  # refuses what could not be drawn again here
        alpha = decode_canvas_png(picture)[..., 3]  # the pen is white; browsers differ in the colour of soft edges
        ink = np.ascontiguousarray(alpha)
        checksum = zlib.crc32(ink.tobytes()) if ink.any() else None
        background = None if self._background_ink is None else self._background_ink[:, : ink.shape[1]]
        if background is not None and ink.shape == background.shape:
            ink = np.maximum(ink, background)
        self._set_ink(ink)
        self.checksum = checksum
        self.foreground, self._sent, self._outdated, self.problem = strokes, picture, None, ""
        self._begun = self._begun or bool(strokes)

    def _put_sheet(self, sheet: Reading) -> None:
        self._replace()
        self.sheet, self.photo = sheet, True
        self.digits = sheet.lines[0].digits if sheet.lines else ()

    def _replace(self) -> None:
        """Clear everything for something else; the strokes on the canvas go with its next message."""
        outdated = self._sent
        self.clear()
        self.foreground, self._outdated, self._begun = [], outdated, True
        self.emptied += 1

    def _set_background(self, strokes: list[dict]) -> None:
        """Put strokes under the canvas; none where they are forged."""
        try:
            picture = draw_strokes(*strokes_from_fabric(strokes), WIDE_CANVAS, CANVAS_SIDE) if strokes else None
        except ValueError:
            picture, strokes = None, []
        self._background_ink = None if picture is None else ink_of(picture)
        self.background = strokes

    def _read_background(self) -> None:
        """Take the strokes under the canvas for the whole drawing."""
        self._set_ink(None if self._background_ink is None else self._background_ink[:, : self.width])

    def _set_ink(self, ink: np.ndarray | None) -> None:
        self._ink = ink
        self.digits = () if ink is None else tuple(number_from_ink(ink))

    def _reaches_beyond(self) -> bool:
        """True with ink where only a wide canvas reaches."""
        return self._ink is not None and bool(self._ink[:, CANVAS_SIDE:].any())


def current_board() -> Board:
    """The canvas's state in this visit."""
    return session.kept(session.BOARD, Board)
