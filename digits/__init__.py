"""Digits in the format that every network takes: uint8 (28, 28), white ink (255) on black (0), normalized like MNIST's.

from_canvas makes one from a drawing, number_from_canvas one for each digit of a number; digits.photo makes them from a
photo; digits.strokes.draw_strokes renders strokes as a drawing. This package needs only NumPy, Pillow and SciPy.
"""

from digits.normalization import CLASSES, SIDE, check_digits, from_canvas, plain_resize
from digits.numbers import number_from_canvas

__all__ = ["CLASSES", "SIDE", "check_digits", "from_canvas", "number_from_canvas", "plain_resize"]
