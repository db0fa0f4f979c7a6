"""Strokes are rendered as a round brush leaves them, and forged strokes are refused."""

from __future__ import annotations

import time

import numpy as np
import pytest

from digits.strokes import BRUSH, MAX_COMMANDS, MAX_DISTANCE, MAX_STROKES, draw_strokes, strokes_from_fabric


def line(*path, width=18):
    """One freehand path as Fabric.js describes it."""
    return {"type": "Path", "path": list(path), "strokeWidth": width}


def area(drawing: np.ndarray) -> float:
    """The inked area in pixels, partial coverage at the edges included."""
    return drawing[..., 3].sum() / 255


@pytest.mark.parametrize("brush", [10, 17, 18.5, 30])
def test_a_dot_is_a_disc_of_the_brush(brush):
    drawing = draw_strokes([np.array([(140, 140)])], brush, 280, 280)
    assert area(drawing) == pytest.approx(np.pi * brush**2 / 4, rel=0.02)
    inked = np.argwhere(drawing[..., 3] > 127)
    assert np.ptp(inked, axis=0) + 1 == pytest.approx((brush, brush), abs=1)
    assert inked.mean(axis=0) == pytest.approx((139.5, 139.5), abs=0.5)


@pytest.mark.parametrize("brush", [10, 30])
@pytest.mark.parametrize("end", [(240, 140), (190, 40)])
def test_a_line_is_as_wide_as_the_brush_and_has_round_ends(brush, end):
    start = np.array((140, 140))
    drawing = draw_strokes([np.array([start, end])], brush, 280, 280)
    length = np.hypot(*(np.array(end) - start))
    assert area(drawing) == pytest.approx(length * brush + np.pi * brush**2 / 4, rel=0.03)


def test_the_first_coordinate_is_x_and_grows_to_the_right():
    rows, columns = np.nonzero(draw_strokes([np.array([(40, 20), (90, 20)])], 10, 100, 60)[..., 3])
    assert (rows.min(), rows.max()) == pytest.approx((15, 24), abs=1)
    assert (columns.min(), columns.max()) == pytest.approx((35, 94), abs=1)


def test_a_drawing_is_white_ink_on_transparency():
    drawing = draw_strokes([np.array([(10, 10), (40, 20)])], 8, 60, 30)
    assert drawing.shape == (30, 60, 4) and drawing.dtype == np.uint8
    assert (drawing[..., :3] == 255).all()
    assert drawing[..., 3].min() == 0 and drawing[..., 3].max() == 255
    assert 0 < ((drawing[..., 3] > 0) & (drawing[..., 3] < 255)).sum() < 200, "its edges are smooth"


def test_each_stroke_can_have_its_own_brush():
    strokes = [np.array([(30, 50)]), np.array([(100, 50)])]
    drawing = draw_strokes(strokes, [10, 30], 140, 100)
    assert area(drawing[:, :60]) == pytest.approx(np.pi * 25, rel=0.03)
    assert area(drawing[:, 60:]) == pytest.approx(np.pi * 225, rel=0.03)
    with pytest.raises(ValueError):
        draw_strokes(strokes, [10, 20, 30], 140, 100)


def test_overlapping_strokes_do_not_add_up_and_no_strokes_leave_no_ink():
    stroke = np.array([(20, 20), (80, 80)])
    np.testing.assert_array_equal(draw_strokes([stroke, stroke], 12, 100, 100), draw_strokes([stroke], 12, 100, 100))
    assert not draw_strokes([], 12, 100, 100)[..., 3].any()


def test_the_points_of_a_polyline_are_kept():
    strokes, brushes = strokes_from_fabric([line(["M", 1, 2], ["L", 3, 4], ["L", 5.5, 6]), line(["M", 7, 8], width=30)])
    assert [stroke.tolist() for stroke in strokes] == [[[1, 2], [3, 4], [5.5, 6]], [[7, 8]]]
    assert brushes == [18, 30]
    assert strokes_from_fabric([]) == ([], [])


def test_a_quadratic_curve_is_sampled_at_quarters():
    start, control, end = np.array([(10, 20), (60, 100), (110, 30)], float)
    (stroke,), _ = strokes_from_fabric([line(["M", *start], ["Q", *control, *end])])
    assert len(stroke) == 5
    assert stroke[0].tolist() == start.tolist() and stroke[-1].tolist() == end.tolist()
    np.testing.assert_allclose(stroke[2], start / 4 + control / 2 + end / 4)  # the curve at t = 1/2
    np.testing.assert_allclose(stroke[1], 9 * start / 16 + 6 * control / 16 + end / 16)  # at t = 1/4


def test_a_curve_starts_where_the_previous_one_ended():
    (stroke,), _ = strokes_from_fabric([line(["M", 0, 0], ["Q", 5, 5, 10, 0], ["Q", 15, -5, 20, 0], ["L", 30, 0])])
    assert len(stroke) == 1 + 4 + 4 + 1
    np.testing.assert_allclose(stroke[6], np.array((10, 0)) / 4 + np.array((15, -5)) / 2 + np.array((20, 0)) / 4)


FORGED = {
    "nothing": None,
    "a number": 7,
    "text": "forged",
    "a mapping": {"path": []},
    "no mapping inside": [None],
    "no path": [{"strokeWidth": 18}],
    "an empty path": [line()],
    "an empty command": [line([])],
    "no width": [{"path": [["M", 1, 2]]}],
    "path is text": [{"path": "M 1 2", "strokeWidth": 18}],
    "a command is a number": [line(5)],
    "words for numbers": [line(["M", "left", "top"])],
    "None for a number": [line(["M", None, 2])],
    "one coordinate": [line(["M", 1])],
    "three coordinates": [line(["M", 1, 2, 3])],
    "no coordinates": [line(["M"])],
    "an unknown command": [line(["M", 1, 2], ["X", 3, 4])],
    "a cubic curve": [line(["M", 1, 2], ["C", 1, 2, 3, 4, 5, 6])],
    "a closed path": [line(["M", 1, 2], ["L", 5, 6], ["Z"])],
    "ragged": [line(["M", [[1, 2], [3]]])],
    "not a number": [line(["M", float("nan"), 2])],
    "infinity": [line(["M", 1, 2], ["L", float("inf"), 2])],
    "a number too large for a float": [line(["M", 10**400, 2])],
    "no brush": [line(["M", 1, 2], width=0)],
    "a negative brush": [line(["M", 1, 2], width=-5)],
    "a huge brush": [line(["M", 1, 2], width=1e9)],
    "a brush too large for a float": [line(["M", 1, 2], width=10**400)],
    "a brush that is NaN": [line(["M", 1, 2], width=float("nan"))],
    "a brush in words": [line(["M", 1, 2], width="wide")],
    "no brush at all": [line(["M", 1, 2], width=None)],
    "one good, one bad": [line(["M", 1, 2]), line(["M", 1])],
}


def test_forged_strokes_are_refused():
    for name, objects in FORGED.items():
        try:
            strokes_from_fabric(objects)
        except ValueError as error:
            assert str(error).startswith("expected freehand paths of Fabric.js"), name
        else:
            pytest.fail(f"{name} was read")


def test_too_many_points_or_strokes_are_refused_and_the_most_allowed_are_read():
    half = [["M", 1, 2]] * (MAX_COMMANDS // 2)
    assert sum(map(len, strokes_from_fabric([line(*half), line(*half)])[0])) == MAX_COMMANDS
    with pytest.raises(ValueError, match=f"or {MAX_COMMANDS} points"):
        strokes_from_fabric([line(*half), line(*half, ["L", 3, 4])])
    dots = [line(["M", 1, 2])] * MAX_STROKES
    assert len(strokes_from_fabric(dots)[0]) == MAX_STROKES
    with pytest.raises(ValueError, match=f"more than {MAX_STROKES} strokes"):
        strokes_from_fabric([*dots, dots[0]])


def test_the_dearest_drawing_that_is_read_costs_little():
    """The bound is many times what it takes, for machines that are slow or busy; without bounds it took 42 s."""
    random = np.random.default_rng(0)
    curves = [["Q", *random.uniform(-MAX_DISTANCE, MAX_DISTANCE, 4).tolist()] for _ in range(MAX_COMMANDS - 1)]
    started = time.process_time()
    strokes, brushes = strokes_from_fabric([line(["M", 0, 0], *curves, width=BRUSH[1])])
    draw_strokes(strokes, brushes, 280, 280)
    assert time.process_time() - started < 2, "seconds"
    assert sum(map(len, strokes)) <= MAX_COMMANDS


@pytest.mark.parametrize("forged", [line(["M", 1, MAX_DISTANCE + 1]), line(["M", 1, 2], width=BRUSH[1] + 1)])
def test_a_point_off_every_screen_or_a_brush_that_the_page_does_not_offer_is_refused(forged):
    with pytest.raises(ValueError, match="a number out of range"):
        strokes_from_fabric([forged])


@pytest.mark.parametrize("command", [["M"] + [1, 2] * 100_000, ["L"] + [1, 2] * 100_000], ids=["move", "line"])
def test_many_points_in_one_command_are_refused(command):
    with pytest.raises(ValueError, match=r"expected freehand paths of Fabric\.js"):
        strokes_from_fabric([line(["M", 1, 2], command)])


def test_strokes_far_outside_the_canvas_are_rendered_quickly():
    stroke = np.array([(140, 140), (1e9, 140), (-1e300, 1e9)])
    started = time.perf_counter()
    assert draw_strokes([stroke], 18, 280, 280).shape == (280, 280, 4)
    assert time.perf_counter() - started < 5, "seconds; normally milliseconds"
