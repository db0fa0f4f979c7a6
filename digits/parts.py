"""Parts of a drawing: its connected components, alone or together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from digits.normalization import FAINT, from_ink

MAX_COMPONENTS = 40  # more are hatching or a forged drawing


@dataclass(frozen=True, eq=False)
class Part:
    """A part of a drawing: some of its ink, cut out.

    ink: uint8 (h, w), the part's alone. top, left: where it lies in the drawing.
    """

    ink: np.ndarray
    top: int
    left: int

    @property
    def height(self) -> int:
        return int(self.ink.shape[0])

    @property
    def width(self) -> int:
        return int(self.ink.shape[1])

    @property
    def right(self) -> int:
        return self.left + self.width

    @property
    def bottom(self) -> int:
        return self.top + self.height

    @cached_property
    def digit(self) -> np.ndarray | None:
        """uint8 (28, 28)."""
        return from_ink(self.ink)

    def measures(self, top: float, height: float) -> list[float]:
        """Its height, top and width, as shares of the height of a drawing that begins at this top."""
        return [self.height / height, (self.top - top) / height, self.width / height]


def components(ink: np.ndarray) -> list[Part]:
    """The connected components of the ink, uint8 (h, w), by their middles from left to right.

    More than MAX_COMPONENTS are one part.
    """
    from scipy import ndimage

    labels, count = ndimage.label(ink >= FAINT, np.ones((3, 3)))
    if count > MAX_COMPONENTS:
        return [Part(ink, 0, 0)]
    parts = []
    for label, (rows, columns) in enumerate(ndimage.find_objects(labels), start=1):
        top, left = max(0, rows.start - 1), max(0, columns.start - 1)  # with the soft edge of its strokes
        box = slice(top, rows.stop + 1), slice(left, columns.stop + 1)
        here = labels[box]
        if count == 1 or not ((here != label) & (here != 0)).any():
            parts.append(Part(ink[box], top, left))
        else:
            near = ndimage.maximum_filter(here == label, 3) & np.isin(here, (0, label))
            parts.append(Part(ink[box] * near, top, left))
    return sorted(parts, key=lambda part: part.left + part.right)


def united(parts: list[Part]) -> Part:
    """Some parts as one."""
    if len(parts) == 1:
        return parts[0]
    top, left = min(part.top for part in parts), min(part.left for part in parts)
    bottom, right = max(part.bottom for part in parts), max(part.right for part in parts)
    ink = np.zeros((bottom - top, right - left), np.uint8)
    for part in parts:
        here = ink[part.top - top : part.bottom - top, part.left - left : part.right - left]
        np.maximum(here, part.ink, out=here)
    return Part(ink, top, left)


def reduced(part: Part, factor: int) -> Part:
    """A part of a drawing that is so many times smaller."""
    if factor == 1:
        return part
    height, width = (-(-side // factor) * factor for side in part.ink.shape)
    ink = np.pad(part.ink, ((0, height - part.height), (0, width - part.width)))
    squares = ink.reshape(height // factor, factor, width // factor, factor)
    return Part(squares.mean((1, 3), dtype=np.float32).astype(np.uint8), part.top // factor, part.left // factor)


def extent(parts: list[Part]) -> tuple[int, int]:
    """The top and the height of all parts together."""
    top = min(part.top for part in parts)
    return top, max(part.bottom for part in parts) - top
