"""The rules of the games in Play, which browsers run."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from recognition.prediction import Prediction, majority

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")

FOUR = {"mlp": 7, "cnn": 7, "rnn": 7, "resnet": 1}
SECOND = 1000  # milliseconds


@pytest.fixture
def rng():
    return np.random.default_rng(1)


def seen(digit: int, outlier: bool = False) -> dict:
    return {"pixels": [], "outlier": outlier, "answers": dict.fromkeys(FOUR, digit), "majority": digit}


def play(game: str, *steps: list) -> dict:
    """Plays steps, [method, *arguments] each; returns the results and the game's state after them."""
    command = ["node", Path(__file__).with_name("play.mjs")]
    done = subprocess.run(command, input=json.dumps([game, steps]), capture_output=True, encoding="utf-8", check=True)
    return json.loads(done.stdout)


def test_a_game_asks_for_six_different_digits_and_a_round_ends_when_the_pen_is_up_and_most_see_it():
    first = play("ClockGame", ["next", 0])["state"]
    target = first["target"]
    assert len(set(first["targets"])) == 6 and first["phase"] == "drawing"
    moving = play("ClockGame", ["next", 0], ["see", seen(target), False, 2 * SECOND])["state"]
    assert moving["phase"] == "drawing", "the pen is down"
    other = [(target + 1) % 10, (target + 2) % 10]
    steps = [["see", seen(digit), True, SECOND] for digit in (other[0], other[0], other[1])]
    won = play("ClockGame", ["next", 0], *steps, ["see", seen(target), True, 3 * SECOND])["state"]
    assert won["phase"] == "over" and won["played"][0]["seconds"] == 3
    assert won["guesses"] == [*other, target], "each guess once"


def test_the_time_ends_a_round_and_the_networks_are_judged_by_what_was_drawn():
    target = play("ClockGame", ["next", 0])["state"]["target"]
    late = play(
        "ClockGame",
        ["next", 0],
        ["see", seen((target + 1) % 10), True, SECOND],
        ["tick", 9.9 * SECOND],
        ["tick", 10 * SECOND],
        ["see", seen(target), True, 11 * SECOND],
        ["next", 12 * SECOND],
    )
    assert late["results"][2:4] == [False, True]
    (lost,) = late["state"]["played"]
    assert lost["seconds"] is None and lost["label"] == target and lost["seen"]["majority"] == (target + 1) % 10
    assert late["state"]["target"] != target


def test_six_rounds_are_a_game_and_the_next_one_begins_anew():
    rounds = [step for i in range(6) for step in (["next", 20 * i * SECOND], ["tick", (20 * i + 11) * SECOND])]
    assert play("ClockGame", *rounds)["state"]["phase"] == "end"
    again = play("ClockGame", *rounds, ["next", 500 * SECOND])["state"]
    assert again["phase"] == "drawing" and again["played"] == []


@pytest.mark.parametrize(
    ("steps", "outcome"),
    [
        ([], "stale"),
        ([["empty"], ["show", None]], "nothing"),
        ([["empty"], ["show", seen(7, outlier=True)]], "doubted"),
        ([["empty"], ["show", seen(7)]], []),
        ([["empty"], ["show", seen(7) | {"answers": FOUR}]], ["resnet"]),
        ([["empty"], ["show", seen(7)], ["say", 7]], "counted"),
    ],
    ids=["not a fresh canvas", "nothing", "an outlier", "all right", "one fooled", "twice"],
)
def test_a_drawing_fools_networks_once_and_only_if_a_person_could_read_it(steps, outcome):
    steps = steps or [["show", seen(7)]]
    assert play("FoolGame", *steps, ["say", 7])["results"][-1] == outcome


def test_the_majority_is_that_of_the_server(rng):
    votes = [rng.dirichlet(np.full(10, 0.3), size=1 + i % 4).astype(np.float32) for i in range(40)]
    expected = [majority([Prediction("mlp", "drawn", row, card=None) for row in rows]) for rows in votes]
    assert play("majority", *(rows.tolist() for rows in votes))["results"] == expected
