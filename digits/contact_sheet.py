"""A contact sheet: many digits in one PNG, each with a few lines of text below it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

MARGIN, LEADING = 4, 4  # pixels around each cell, and between two lines of text


@dataclass(frozen=True, eq=False)
class Cell:
    """A digit, uint8 (28, 28), and the lines below it: their text and its colour, as Pillow names colours."""

    digit: np.ndarray
    lines: Sequence[tuple[str, str]] = ()


def contact_sheet(cells: Sequence[Cell], columns: int, side: int, width: int = 0, text: int = 11) -> bytes:
    """Return the cells, row by row, as a PNG.

    side: pixels on each side of a digit. width: pixels for the lines, where they need more. text: their size in pixels.
    """
    line = text + LEADING
    width = max(width, side) + 2 * MARGIN
    height = side + line * max((len(cell.lines) for cell in cells), default=0) + 2 * MARGIN
    sheet = Image.new("RGB", (columns * width, max(1, -(-len(cells) // columns)) * height), "white")
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(text)
    for place, cell in enumerate(cells):
        left, top = place % columns * width + MARGIN, place // columns * height + MARGIN
        sheet.paste(Image.fromarray(cell.digit).resize((side, side), Image.Resampling.BOX), (left, top))
        for number, (words, colour) in enumerate(cell.lines):
            pen.text((left, top + side + number * line), words, colour, font)
    file = io.BytesIO()
    sheet.save(file, "PNG")
    return file.getvalue()
