"""The engine that runs networks in browsers gives what Python gives: pixels of digits, and outputs of every network."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import zlib
from graphlib import TopologicalSorter
from pathlib import Path

import keras
import numpy as np
import pytest

import recognition
from digits import from_canvas
from digits.normalization import from_ink
from digits.samples import SAMPLES, sample_digit
from digits.strokes import draw_strokes
from models import NETWORKS
from recognition import outlier
from recognition.exported_model import PROBABILITIES
from recognition.store import serving_path
from tests.page_server import ROOT
from training.data.dataset import data_folder
from training.data.pen_digits import draw_on_canvas, pendigits
from training.export import BROWSER_OPERATORS, operators, write

PINNED = 0x206405ED  # CRC-32 of the digits of the last 160 drawings, which NumPy alone draws
IMPORTED = re.compile(r'^(?:import|export) (?:[^"]* from )?"(\.[^"]+)"|\bawait import\("(\.[^"]+)"\)', re.M)
TOLERANCE = 2e-6  # of a probability; both sides compute in float32, in another order
FULL = 1e-5  # the same for a picture that is all ink, which nobody can draw; its sums are larger
pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")


def in_node(job: dict, script: str = "read.mjs") -> object:
    done = subprocess.run(
        ["node", Path(__file__).with_name(script)], input=json.dumps(job), capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def encoded(array: np.ndarray) -> str:
    return base64.b64encode(array.tobytes()).decode()


@pytest.fixture(scope="module")
def digits() -> np.ndarray:
    """Digits as drawn, blank, full, and noise."""
    random = np.random.default_rng(1)
    drawn = [sample_digit(name) for name in SAMPLES]
    noise = random.integers(0, 256, (4, 28, 28)).astype(np.uint8)
    return np.concatenate([drawn, noise, np.zeros((1, 28, 28), np.uint8), np.full((1, 28, 28), 255, np.uint8)])


def assert_same(found: list | np.ndarray, expected: np.ndarray) -> None:
    """Compare the answers to the digits, of which the last is full."""
    np.testing.assert_allclose(found[:-1], expected[:-1], rtol=0, atol=TOLERANCE)
    np.testing.assert_allclose(found[-1], expected[-1], rtol=0, atol=FULL)


@pytest.mark.parametrize("recipe", ["drawn", "book"])
@pytest.mark.parametrize("key", NETWORKS)
def test_every_network_gives_pythons_probabilities(key, recipe, digits):
    classifier = recognition.load(key, recipe)
    temperature = classifier.card.temperature
    job = {"file": str(serving_path(key, recipe)), "kernels": "simd", "temperature": temperature}
    results = in_node(job | {"digits": encoded(digits)})
    raw = np.array([result[PROBABILITIES] for result in results])
    calibrated = np.array([result["calibrated"] for result in results])
    assert_same(raw, classifier.raw(digits))
    assert_same(calibrated, classifier.predict(digits))


def test_the_worker_answers_with_calibrated_probabilities_or_the_raw_softmax_as_the_visitor_wants(digits):
    classifiers = [recognition.load(key, "drawn") for key in ("mlp", "rnn")]
    networks = [
        {
            "key": each.network.key,
            "url": str(serving_path(each.network.key, "drawn")),
            "temperature": each.card.temperature,
        }
        for each in classifiers
    ]
    job = {"networks": networks, "digits": [encoded(digit) for digit in digits]}
    calibrated, raw = in_node(job, "worker.mjs")
    for each in classifiers:
        for answers, expected in ((calibrated, each.predict(digits)), (raw, each.raw(digits))):
            found = [answer[each.network.key] for answer in answers]
            assert_same(found, expected)


@pytest.mark.parametrize("key", ["mlp", "cnn", "resnet", "densenet"])
def test_browsers_without_webassembly_get_the_same(key, digits):
    job = {"file": str(serving_path(key, "drawn")), "kernels": "plain", "digits": encoded(digits)}
    raw = [result[PROBABILITIES] for result in in_node(job)]
    assert_same(raw, recognition.load(key, "drawn").raw(digits))


def test_the_outlier_detector_gives_pythons_scores(digits):
    job = {"file": str(serving_path(outlier.DETECTOR.key, "drawn")), "kernels": "simd", "digits": encoded(digits)}
    scores = [result[PROBABILITIES][-1] for result in in_node(job)]
    assert_same(scores, outlier.score(digits))


def test_outputs_of_hidden_layers_are_pythons(digits):
    classifier = recognition.load("cnn", "drawn")
    names = list(classifier.architecture.convolutions)
    job = {"file": str(serving_path("cnn", "drawn")), "kernels": "simd", "outputs": names, "digits": encoded(digits)}
    results = in_node(job)
    for name, expected in zip(names, classifier.outputs(digits, names), strict=True):
        given = np.array([result[name] for result in results]).reshape(expected.shape)
        np.testing.assert_allclose(given, expected, rtol=0, atol=1e-4)


def test_an_output_that_is_not_there_and_a_file_that_is_none_are_refused_by_name(digits, tmp_path):
    job = {
        "file": str(serving_path("cnn", "drawn")),
        "kernels": "simd",
        "outputs": ["softmax"],
        "digits": encoded(digits),
    }
    assert "softmax is no output of this network; it has" in in_node(job)["error"]
    (tmp_path / "no.tflite").write_bytes(b"hello, world")
    assert "expected a LiteRT file" in in_node(job | {"file": str(tmp_path / "no.tflite")})["error"]


def drawings() -> list[np.ndarray]:
    """Ink, uint8 (h, w): samples of many sizes, places and brushes; thin, wide and tiny boxes; nothing; everything."""
    random = np.random.default_rng(2)
    inks = [np.zeros((280, 280), np.uint8), np.full((280, 280), 255, np.uint8)]
    for number in range(340):
        strokes = list(SAMPLES.values())[number % len(SAMPLES)]
        size, place = random.uniform(40, 240, 2), random.uniform(0, 40, 2)
        slant = np.array([[1, 0], [random.uniform(-0.5, 0.5), 1]])
        points = [np.array(stroke) @ slant * size + place for stroke in strokes]
        inks.append(draw_strokes(points, random.uniform(6, 30), 280, 280)[..., 3])
    for number in range(160):
        height, width = random.integers(1, 281), random.integers(1, 281)
        height, width = ((height, random.integers(1, 14)), (random.integers(1, 14), width), (height, width))[number % 3]
        top, left = random.integers(0, 281 - height), random.integers(0, 281 - width)
        ink = np.zeros((280, 280 + 280 * (number % 2)), np.uint8)
        ink[top : top + height, left : left + width] = random.integers(0, 256, (height, width))
        inks.append(ink)
    return [np.ascontiguousarray(ink) for ink in inks]


def test_digits_are_pythons_pixel_for_pixel():
    inks = drawings()
    results = in_node({"drawings": [{"ink": encoded(i), "width": i.shape[1], "height": i.shape[0]} for i in inks]})
    assert len(results) == len(inks) > 500
    for ink, result in zip(inks, results, strict=True):
        expected = from_ink(ink)
        assert result["digit"] == (None if expected is None else expected.ravel().tolist())
        assert result["crc32"] == zlib.crc32(ink.tobytes())


def test_digits_do_not_depend_on_the_version_of_pillow():
    digits = [digit for ink in drawings()[-160:] if (digit := from_ink(ink)) is not None]
    assert zlib.crc32(np.stack(digits).tobytes()) == PINNED


@pytest.mark.parametrize("key", [*NETWORKS, outlier.DETECTOR.key])
def test_every_operator_of_a_shipped_file_is_one_that_browsers_have(key):
    assert operators(serving_path(key, "drawn").read_bytes()) <= BROWSER_OPERATORS


def test_the_exporter_knows_the_operators_that_browsers_have():
    assert set(in_node({"operators": True})) == BROWSER_OPERATORS


def test_a_network_that_browsers_cannot_run_is_refused_by_name_when_it_is_exported(tmp_path):
    inputs = keras.Input((784,))
    model = keras.Model(inputs, keras.layers.Dense(10, "softmax")(keras.layers.Dense(4, "elu")(inputs)))
    with pytest.raises(ValueError, match=r"cannot run in browsers: browser/engine/operators.js lacks .*ELU"):
        write(model, tmp_path / "new.tflite")
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.skipif(data_folder() is None, reason="needs pendigits-orig.tes: set DIGIT_DATA")
@pytest.mark.parametrize(
    "key", ["mlp", *(pytest.param(key, marks=pytest.mark.nightly) for key in ("cnn", "rnn", "resnet"))]
)
def test_every_test_digit_is_read_as_python_reads_it(key):
    digits = np.stack([from_canvas(canvas) for canvas in draw_on_canvas(pendigits("tes"))])
    classifier = recognition.load(key, "drawn")
    job = {"file": str(serving_path(key, "drawn")), "kernels": "simd"}
    results = in_node(job | {"digits": encoded(digits)})
    read = [int(np.argmax(result[PROBABILITIES])) for result in results]
    assert len(read) == 3_498 and read == classifier.predict(digits).argmax(1).tolist()


def test_no_module_and_no_folder_of_modules_imports_one_that_imports_it():
    modules, folders = {}, {}
    for path in (ROOT / "browser").glob("*/*.js"):
        imported = IMPORTED.findall(path.read_text(encoding="utf-8"))
        modules[path] = {(path.parent / (static or lazy)).resolve() for static, lazy in imported}
        folders.setdefault(path.parent, set()).update({each.parent for each in modules[path]} - {path.parent})
    assert len(modules) > 70 and all(path.exists() for path in set().union(*modules.values()))
    for graph in (modules, folders):
        TopologicalSorter(graph).prepare()  # raises CycleError
