"""Drawings are normalized as MNIST's digits are: their place and size on the canvas hardly matter."""

from __future__ import annotations

import numpy as np
import pytest

from digits import SIDE, from_canvas, number_from_canvas, plain_resize
from digits.normalization import BOX, FAINT
from digits.strokes import draw_strokes
from tests.drawings import DIGITS, placed

EVERY_DIGIT = pytest.mark.parametrize("number", DIGITS)


def canvas(alpha: np.ndarray) -> np.ndarray:
    """White ink on transparency, as the page's canvas sends it."""
    return np.dstack([np.full(alpha.shape, 255, np.uint8)] * 3 + [np.asarray(alpha, np.uint8)])


def drawn(
    number: int, brush: float = 18, size: float = 200, left: float = 40, top: float = 40, side: int = 280
) -> np.ndarray:
    return draw_strokes(placed(number, size, left, top), brush, side, side)


def difference(first: np.ndarray, second: np.ndarray) -> float:
    """Least mean absolute difference of two digits under shifts by a pixel, as centring rounds to whole pixels."""
    steps = (-1, 0, 1)
    shifted = [np.roll(first.astype(int), (rows, columns), (0, 1)) for rows in steps for columns in steps]
    return min(np.abs(candidate - second).mean() for candidate in shifted)


def extent(picture: np.ndarray) -> tuple[int, int]:
    """Rows and columns from the first ink to the last."""
    return tuple(int(np.ptp(np.flatnonzero(picture.any(axis)))) + 1 for axis in (1, 0))


def centre_of_mass(picture: np.ndarray) -> tuple[float, float]:
    return tuple(np.arange(SIDE) @ picture.sum(axis, dtype=float) / picture.sum(dtype=float) for axis in (1, 0))


@EVERY_DIGIT
def test_moving_a_drawing_does_not_change_its_digit(number):
    here = drawn(number)
    for shift in ((-31, 0), (17, -23), (29, 29)):
        moved = np.roll(here, shift, (0, 1))
        assert moved[..., 3].sum() == here[..., 3].sum() and not np.array_equal(moved, here)
        np.testing.assert_array_equal(from_canvas(moved), from_canvas(here))


def test_enlarging_a_drawing_hardly_changes_its_digit():
    for number in DIGITS:
        small = from_canvas(drawn(number, 10, 100, 30, 30))
        for factor in (1.2, 1.5, 1.9, 2.5):
            large = from_canvas(drawn(number, 10 * factor, 100 * factor, 20, 20))
            # the largest is 7.4 of 255, for a 5 that gets one column more
            assert difference(small, large) < 8, f"a {number}, {factor} times as large"


def test_the_cnn_reads_every_digit_at_every_size_and_brush(classifiers):
    for size, brush in ((120, 10), (120, 24), (160, 18), (200, 10), (200, 30), (260, 30)):
        digits = np.stack([from_canvas(drawn(number, brush, size, 10, 10)) for number in DIGITS])
        assert classifiers["cnn"].predict(digits).argmax(1).tolist() == list(DIGITS), (size, brush)


def test_white_on_opaque_black_is_the_same_as_white_on_transparency():
    transparent = drawn(3)
    opaque = np.dstack([transparent[..., 3]] * 3 + [np.full((280, 280), 255, np.uint8)])
    np.testing.assert_array_equal(from_canvas(opaque), from_canvas(transparent))
    np.testing.assert_array_equal(plain_resize(opaque), plain_resize(transparent))


@pytest.mark.parametrize(
    ("rgba", "expected"),
    [
        ((255, 255, 255, 255), 255),
        ((255, 255, 255, 100), 100),
        ((255, 0, 0, 255), 76),  # 0.299 x 255
        ((0, 255, 0, 255), 150),  # 0.587 x 255
        ((0, 0, 255, 255), 29),  # 0.114 x 255
        ((200, 100, 50, 128), 62),  # (0.299 x 200 + 0.587 x 100 + 0.114 x 50) x 128 / 255
        ((0, 0, 0, 255), 0),
        ((255, 255, 255, 0), 0),
    ],
)
def test_ink_is_luminance_times_alpha(rgba, expected):
    plain = np.full((40, 40, 4), rgba, np.uint8)
    assert np.unique(plain_resize(plain)).tolist() == [expected]
    digit = from_canvas(plain)
    assert (digit is None and expected < FAINT) or digit.max() == expected


def test_an_empty_canvas_gives_no_digit():
    for shape in ((280, 280), (1, 1), (3, 500)):
        for level in (0, FAINT - 1):
            assert from_canvas(canvas(np.full(shape, level))) is None


@pytest.mark.parametrize("brush", [10, 18, 30])
def test_a_dot_gives_no_digit_with_any_brush_and_a_short_line_does(brush):
    for x, y in ((140.0, 140.0), (40.3, 200.7)):
        dot, trembling, line = ([np.array([(x, y), (x + step, y + step)])] for step in (0, 1, 30))
        assert from_canvas(draw_strokes(dot, brush, 280, 280)) is None
        assert from_canvas(draw_strokes(trembling, brush, 280, 280)) is None
        assert from_canvas(draw_strokes(line, brush, 280, 280)) is not None


@pytest.mark.parametrize(
    "edge", [np.s_[0, 60:], np.s_[-1, 60:], np.s_[60:, 0], np.s_[60:, -1]], ids=["top", "bottom", "left", "right"]
)
def test_ink_at_the_edge_of_the_canvas_is_kept(edge):
    alpha = np.zeros((280, 280))
    alpha[edge] = 255
    digit = from_canvas(canvas(alpha))
    assert sorted(extent(digit)) == [1, BOX] and digit.max() == 255


@EVERY_DIGIT
def test_the_longer_side_is_20_pixels_and_the_centre_of_mass_is_central(number):
    for brush, size in ((10, 80), (18, 200), (30, 250)):
        digit = from_canvas(drawn(number, brush, size, 15, 15))
        assert digit.shape == (SIDE, SIDE) and digit.dtype == np.uint8
        assert max(extent(digit)) == BOX
        assert centre_of_mass(digit) == pytest.approx((14, 14), abs=0.5 + 1e-9)


def test_no_ink_is_cut_off_when_the_centre_of_mass_is_in_a_corner():
    alpha = np.zeros((280, 280))
    alpha[20:260, 20:26] = alpha[248:260, 20:260] = 255  # a thin L, heavy in its corner
    alpha[200:260, 20:80] = 255
    digit = from_canvas(canvas(alpha))
    assert extent(digit) == (BOX, BOX)
    assert digit.sum() == pytest.approx(alpha.sum() * (BOX / 240) ** 2, rel=0.01)
    rows, columns = centre_of_mass(digit)
    assert rows > 14 - 0.5 and columns < 14.5, "as close to the centre as 28 pixels allow"


@pytest.mark.parametrize("shape", [(150, 100), (100, 900), (1500, 1500)])
def test_canvases_of_any_shape_are_read(shape):
    height, width = shape
    points = np.array([(0.2, 0.2), (0.8, 0.2), (0.4, 0.8)]) * min(shape) + (0.1 * width, 0.1 * height)
    digit = from_canvas(draw_strokes([points], min(shape) / 14, width, height))
    reference = from_canvas(draw_strokes([np.array([(56, 56), (224, 56), (112, 224)]) + 28], 20, 280, 280))
    assert max(extent(digit)) == BOX
    assert difference(digit, reference) < 8


def test_a_canvas_smaller_than_a_digit_is_read():
    for side in (1, 2, 5):
        digit = from_canvas(canvas(np.full((side, side), 255)))
        assert extent(digit) == (BOX, BOX) and digit.max() == 255


def test_a_hairline_gives_a_faint_digit_or_none_and_a_straight_one_keeps_its_level():
    for side, level in ((280, FAINT), (1000, 255)):
        alpha = np.zeros((side, side))
        np.fill_diagonal(alpha, level)
        digit = from_canvas(canvas(alpha))
        assert digit is None or digit.any()
    alpha = np.zeros((280, 280))
    alpha[50:230, 9] = 255
    digit = from_canvas(canvas(alpha))
    assert extent(digit) == (BOX, 1) and digit.max() == 255


def test_normalizing_enlarged_mnist_digits_hardly_changes_them(splits, classifiers):
    digits = splits.test.digits[:500]
    normalized = np.stack([from_canvas(canvas(np.kron(digit, np.ones((10, 10), np.uint8)))) for digit in digits])
    differences = np.abs(normalized.astype(int) - digits).mean((1, 2))
    assert differences.max() < 0.1, "of 255; ink below FAINT at the rim is lost; measured 0.083"
    assert (differences == 0).mean() > 0.85, "measured 90 %"
    cnn = classifiers["cnn"]
    assert (cnn.predict(normalized).argmax(1) == cnn.predict(digits).argmax(1)).mean() >= 0.99


@pytest.mark.parametrize(
    "drawing",
    [
        np.zeros((280, 280), np.uint8),
        np.zeros((280, 280, 3), np.uint8),
        np.zeros((0, 280, 4), np.uint8),
        np.zeros((280, 280, 4), np.float32),
        None,
    ],
    ids=["two axes", "no alpha", "no rows", "float", "None"],
)
def test_an_array_of_another_shape_or_dtype_is_refused(drawing):
    for read in (from_canvas, plain_resize, number_from_canvas):
        with pytest.raises(ValueError, match=r"expected a drawing as uint8 \(h, w, 4\), got"):
            read(drawing)
