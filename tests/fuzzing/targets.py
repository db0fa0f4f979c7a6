"""All that takes bytes from outside, with sound examples and the error by which it may refuse what it is given."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs

import numpy as np
from PIL import Image

from digits import from_canvas
from digits.normalization import decode_canvas_png
from digits.photo import from_photo
from digits.picture import PhotoError
from digits.strokes import draw_strokes, strokes_from_fabric, strokes_to_fabric
from recognition import store
from recognition.store import WeightsError, read_card, verified
from tests.drawings import photo, placed
from tests.server import ROOT
from training.dataset import DataError
from training.pen_strokes import read_unipen

ROW = 4 * 280  # bytes in a row of the canvas
LINKS = (
    b"panel=Inside&network=RNN&recipe=on+MNIST+alone",
    b"panel=Poke+it&poke=Rotate&raw=true",
    b"networks=MLP&networks=CNN",
)
STROKES = """.VERSION 1.0
.COORD X Y
.SEGMENT DIGIT 0-1 OK "7"
.PEN_DOWN
1 2
3 4
.PEN_UP
.DT 3
.PEN_DOWN
5 6
7 8
.PEN_UP
"""


@dataclass(frozen=True)
class Target:
    """Something that takes bytes.

    examples: sound ones; take: what is done with bytes, given a folder to put them in.
    refusal: the error by which it may refuse them. weight: its share of the cases; slow ones get fewer.
    """

    examples: tuple[bytes, ...]
    take: Callable[[bytes, Path], object]
    refusal: type[Exception]
    weight: int = 10


def _pictures(kinds: tuple[str, ...]) -> tuple[bytes, ...]:
    drawing = Image.fromarray(draw_strokes(placed(4), 18, 280, 280))
    found = []
    for kind in kinds:
        file = io.BytesIO()
        (drawing if kind in ("PNG", "WEBP") else drawing.convert("RGB")).save(file, kind)
        found.append(file.getvalue())
    return tuple(found)


def _from_pixels(data: bytes, folder: Path) -> object:
    """Pixels as they come out of a picture's decoder, in whole rows."""
    return from_canvas(np.frombuffer(data[: len(data) // ROW * ROW], np.uint8).reshape(-1, ROW // 4, 4))


def _from_strokes(data: bytes, folder: Path) -> object:
    objects = json.loads(data.decode("utf-8", "replace"))
    return from_canvas(draw_strokes(*strokes_from_fabric(objects), 280, 280))


def _from_stroke_file(data: bytes, folder: Path) -> object:
    (folder / "digits.dat").write_bytes(data)
    return read_unipen(folder / "digits.dat")


def _from_card(data: bytes, folder: Path) -> object:
    (folder / "book" / "mlp.json").write_bytes(data)
    return read_card("mlp", "book")


def _from_weights(data: bytes, folder: Path) -> object:
    (folder / "book" / "cnn.weights.h5").write_bytes(data)
    return verified("cnn", "book")


def _from_link(data: bytes, folder: Path) -> object:
    """The page, opened by a link with this query."""
    from tests.views.page import opened

    page = opened(parse_qs(data.decode("utf-8", "replace"), keep_blank_values=True))
    assert not page.exception, page.exception[0].value
    return page


def targets() -> dict[str, Target]:
    """All of them, by what they take."""
    book = ROOT / "weights" / "book"
    strokes = json.dumps(strokes_to_fabric(placed(4), 18)).encode()
    return {
        "canvas picture": Target(
            _pictures(("PNG", "JPEG")), lambda data, _: from_canvas(decode_canvas_png(data)), ValueError
        ),
        "canvas pixels": Target((draw_strokes(placed(4), 18, 280, 280).tobytes(),), _from_pixels, ValueError),
        "canvas strokes": Target((strokes,), _from_strokes, ValueError),
        "photo": Target(
            (photo(4), *_pictures(("PNG", "WEBP", "GIF", "BMP"))), lambda d, _: from_photo(d), PhotoError, 1
        ),
        "stroke file": Target((STROKES.encode(),), _from_stroke_file, DataError),
        "card": Target(((book / "mlp.json").read_bytes(),), _from_card, WeightsError),
        "link": Target(LINKS, _from_link, ValueError, 1),
        "weights": Target(((book / "cnn.weights.h5").read_bytes()[:4000],), _from_weights, WeightsError),
    }


def prepared(folder: Path) -> Path:
    """A folder with a copy of what the targets read, and the page's weights looked for in it."""
    shutil.copytree(ROOT / "weights" / "book", folder / "book")
    store.WEIGHTS = folder
    return folder
