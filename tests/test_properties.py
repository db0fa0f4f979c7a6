"""Properties that hold for every input; hypothesis searches for counterexamples."""

from __future__ import annotations

import io
import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import Image

from digits import from_canvas
from digits.photo import number_from_photo
from digits.picture import PhotoError, decode_canvas_png
from digits.strokes import BRUSH, draw_strokes, strokes_from_fabric, strokes_to_fabric
from recognition import store
from recognition.card import ModelCard, Score
from recognition.store import WeightsError
from tests.ui.page import answers, opened
from training.data.dataset import DataError
from training.data.pen_digits import read_unipen

settings.register_profile("repeatable", deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
settings.load_profile("repeatable")

PIXELS = array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=40)
DRAWINGS = arrays(np.uint8, PIXELS.map(lambda shape: (*shape, 4)))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
CARD = json.loads(store.card_path("mlp", "book").read_text(encoding="utf-8"))


def png(picture: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


@given(DRAWINGS)
def test_every_drawing_gives_a_normalized_digit_or_none(drawing):
    digit = from_canvas(drawing)
    if digit is not None:
        assert digit.shape == (28, 28) and digit.dtype == np.uint8 and digit.any()
        rows, columns = (np.flatnonzero(digit.any(axis)) for axis in (1, 0))
        assert max(np.ptp(rows), np.ptp(columns)) < 20, "as in MNIST"


@given(DRAWINGS, st.integers(0, 60), st.integers(0, 60))
def test_the_place_of_a_drawing_does_not_change_its_digit(drawing, top, left):
    def placed(top, left):
        canvas = np.zeros((100, 100, 4), np.uint8)
        canvas[top : top + drawing.shape[0], left : left + drawing.shape[1]] = drawing
        return from_canvas(canvas)

    np.testing.assert_equal(placed(top, left), placed(0, 0))


@given(DRAWINGS)
def test_decoding_a_png_gives_its_pixels(drawing):
    np.testing.assert_array_equal(decode_canvas_png(png(drawing)), drawing)


@given(st.binary())
def test_arbitrary_bytes_are_refused_as_a_drawing_and_as_a_photo(data):
    with pytest.raises(ValueError, match="expected the drawing as a PNG picture"):
        decode_canvas_png(data)
    with pytest.raises(PhotoError):
        number_from_photo(data)


@settings(max_examples=20)
@given(arrays(np.uint8, PIXELS | st.sampled_from([(1, 300), (300, 1), (3, 3)])))
def test_every_picture_is_read_as_a_photo_or_refused_in_one_sentence(grey):
    try:
        digits = number_from_photo(png(grey))
    except PhotoError as error:
        assert str(error).startswith("Expected ") and "\n" not in str(error)
    else:
        assert all(digit.shape == (28, 28) and digit.dtype == np.uint8 and digit.any() for digit in digits)


@settings(max_examples=40)
@given(JSON)
def test_any_json_is_read_as_strokes_or_refused(objects):
    try:
        strokes, brushes = strokes_from_fabric(objects)
    except ValueError as error:
        assert str(error).startswith("expected freehand paths of Fabric.js")
    else:
        assert len(strokes) == len(brushes) and draw_strokes(strokes, brushes, 28, 28).shape == (28, 28, 4)


POINTS = arrays(np.float64, st.tuples(st.integers(1, 9), st.just(2)), elements=st.floats(-500, 500))


@given(st.lists(POINTS, max_size=4), st.floats(0.5, BRUSH[1]))
def test_strokes_survive_the_conversion_to_fabric_objects_and_back(strokes, brush):
    converted, brushes = strokes_from_fabric(strokes_to_fabric(strokes, brush))
    assert brushes == [brush] * len(strokes)
    for actual, expected in zip(converted, strokes, strict=True):
        np.testing.assert_allclose(actual, expected)


@pytest.fixture(scope="module")
def folder():
    """A weights folder for this module; hypothesis runs all cases within one test."""
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "WEIGHTS", Path(name))
        (Path(name) / "book").mkdir()
        yield Path(name)


@given(content=JSON | st.tuples(st.sampled_from(sorted(CARD)), JSON).map(lambda changed: CARD | dict([changed])))
def test_any_json_in_place_of_a_card_is_read_or_refused(folder, content):
    (folder / "book" / "mlp.json").write_text(json.dumps(content), encoding="utf-8")
    try:
        assert isinstance(store.read_card("mlp", "book"), ModelCard)
    except WeightsError as error:
        assert "weights/book/mlp.json is" in str(error)


@given(
    content=st.text()
    | st.lists(st.sampled_from([".PEN_DOWN", ".PEN_UP", "1 2", '.SEGMENT DIGIT 0-1 OK "7"', ".DT 3"])).map("\n".join)
)
def test_any_text_in_place_of_a_stroke_file_is_read_or_refused(folder, content):
    (folder / "digits.dat").write_text(content, encoding="utf-8")
    try:
        assert all(0 <= digit.label <= 9 for digit in read_unipen(folder / "digits.dat"))
    except DataError as error:
        assert "digits.dat" in str(error)


@given(st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_contains_the_accuracy_and_stays_between_0_and_1(counts):
    result = Score(n=counts[1], correct=counts[0])
    low, high = result.interval
    assert -1e-9 <= low <= result.accuracy + 1e-9 and result.accuracy - 1e-9 <= high <= 1 + 1e-9


KNOWN = {
    "panel": ["Inside", "Journey", "Which ink?", "Poke it", "Confidence"],
    "network": ["CNN", ""],
    "networks": ["MLP", ""],
    "recipe": ["on MNIST alone", ""],
}
WORDS = st.text(st.characters(exclude_categories=["Cs"]))
LINKS = st.fixed_dictionaries({}, optional={name: st.lists(st.sampled_from(values)) for name, values in KNOWN.items()})
LINKS |= st.dictionaries(st.sampled_from([*KNOWN, "raw", "outlier"]), st.lists(WORDS, min_size=1))


@pytest.mark.slow
@settings(max_examples=15)
@given(query=LINKS)
def test_the_page_opens_from_every_link(query):
    page = opened(query)
    assert not page.exception and "heads" in answers(page)
