"""The wall's arithmetic: when a show tells what, what is said at its end, and how large the tiles are."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")

TITLES = {"mlp": "MLP", "cnn": "CNN", "rnn": "RNN", "resnet": "ResNet"}
NETWORKS = [{"key": key, "title": title, "colour": "#000"} for key, title in TITLES.items()]
WIDE, HIGH = 1872, 780  # pixels of the tiles on a projector


@pytest.fixture(scope="module")
def call():
    """Calls a function of browser/wall/ by its name; one Node.js for all tests."""
    command = ["node", Path(__file__).with_name("wall.mjs")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8", bufsize=1) as node:

        def ask(name: str, *arguments: object):
            node.stdin.write(json.dumps([name, *arguments]) + "\n")
            return json.loads(node.stdout.readline())

        yield ask


def tile(label: int | None, *digits: int, confidence: float = 0.9, number: int = 1) -> dict:
    """A drawing as four networks read it."""
    answers = {key: [digit, confidence] for key, digit in zip(TITLES, digits, strict=False)}
    return {"id": number, "name": "Keen Crane", "colour": "#000", "round": 1, "label": label, "answers": answers}


def test_a_show_counts_down_tells_one_network_after_another_and_ends_after_ten_seconds(call):
    phases = [call("moment", second)["phase"] for second in (-3, -0.1, 0, 7.9, 8, 9.9, 10)]
    assert phases == ["countdown", "countdown", "networks", "networks", "front", "front", "done"]
    assert [call("moment", second)["count"] for second in (-3, -2.9, -2, -0.5)] == [3, 3, 2, 1]
    assert [call("speaking", second, 4) for second in (-1, 0, 1.9, 2, 7.9, 8)] == [-1, 0, 0, 1, 3, -1]
    for networks in (1, 4, 10):
        told = [call("toldAt", i, networks, place, 21) for i in range(networks) for place in range(21)]
        assert told == sorted(told) and told[0] > 0 and told[-1] < 8, "before the wrong ones come to the front"
    assert call("toldAt", 1, 4, 0, 21, True) == call("toldAt", 1, 4, 20, 21, True), "where motion is reduced, at once"


def test_those_come_first_that_most_networks_got_wrong(call):
    tiles = [tile(4, 4, 4, 4, 4), tile(4, 9, 4, 4, 4), tile(None, 9, 9, 9, 9), tile(4, 9, 9, 9, 9)]
    tiles = [each | {"id": number} for number, each in enumerate(tiles)]
    assert [each["id"] for each in call("wrongFirst", tiles)] == [3, 1, 0, 2]
    assert call("score", tiles, "mlp") == {"right": 1, "n": 3} and call("score", tiles, "gru") == {"right": 0, "n": 0}


RIGHT, UNKNOWN, FOOLED = tile(4, 4, 4, 4, 4), tile(None, 1, 1, 1, 1), tile(4, 9, 9, 9, 9, confidence=0.95)


@pytest.mark.parametrize(
    ("tiles", "sentence"),
    [
        ([], ""),
        ([tile(4)], "Nobody said which digits these are, so no answer is right or wrong."),
        ([UNKNOWN], "Nobody said which digits these are, so no answer is right or wrong."),
        ([RIGHT], "All four read the drawing right."),
        ([RIGHT] * 21 + [UNKNOWN], "All four read all 21 drawings right."),
        ([RIGHT, tile(7, 7, 1, 7, 7, confidence=0.998)], "The CNN was 99.8 % sure that a 7 is a 1."),
        ([RIGHT, FOOLED], "One drawing fooled all four. The MLP was 95.0 % sure that a 4 is a 9."),
        ([FOOLED] * 3, "Three drawings fooled all four. The MLP was 95.0 % sure that a 4 is a 9."),
    ],
)
def test_the_one_sentence_at_the_end_is_the_surest_mistake(call, tiles, sentence):
    assert call("sentence", tiles, NETWORKS) == sentence


@pytest.mark.parametrize(
    ("label", "digits", "fool", "words"),
    [
        (7, [7, 7, 7, 7], False, "All four read your 7"),
        (7, [7, 1, 7, 7], False, "3 of 4 read your 7"),
        (7, [1, 1, 1, 1], False, "None of 4 reads your 7"),
        (4, [9, 9, 4, 4], True, "You fooled 2 of 4"),
        (4, [9, 9, 9, 9], True, "You fooled all four"),
        (4, [4, 4, 4, 4], True, "You fooled nobody: all four read your 4"),
        (None, [7, 7, 1, 7], False, "They say 7 or 1"),
        (7, [7], False, "The network reads your 7"),
        (7, [7, 7], False, "Both read your 7"),
    ],
)
def test_a_phone_says_how_many_read_its_drawing(call, label, digits, fool, words):
    answers = [[title, "#000", digit, 0.9] for title, digit in zip(TITLES.values(), digits, strict=False)]
    assert call("outcome", label, answers, fool) == words


@pytest.mark.parametrize("drawings", [1, 2, 3, 7, 21, 52, 53, 300, 600])
def test_tiles_are_as_large_as_their_number_allows_and_page_before_they_are_too_small(call, drawings):
    layout = call("layout", drawings, 0, WIDE, HIGH)
    rows = -(-layout["each"] // layout["columns"])
    foot = max(31, 0.2 * layout["side"]) + (36 if layout["named"] else 0)
    assert (
        layout["columns"] * (layout["side"] + 8) - 8 <= WIDE and rows * (layout["side"] + foot + 8) - 8 <= HIGH + rows
    )
    assert layout["side"] >= 129 and layout["pages"] == -(-drawings // layout["each"])
    assert (layout["pages"] > 1) == (drawings > 52)
    assert drawings > layout["each"] * layout["pages"] - layout["pages"], "no page is emptier than another by two"
    if drawings == 3:
        assert layout["columns"] == 3 and layout["side"] > 600, "three fill the screen"


def test_large_tiles_fit_beside_small_ones(call):
    layout = call("layout", 18, 3, WIDE, HIGH)
    assert layout["columns"] >= 6 and layout["pages"] == 1
    assert layout["side"] < call("layout", 21, 0, WIDE, HIGH)["side"]


OWN = {
    "network": {"key": "our_cnn", "title": "Our CNN", "colour": "#000"},
    "kind": "CNN",
    "message": "",
    "ahead": 0,
    "left": 20,
    "learned": 72,
    "people": 9,
    "before": 2,
    "beforeLearned": 120_590,
}


def test_the_rooms_own_network_is_shown_by_the_drawings_that_it_never_learns_from(call):
    tiles = [tile(4, 4, 4, number=1), tile(7, 1, 7, number=2), tile(9, 9, 9, number=3)]
    before = OWN | {"state": "starting", "heldOut": [[2, None], [3, None]]}
    assert [(each["id"], each["answers"]) for each in call("heldOut", before, tiles)] == [(2, {}), (3, {})]
    assert call("head", before) == {
        "heading": "Our CNN learns from 72 drawings",
        "notes": [
            "by 9 people",
            "it never learns from these 2 by others",
            "it knows nothing yet, and begins in a moment",
        ],
    }
    after = OWN | {"state": "done", "heldOut": [[2, 7], [3, 4], [99, 1]]}
    found = call("heldOut", after, tiles)
    assert [each["answers"] for each in found] == [{"our_cnn": [7, 1]}, {"our_cnn": [4, 1]}], "a hidden one is left out"
    assert call("score", found, "our_cnn") == {"right": 1, "n": 2}
    assert call("head", after)["heading"] == "Our CNN has learned from 72 drawings"
    assert call("other", after) == "The CNN that learned from 121,000 digits reads 2 of 3."


def test_a_training_of_the_room_says_what_it_waits_for_and_why_it_failed(call):
    waiting = OWN | {"state": "waiting", "heldOut": [[2, None]], "people": 1, "ahead": 1}
    assert call("head", waiting)["notes"] == [
        "by one person",
        "it never learns from this one by others",
        "1 training comes first",
    ]
    assert call("left", waiting) is None and call("left", OWN | {"state": "learning"}) == 20
    failed = OWN | {"state": "failed", "message": "The training was cut short; train again.", "heldOut": []}
    assert call("head", failed) == {"heading": failed["message"], "notes": []} and call("other", failed) == ""
