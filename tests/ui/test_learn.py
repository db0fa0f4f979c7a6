"""The page "Learn": its controls and remarks, its charts, and what becomes of the networks that were learned."""

from __future__ import annotations

import gc
import json
import re
import shutil
import subprocess
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from threading import Event
from types import SimpleNamespace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from digits.samples import sample_digit
from learning.job import Comparison, Job, Point, Progress, Snapshot, State
from learning.training import Training
from tests.page_server import ROOT
from tests.ui.page import START_SECONDS
from ui.drawing.history import DrawnDigit, History
from ui.learn import charts, controls, sources, state, view
from ui.learn.state import Learned, Learning
from ui.room.visit import RoomVisit, WatchedRoom
from ui.shared import session

VIEW = (ROOT / "browser" / "learn" / "learn.js").read_text(encoding="utf-8")
SCRIPT = "from ui.learn import page; page.page()"


def page(**state) -> AppTest:
    test = AppTest.from_string(SCRIPT, default_timeout=START_SECONDS)
    for key, value in state.items():
        test.session_state[key] = value
    return run(test)


def run(test: AppTest) -> AppTest:
    test.run()
    assert not test.exception, test.exception
    return test


def history(*labels: int, digit: str = "7", copies: bool = False) -> dict[str, History]:
    """A visit's history: drawings of a digit with these labels."""
    drawings = {}
    for place, label in enumerate(labels):
        picture = sample_digit(digit).copy()
        picture[0, 0 if copies else place] = 1
        drawings[place] = (DrawnDigit(picture, {}, label=label),)
    return {session.HISTORY: History(drawings)}


def captions(test: AppTest) -> str:
    return " ".join(caption.value for caption in test.caption)


def can_train(test: AppTest) -> bool:
    return not test.button(key=session.TRAIN).disabled


def test_without_drawings_there_are_samples_to_learn_from_and_experiments_to_try():
    test = page()
    assert can_train(test) and test.session_state[session.LEARN_FROM] == [controls.SAMPLES]
    assert any("Three experiments" in html.body for html in test.html)
    assert pictures(test) == 10
    test.selectbox(key=session.HIDDEN).select(7).run()
    assert pictures(test) == 9, "a hidden digit is not learned from"


def pictures(test: AppTest) -> int:
    """Return how many different digits to learn from are shown."""
    shown = "".join(html.body for html in test.html)
    return len(set(re.findall(r'alt=""><b>(\d)</b>', shown)))


def test_without_tensorflow_it_says_so_and_offers_the_rest(monkeypatch):
    monkeypatch.setattr("ui.learn.page.possible", lambda: False)
    test = page()
    assert "needs TensorFlow" in test.info[0].value and session.TRAIN not in [button.key for button in test.button]
    assert any("Three experiments" in html.body for html in test.html)


@pytest.mark.parametrize(
    ("drawn", "remark"),
    [
        ({}, "Nothing to learn from"),
        (history(7, 7), "There are only 7s"),
        (history(*[7] * 50, copies=True), "Only 1 of the"),
        (history(1, 2, 3, 4, 5), "disagrees with 5 of 5 labels"),
    ],
    ids=["nothing", "one digit", "copies", "wrong labels"],
)
def test_odd_drawings_are_remarked_on(drawn, remark):
    test = page(**drawn, **{session.LEARN_FROM: [state.OWN]})
    assert remark in captions(test) and can_train(test) == bool(drawn)


def test_choices_are_kept_while_another_page_is_shown():
    test = page()
    test.selectbox(key=session.learn_seconds(30)).select(60).run()
    assert test.session_state[session.LEARNING].choices == {session.learn_seconds(30): 60}
    again = page(**{session.LEARNING: test.session_state[session.LEARNING]})
    assert again.selectbox(key=session.learn_seconds(30)).value == 60


def test_the_learning_rate_is_turned_while_it_runs_and_layers_have_a_size_where_they_can():
    test = page()
    test.selectbox(key=session.layer_size("mlp")).select(8).run()
    training = object.__new__(Training)
    training.job, training.progress, turned = Job("mlp"), Progress(State.LEARNING), []
    training.turn, training.poll = turned.append, lambda: training.progress
    mine = Learning(training=training, choices=test.session_state[session.LEARNING].choices)
    running = page(**{session.LEARNING: mine})
    assert running.selectbox(key=session.layer_size("mlp")).disabled and mine.choices[session.layer_size("mlp")] == 8
    running.selectbox(key=session.LEARN_RATE).select(10.0).run()
    assert turned[-1] == 10.0
    fixed = page(**{session.LEARN_MODE: state.FINE_TUNE})
    assert any(box.label == "Units in a layer" and box.disabled for box in fixed.selectbox)


def lesson() -> list[str]:
    """Return what docs/learning.md asks its reader to press and choose, in bold, in its order."""
    rows = (ROOT / "docs" / "learning.md").read_text(encoding="utf-8").split("|---|---|---|")[1].split("## ")[0]
    return [step for row in rows.strip().splitlines() for step in re.findall(r"\*\*(.+?)\*\*", row.split("|")[2])]


def press(test: AppTest, step: str) -> AppTest:
    """Do what the lesson says: a button by its name, or a choice as "Name: option"."""
    name, _, option = step.partition(": ")
    if option:
        (box,) = (box for box in test.selectbox if box.label == name)
        box.set_value(None) if option == "none" else box.select_index(box.options.index(option))
        return run(test)
    buttons = [button for button in test.button if button.label == name]
    assert buttons or f't("{name}")' in VIEW, f"there is no {name}"
    if buttons:
        buttons[0].click()
    return run(test)


@pytest.mark.slow
def test_the_lesson_can_be_followed_as_it_is_written(monkeypatch):
    begun, turned, opened, end = [], [], [], Event()

    class Quick(Training):
        """A training that goes on until the test ends it."""

        def __init__(self, job, train, held_out):
            vars(self).update(vars(training_of_three_digits()), job=job, close=lambda: None, turn=turned.append)
            self.progress = replace(self.progress, state=State.LEARNING)
            begun.append((job, train.labels.tolist()))
            end.clear()

        def poll(self):
            self.progress = replace(self.progress, state=State.DONE if end.is_set() else State.LEARNING)

    monkeypatch.setattr("ui.learn.page.Training", Quick)
    monkeypatch.setattr("ui.learn.state.result", lambda training: learned())
    monkeypatch.setattr("ui.navigation.go", opened.append)
    test = page()
    for step, following in pairwise([*lesson(), ""]):
        press(test, step)
        if not following.startswith("Learning rate"):  # which is turned while it learns
            end.set()
            run(test)
    jobs = [job for job, _ in begun]
    assert [(job.size, job.hidden, job.seconds) for job in jobs] == [
        (None, None, 10),
        (2, None, 10),
        (None, None, 10),
        (None, 7, 10),
    ]
    assert 100.0 in turned and turned[-1] == 1.0 and opened == ["draw"] and 7 not in begun[-1][1]


def test_every_third_drawing_is_held_out_and_a_hidden_digit_is_not_learned(monkeypatch):
    monkeypatch.setattr(sources, "current_history", lambda: history(*range(9))[session.HISTORY])
    source = sources.combine([sources.own()], hidden=None)
    assert (len(source.train), len(source.held_out)) == (6, 3) and "every third" in source.split
    hidden = sources.combine([sources.own(), sources.samples()], hidden=7)
    assert 7 not in hidden.train.labels and 7 in hidden.held_out.labels


def test_every_digit_of_a_number_is_learned_from(monkeypatch):
    number = tuple(DrawnDigit(np.full((28, 28), label, np.uint8), {}, label=label) for label in (4, 2))
    monkeypatch.setattr(sources, "current_history", lambda: History({0: number}))
    assert sources.own().train.labels.tolist() == [4, 2]


@pytest.mark.parametrize(("unlabelled", "remark"), [(4, "4 drawings in the room have"), (1, "One drawing in the")])
def test_drawings_of_a_room_without_a_label_are_not_learned_from(monkeypatch, unlabelled, remark):
    nothing = sources.combine([], None)
    monkeypatch.setattr(sources, "room", lambda: replace(nothing, unlabelled=unlabelled))
    test = page(**in_room(), **{session.LEARN_FROM: [controls.ROOM]})
    assert not can_train(test) and remark in captions(test)


def in_room() -> dict[str, RoomVisit]:
    """A visit of a room whose host did not allow training."""
    return {session.VISIT: RoomVisit(watched=WatchedRoom(1, "ACDEFG", state=SimpleNamespace(id=1, training=False)))}


def test_a_room_whose_host_did_not_allow_it_is_not_learned_from():
    test = page(**in_room(), **{session.LEARN_FROM: [controls.ROOM]})
    assert "host has not allowed it" in captions(test) and not can_train(test)


def test_some_participants_of_a_room_are_held_out_with_all_their_drawings(monkeypatch):
    visit = RoomVisit(watched=WatchedRoom(1, "ACDEFG", state=SimpleNamespace(id=1, training=True)))
    labels = [7, 1, 7, None]
    tiles = [SimpleNamespace(label=label, participant_id=by, digit=bytes(28 * 28)) for by in (3, 4) for label in labels]
    monkeypatch.setattr(sources, "room_visit", lambda: visit)
    monkeypatch.setattr(sources.store, "database", lambda: None)
    monkeypatch.setattr("rooms.wall.tiles", lambda database, room, newest: tiles)
    source = sources.room()
    assert source is not None and source.unlabelled == 2 and source.split == "all that 1 of 2 participants drew"
    assert source.train.labels.tolist() == source.held_out.labels.tolist() == [7, 1, 7]


def test_a_room_that_was_left_is_no_source_any_more():
    test = page(**in_room(), **{session.LEARN_FROM: [controls.ROOM]})
    test.session_state[session.VISIT].stop_watching()
    run(test)
    assert test.session_state[session.LEARN_FROM] == [] and "host" not in captions(test)


def learned() -> Learned:
    return Learned(Job("mlp"), None, b"", b"", Progress(State.DONE))  # type: ignore[arg-type]


def test_a_network_has_an_address_for_as_long_as_it_is_kept():
    mine, first, second = Learning(), learned(), learned()
    first.exported, second.exported = b"first", b"second"
    mine.take(first)
    mine.take(second)
    names = [each.address.removeprefix("browser/own/").removesuffix(".tflite") for each in (first, second)]
    assert [state.exported(name) for name in names] == [b"first", b"second"] and names[0] != names[1]
    mine.undo()
    del second
    gc.collect()
    assert [state.exported(name) for name in names] == [b"first", None]


def test_undo_goes_back_one_network_at_a_time():
    mine, first, second = Learning(), learned(), learned()
    mine.take(first)
    mine.take(second)
    mine.undo()
    assert mine.learned is first
    mine.undo()
    assert mine.learned is None


def test_as_many_networks_are_kept_as_can_be_undone():
    """Each has some MB, and a visitor can train all day."""
    mine = Learning()
    for _ in range(3 * state.MAX_UNDO):
        mine.take(learned())
    assert len(mine.earlier) == state.MAX_UNDO


def test_the_files_say_how_they_are_loaded():
    mine = learned()
    mine.job = Job("mlp", size=16)
    found = page(**{session.LEARNING: Learning(learned=mine)})
    help = {button.proto.label: button.proto.help for button in found.get("download_button")}
    assert "models.mlp.build(16).load_weights" in help["Weights"] and '["probabilities"]' in help["LiteRT"]


def test_a_running_training_goes_on_when_the_network_is_thrown_away():
    training = object.__new__(Training)
    training.progress = Progress(State.LEARNING)
    mine = Learning(training, learned(), [learned()])
    mine.forget()
    assert mine.learned is None and not mine.earlier and mine.training is training
    training.progress = Progress(State.DONE)
    mine.forget()
    assert mine.training is None


def training_of_three_digits() -> Training:
    """A training that has ended, with two points; of its two taught digits one is misread."""
    digits = np.stack([sample_digit("7"), sample_digit("1"), sample_digit("7")])
    predictions = np.array([[1, 1, 1], [7, 2, 7]], np.uint8)
    snapshot = Snapshot(
        digits,
        labels=np.array([7, 1, 7]),
        predictions=predictions,
        probabilities=np.eye(10, dtype=np.uint8)[predictions] * 255,
        positions=np.arange(8, dtype=np.int8).reshape(2, 2, 2) - 4,
        map_labels=np.array([7, 1]),
        activations=np.arange(2 * 3 * 4, dtype=np.int8).reshape(2, 3, 4, 1, 1) - 9,
        first_layer=np.linspace(-1, 1, 4 * 28 * 28, dtype=np.float32).reshape(4, 28, 28),
    )
    points = [Point(1, 64, 2.3, 0.1, 2.2, 0.2), Point(2, 640, 1.1, 0.6, 1.0, 0.7)]
    training = object.__new__(Training)
    training.job, training.folder = Job("mlp"), Path("a-training")
    training.progress = Progress(State.DONE, taught=2, points=points, snapshot=snapshot)
    return training


@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")
def test_the_view_has_every_digit_at_every_point_as_the_training_measured_it():
    training = training_of_three_digits()
    snapshot = training.progress.snapshot
    command = ["node", str(Path(__file__).parents[1] / "engine" / "learn.mjs")]
    sent = json.dumps(view.content(training, snapshot, followed=1))
    seen = json.loads(subprocess.run(command, input=sent, check=True, capture_output=True, text=True).stdout)
    assert seen["predictions"] == snapshot.predictions.tolist() and seen["correct"] == [1, 2]
    assert np.array_equal(np.round(255 * np.array(seen["probabilities"])), snapshot.probabilities)
    assert np.allclose(127 * np.array(seen["positions"]), snapshot.positions.reshape(2, 4))
    assert seen["activations"] == snapshot.activations[:, 1].reshape(2, 4).tolist(), "of the followed digit"
    assert (np.reshape(seen["pixels"], (3, 28, 28)) == snapshot.digits).all()
    assert seen["weights"][0] == [-127, 127], "the smallest and the largest"
    assert seen["nearest"] == [0, 0, 1], "to 0, 1.4 and 9 seconds"


def test_a_followed_digit_that_is_not_there_is_not_believed(monkeypatch):
    for forged in (3, -1, True, "1", None, {}):
        monkeypatch.setattr(view.st, "session_state", {session.LEARN_VIEW: {"followed": forged}})
        assert view.followed(3) == 0
    monkeypatch.setattr(view.st, "session_state", {session.LEARN_VIEW: {"followed": 2}})
    assert view.followed(3) == 2


def test_it_says_which_taught_digits_are_still_misread():
    progress = training_of_three_digits().progress
    assert "Not yet: 1 of the 2 it learned from is still misread" in charts.status(Job("mlp"), progress)
    progress.snapshot.labels[1] = 2
    assert "Learned for 30 s, and reads these 2 correctly" in charts.status(Job("mlp"), progress)
    assert "and reads this 7 correctly" in charts.status(Job("mlp"), replace(progress, taught=1))


def test_the_comparison_has_a_column_before_if_a_network_was_fine_tuned():
    rows = [Comparison("drawn test digits", 200, 190, 180)]
    assert "95.0 %" in charts.comparison(Job("mlp", "drawn"), rows)
    assert "95.0 %" not in charts.comparison(Job("mlp"), rows) and "90.0 %" in charts.comparison(Job("mlp"), rows)


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        (Progress(State.WAITING, ahead=2), "2 other trainings come first"),
        (Progress(State.LEARNING, seconds_left=12.4), "12 s left"),
        (Progress(State.PAUSED, seconds_left=12.4), "Paused"),
        (Progress(State.STARTING), "Starting"),
        (Progress(State.STARTING, "Downloading MNIST"), "MLP</b> Downloading MNIST"),
        (Progress(State.FAILED, "The training failed: disk full."), "disk full"),
        (Progress(State.DONE, stopped=True, points=[Point(0.4, 64, 2.3, 0.1, 2.3, 0.1)] * 2), "before it could learn"),
    ],
)
def test_the_status_says_what_happens(progress, words):
    assert words in charts.status(Job("mlp"), progress)
