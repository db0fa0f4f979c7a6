"""The canvas's PNG is decoded; anything else in its place is refused before it costs memory or time."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from digits.picture import decode_canvas_png
from digits.strokes import draw_strokes
from tests.drawings import placed

SIGNATURE = b"\x89PNG\r\n\x1a\n"
DRAWING = draw_strokes(placed(7), 18, 280, 280)
REFUSED = "expected the drawing as a PNG picture"


def saved(image: Image.Image, kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def header(width: int, height: int) -> bytes:
    return SIGNATURE + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0))


@pytest.mark.parametrize("mode", ["L", "P", "RGBA"])
def test_a_png_of_every_8_bit_mode_is_decoded_to_its_exact_pixels(mode):
    image = Image.fromarray(DRAWING).convert("RGB").quantize(8) if mode == "P" else Image.fromarray(DRAWING)
    image = image if mode == "P" else image.convert(mode)
    np.testing.assert_array_equal(decode_canvas_png(saved(image)), np.asarray(image.convert("RGBA")))


def test_other_data_is_refused():
    whole = saved(Image.fromarray(DRAWING))
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 1
    jpeg = saved(Image.fromarray(DRAWING).convert("RGB"), "JPEG")
    deep = saved(Image.fromarray(np.array([[0, 65_535]], np.uint16)))
    crumbs = header(280, 280) + 50_000 * chunk(b"IDAT", b"")
    half = whole[: len(whole) // 2]
    for data in (b"", SIGNATURE, b"7" * 1000, header(280, 280), half, bytes(flipped), jpeg, deep, crumbs):
        with pytest.raises(ValueError, match=REFUSED):
            decode_canvas_png(data)


@pytest.mark.filterwarnings("ignore:Invalid APNG")
def test_forged_chunks_are_ignored_or_refused_with_a_value_error():
    whole = saved(Image.fromarray(DRAWING))
    for name in (b"iCCP", b"gAMA", b"tRNS", b"PLTE", b"zTXt", b"iTXt", b"acTL", b"fcTL", b"IHDR"):
        for data in (b"", b"\xff" * 5, b"\x00" * 30):
            for at in (len(header(1, 1)), len(whole) - 12):
                try:
                    assert decode_canvas_png(whole[:at] + chunk(name, data) + whole[at:]).shape[2] == 4
                except ValueError as error:
                    assert REFUSED in str(error)


@pytest.mark.parametrize(("width", "height"), [(640, 641), (2561, 1), (1, 20_000_000), (2**31 - 1, 2**31 - 1)])
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_decompression_bomb_is_refused_by_its_header(monkeypatch, width, height):
    monkeypatch.setattr(PngImagePlugin.PngImageFile, "load", lambda *_: pytest.fail("decoded"))
    with pytest.raises(ValueError, match="pixels"):
        decode_canvas_png(header(width, height) + chunk(b"IDAT", zlib.compress(bytes(1_000_000))) + chunk(b"IEND", b""))
