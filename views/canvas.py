"""The canvas one draws on, with its brush, Undo and Clear, and the digit that stands on it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import streamlit as st
from streamlit_drawable_canvas import CanvasResult, st_canvas

from models import digit, ink
from models.photo import from_photo
from views import pictures
from views.samples import SAMPLES

SIZE = 280  # pixels on each side of what one sees; fits a phone 320 pixels wide
BRUSH = (10, 30)  # diameters in pixels
DEFAULT_BRUSH = 18


@dataclass(frozen=True)
class Made:
    """What is made of a drawing: the digit that the networks get, and, to compare, the plain resize.

    digit, plain: uint8 (28, 28), white ink on black; None where there is no digit yet.
    """

    digit: np.ndarray | None = None
    plain: np.ndarray | None = None

    @classmethod
    def of(cls, rgba: np.ndarray) -> Made:
        return cls(digit.from_canvas(rgba), digit.resized(rgba))


@dataclass
class Board:
    """What stands on the canvas of one visit.

    mounted: counts the canvases of this visit; mounting another is the only way to change a canvas from here.
    start: the strokes that this one was mounted with; strokes: those on it now, both as Fabric.js objects.
    made: the digit made of them.
    number: counts the drawings of this visit; one ends when it is cleared.
    seen: what was made of fewer strokes, by their number, for Undo.
    photo: the digit was read from a photo, and stands in the canvas's place.
    """

    mounted: int = 0
    start: list[dict] = field(default_factory=list)
    strokes: list[dict] = field(default_factory=list)
    made: Made = Made()
    number: int = 0
    seen: dict[int, Made] = field(default_factory=dict)
    photo: bool = False

    @property
    def key(self) -> str:
        return f"canvas-{self.mounted}"

    @property
    def digit(self) -> np.ndarray | None:
        return self.made.digit

    def remount(self) -> None:
        self.mounted += 1
        self.start = self.strokes

    def undo(self) -> None:
        """Takes the last stroke back. A canvas just mounted sends no picture: the digit is remembered or drawn here."""
        self.seen.pop(len(self.strokes), None)
        self.strokes = self.strokes[:-1]
        try:
            self.made = self.seen[len(self.strokes)] if len(self.strokes) in self.seen else self._drawn()
        except ValueError:  # forged strokes
            self.clear()
        self.remount()

    def clear(self) -> None:
        self.strokes, self.made, self.seen, self.photo = [], Made(), {}, False
        self.number += 1
        self.remount()

    def put_sample(self, name: str) -> None:
        """Puts a sample drawing on the canvas, to be gone on with."""
        self.clear()
        strokes = [np.array(stroke) * SIZE * 0.72 + SIZE * 0.14 for stroke in SAMPLES[name]]
        self.strokes = self.start = ink.to_fabric(strokes, DEFAULT_BRUSH)
        self.made = self._drawn()

    def put_photo(self, data: bytes) -> None:
        """Puts a photo's digit in the canvas's place; raises models.picture.PhotoError if none can be read from it."""
        found = from_photo(data)
        self.clear()
        self.made, self.photo = Made(found, found), True

    def read(self, result: CanvasResult) -> None:
        """Takes over what the canvas sent; a canvas that was just mounted has sent nothing yet."""
        picture = result.image_bytes
        if picture is not None:
            strokes = list(result.json_data["objects"])
            self.made, self.strokes = Made.of(digit.from_png(picture)), strokes
            self.seen[len(strokes)] = self.made

    def _drawn(self) -> Made:
        """What is made of strokes that the canvas sent together, as it does when a hand is faster than the page."""
        return Made.of(ink.draw(*ink.from_fabric(self.strokes), SIZE, SIZE))


def board() -> Board:
    """The board of this visit."""
    if "board" not in st.session_state:
        st.session_state.board = Board()
    return st.session_state.board


def canvas() -> Board:
    """Draws the canvas and its controls; returns the board with the newest drawing on it."""
    this = board()
    if this.key not in st.session_state and not this.photo:  # Streamlit forgets a canvas while another page is shown
        this.remount()
    width = st.session_state.get("brush", DEFAULT_BRUSH)
    with st.container(key="canvas", width=SIZE):
        if this.photo:
            st.html(f'<img src="{pictures.digit(this.digit)}" alt="the digit read from your photo">')
        else:
            _canvas(this, width)
    with st.container(key="controls", width=SIZE, horizontal=True, vertical_alignment="bottom"):
        st.slider("Brush", *BRUSH, value=DEFAULT_BRUSH, key="brush", format="%d px")
        st.button("Undo", on_click=this.undo, disabled=not this.strokes)
        st.button("Clear", on_click=this.clear, disabled=not this.strokes and not this.photo)
    return this


def _canvas(this: Board, width: int) -> None:
    try:
        this.read(
            st_canvas(
                stroke_width=width,
                stroke_color="white",
                height=SIZE,
                width=SIZE,
                initial_drawing={"objects": this.start},
                return_image_data=True,
                key=this.key,
            )
        )
    except (ValueError, TypeError, KeyError, AttributeError):  # whatever a forged message holds
        st.warning("The drawing could not be read; please draw it again.")
