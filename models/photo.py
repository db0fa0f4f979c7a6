"""A photo of a digit on paper becomes a digit."""

from __future__ import annotations

import contextlib
import io
import threading
import warnings

import numpy as np
from PIL import Image, ImageOps

from models.digit import from_canvas

LARGEST_FILE = 10_000_000
LARGEST_PICTURE = 20_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
LONGER = 640
REACH = 0.25
_ONE = threading.Lock()


class PhotoError(ValueError):
    pass


def from_photo(data: bytes) -> np.ndarray:
    grey = decode(data)
    digit = _digit(ink_of(grey))
    if digit is None:
        raise PhotoError("nothing found")
    return digit


def decode(data):
    if len(data) > LARGEST_FILE:
        raise PhotoError("too large")
    try:
        with _ONE, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _grey(data)
    except PhotoError:
        raise
    except Exception as error:
        raise PhotoError("unreadable") from error


def _grey(data):
    image = Image.open(io.BytesIO(data), formats=FORMATS)
    w, h = image.size
    if w * h > LARGEST_PICTURE:
        raise PhotoError("pixels")
    image.draft("L", (LONGER, LONGER))
    image.load()
    if image.has_transparency_data:
        image = image if image.mode == "RGBA" else image.convert("RGBA")
    elif image.mode == "P":
        image = image.convert("RGB")
    elif image.mode == "1":
        image = image.convert("L")
    scale = LONGER / max(image.size)
    if scale < 1:
        image = image.resize([max(1, round(scale * side)) for side in image.size], Image.Resampling.BOX)
    with contextlib.suppress(Exception):
        image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I;16"):
        return (np.asarray(image) >> 8).astype(np.uint8)
    if image.mode != "RGBA":
        return np.asarray(image.convert("L"))
    luminance, alpha = np.asarray(image.convert("L")), np.asarray(image)[..., 3]
    seen = np.median(luminance[alpha >= 128]) if (alpha >= 128).any() else 255
    ground = seen if (alpha >= 128).mean() > 0.5 else 255 - seen
    a = alpha / np.float32(255)
    return np.rint(luminance * a + ground * (1 - a)).astype(np.uint8)


def ink_of(grey):
    for cut_off in (False, True):
        found = []
        for sign in (1, -1):
            for reach, floor in ((0.25, 0.2), (0.08, 0.02)):
                m = _marks(grey, sign, reach, floor, cut_off)
                if DEBUG:
                    print(m and m[2])
                if m is not None:
                    found.append(m)
        if found:
            return max(found, key=lambda m: m[0])[1]
    return np.zeros_like(grey)

DEBUG = False

def _marks(grey, sign, reach, floor, cut_off=False):
    from scipy import ndimage
    reach = max(3, round(reach * max(grey.shape)))
    smooth = ndimage.gaussian_filter(grey.astype(np.float32), 1)
    white = np.maximum(ndimage.maximum_filter(smooth, round(0.25 * max(grey.shape)) + 1), 32)
    smooth = smooth * sign
    paper = ndimage.grey_closing(smooth, (reach, reach))
    contrast = (paper - smooth) / white
    middle = np.median(contrast)
    noise = 1.4826 * np.median(np.abs(contrast - middle))
    floor = max(middle + 5 * noise, floor)
    peak = np.quantile(contrast, 0.9997)
    for _ in range(16):
        if peak <= floor:
            break
        low = max(floor, 0.4 * peak)
        high = max(floor, 0.6 * peak)
        mask = contrast > low
        labels, n = ndimage.label(_grown(mask, 3))
        labels *= mask
        strong = np.bincount(labels[contrast > high], minlength=n + 1) 
        area = np.bincount(labels.ravel(), minlength=n + 1)
        boxes = ndimage.find_objects(labels, n)
        extents = np.array([(0, 0)] + [[s.stop - s.start for s in b] if b else (0, 0) for b in boxes])
        extent = extents.max(1)
        edge = (extents > 0.75 * np.array(grey.shape)).all(1)
        for side in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
            edge[side] = True
        edge &= not cut_off
        edge[0] = True
        good = (strong >= 3) & ~edge & (extent >= 0.04 * max(grey.shape))
        good[0] = False
        if good.any():
            main = int(np.argmax(np.where(good, area, 0)))
            size = extent[main]
            keep = ~edge & (strong > 0) & (area > 0.01 * area[main])
            mask = keep[labels]
            near, _ = ndimage.label(_grown(mask, 0.12 * size))
            mask = mask & (near == near[labels == main][0])
            width = 4 * (ndimage.distance_transform_edt(mask)[mask].mean() - 0.5)
            rows, columns = (np.flatnonzero(mask.any(axis)) for axis in (1, 0))
            extent = max(np.ptp(rows), np.ptp(columns)) + 1
            away, nearest = ndimage.distance_transform_edt(~mask, return_indices=True)
            ring = (away > width + 2) & (away <= 2 * width + 6)
            y, x = nearest[:, ring]
            here = smooth[ring]
            ok = (np.abs(here - smooth[y, x]) > np.abs(here - paper[y, x])).mean() if ring.any() else 0
            contact = sum(np.count_nonzero(s) for s in (mask[0], mask[-1], mask[:, 0], mask[:, -1]))
            if ok < 0.75 or mask.sum() < 3 * width**2 or contact > 4 * width + 4 or (cut_off and extent < 0.5 * min(grey.shape)):
                if DEBUG:
                    print("refused", ok, contact, width)
                contrast[_grown(mask, 3)] = 0
                continue
            score = extent * mask.sum() / width**2
            soft = np.clip((contrast - low / 2) / low, 0, 1) * _grown(mask, 2)
            return score, np.rint(255 * soft).astype(np.uint8), dict(score=score, width=width, extent=extent, ok=ok, peak=peak, floor=floor,noise=noise)
        if (area[1:]*edge[1:]).any():
            contrast[_grown(edge[labels] & (labels > 0), 3)] = 0
        peak = min(0.7 * peak, np.quantile(contrast, 0.9997))
    return None


def _grown(mask, by):
    from scipy import ndimage

    return ndimage.distance_transform_edt(~mask) <= by if mask.any() else mask


def _digit(ink):
    from scipy import ndimage

    rows, columns = (np.flatnonzero((ink >= 128).any(axis)) for axis in (1, 0))
    if not rows.size:
        return None
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    s = 200 / max(ink.shape)
    ink = np.pad(ink, 2)
    big = np.asarray(
        Image.fromarray(ink).resize([max(1, round(s * x)) for x in ink.shape[::-1]], Image.Resampling.BICUBIC)
    )
    mask = np.pad(big >= 128, 40)
    if not mask.any():
        return None
    inside = ndimage.distance_transform_edt(mask)[mask].mean() - 0.5
    width = 4 * inside
    if width < 20:
        mask = _grown(mask, (20 - width) / 2)
    return from_canvas(np.dstack([np.full(mask.shape, 255, np.uint8)] * 3 + [mask.astype(np.uint8) * 255]))
