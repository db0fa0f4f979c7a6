"""Cards: what is no card is refused, what is written is read again, scores come with their intervals."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from recognition import store
from recognition.card import Z95, Score
from recognition.store import card_path, read_card, trained_recipes, write_card
from tests.recognition.damaged import GOOD, error_message, rewrite


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe\x00", b"[]", b"null", b"7", b"{}", b"[" * 100_000, b"<html>"]
)
def test_an_invalid_card_is_named(folder, content):
    card_path("mlp", "book").write_bytes(content)
    assert "is not a card" in error_message("weights/book/mlp.json")


@pytest.mark.parametrize(
    "name", ["network", "recipe", "parameters", "sha256", "size", "temperature", "training", "history", "tests"]
)
def test_a_card_without_one_of_its_fields_is_named(folder, name):
    rewrite(**{name: None})
    assert "is not a card" in error_message("weights/book/mlp.json")


@pytest.mark.parametrize(
    "changes",
    [
        {"sha256": "abc"},
        {"parameters": 0},
        {"parameters": "many"},
        {"size": float("inf")},
        {"temperature": 0},
        {"temperature": -1},
        {"temperature": float("nan")},
        {"temperature": float("inf")},
        {"training": 7},
        {"history": 7},
        {"history": ["epoch"]},
        {"tests": ["mnist"]},
        {"tests": {"mnist": 0.98}},
        {"tests": {"mnist": {"n": 10}}},
        {"tests": {"mnist": {"n": 0, "correct": 0, "confusion": [], "reliability": []}}},
        {"tests": {"mnist": {"n": 10, "correct": 11, "confusion": [], "reliability": []}}},
        {"tests": {"mnist": {"n": 10, "correct": -1, "confusion": [], "reliability": []}}},
        {"training": {}},
        {"training": GOOD.training | {"epochs": "many"}},
        {"training": GOOD.training | {"digits": {}}},
        {"training": GOOD.training | {"versions": {"python": 3}}},
        {"training": GOOD.training | {"dropout": "high"}},
        {"history": []},
        {"history": [{}]},
        {"history": [GOOD.history[0] | {"accuracy": 2}]},
        {"history": [GOOD.history[0] | {"loss": float("nan")}]},
        {"tests": {"mnist": {"n": 10, "correct": 9, "confusion": [[1]], "reliability": []}}},
        {"tests": {"mnist": {"n": 10, "correct": 9, "confusion": [[0] * 10] * 10, "reliability": []}}},
        {"tests": {"mnist": {"n": 10, "correct": 9, "confusion": [], "reliability": [[10, 9.0]]}}},
        {"tests": {"mnist": {"n": 10, "correct": 9, "confusion": [], "reliability": [[9, 9.0, 9]]}}},
        {"tests": {"mnist": {"n": 10, "correct": 9, "confusion": [], "reliability": [], "area": 2}}},
    ],
    ids=json.dumps,
)
def test_a_card_with_impossible_numbers_is_named(folder, changes):
    rewrite(**changes)
    assert "is not a card" in error_message("weights/book/mlp.json")


def test_reading_a_written_card_gives_the_same_card(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "WEIGHTS", tmp_path)
    write_card(GOOD)
    assert read_card("mlp", "book") == GOOD
    assert trained_recipes() == ["book"]
    write_card(replace(GOOD, recipe="drawn", tests={}))
    assert read_card("mlp", "drawn").tests == {} and trained_recipes() == ["drawn", "book"]
    data = json.loads(card_path("mlp", "book").read_text())
    assert data["tests"]["mnist"]["accuracy"] == 0.9812, "included for people who read the file"


@pytest.mark.parametrize(
    ("correct", "n", "low", "high"),
    [(90, 100, 0.8256, 0.9448), (10, 10, 0.7225, 1), (0, 10, 0, 0.2775), (50, 100, 0.4038, 0.5962), (1, 1, 0.2065, 1)],
)
def test_the_interval_is_the_wilson_interval(correct, n, low, high):
    assert Score(n, correct).interval == pytest.approx((low, high), abs=5e-5)
    for end in Score(n, correct).interval:  # by definition, the measured accuracy is Z95 standard errors from each end
        assert abs(correct / n - end) == pytest.approx(Z95 * math.sqrt(max(0, end * (1 - end)) / n), abs=1e-7)


def test_a_score_as_text():
    assert str(Score(10_000, 9_812)) == "98.12 % (95 % interval 97.83 to 98.37, n = 10,000)"
