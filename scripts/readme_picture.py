"""Makes docs/page.gif from the page itself: a pen draws digits, and the networks follow.

    PYTHONPATH=. python scripts/readme_picture.py

Needs Chromium and the packages of requirements-dev.txt.
"""

from __future__ import annotations

import io
import time
from pathlib import Path

import numpy as np
from PIL import Image

from digits.samples import DIGITS
from tests.browser import driver
from tests.page_server import ROOT, serve

PICTURE = ROOT / "docs" / "page.gif"
SIZE = (800, 450)  # pixels
FRAME_MILLISECONDS = 110
STEPS = 16  # frames of a digit
REST = 9  # frames after it
COLOURS = 48
SHOWN = (3, 5, 4)


def main() -> None:
    """Record the page, and write the picture."""
    frames: list[Image.Image] = []
    with driver.chromium() as chromium, serve(ROOT / "app.py") as address:
        page = chromium.new_page(viewport=driver.DESKTOP)
        page.goto(address)
        page.locator(driver.READY).wait_for()
        page.wait_for_timeout(5000)
        for digit in SHOWN:
            draw(page, digit, frames)
            page.get_by_role("button", name="Clear", exact=True).click()
            page.wait_for_timeout(300)
    write(PICTURE, frames)


def draw(page, digit: int, frames: list[Image.Image]) -> None:
    """Draw a sample with the mouse, and keep a frame after each step."""
    box = page.locator("canvas.upper-canvas").bounding_box()
    strokes = [
        np.array(
            [(box["x"] + box["height"] * (0.2 + 0.6 * x), box["y"] + box["height"] * (0.14 + 0.72 * y)) for x, y in s]
        )
        for s in DIGITS[digit]
    ]
    lengths = [np.r_[0, np.cumsum(np.hypot(*np.diff(stroke, axis=0).T))] for stroke in strokes]
    total = sum(length[-1] for length in lengths)
    for stroke, length in zip(strokes, lengths, strict=True):
        steps = max(2, round(STEPS * length[-1] / total))
        page.mouse.move(*stroke[0])
        page.mouse.down()
        for along in np.linspace(0, length[-1], 4 * steps):
            page.mouse.move(*(np.interp(along, length, axis) for axis in stroke.T))
            if round(along / length[-1] * 4 * steps) % 4 == 0:
                frames.append(shot(page))
        page.mouse.up()
    end = time.monotonic() + 3
    while len(frames) and time.monotonic() < end:
        page.wait_for_timeout(250)
    frames += [shot(page)] * REST


def shot(page) -> Image.Image:
    """The page as it is now."""
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB").resize(SIZE, Image.Resampling.LANCZOS)


def write(path: Path, frames: list[Image.Image]) -> None:
    """Write an animated GIF with one palette for all frames."""
    palette = frames[len(frames) // 2].quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE)
    first, *rest = (frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames)
    first.save(path, save_all=True, append_images=rest, duration=FRAME_MILLISECONDS, loop=0, optimize=True)
    print(f"{path.relative_to(ROOT)}: {len(frames)} frames, {path.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
