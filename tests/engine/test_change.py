"""A grabbed digit becomes what SciPy makes of it, seen through the window of the drawing as it was."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from digits.normalization import from_ink, ink_of
from digits.samples import SAMPLES, sample_strokes
from digits.strokes import draw_strokes
from tests.engine.test_engine import encoded

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")

FINE = 8  # places in a pixel, along each side, at which the reference looks
UNCHANGED = {"turn": 0, "size": 100, "squeeze": 100, "right": 0, "down": 0}


def drawn(name: str) -> np.ndarray:
    return ink_of(draw_strokes(sample_strokes(name), 18, 280, 280))


def changed(ink: np.ndarray, *changes: dict) -> dict:
    (result,) = run([(ink, changes)])
    return result


def run(drawings: list[tuple[np.ndarray, tuple[dict, ...]]]) -> list[dict]:
    """For each drawing where its ink stands, on the canvas and in the digit, and the digits after some changes."""
    jobs = [
        {"ink": encoded(ink), "width": ink.shape[1], "height": ink.shape[0], "changes": changes}
        for ink, changes in drawings
    ]
    script = Path(__file__).with_name("change.mjs")
    done = subprocess.run(["node", script], input=json.dumps(jobs), capture_output=True, text=True, check=True)
    results = json.loads(done.stdout)
    for result in results:
        result["changed"] = [np.array(digit, np.uint8).reshape(28, 28) for digit in result["changed"]]
    return results


def noise(seed: int) -> np.ndarray:
    """Ink of any size, place and proportions on a canvas."""
    random = np.random.default_rng(seed)
    ink = np.zeros((280, 560 if seed % 2 else 280), np.uint8)
    height, width = random.integers((40, 3), (270, 200))
    top, left = random.integers((0, 0), (280 - height, ink.shape[1] - width), endpoint=True)
    ink[top : top + height, left : left + width] = random.integers(16, 256, (height, width))
    return ink


def test_an_unchanged_drawing_is_the_digit_that_the_page_makes_of_it():
    drawings = [*map(drawn, SAMPLES), *map(noise, range(20))]
    for ink, result in zip(drawings, run([(ink, ({},)) for ink in drawings]), strict=True):
        np.testing.assert_array_equal(result["changed"][0], from_ink(ink))


@pytest.mark.parametrize(
    "change",
    [{"turn": 40}, {"turn": -115, "right": 3}, {"size": 60}, {"size": 150, "down": -4}, {"squeeze": 40, "turn": 20}],
    ids=str,
)
def test_turned_squeezed_and_moved_it_is_what_scipy_makes_of_it(change):
    ink = drawn("4")
    result = changed(ink, change)
    (digit,) = result["changed"]
    np.testing.assert_allclose(digit, reference(ink, result, UNCHANGED | change), atol=25)
    assert np.abs(digit - reference(ink, result, UNCHANGED | change)).mean() < 1.5


def reference(ink: np.ndarray, result: dict, change: dict) -> np.ndarray:
    """The content of the window, by the definition: turned about its middle, which is the digit's centre of mass."""
    box, place = result["box"], result["place"]
    cells = (np.arange(28 * FINE) + 0.5) / FINE
    x = box["left"] + (cells - place["left"]) * box["width"] / place["width"]
    y = box["top"] + (cells - place["top"]) * box["height"] / place["height"]
    middle = np.array([box[a] + (14 - place[a]) * box[b] / place[b] for a, b in (("left", "width"), ("top", "height"))])
    cell = np.array([box["width"] / place["width"], box["height"] / place["height"]])
    at = np.stack(np.meshgrid(x, y), -1) - middle - cell * (change["right"], change["down"])
    angle = np.radians(change["turn"])
    turned = at @ np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    source = turned / (np.array([change["squeeze"] / 100, 1]) * change["size"] / 100) + middle - 0.5
    seen = ndimage.map_coordinates(ink.astype(float), [source[..., 1], source[..., 0]], order=1, mode="constant")
    return seen.reshape(28, FINE, 28, FINE).mean((1, 3))


def test_the_distance_of_each_pixel_from_the_edge_of_the_ink_is_scipys():
    ink = drawn("8")
    inside = ink >= 128
    expected = np.where(
        inside, ndimage.distance_transform_edt(inside) - 0.5, 0.5 - ndimage.distance_transform_edt(~inside)
    )
    given = np.array(changed(ink)["distances"]).reshape(ink.shape)
    np.testing.assert_allclose(given, expected, atol=1e-3)


def test_thickening_adds_ink_on_both_sides_of_a_stroke_and_thinning_takes_it_away():
    ink = np.zeros((280, 280), np.uint8)
    ink[40:240, 130:150] = 255  # 20 pixels wide, and 10 of them are a pixel of the digit
    wider, narrower, gone = changed(ink, {"thick": 2}, {"thick": -1}, {"thick": -3})["changed"]
    middle = [digit[14].astype(float).sum() / 255 for digit in (wider, narrower, gone)]
    assert middle == pytest.approx([4, 1, 0], abs=0.15)


def test_what_leaves_the_window_is_not_seen_and_what_is_wiped_off_is_gone():
    ink = drawn("7")
    result = changed(ink, {"right": 28}, {"wiped": 50}, {"wiped": 100})
    (away, wiped, all_of_it), whole = result["changed"], from_ink(ink)
    left = np.flatnonzero(wiped.any(axis=1))[0]
    assert not away.any() and not all_of_it.any()
    assert (wiped[left + 1 :] == whole[left + 1 :]).all()
    assert wiped.sum() / whole.sum() == pytest.approx(0.5, abs=0.02)


@pytest.fixture(scope="module")
def kinds():
    """Calls a function of browser/grab/kinds.js by its name."""
    module = (Path(__file__).parents[2] / "browser" / "grab" / "kinds.js").as_uri()

    def call(name: str, *arguments: object) -> object:
        called = f"{name}(...{json.dumps(arguments)})"
        script = f"import {{ {name} }} from {json.dumps(module)}; console.log(JSON.stringify({called}))"
        done = subprocess.run(["node", "--input-type=module", "-e", script], capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    return call


def points(holds: range) -> list[dict]:
    """A network that says 1 at angles in a range, and 0 beyond."""
    angles = range(-180, 181, 5)
    return [{"amount": at, "probabilities": {"mlp": [0.1, 0.9] if at in holds else [0.9, 0.1]}} for at in angles]


def test_a_network_gives_up_where_its_answer_first_changes_and_the_place_is_looked_at_more_closely(kinds):
    curve = points(range(-40, 61))
    assert kinds("limit", curve, "mlp", 1, 0, 1)["amount"] == 65
    assert kinds("limit", curve, "mlp", 1, 0, -1)["amount"] == -45
    assert kinds("limit", points(range(-180, 181)), "mlp", 1, 0, 1) is None
    assert kinds("nextAmount", "turn", curve) in range(-44, -40)
    assert kinds("rangeInWords", "turn", curve, "mlp", 1) == "gives up at −45° and 65°"
