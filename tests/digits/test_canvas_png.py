"""The canvas's PNG is decoded; anything else in its place is refused before it costs memory or time."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from digits.normalization import MAX_PNG_PIXELS, decode_canvas_png
from digits.strokes import draw_strokes
from tests.drawings import placed

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def picture(kind: str = "PNG", **options) -> bytes:
    file = io.BytesIO()
    image = Image.fromarray(draw_strokes(placed(7), 18, 280, 280))
    (image if kind == "PNG" else image.convert("RGB")).save(file, kind, **options)
    return file.getvalue()


def saved(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def header(width: int, height: int) -> bytes:
    return SIGNATURE + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0))


class Decoded(BaseException):
    """The pixels were decoded; a BaseException, so that no handler catches it by accident."""


@pytest.fixture
def no_decoding(monkeypatch):
    """Fails the test if any pixels are decoded."""

    def decode(*_):
        raise Decoded

    monkeypatch.setattr(PngImagePlugin.PngImageFile, "load", decode)


def test_a_canvas_png_is_decoded_to_its_exact_pixels():
    np.testing.assert_array_equal(decode_canvas_png(picture()), draw_strokes(placed(7), 18, 280, 280))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_every_8_bit_mode_becomes_rgba(mode):
    grey = Image.fromarray(np.repeat(np.arange(0, 250, 50, dtype=np.uint8), 8).reshape(5, 8))
    image = grey.convert("RGB").quantize(8) if mode == "P" else grey.convert(mode)
    rgba = decode_canvas_png(saved(image))
    assert rgba.dtype == np.uint8
    np.testing.assert_array_equal(rgba, np.asarray(image.convert("RGBA")))
    if mode != "1":
        np.testing.assert_array_equal(rgba[..., 0], np.asarray(grey))
        assert (rgba[..., 3] == 255).all()


def test_a_palette_keeps_its_transparency():
    image = Image.fromarray(np.array([[0, 1]], np.uint8), "P")
    image.putpalette([255, 255, 255, 9, 9, 9])
    file = io.BytesIO()
    image.save(file, "PNG", transparency=0)
    assert decode_canvas_png(file.getvalue()).tolist() == [[[255, 255, 255, 0], [9, 9, 9, 255]]]


def test_a_16_bit_png_keeps_its_shades_or_is_refused():
    shades = np.array([[0, 257 * 40, 257 * 200, 65_535]], np.uint16)
    try:
        rgba = decode_canvas_png(saved(Image.fromarray(shades)))
    except ValueError:
        return
    assert rgba[0, :, 0].tolist() == pytest.approx([0, 40, 200, 255], abs=1)


@pytest.mark.parametrize("kind", ["JPEG", "GIF", "BMP", "WEBP"])
def test_another_format_is_refused(kind):
    with pytest.raises(ValueError, match="expected the drawing as a PNG picture"):
        decode_canvas_png(picture(kind))


@pytest.mark.parametrize(
    "data",
    [b"", b"\x89PNG", SIGNATURE, b"7" * 1000, header(280, 280)],
    ids=["empty", "4 bytes", "signature", "text", "header"],
)
def test_data_that_is_not_a_picture_is_refused(data):
    with pytest.raises(ValueError, match="expected the drawing as a PNG picture"):
        decode_canvas_png(data)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_png_is_refused(share):
    data = picture()
    with pytest.raises(ValueError, match="expected the drawing as a PNG picture"):
        decode_canvas_png(data[: int(share * len(data))])


def test_a_flipped_bit_is_detected():
    data = bytearray(picture())
    data[len(data) // 2] ^= 1
    with pytest.raises(ValueError, match="expected the drawing as a PNG picture"):
        decode_canvas_png(bytes(data))


@pytest.mark.parametrize(
    "name", [b"iCCP", b"gAMA", b"pHYs", b"tRNS", b"PLTE", b"zTXt", b"iTXt", b"acTL", b"fcTL", b"cHRM", b"IHDR"]
)
@pytest.mark.parametrize(
    "data", [b"", b"\x00", b"\xff" * 5, b"\x00" * 30], ids=["empty", "1 byte", "5 bytes", "30 bytes"]
)
@pytest.mark.parametrize("place", ["before", "after"])
@pytest.mark.filterwarnings("ignore:Invalid APNG")
def test_a_forged_chunk_is_ignored_or_refused_with_a_value_error(name, data, place):
    whole = picture()
    at = len(header(1, 1)) if place == "before" else len(whole) - 12
    try:
        rgba = decode_canvas_png(whole[:at] + chunk(name, data) + whole[at:])
    except ValueError:
        return
    assert rgba.ndim == 3 and rgba.shape[2] == 4


@pytest.mark.parametrize(
    ("width", "height"), [(640, 641), (2561, 1), (1, 20_000_000), (4096, 4096), (2**31 - 1, 2**31 - 1)]
)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_decompression_bomb_is_refused_by_its_header(no_decoding, width, height):
    data = header(width, height) + chunk(b"IDAT", zlib.compress(bytes(1_000_000))) + chunk(b"IEND", b"")
    with pytest.raises(ValueError, match="pixels"):
        decode_canvas_png(data)


def test_the_largest_allowed_png_is_decoded(no_decoding):
    assert MAX_PNG_PIXELS == 640 * 640
    with pytest.raises(Decoded):
        decode_canvas_png(header(640, 640) + chunk(b"IDAT", b"") + chunk(b"IEND", b""))
