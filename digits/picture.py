"""A picture that a visitor sends: any file there is becomes a small grey picture, or one sentence that says why not."""

from __future__ import annotations

import contextlib
import io
import threading
import warnings

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

LARGEST_FILE = 10_000_000  # bytes
LARGEST_PICTURE = 20_000_000  # pixels; decoding takes up to 9 bytes for each
LARGEST_WEBP = 16_000_000  # pixels; libwebp takes 16 bytes for each
FORMATS = {  # what cameras and screenshots give, with the suffixes of their files; TIFF can hide too much
    "JPEG": ("jpg", "jpeg"),
    "PNG": ("png",),
    "WEBP": ("webp",),
    "GIF": ("gif",),
    "BMP": ("bmp",),
}
SUFFIXES = tuple(suffix for suffixes in FORMATS.values() for suffix in suffixes)
HOARDS = {b"\xff\xda\x00": 64, b"zTXt": 16, b"iTXt": 16}  # scans of a JPEG, texts of a PNG; more cost minutes, memory
SIDE = 640  # pixels of the longer side of what comes out

_decoding = threading.Lock()  # one photo at a time: each takes memory, and Python's warnings belong to all threads


class PhotoError(ValueError):
    """No digit comes of this file; the message tells a visitor why, and what to do."""


def decode(data: bytes) -> np.ndarray:
    """Reads a photo, upright, its first frame if it has several; what is transparent becomes paper.

    data: a file in one of FORMATS, at most LARGEST_FILE bytes and LARGEST_PICTURE pixels, 250 MB of memory in passing.
    Returns uint8 (h, w), grey, its longer side at most SIDE pixels. Raises PhotoError if the file cannot be read.
    """
    if len(data) > LARGEST_FILE:
        raise PhotoError(
            f"Expected a photo of at most {LARGEST_FILE // 10**6} MB, got {len(data) / 10**6:.1f} MB; "
            "take it at a lower resolution, or crop it to the digit."
        )
    if any(data.count(mark) > most for mark, most in HOARDS.items()):
        raise PhotoError(
            "Expected a plain photo, got one made to be slow to read; take a screenshot of it and send that."
        )
    try:
        with _decoding, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _decoded(data)
    except PhotoError:
        raise
    except Exception as error:  # Pillow lets many kinds through for damaged files
        raise PhotoError(
            f"Expected a photo as {', '.join([*FORMATS][:-1])} or {[*FORMATS][-1]}, got {_what(data, error)}; "
            "take the photo again, or save it as JPEG."
        ) from error


def _decoded(data: bytes) -> np.ndarray:
    """The work of decode; raises whatever Pillow raises."""
    image: Image.Image = Image.open(io.BytesIO(data), formats=tuple(FORMATS))
    most = LARGEST_WEBP if image.format == "WEBP" else LARGEST_PICTURE
    if image.width * image.height > most:
        raise PhotoError(
            f"Expected a photo of at most {most // 10**6} megapixels, got {image.width} x {image.height} pixels; "
            "take it at a lower resolution, or crop it to the digit."
        )
    image.draft("L", (SIDE, SIDE))  # a JPEG is decoded smaller
    image.load()
    if image.has_transparency_data and image.mode != "RGBA":
        image = image.convert("RGBA")
    elif image.mode in ("P", "1"):  # their levels cannot be averaged
        image = image.convert("RGB" if image.mode == "P" else "L")
    if (scale := SIDE / max(image.size)) < 1:
        image = image.resize([max(1, round(scale * side)) for side in image.size], Image.Resampling.BOX)
    with contextlib.suppress(Exception):  # a damaged note on orientation is none
        image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I;16"):
        return (np.asarray(image) >> 8).astype(np.uint8)
    grey = np.asarray(image.convert("L"))
    return grey if image.mode != "RGBA" else _on_paper(grey, np.asarray(image)[..., 3])


def _on_paper(grey: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Puts something where nothing is: more of it around a photo, the opposite around bare ink; all uint8 (h, w)."""
    seen = alpha >= 128
    level = np.median(grey[seen]) if seen.any() else 255
    if seen.mean() < 0.5:
        level = 0 if level >= 128 else 255
    share = alpha / np.float32(255)
    return np.rint(share * grey + (1 - share) * level).astype(np.uint8)


def _what(data: bytes, error: Exception) -> str:
    """Names a file that cannot be read."""
    if not data:
        return "an empty file"
    if data.startswith(b"%PDF"):
        return "a PDF"
    if data[4:8] == b"ftyp":
        return "a HEIC picture or a video"
    if isinstance(error, Image.DecompressionBombError):
        return f"one with more than {LARGEST_PICTURE // 10**6} megapixels"
    return "something else" if isinstance(error, UnidentifiedImageError) else "one that is damaged or cut off"
