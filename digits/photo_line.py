"""Which parts of a photo's ink stand on one line with a digit, as the digits of a number do."""

from __future__ import annotations

import numpy as np

GAP = 0.7  # of the digit's height; digits of one number are not farther apart
HEIGHTS = (0.4, 2.0)  # of the digit's height; what is lower or higher is no digit of the same number
BESIDE = 0.5  # share of the lower one's rows that two neighbours share


def on_line(ink: np.ndarray, labels: np.ndarray, eligible: np.ndarray) -> np.ndarray:
    """The labels of what stands on a line with a digit, int (n,).

    ink: bool (h, w), the digit's. labels: int (h, w), of the parts of all ink. eligible: labels that may belong to it.
    """
    from scipy import ndimage

    rows, columns = (np.flatnonzero(ink.any(axis)) for axis in (1, 0))
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    height = bottom - top
    boxes = ndimage.find_objects(labels)
    waiting = {int(label): boxes[label - 1] for label in eligible if boxes[label - 1] is not None}
    joined: list[int] = []
    while True:
        beside = [
            label
            for label, (y, x) in waiting.items()
            if HEIGHTS[0] * height <= y.stop - y.start <= HEIGHTS[1] * height
            and min(bottom, y.stop) - max(top, y.start) >= BESIDE * min(height, y.stop - y.start)
            and max(x.start - right, left - x.stop) <= GAP * height
        ]
        if not beside:
            within = [  # small parts of the digits, such as the bar of a 5
                label
                for label, (y, x) in waiting.items()
                if y.start >= top and y.stop <= bottom and x.start >= left and x.stop <= right
            ]
            return np.array(joined + within, int)
        for label in beside:
            _, x = waiting.pop(label)
            left, right = min(left, x.start), max(right, x.stop)
        joined += beside
