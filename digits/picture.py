"""Pictures from visitors, decoded within bounds: photos, and the PNG that the canvas sends.

A picture may be forged, so its size is checked before its pixels are decoded. One photo at a time is read in a process
(one_photo); a canvas's PNG takes at most 27 milliseconds and a few megabytes.
"""

from __future__ import annotations

import contextlib
import io
import threading
import warnings

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

MAX_PHOTO_BYTES = 10_000_000
MAX_PHOTO_PIXELS = 20_000_000  # decoding takes up to 9 bytes for each
MAX_WEBP_PIXELS = 16_000_000  # libwebp takes 16 bytes for each
MAX_PHOTO_SIDE = 20_000  # pixels; Pillow takes 28 bytes for each row, however short
FORMATS = {  # those of cameras and screenshots, with their file suffixes; TIFF is left out, as it can hide too much
    "JPEG": ("jpg", "jpeg"),
    "PNG": ("png",),
    "WEBP": ("webp",),
    "GIF": ("gif",),
    "BMP": ("bmp",),
}
SUFFIXES = tuple(suffix for suffixes in FORMATS.values() for suffix in suffixes)
MAX_MARKERS = {b"\xff\xda\x00": 64, b"zTXt": 16, b"iTXt": 16}  # scans of a JPEG, texts of a PNG; more take minutes
MAX_PNG_CHUNKS = 20_000  # a photo of 10 MB has about 1,300; Pillow reads each in Python
DECODED_SIDE = 640  # pixels on the longer side of the decoded photo
MAX_CANVAS_PIXELS = 640 * 640  # a canvas sends 280 x 280 or 560 x 280
MAX_CANVAS_SIDE = 2560  # pixels
MAX_CANVAS_CHUNKS = 1_000  # a canvas sends a dozen

# Held while a photo is read, from decoding to its digits: that takes up to 250 MB and keeps a core busy for a second.
# Decoding needs it for a third reason: Python's warning filters are shared by all threads.
one_photo = threading.RLock()


class PhotoError(ValueError):
    """A file that gives no digit; the message tells the visitor why, and what to do."""


def decode(data: bytes) -> np.ndarray:
    """Decode a photo: upright, its first frame if it has several, transparent parts filled with paper.

    data: a file in one of FORMATS, at most MAX_PHOTO_BYTES and MAX_PHOTO_PIXELS; decoding takes up to 250 MB.
    Returns uint8 (h, w), grey, its longer side at most DECODED_SIDE. Raises PhotoError if the file cannot be read.
    """
    if len(data) > MAX_PHOTO_BYTES:
        raise PhotoError(
            f"Expected a photo of at most {MAX_PHOTO_BYTES // 10**6} MB, got {len(data) / 10**6:.1f} MB; "
            "take it at a lower resolution, or crop it to the digit."
        )
    markers = any(data.count(marker) > limit for marker, limit in MAX_MARKERS.items())
    if markers or _has_more_chunks(data, MAX_PNG_CHUNKS):
        raise PhotoError(
            "Expected an ordinary photo, got a file that would take minutes to read; send a screenshot of it instead."
        )
    try:
        with one_photo, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _decode(data)
    except PhotoError:
        raise
    except Exception as error:  # Pillow raises many kinds of exception for damaged files
        raise PhotoError(
            f"Expected a photo as {', '.join([*FORMATS][:-1])} or {[*FORMATS][-1]}, got {_describe(data, error)}; "
            "take the photo again, or save it as JPEG."
        ) from error


def decode_canvas_png(data: bytes) -> np.ndarray:
    """Decode the picture that a canvas sends.

    data: a PNG file. Returns uint8 (h, w, 4). Raises ValueError if it is not a PNG, is damaged or has too many pixels.
    """
    try:
        if _has_more_chunks(data, MAX_CANVAS_CHUNKS):
            raise ValueError(f"more than {MAX_CANVAS_CHUNKS} chunks")
        with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
            if image.width * image.height > MAX_CANVAS_PIXELS or max(image.size) > MAX_CANVAS_SIDE:
                raise ValueError(f"{image.width} x {image.height} pixels, more than a canvas has")
            if image.mode.startswith("I"):
                raise ValueError("16 bits for each colour, expected 8")
            return np.asarray(image.convert("RGBA"))
    except Exception as error:  # Pillow raises many kinds of exception for damaged files
        raise ValueError(f"expected the drawing as a PNG picture: {error}") from error


def _decode(data: bytes) -> np.ndarray:
    """Decode without translating errors; raises whatever Pillow raises."""
    image: Image.Image = Image.open(io.BytesIO(data), formats=tuple(FORMATS))
    limit = MAX_WEBP_PIXELS if image.format == "WEBP" else MAX_PHOTO_PIXELS
    if image.width * image.height > limit or max(image.size) > MAX_PHOTO_SIDE:
        raise PhotoError(
            f"Expected a photo of at most {limit // 10**6} megapixels and {MAX_PHOTO_SIDE:,} pixels a side, "
            f"got {image.width} x {image.height} pixels; take it at a lower resolution, or crop it to the digit."
        )
    image.draft("L", (DECODED_SIDE, DECODED_SIDE))  # decodes a JPEG at a reduced size
    image.load()
    if image.has_transparency_data and image.mode != "RGBA":
        image = image.convert("RGBA")
    elif image.mode in ("P", "1"):  # resizing averages levels, which these do not have
        image = image.convert("RGB" if image.mode == "P" else "L")
    if (scale := DECODED_SIDE / max(image.size)) < 1:
        image = image.resize([max(1, round(scale * side)) for side in image.size], Image.Resampling.BOX)
    with contextlib.suppress(Exception):  # a damaged orientation tag is ignored
        image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I;16"):
        return (np.asarray(image) >> 8).astype(np.uint8)
    grey = np.asarray(image.convert("L"))
    return grey if image.mode != "RGBA" else _fill_transparency(grey, np.asarray(image)[..., 3])


def _has_more_chunks(data: bytes, most: int) -> bool:
    """Return whether a file is a PNG of more than so many chunks."""
    count, place = 0, 8 if data.startswith(b"\x89PNG") else len(data)
    while place < len(data) and count <= most:
        count, place = count + 1, place + 12 + int.from_bytes(data[place : place + 4])
    return count > most


def _fill_transparency(grey: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Fill transparent parts: with the photo's own level, or with the opposite if only ink is opaque; uint8 (h, w)."""
    opaque = alpha >= 128
    level = np.median(grey[opaque]) if opaque.any() else 255
    if opaque.mean() < 0.5:
        level = 0 if level >= 128 else 255
    opacity = alpha / np.float32(255)
    return np.rint(opacity * grey + (1 - opacity) * level).astype(np.uint8)


def _describe(data: bytes, error: Exception) -> str:
    """The kind of file that could not be read, for the error message."""
    if not data:
        return "an empty file"
    if data.startswith(b"%PDF"):
        return "a PDF"
    if data[4:8] == b"ftyp":
        return "an AVIF picture" if data[8:12] in (b"avif", b"avis") else "a HEIC picture or a video"
    if isinstance(error, Image.DecompressionBombError):
        return f"one with more than {MAX_PHOTO_PIXELS // 10**6} megapixels"
    return "something else" if isinstance(error, UnidentifiedImageError) else "one that is damaged or incomplete"
