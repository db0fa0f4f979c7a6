"""The page "Learn": what it offers and says, and what becomes of the networks that were learned."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from digits.samples import sample_digit
from learning import job
from learning.job import Comparison, Job, Pictures, Point, Progress
from rooms.prompts import ANY_DIGIT
from rooms.state import RoomState
from tests.ui.page import START_SECONDS
from ui.drawing.history import DrawnDigit, History
from ui.learn import charts, sources, state
from ui.learn.process import Training
from ui.learn.state import Learned, Learning
from ui.room.visit import RoomVisit
from ui.shared import session

SCRIPT = "from ui.learn import page; page.page()"


def page(**state) -> AppTest:
    test = AppTest.from_string(SCRIPT, default_timeout=START_SECONDS)
    for key, value in state.items():
        test.session_state[key] = value
    test.run()
    assert not test.exception, test.exception
    return test


def drawn(*meant: int, digit: str = "7") -> dict:
    """A visit's history: drawings of a digit that were meant to be these."""
    drawings = {place: (DrawnDigit(_variant(digit, place), {}, label=label),) for place, label in enumerate(meant)}
    return {"history": History(drawings)}


def _variant(digit: str, place: int) -> np.ndarray:
    picture = sample_digit(digit).copy()
    picture[0, place] = 1
    return picture


def captions(test: AppTest) -> str:
    return " ".join(caption.value for caption in test.caption)


def train_button(test: AppTest):
    return test.button(key=session.TRAIN)


def test_there_is_always_something_to_learn_from():
    test = page()
    assert not train_button(test).disabled
    assert any("Three experiments" in html.body for html in test.html)


def _room() -> RoomState:
    """The state of a room whose host did not allow training."""
    return RoomState(1, "ABCDEF", 1, 20, 1, ANY_DIGIT, True, False, False, False, False, False, False, 3, 9, 0)


def test_without_tensorflow_it_says_so_and_offers_the_rest(monkeypatch):
    monkeypatch.setattr(state, "possible", lambda: False)
    test = page()
    assert "needs TensorFlow" in test.info[0].value and not [one for one in test.button if one.key == session.TRAIN]
    assert any("Three experiments" in html.body for html in test.html)


def test_without_a_source_nothing_can_be_trained():
    test = page(**{session.LEARN_FROM: [sources.OWN]})
    assert train_button(test).disabled and "Nothing to learn from" in captions(test)


def test_a_single_digit_copies_and_wrong_labels_are_remarked_on():
    assert "There are only 7s" in captions(page(**drawn(7, 7), **{session.LEARN_FROM: [sources.OWN]}))
    copies = {"history": History({place: (DrawnDigit(sample_digit("7"), {}, label=7),) for place in range(50)})}
    assert "Only 1 of the" in captions(page(**copies, **{session.LEARN_FROM: [sources.OWN]}))
    wrong = captions(page(**drawn(1, 2, 3, 4, 5), **{session.LEARN_FROM: [sources.OWN]}))
    assert "reads 5 of 5 drawings otherwise" in wrong


def test_every_third_drawing_is_held_out_and_a_hidden_digit_is_not_learned(monkeypatch):
    monkeypatch.setattr(sources, "current_history", lambda: drawn(*range(9))["history"])
    source = sources.joined([sources.own()], hidden=None)
    assert (len(source.train), len(source.held_out)) == (6, 3) and "every third" in source.split
    hidden = sources.joined([sources.own(), sources.samples()], hidden=7)
    assert 7 not in hidden.train.labels and 7 in hidden.held_out.labels


def test_every_digit_of_a_number_is_learned_from(monkeypatch):
    history = History()
    history.record(0, [DrawnDigit(np.full((28, 28), digit, np.uint8), {}) for digit in (4, 2)])
    for drawing, meant in zip(history.drawings[0], (4, 2), strict=True):
        drawing.label = meant
    monkeypatch.setattr(sources, "current_history", lambda: history)
    assert sources.own().train.labels.tolist() == [4, 2]


def test_drawings_of_a_room_of_which_nobody_said_what_they_are_are_not_learned_from(monkeypatch):
    nothing = sources.joined([], None)
    monkeypatch.setattr(sources, "room", lambda: replace(nothing, unknown=4))
    test = page(room_visit=RoomVisit(state=_room()), **{session.LEARN_FROM: [sources.ROOM]})
    assert train_button(test).disabled and "Of 4 drawings in the room nobody said what they are" in captions(test)


def test_a_room_whose_host_did_not_allow_it_is_not_learned_from():
    test = page(room_visit=RoomVisit(state=_room()), **{session.LEARN_FROM: [sources.ROOM]})
    assert "host has not allowed it" in captions(test) and train_button(test).disabled


def test_undo_goes_back_one_network_at_a_time():
    mine = Learning()
    first, second = (_learned() for _ in range(2))
    mine.take(first)
    mine.take(second)
    mine.undo()
    assert mine.learned is first
    mine.forget()
    assert mine.learned is None and not mine.earlier


def test_as_many_networks_are_kept_as_can_be_undone():
    """Each has some MB, and one can train all day."""
    mine = Learning()
    for _ in range(3 * state.UNDOABLE):
        mine.take(_learned())
    assert len(mine.earlier) == state.UNDOABLE


def test_throwing_the_network_away_leaves_what_is_being_learned(monkeypatch):
    training = object.__new__(Training)
    training.progress = Progress(job.LEARNING)
    mine = Learning(training, _learned())
    mine.forget()
    assert mine.learned is None and mine.training is training
    training.progress = Progress(job.DONE)
    mine.forget()
    assert mine.training is None


def _learned() -> Learned:
    return Learned(Job("mlp"), None, b"", b"", Progress(job.DONE))  # type: ignore[arg-type]


def test_held_out_digits_show_what_is_read_as_meant():
    digits = np.stack([sample_digit("7"), sample_digit("1")])
    shown = charts.held_out(Pictures(digits, np.array([7, 1]), np.array([7, 2]), np.zeros((1, 3, 3))))
    assert "1 of 2 read as meant" in shown and shown.count('class="right"') == shown.count('class="wrong"') == 1
    assert 'alt="a 1, read as 2"' in shown


def test_curves_name_their_newest_values():
    points = [Point(1, 64, 2.3, 0.1, 2.2, 0.2), Point(2, 640, 1.1, 0.6, 1.0, 0.7)]
    assert all(value in charts.accuracy_curve(Job("mlp"), points) for value in ("60.0 %", "70.0 %"))
    assert all(value in charts.loss_curve(Job("mlp"), points) for value in ("1.10", "1.00"))


def test_the_comparison_has_a_column_before_where_it_went_on():
    rows = [Comparison("drawn test digits", 200, 190, 180)]
    assert "95.0 %" in charts.comparison(Job("mlp", "drawn"), rows)
    assert "95.0 %" not in charts.comparison(Job("mlp"), rows) and "90.0 %" in charts.comparison(Job("mlp"), rows)


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        (Progress(job.WAITING, ahead=2), "2 other trainings come first"),
        (Progress(job.LEARNING, seconds_left=12.4), "12 s left"),
        (Progress(job.PAUSED, seconds_left=12.4), "Paused"),
        (Progress(job.STARTING), "TensorFlow is being loaded"),
        (Progress(job.STARTING, "Downloading MNIST"), "MLP</b> Downloading MNIST"),
        (Progress(job.FAILED, "The training failed: disk full."), "disk full"),
        (Progress(job.DONE, stopped=True, points=[Point(0.4, 64, 2.3, 0.1)] * 2), "before it could learn much"),
    ],
)
def test_the_status_says_what_it_does(progress, words):
    assert words in charts.status(Job("mlp"), progress)
