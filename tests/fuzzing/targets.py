"""The fuzzing targets: everything that takes bytes from outside, with valid examples and the error it may raise."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs

import numpy as np
import pillow_heif
from PIL import Image

from digits import from_canvas
from digits.photo import numbers_from_photo
from digits.picture import PhotoError, decode_canvas_png
from digits.strokes import draw_strokes, strokes_from_fabric, strokes_to_fabric
from recognition import store
from recognition.store import WeightsError, read_card, verified
from rooms import hosting, joining, sending
from rooms.database import Database, opened
from rooms.limits import Limits, RoomError, UnknownRoom
from tests.drawings import photo, placed
from tests.page_server import ROOT
from training.data.dataset import DataError
from training.data.pen_digits import read_unipen
from ui.room import store as room_store

ROW = 4 * 280  # bytes in a row of the canvas
LINKS = (
    b"panel=Inside&network=RNN&recipe=on+MNIST+alone",
    b"panel=Which+ink%3F&raw=true",
    b"networks=MLP&networks=CNN",
    b"room=KXWM4T&invited=65863ecbfadc017a&me=M2RcP0hx0y_Ij1xNagoJXmPhJxZ0OQh6",
)
WORDS = (
    b"KXWM4T",
    b"M2RcP0hx0y_Ij1xNagoJXmPhJxZ0OQh6",
    b"65863ecbfadc017a",
    b"' OR 1=1; DROP TABLE rooms; --",
    b"<script>",
)
SHARES = [0.1] * 10
DRAWING = sending.Drawing("id", 1, None, bytes(784), [], {"mlp": SHARES}, "drawn")
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
    """A function that takes bytes.

    examples: valid inputs; take: the function, which also gets a folder for files.
    refusal: the error that it may raise. weight: its share of the cases; slow targets get fewer.
    """

    examples: tuple[bytes, ...]
    take: Callable[[bytes, Path], object]
    refusal: type[Exception] | tuple[type[Exception], ...]
    weight: int = 40


def _pictures(kinds: tuple[str, ...]) -> tuple[bytes, ...]:
    pillow_heif.register_heif_opener()
    drawing = Image.fromarray(draw_strokes(placed(4), 18, 280, 280))
    pictures = []
    for kind in kinds:
        file = io.BytesIO()
        (drawing if kind in ("PNG", "WEBP") else drawing.convert("RGB")).save(file, kind)
        pictures.append(file.getvalue())
    return tuple(pictures)


def _from_pixels(data: bytes, folder: Path) -> object:
    """Decoded pixels, in whole rows."""
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
    """Opens the page with this query string."""
    from tests.ui import page as pages

    page = pages.opened(parse_qs(data.decode("utf-8", "replace"), keep_blank_values=True))
    assert not page.exception, page.exception[0].value
    return page


def _from_room_words(data: bytes, folder: Path) -> object:
    """A code, a token, an id of a drawing, the name of a network: whatever text a forged message or link may hold."""
    database, member = _room(str(folder))
    text = data.decode("utf-8", "replace")
    for call in (joining.rejoin, hosting.host):
        try:
            call(database, text, text)
            raise AssertionError(f"{text!r} is a token")
        except RoomError:
            pass
    try:
        joining.find_room(database, text)
        raise AssertionError(f"{text!r} is a code")
    except UnknownRoom:
        pass
    return sending.send(database, member, replace(DRAWING, client_id=text, recipe=text, probabilities={text: SHARES}))


def _from_room_strokes(data: bytes, folder: Path) -> object:
    """Strokes as a canvas sends them, on their way into a room."""
    database, member = _room(str(folder))
    strokes = strokes_from_fabric(json.loads(data.decode("utf-8", "replace")))[0]
    sent = replace(DRAWING, client_id=hashlib.sha256(data).hexdigest(), strokes=[one.tolist() for one in strokes])
    return sending.send(database, member, sent)


@cache
def _room(folder: str) -> tuple[Database, joining.Membership]:
    """A room without the limits that would end a long round of fuzzing."""
    limits = Limits(seconds_between=0, drawings_each=10**9, most_drawings=10**9, most_bytes=10**12, wrong_codes=10**9)
    database = opened(f"sqlite:///{folder}/fuzzed.sqlite", limits)
    return database, joining.join(database, hosting.open_room(database).room_id)


def targets() -> dict[str, Target]:
    """All targets by name."""
    book = ROOT / "weights" / "book"
    strokes = json.dumps(strokes_to_fabric(placed(4), 18)).encode()
    return {
        "canvas picture": Target(
            _pictures(("PNG", "JPEG")), lambda data, _: from_canvas(decode_canvas_png(data)), ValueError
        ),
        "canvas pixels": Target((draw_strokes(placed(4), 18, 280, 280).tobytes(),), _from_pixels, ValueError),
        "canvas strokes": Target((strokes,), _from_strokes, ValueError),
        "photo": Target(
            (photo(4), *_pictures(("PNG", "WEBP", "GIF", "BMP", "TIFF", "HEIF"))),
            lambda data, _: numbers_from_photo(data),
            PhotoError,
            1,
        ),
        "stroke file": Target((STROKES.encode(),), _from_stroke_file, DataError),
        "card": Target(((book / "mlp.json").read_bytes(),), _from_card, WeightsError),
        "link": Target(LINKS, _from_link, ValueError, 1),
        "room words": Target(WORDS, _from_room_words, RoomError, 3),
        "room strokes": Target((strokes,), _from_room_strokes, (ValueError, RoomError), 3),
        "weights": Target(((book / "cnn.weights.h5").read_bytes()[:4000],), _from_weights, WeightsError),
    }


def prepared(folder: Path) -> Path:
    """Copies what the targets read to a folder, and makes the page read its weights from there."""
    shutil.copytree(ROOT / "weights" / "book", folder / "book")
    store.WEIGHTS = folder
    room_store.FOLDER = folder / "rooms"
    return folder
