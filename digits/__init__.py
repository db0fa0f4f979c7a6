"""Digits as every network gets them: uint8 (28, 28), white ink (255) on black (0), sized and centred as MNIST's are.

A drawing becomes one by from_canvas, a photo by digits.photo.from_photo, strokes by digits.strokes.draw_strokes and
from_canvas. Only NumPy, Pillow and SciPy are needed here.
"""

from digits.normalization import CLASSES, SIDE, check_digits, from_canvas, plain_resize

__all__ = ["CLASSES", "SIDE", "check_digits", "from_canvas", "plain_resize"]
