"""Damaged files of a training are recognised when they are read, named, and made again."""

from __future__ import annotations

import json

import numpy as np
import pytest

from models import NETWORKS
from recognition import store
from tests.training.small import splits as small_splits
from tests.training.test_pool import small  # noqa: F401, a fixture
from training import train
from training.data import augmented, mnist
from training.data.dataset import DataError
from training.engine import intact
from training.engine.checkpoint import History, State
from training.engine.hyperparameters import Hyperparameters

RECIPE = Hyperparameters("adam", epochs=3, batch_size=50)


def saved(path, digits) -> None:
    with path.open("wb") as file:
        np.save(file, digits)


DAMAGE = {
    "cut off": (lambda path: path.write_bytes(path.read_bytes()[:-500]), "cannot be read"),
    "empty": (lambda path: path.write_bytes(b""), "cannot be read"),
    "of another kind": (lambda path: path.write_text("hello"), "cannot be read"),
    "too few digits": (lambda path: saved(path, np.zeros((9, 28, 28), np.uint8)), "9 digits, expected 10"),
    "another shape": (lambda path: saved(path, np.zeros((10, 14, 14), np.uint8)), "expected uint8"),
    "another type": (lambda path: saved(path, np.zeros((10, 28, 28), np.float32)), "expected uint8"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_of_the_pool_is_named_and_made_again(small, tmp_path, monkeypatch, capsys, damage):  # noqa: F811
    augmented._generate("mnist", 0, tmp_path)
    augmented._generate("mnist", 1, tmp_path)
    path = augmented._path("mnist", 1, tmp_path)
    before = np.load(path)
    change, words = DAMAGE[damage]
    change(path)
    monkeypatch.setattr(augmented, "ProcessPoolExecutor", Here)
    parts = augmented.prepared(("mnist",), tmp_path)["mnist"]
    printed = capsys.readouterr().out
    assert str(path) in printed and words in printed and "made again" in printed
    assert np.array_equal(parts[1], before)


class Here:
    """Stands in for a pool of processes, in this one."""

    def __init__(self, *arguments, **named):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def submit(self, work, *arguments):
        from concurrent.futures import Future

        future = Future()
        future.set_result(work(*arguments))
        return future


def test_a_label_out_of_range_in_mnist_is_named(monkeypatch):
    arrays = {name: np.zeros(shape, np.uint8) for name, shape in mnist.EXPECTED.items()}
    arrays["y_test"][7] = 10
    monkeypatch.setattr(mnist, "data_folder", lambda: None)
    monkeypatch.setattr(mnist, "_download", lambda: arrays)
    with pytest.raises(DataError, match="y_test holds labels of type uint8 from 0 to 10, expected 0 to 9"):
        mnist.mnist()


@pytest.mark.parametrize("kind", ["cut off", "another number", "no probabilities"])
def test_damaged_predictions_of_a_teacher_are_made_again(tmp_path, capsys, kind):
    path = tmp_path / "teacher.npz"
    rows = np.full((20, 10), 0.1, np.float32)
    wrong = {"another number": rows[:19], "no probabilities": rows + 1}.get(kind, rows)
    np.savez(path, probabilities=wrong, sha256=np.array("0" * 64))
    if kind == "cut off":
        path.write_bytes(path.read_bytes()[:-40])
    assert not intact.remove_damaged(path, lambda file: intact.probabilities(file, 20))
    assert "made again" in capsys.readouterr().out and not path.exists()
    np.savez(path, probabilities=rows, sha256=np.array("0" * 64))
    assert intact.remove_damaged(path, lambda file: intact.probabilities(file, 20))


@pytest.fixture(scope="module")
def data():
    return small_splits()


@pytest.fixture
def stopped(tmp_path, monkeypatch, data):
    """The folder of a training that was stopped in its third epoch."""
    monkeypatch.setattr(store, "WEIGHTS", tmp_path / "weights")
    begin = train._begin

    def stop(model, batches, epoch):
        if epoch == 2:
            raise KeyboardInterrupt
        begin(model, batches, epoch)

    with monkeypatch.context() as patch:
        patch.setattr(train, "_begin", stop)
        with pytest.raises(KeyboardInterrupt):
            train.train(NETWORKS["mlp"], "book", RECIPE, data, tmp_path)
    return train._run_folder(tmp_path, NETWORKS["mlp"], "book", RECIPE, data)


def cut(path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.slow
def test_a_damaged_checkpoint_is_named_and_its_epochs_are_trained_again(stopped, tmp_path, data, capsys):
    (checkpoint,) = stopped.glob("epoch-*")
    flipped = bytearray(checkpoint.read_bytes())
    flipped[len(flipped) // 2] ^= 1
    checkpoint.write_bytes(flipped)
    card = train.train(NETWORKS["mlp"], "book", RECIPE, data, tmp_path)
    assert f"{checkpoint} is damaged; it is deleted, and its epochs are trained again" in capsys.readouterr().out
    assert [row["epoch"] for row in card.history] == [1, 2, 3]


@pytest.mark.slow
def test_a_damaged_history_is_named_and_the_training_continues(stopped, tmp_path, data, capsys):
    cut(stopped / "history.json")
    card = train.train(NETWORKS["mlp"], "book", RECIPE, data, tmp_path)
    assert "history.json is damaged" in capsys.readouterr().out
    assert [row["epoch"] for row in card.history] == [3]


def test_a_checkpoint_of_an_earlier_version_is_still_read(stopped):
    (checkpoint,) = stopped.glob("epoch-*")
    old = checkpoint.rename(stopped / "epoch-0002.weights.h5")
    model = NETWORKS["mlp"].build()
    model.compile("adam", "categorical_crossentropy")
    assert State(stopped).restore(model) == 2 and old.exists()


@pytest.mark.parametrize("text", ["[1, 2", "5", '[{"loss": 1}]', json.dumps([[1]])])
def test_a_history_that_is_none_is_empty(tmp_path, text):
    (tmp_path / "history.json").write_text(text)
    assert History(tmp_path / "history.json").rows == {}
