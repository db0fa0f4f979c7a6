"""Evaluating the committed weights again, on the data in DIGIT_DATA, gives the numbers on their cards."""

from __future__ import annotations

import pytest

from models import NETWORKS
from recognition import load
from recognition.store import card_path, trained_recipes
from training import evaluate

FLIPS = 3  # predictions, of thousands, that may change with another processor's rounding

CARDS = [(key, recipe) for recipe in trained_recipes() for key in NETWORKS if card_path(key, recipe).exists()]


@pytest.fixture(scope="module")
def sets(splits):
    tests = evaluate.test_sets()
    if "drawn" not in tests:
        pytest.skip("needs pen strokes: put pendigits-orig.tes into the folder that DIGIT_DATA names")
    return tests, evaluate.held_out_sets()


@pytest.mark.nightly
@pytest.mark.parametrize(("key", "recipe"), CARDS, ids=lambda name: name)
def test_evaluating_again_gives_the_numbers_on_the_card(sets, key, recipe):
    tests, held_out = sets
    classifier = load(key, recipe)
    card, again = classifier.card, evaluate.evaluate(evaluate.recalibrated(classifier, held_out), tests)
    assert again.temperature == pytest.approx(card.temperature, rel=0.02)
    assert again.tests.keys() == card.tests.keys()
    for name, score in again.tests.items():
        assert score.n == card.tests[name].n
        assert score.correct == pytest.approx(card.tests[name].correct, abs=FLIPS)
        assert score.calibration_error == pytest.approx(card.tests[name].calibration_error, abs=0.001)
