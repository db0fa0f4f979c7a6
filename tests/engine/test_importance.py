"""The importance of the ink that the page shows is what covering square after square gives in Python."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import recognition
from digits.samples import sample_digit
from recognition.store import serving_path
from tests.engine.test_engine import encoded

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")

KEYS = ("mlp", "cnn", "rnn")


@pytest.fixture(scope="module")
def digits() -> np.ndarray:
    return np.stack([sample_digit(name) for name in ("4", "a 3 or an 8?")])


@pytest.fixture(scope="module")
def measured(digits) -> list[dict]:
    """Return the page's importance of each digit, drawn one after another."""
    files = {
        key: {"file": str(serving_path(key, "drawn")), "temperature": recognition.load(key, "drawn").card.temperature}
        for key in KEYS
    }
    job = {"files": files, "digits": encoded(digits)}
    script = Path(__file__).with_name("importance.mjs")
    done = subprocess.run(["node", script], input=json.dumps(job), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def log_odds(probabilities: np.ndarray, label: int) -> float:
    others = np.delete(probabilities.astype(np.float64), label).sum()
    return float(np.log(max(probabilities[label], 1e-30)) - np.log(max(others, 1e-30)))


def importance(key: str, digit: np.ndarray) -> np.ndarray:
    """For each pixel the mean fall of the answer's log-odds over the squares of 4 by 4 that cover it."""
    classifier = recognition.load(key, "drawn")
    (whole,) = classifier.predict(digit[None])
    label = int(whole.argmax())
    falls, times = np.zeros((28, 28)), np.zeros((28, 28))
    for top in range(0, 25, 2):
        for left in range(0, 25, 2):
            square = np.s_[top : top + 4, left : left + 4]
            covered = digit.copy()
            covered[square] = 0
            if (covered != digit).any():
                falls[square] += log_odds(whole, label) - log_odds(classifier.predict(covered[None])[0], label)
            times[square] += 1
    return falls / times


@pytest.mark.parametrize("key", KEYS)
def test_once_settled_it_is_pythons(key, digits, measured):
    for digit, result in zip(digits, measured, strict=True):
        assert result["settled"]
        given = np.array(result["maps"][key]).reshape(28, 28)
        np.testing.assert_allclose(given, importance(key, digit), atol=2e-3)


def test_after_a_few_looks_it_is_a_coarse_picture_of_it(digits, measured):
    for digit, result in zip(digits, measured, strict=True):
        early, settled = (np.array(result[name]["mlp"]) for name in ("early", "maps"))
        assert np.corrcoef(early, settled)[0, 1] > 0.7
        assert not early.reshape(28, 28)[:2].any() and not digit[:2].any(), "where there is no ink, nothing is lost"
