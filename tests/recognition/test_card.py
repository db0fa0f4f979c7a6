"""Cards: what is no card is refused, what is written is read again, scores come with their intervals."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from recognition import store
from recognition.card import Z95, ModelCard, Score
from recognition.store import card_path, read_card, trained_recipes, write_card
from tests.recognition.damaged import GOOD, error_message, rewrite


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"[]", b"null", b"{}", b"[" * 100_000])
def test_what_is_no_card_is_named(folder, content):
    card_path("mlp", "book").write_bytes(content)
    assert "is not a card" in error_message("weights/book/mlp.json")


def test_a_card_with_a_missing_or_impossible_field_is_named(folder):
    whole = json.loads(card_path("mlp", "book").read_text())
    too_many = {"mnist": {"n": 10, "correct": 11, "confusion": [], "reliability": []}}
    wrong = [{"temperature": float("nan")}, {"parameters": "many"}, {"training": {}}, {"tests": too_many}]
    for changes in [*({name: None} for name in whole if name != "serving"), *wrong]:
        rewrite(**whole | changes)
        assert "is not a card" in error_message("weights/book/mlp.json"), changes


def test_a_card_is_read_again_only_after_it_has_changed(folder, monkeypatch):
    card = read_card("mlp", "book")
    write_card(replace(card, temperature=2.0))
    assert read_card("mlp", "book").temperature == 2.0
    monkeypatch.setattr(ModelCard, "from_json", lambda _: pytest.fail("read again"))
    assert read_card("mlp", "book").temperature == 2.0


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
