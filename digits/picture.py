"""Pictures from visitors, decoded within bounds: photos, and the PNG that the canvas sends.

A picture may be forged, so its size is checked before its pixels are decoded. One photo at a time is read in a process
(one_photo); a canvas's PNG takes at most 27 milliseconds and a few megabytes.
"""

from __future__ import annotations

import contextlib
import io
import threading
import warnings
from functools import cache

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from language import _, number

MAX_PHOTO_BYTES = 20_000_000  # of 48 megapixels, from a phone
MAX_PHOTO_PIXELS = 20_000_000  # decoding takes up to 9 bytes for each
MAX_PIXELS = {
    "WEBP": 16_000_000,  # libwebp takes 16 bytes for each
    "HEIF": 25_000_000,  # libheif takes 8
    "JPEG": 64_000_000,  # one that is stored line by line is decoded at an eighth of its size
}
MAX_PHOTO_SIDE = 20_000  # pixels; Pillow takes 28 bytes for each row, however short
FORMATS = {  # those of cameras, phones, scanners and screenshots, with their file suffixes
    "JPEG": ("jpg", "jpeg", "jpe", "jfif"),
    "PNG": ("png",),
    "HEIF": ("heic", "heif"),
    "TIFF": ("tif", "tiff"),
    "WEBP": ("webp",),
    "GIF": ("gif",),
    "BMP": ("bmp",),
}
SUFFIXES = tuple(suffix for suffixes in FORMATS.values() for suffix in suffixes)
MAX_MARKERS = {b"\xff\xda\x00": 64, b"zTXt": 16, b"iTXt": 16}  # scans of a JPEG, texts of a PNG; more take minutes
MAX_PNG_CHUNKS = 20_000  # a photo of 20 MB has about 2,600; Pillow reads each in Python
DECODED_SIDE = 1280  # pixels on the longer side of the decoded photo
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
            _(
                "Expected a photo of at most {most} MB, got {size} MB; take it at a lower resolution, or crop it to "
                "the digit."
            ).format(most=number(MAX_PHOTO_BYTES // 10**6), size=number(len(data) / 10**6, 1))
        )
    markers = any(data.count(marker) > limit for marker, limit in MAX_MARKERS.items())
    if markers or _has_more_chunks(data, MAX_PNG_CHUNKS):
        raise PhotoError(
            _(
                "Expected an ordinary photo, got a file that would take minutes to read; send a screenshot of it "
                "instead."
            )
        )
    try:
        with one_photo, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _decode(data)
    except PhotoError:
        raise
    except Exception as error:  # Pillow raises many kinds of exception for damaged files
        expected = _("Expected a photo as {formats}.").format(formats=", ".join(FORMATS))
        raise PhotoError(f"{expected} {_describe(data, error)}") from error


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
    _know_heif()
    image: Image.Image = Image.open(io.BytesIO(data), formats=tuple(FORMATS))
    kind = "as a whole" if image.info.get("progressive") else image.format or ""
    limit = MAX_PIXELS.get(kind, MAX_PHOTO_PIXELS)
    if image.width * image.height > limit or max(image.size) > MAX_PHOTO_SIDE:
        raise PhotoError(
            _(
                "Expected a photo of at most {most} megapixels and {side} pixels a side, got {width} × {height} "
                "pixels; take it at a lower resolution, or crop it to the digit."
            ).format(
                most=number(limit // 10**6),
                side=number(MAX_PHOTO_SIDE),
                width=number(image.width),
                height=number(image.height),
            )
        )
    image.draft("L", (DECODED_SIDE, DECODED_SIDE))  # decodes a JPEG at a reduced size
    image.load()
    if image.mode[:1] in ("I", "F"):
        image = Image.fromarray(_in_8_bits(np.asarray(image)))
    if image.has_transparency_data and image.mode != "RGBA":
        image = image.convert("RGBA")
    elif image.mode in ("P", "1"):  # resizing averages levels, which these do not have
        image = image.convert("RGB" if image.mode == "P" else "L")
    if (scale := DECODED_SIDE / max(image.size)) < 1:
        image = image.resize([max(1, round(scale * side)) for side in image.size], Image.Resampling.BOX)
    with contextlib.suppress(Exception):  # a damaged orientation tag is ignored
        image = ImageOps.exif_transpose(image)
    grey = np.asarray(image.convert("L"))
    return grey if image.mode != "RGBA" else _fill_transparency(grey, np.asarray(image)[..., 3])


@cache
def _know_heif() -> None:
    """Teach Pillow the format of an iPhone's photos."""
    import pillow_heif

    pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)


def _in_8_bits(levels: np.ndarray) -> np.ndarray:
    """Levels of 16 or 32 bits, whole or not, uint8 (h, w); scanners often use only some of their range."""
    if levels.dtype == np.uint16 and levels.max() > 4095:
        return (levels >> 8).astype(np.uint8)
    known = np.nan_to_num(levels[::4, ::4].astype(np.float32), posinf=0, neginf=0)
    low, high = min(0.0, float(known.min())), float(known.max())
    scaled = (np.nan_to_num(levels.astype(np.float32)) - low) * np.float32(255 / max(high - low, 1e-6))
    return np.clip(scaled, 0, 255).astype(np.uint8)


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
    """The kind of file that could not be read, for the error message, and what to do."""
    if not data:
        return _("This is an empty file; choose another one.")
    if data.startswith(b"%PDF"):
        return _("This is a PDF; take a screenshot of the page, and send that.")
    if data[4:8] == b"ftyp":
        if data[8:12] in (b"avif", b"avis"):
            return _("This is an AVIF picture; save it as JPEG.")
        if data[8:11] in (b"mp4", b"iso", b"qt ", b"M4V") or data[8:12] in (b"3gp4", b"3gp5", b"avc1"):
            return _("This is a video; send a single photo.")
        return _("This is a HEIC picture that is damaged; save it as JPEG.")
    if data.startswith(b"\x89PNG") and not data.startswith(b"\x89PNG\r\n\x1a\n"):
        return _("This is a PNG whose line breaks were changed; with curl, send it by --data-binary, not -d.")
    start = data[:400].lstrip().lower()
    if start.startswith(b"--") and b"content-disposition" in start:
        return _("This is a form without a file in it; send the photo in the field “file”.")
    if start.startswith(b"data:image/"):
        return _("This is a data URL; send the bytes of the picture itself, not base64.")
    if start.startswith((b"<svg", b"<?xml")):
        return _("This is an SVG drawing; take a screenshot of it, and send that.")
    if start.startswith((b"<!doctype", b"<html")):
        return _("This is a web page; save the picture itself, and send that.")
    if start.startswith((b"{", b"[")):
        return _("This is JSON; send it with the header Content-Type: application/json.")
    if start[:4] in (b"/9j/", b"ivbo", b"r0lg", b"uklg"):
        return _("This is base64; send the bytes of the picture itself.")
    if isinstance(error, Image.DecompressionBombError):
        most = number(MAX_PHOTO_PIXELS // 10**6)
        return _("This one has more than {most} megapixels; take it at a lower resolution.").format(most=most)
    if isinstance(error, UnidentifiedImageError):
        return _("This is something else; take the photo again, or save it as JPEG.")
    return _("This one is damaged or incomplete; take the photo again, or save it as JPEG.")
