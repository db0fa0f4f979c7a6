"""Makes docs/page.webp from the page itself: a 3 becomes an 8, the networks change their minds, and the journey opens.

    PYTHONPATH=. python scripts/readme_picture.py

Needs Chromium and the packages of requirements-dev.txt.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

import numpy as np
from PIL import Image

from digits.samples import DIGITS, arc
from tests.browser import driver
from tests.page_server import ROOT, serve

PICTURE = ROOT / "docs" / "page.webp"
SIZE = (960, 540)  # pixels
QUALITY = 62  # of WebP
FRAME_MILLISECONDS = 100
STEP = 0.09  # of the canvas's height that the pen goes between two frames
REST, LINGER = 9, 4  # frames after a digit, and where the networks have begun to disagree
SMALLER = 0.72, 0.14  # a sample's part of the canvas, and its margin
CLOSING = [arc((0.47, 0.3), (0.2, 0.2), 190, 90, 8)[::-1], arc((0.47, 0.7), (0.24, 0.2), 270, 155, 8)]  # makes a 3 an 8
# Resolves when the networks have read what stands on the canvas.
READ = """new Promise((resolve) => {
  addEventListener("draw-a-digit-reading", () => requestAnimationFrame(() => resolve()), { once: true });
  setTimeout(resolve, 400);
})"""
ANSWERS = "[...document.querySelectorAll('.heads .answer b')].map(({ textContent }) => textContent)"


def main() -> None:
    """Record the page, and write the picture."""
    with driver.chromium() as chromium, serve() as address:
        page = chromium.new_page(viewport=driver.DESKTOP)
        visitor = driver.Visitor(page, address)
        page.locator("canvas.attract").wait_for()
        frames = [*draw(visitor, DIGITS[3]), *draw(visitor, CLOSING)]
        frames += [shot(page)] * REST
        visitor.click("Clear")
        visitor.open_panel("Journey")
        visitor.open_panel("CNN")
        page.locator(".journey[data-drawn]").wait_for()
        frames += draw(visitor, DIGITS[4])
        page.mouse.move(640, 10)
        visitor.click("Play")
        for _ in range(5 * REST):
            page.wait_for_timeout(FRAME_MILLISECONDS)
            frames.append(shot(page))
    write(frames)


def draw(visitor: driver.Visitor, strokes: Sequence[Sequence[tuple[float, float]]]) -> Iterator[Image.Image]:
    """Draw with the mouse; yield the page after each step, for longer where the networks have begun to disagree."""
    page, box = visitor.page, visitor.canvas.bounding_box()
    agreed = True
    for stroke in strokes:
        points = np.array(stroke) * SMALLER[0] + SMALLER[1]
        lengths = np.r_[0, np.cumsum(np.hypot(*np.diff(points, axis=0).T))]
        along = np.linspace(0, lengths[-1], max(3, round(lengths[-1] / STEP)))
        places = np.column_stack([np.interp(along, lengths, axis) for axis in points.T]) * box["height"]
        for step, (x, y) in enumerate(places.tolist()):
            page.mouse.move(box["x"] + x, box["y"] + y, steps=3 if step else 1)
            if not step:
                page.mouse.down()
            page.evaluate(READ)
            answers = {answer for answer in page.evaluate(ANSWERS) if answer.strip()}
            yield from [shot(page)] * (LINGER if agreed and len(answers) > 1 else 1)
            agreed = len(answers) <= 1
        page.mouse.up()
    page.wait_for_timeout(1500)
    yield from [shot(page)] * REST


def shot(page) -> Image.Image:
    """The page as it is now."""
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB").resize(SIZE, Image.Resampling.LANCZOS)


def write(frames: Sequence[Image.Image]) -> None:
    """Write an animated WebP."""
    first, *rest = frames
    options = {"duration": FRAME_MILLISECONDS, "loop": 0, "quality": QUALITY, "method": 4}
    first.save(PICTURE, save_all=True, append_images=rest, **options)
    print(f"{PICTURE.relative_to(ROOT)}: {len(frames)} frames, {PICTURE.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
