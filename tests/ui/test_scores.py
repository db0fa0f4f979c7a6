"""The games keep their score, Play shows it, and what the browser sends back is restored only where it is sound."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from models import DEFAULT_NETWORKS
from tests.drawings import placed
from tests.page_server import ROOT
from tests.ui.page import START_SECONDS, clear, message, opened, read, send, visit
from ui.drawing.board import CANVAS_KEY
from ui.drawing.scores import SECONDS, Games

READ = dict.fromkeys(DEFAULT_NETWORKS, 7)
SCRIPT = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from ui.play import page; page.page()"


@pytest.fixture
def games(monkeypatch):
    """Games that have just asked for a 7, by a clock that stands still until it is moved."""
    clock = [100.0]
    monkeypatch.setattr("ui.drawing.scores.time.monotonic", lambda: clock[0])
    games = Games()
    games.ask()
    games.target, games.clock = 7, clock
    return games


def test_a_digit_in_time_counts_and_makes_a_row(games):
    games.clock[0] += 3
    assert games.judge(0, READ, 7) and games.seconds == 3 and games.streak == 1
    assert games.judge(0, READ, 7) and games.streak == 1, "it counts once"
    assert not games.judge(1, READ, 7) and games.streak == 1, "another drawing does not count"
    games.ask()
    games.judge(0, READ, games.target)
    assert (games.streak, games.best) == (2, 2) and games.right["mlp"][1] == 2


def test_a_wrong_digit_does_not_count_and_a_late_one_ends_the_row(games):
    assert not games.judge(0, READ, 1)
    games.judge(0, READ, 7)
    games.ask()
    games.clock[0] += SECONDS + 1
    assert games.late and not games.judge(0, READ, games.target)
    games.ask()
    assert (games.streak, games.best) == (0, 1)


def test_the_same_digit_is_never_asked_for_twice_running():
    games, targets = Games(), []
    for _ in range(200):
        games.ask()
        targets.append(games.target)
    assert all(a != b for a, b in itertools.pairwise(targets)) and set(targets) == set(range(10))


def test_networks_that_read_something_else_are_fooled():
    games = Games()
    assert games.fool(READ | {"rnn": 1}, 7) == ["rnn"] and games.fool(READ, 7) == []
    assert (games.fooled, games.fooling) == (1, 1) and games.right["rnn"] == (1, 2)


def test_a_score_is_restored_from_what_was_kept():
    games, again = Games(), Games()
    games.fool(READ, 1)
    again.restore(json.loads(json.dumps(games.to_json())))
    assert again.to_json() == games.to_json()


@pytest.mark.parametrize(
    "change", [{"best": -1}, {"best": "9"}, {"fooled": 10**9}, {"right": []}, {"right": {"mlp": [1]}}], ids=repr
)
def test_a_forged_score_is_refused(change):
    games = Games()
    with pytest.raises((ValueError, TypeError, AttributeError)):
        games.restore(Games().to_json() | change)
    assert games.to_json() == Games().to_json()


def test_play_asks_for_a_digit_and_knows_it_when_it_is_drawn():
    page = AppTest.from_string(SCRIPT, default_timeout=START_SECONDS).run()
    page.button(key="start_game").click().run()
    target = page.session_state["games"].target
    send(page, message(placed(target)))
    assert not page.exception and page.session_state["games"].streak == 1
    assert set(read(page).values()) == {str(target)}
    assert any(f"Yes, a {target}" in html.body for html in page.html)
    page.session_state[CANVAS_KEY] = message([])
    page.button(key="next").click().run()
    assert page.session_state["games"].target != target


def test_what_is_drawn_after_the_digit_was_won_is_not_stored_under_it():
    page = AppTest.from_string(SCRIPT, default_timeout=START_SECONDS).run()
    page.button(key="start_game").click().run()
    target = page.session_state["games"].target
    send(page, message(placed(target)))
    send(clear(page), message(placed((target + 1) % 10)))
    drawings = page.session_state["history"].drawings
    assert [drawing[0].label for drawing in drawings.values()] == [target, None]
    assert not any(f"Yes, a {target}" in html.body for html in page.html) and page.session_state["games"].streak == 1


def test_play_takes_one_digit_and_says_so_of_a_number():
    page = AppTest.from_string(SCRIPT, default_timeout=START_SECONDS).run()
    page.button(key="start_game").click().run()
    send(page, message([*placed(4, 130, 0, 70), *placed(2, 130, 130, 70)]))
    assert not page.exception and page.session_state["games"].streak == 0 and read(page) == {}
    assert any("These are several digits" in html.body for html in page.html)


def test_fooled_networks_are_named_once_the_visitor_has_said_what_it_is():
    page = AppTest.from_string(SCRIPT, default_timeout=START_SECONDS)
    page.session_state["mode"] = "Fool them"
    send(page.run(), message(placed(7)))
    (pills,) = (group for group in page.get("button_group") if group.label.startswith("What is it?"))
    pills.set_value(3).run()
    assert any("You have fooled MLP, CNN, RNN and ResNet" in html.body for html in page.html)
    page.run()
    assert page.session_state["games"].fooled == 4, "it counts once"


def test_the_browser_keeps_the_newest_drawings_and_a_new_visit_has_them_again():
    page = visit()
    page.session_state["memory_of_browser"] = {"kept": ""}
    send(page, message(placed(7)))
    (memory,) = (each.proto for each in page.get("bidi_component") if each.proto.component_name.endswith("memory"))
    latest = json.loads(json.loads(memory.json)[2])
    assert len(latest["drawings"]) == 1 and len(str(latest)) < 2000, "not all drawings at each run"
    (digits,) = latest["drawings"].values()
    again = opened({})
    again.session_state["memory_of_browser"] = {"kept": json.dumps(latest | {"drawings": [*digits, *digits]})}
    again.run()
    (first,), (second,) = again.session_state["history"].drawings.values()
    np.testing.assert_array_equal(first.digit, page.session_state["board"].digit)
    assert set(second.predictions) == set(DEFAULT_NETWORKS)


@pytest.mark.parametrize("kept", ["nonsense", "[]", '{"drawings":[["AAAA",3]],"games":{}}', "[" * 200_000], ids=len)
def test_forged_memories_are_ignored(kept):
    page = visit()
    page.session_state["memory_of_browser"] = {"kept": kept}
    page.run()
    assert not page.exception and "drawings" in vars(page.session_state["history"])
    send(page, message(placed(7)))
    assert not page.exception
