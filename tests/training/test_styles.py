"""Other ways of writing keep the digit: each change is small, finite, and applies to the digits that are written so."""

from __future__ import annotations

import numpy as np
import pytest

from tests.drawings import DIGITS, placed
from training.augment import styles
from training.augment.styles import restyle
from training.data.unipen import PenDrawing

PEN_DIGITS = [PenDrawing(str(digit), tuple(placed(digit)), "somebody", "file:1") for digit in DIGITS]


def only(monkeypatch, name: str) -> None:
    """Let one change happen always, and no other."""
    monkeypatch.setattr(styles, "RATES", dict.fromkeys(styles.RATES, 0.0) | {name: 1.0})


def changed(pen_digit: PenDrawing, seed: int = 0) -> list[np.ndarray]:
    return list(restyle(pen_digit, np.random.default_rng(seed)).strokes)


def stroke(*corners: tuple[float, float], points: int = 30) -> np.ndarray:
    places = np.linspace(0, len(corners) - 1, points)
    return np.stack([np.interp(places, range(len(corners)), [c[axis] for c in corners]) for axis in (0, 1)], -1)


LINE = PenDrawing("1", (stroke((0.5, 0), (0.5, 1)),))
SEVEN = PenDrawing("7", (stroke((0, 0), (0.6, 0), (0.3, 1)),))


@pytest.mark.parametrize("pen_digit", PEN_DIGITS, ids=lambda pen_digit: str(pen_digit.label))
def test_a_digit_keeps_its_name_and_about_its_shape(pen_digit):
    low, high = (np.concatenate(pen_digit.strokes).min(0), np.concatenate(pen_digit.strokes).max(0))
    size = (high - low).max()
    for seed in range(40):
        restyled = restyle(pen_digit, np.random.default_rng(seed))
        assert (restyled.label, restyled.writer, restyled.source) == (pen_digit.label, "somebody", "file:1")
        points = np.concatenate(restyled.strokes)
        assert np.isfinite(points).all() and all(len(stroke) > 0 for stroke in restyled.strokes)
        assert (np.abs(np.ptp(points, axis=0) - (high - low) / size) < 0.9).all()


def slope(start: np.ndarray, end: np.ndarray) -> float:
    """Degrees by which a line rises from left to right."""
    return float(np.degrees(np.arctan2(start[1] - end[1], end[0] - start[0])))


def test_a_one_gets_a_foot(monkeypatch):
    only(monkeypatch, "foot")
    line, foot = changed(LINE)
    assert np.ptp(foot[:, 0]) > 0.25 and abs(foot[:, 1].mean() - line[:, 1].max()) < 0.2


@pytest.mark.parametrize("foot", [(), (stroke((0.2, 1), (0.8, 1)),)], ids=["plain", "with a foot"])
@pytest.mark.parametrize("first", [(0.5, 0), (0.1, 0.1)], ids=["a line", "with another flag"])
def test_the_flag_of_a_one_has_the_length_and_slope_that_are_asked_for(foot, first):
    one = [stroke(first, (0.5, 0), (0.5, 1)), *foot]
    for length, angle in ((0.1, 15), (0.3, 45), (0.6, 60)):
        joined, *rest = styles.flagged(one, length, angle)
        corner = joined[joined[:, 1].argmin()]
        assert np.linalg.norm(joined[0] - corner) == pytest.approx(length, rel=0.05)
        assert slope(joined[0], corner) == pytest.approx(angle, abs=0.01) and joined[0, 0] < corner[0]
        assert len(rest) == len(foot) and styles.has_foot([joined, *rest]) == bool(foot)


def test_a_one_that_would_look_like_a_seven_gets_a_foot(monkeypatch):
    only(monkeypatch, "flag")
    monkeypatch.setattr(styles, "FLAG_LENGTHS", (0.5, 0.6))
    for slopes, foot in (((15, 25), True), ((45, 60), False)):
        monkeypatch.setattr(styles, "FLAG_SLOPES", slopes)
        assert all(styles.has_foot(changed(LINE, seed)) == foot for seed in range(10))


@pytest.mark.parametrize("angle", [-10, 0, 25])
def test_the_top_of_a_seven_is_level_or_tilted_and_its_stem_and_bar_stay(angle):
    crossed = [*SEVEN.strokes, stroke((0.2, 0.5), (0.6, 0.5))]
    for strokes in (crossed, crossed[:1]):
        first, *rest = styles.tilted(strokes, angle)
        corner = first[len(first) - 16]
        assert slope(first[0], corner) == pytest.approx(angle, abs=4)
        assert np.array_equal(first[-10:], strokes[0][-10:]) and len(rest) == len(strokes) - 1
    assert np.linalg.norm(first[0] - corner) > 0.45, "a top that rises is long, so that nobody reads a 1"


def test_a_seven_gets_one_bar_through_its_stem(monkeypatch):
    only(monkeypatch, "bar")
    _, bar = changed(SEVEN)
    assert 0.3 < bar[:, 1].mean() < 0.8 and np.ptp(bar[:, 0]) > 0.2
    barred = PenDrawing("7", (*SEVEN.strokes, stroke((0.2, 0.5), (0.6, 0.5))))
    assert len(changed(barred)) == 2, "one that has a bar gets no second"


def test_a_closed_loop_is_opened_and_an_open_one_stays(monkeypatch):
    only(monkeypatch, "loosen")
    angles = np.linspace(0, 2 * np.pi, 60)
    ring = np.stack([np.sin(angles), -np.cos(angles)], -1)
    (opened,) = changed(PenDrawing("0", (ring,)))
    assert 0.1 < np.linalg.norm(opened[0] - opened[-1]) < 0.6
    (bow,) = changed(PenDrawing("0", (ring[:40],)))
    assert len(bow) == 40
    assert len(changed(PenDrawing("2", (ring,)))[0]) == 60, "a 2 has no loop to open"


def test_strokes_that_follow_each_other_closely_are_joined_in_their_order(monkeypatch):
    only(monkeypatch, "join")
    near = PenDrawing("5", (stroke((0, 0), (0, 1)), stroke((0.1, 0.9), (1, 0.9))))
    (joined,) = changed(near)
    assert len(joined) == 60 and np.allclose(joined[0], 0)
    assert len(changed(PenDrawing("5", (stroke((0, 0), (0, 1)), stroke((1, 0), (1, 1)))))) == 2


@pytest.mark.parametrize("name", ["trim", "extend", "hook", "bend", "smooth"])
def test_every_other_change_changes_a_little(monkeypatch, name):
    only(monkeypatch, name)
    for seed in range(20):
        (before,), (after,) = SEVEN.strokes, changed(SEVEN, seed)
        assert not np.array_equal(before, after)
        apart = np.linalg.norm(after[:, None] - before[None], axis=-1)
        assert apart.min(1).max() < 0.35 and apart.min(0).max() < 0.35


def test_a_zero_is_slashed_once_rising_falling_or_level(monkeypatch):
    only(monkeypatch, "slash")
    circle = np.linspace(0, 2 * np.pi, 40)
    zero = PenDrawing("0", (np.stack([0.5 + 0.3 * np.cos(circle), 0.5 + 0.5 * np.sin(circle)], -1),))
    slopes = set()
    for seed in range(40):
        oval, slash = changed(zero, seed)
        left, right = sorted((slash[0], slash[-1]), key=lambda end: end[0])
        if abs(slope(left, right)) < 20:
            assert left[0] < oval[:, 0].min() and right[0] > oval[:, 0].max(), "inside it would be an 8's waist"
            slopes.add("level")
        else:
            slopes.add("rising" if slope(left, right) > 0 else "falling")
        assert len(changed(PenDrawing("0", (oval, slash)), seed)) == 2, "it has a slash already"
    assert slopes == {"level", "rising", "falling"}
