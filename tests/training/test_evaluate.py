"""The evaluation scores correctly, updates only the cards and the table, and works without pen strokes."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest

from digits.labelled import Digits
from models import DEFAULT_NETWORKS
from recognition import load, store
from recognition.card import ModelCard, Score
from recognition.classifier import Classifier
from recognition.store import read_card, released, write_card
from training import evaluate
from training.data.dataset import DataError, Splits
from training.engine.command import run_command
from training.evaluate import disagreement, score, table

CARD = ModelCard(
    network="mlp",
    recipe="book",
    parameters=269_322,
    sha256="0" * 64,
    size=5,
    temperature=1.0,
    training={"seconds_per_epoch": 2.6},
    history=[],
    tests={"mnist": Score(10_000, 9_812), "drawn": Score(100, 90)},
)


def test_a_score_counts_correct_predictions_and_the_confusion_matrix():
    probabilities = np.eye(10, dtype=np.float32)[[3, 1, 4, 1, 5]] * 0.6 + 0.04
    partly, never = (score(probabilities, np.array(labels, np.uint8)) for labels in ([3, 1, 4, 2, 5], [0] * 5))
    assert (partly.n, partly.correct) == (5, 4) and (never.n, never.correct) == (5, 0)
    assert partly.confusion[1][1] == partly.confusion[2][1] == 1 and np.trace(partly.confusion) == 4
    assert np.sum(partly.confusion, axis=1).tolist() == [0, 1, 1, 1, 1, 1, 0, 0, 0, 0], "a row for each true digit"


def test_the_calibration_error_is_the_gap_between_confidence_and_accuracy():
    probabilities = np.tile(np.r_[0.8, np.full(9, 0.2 / 9)], (10, 1)).astype(np.float32)
    calibrated = score(probabilities, np.array([0] * 8 + [1] * 2, np.uint8))
    assert calibrated.calibration_error == pytest.approx(0, abs=1e-4), "80 % confidence, 8 of 10 correct"
    assert score(probabilities, np.zeros(10, np.uint8)).calibration_error == pytest.approx(0.2, abs=1e-4)
    assert Score.from_json(calibrated.to_json()) == calibrated


def test_the_table_has_a_row_for_each_card():
    drawn = replace(CARD, network="resnet", recipe="drawn", parameters=274_154, tests={"drawn_resized": Score(10, 5)})
    header, rule, *rows = table([CARD, drawn]).splitlines()
    assert {line.count("|") for line in (header, rule, *rows)} == {11}
    first, second = ([cell.strip() for cell in row.strip("|").split("|")] for row in rows)
    assert first[:6] == ["MLP", "book", "269,322", "98.12 (97.83 to 98.37)", "–", "98.5"]
    assert first[6:] == ["90.00 (82.56 to 94.48)", "not measured", "not measured", "3"]
    assert second[:6] == ["ResNet", "drawn", "274,154", "not measured", "99.7", "–"]
    assert second[6:] == ["not measured", "50.00 (23.66 to 76.34)", "not measured", "3"]


@pytest.mark.parametrize(
    ("correct", "confidence", "aim", "calibration"),
    [
        (9_970, 9_969, "99.7", "0.01 and 0.01"),
        (9_969, 9_969, "99.7, missed", "0.00 and 0.00"),
        (9_970, 9_920, "99.7", "0.50 and 0.50, missed"),
    ],
)
def test_the_table_says_where_recipe_drawn_misses_its_aims(correct, confidence, aim, calibration):
    measured = Score(10_000, correct, reliability=[[10_000, confidence, correct]])
    card = replace(CARD, network="resnet", recipe="drawn", tests={"mnist": measured, "drawn": measured})
    cells = [cell.strip() for cell in table([card]).splitlines()[-1].strip("|").split("|")]
    assert (cells[4], cells[8]) == (aim, calibration)


class AlwaysSeven:
    """A classifier that predicts 7 for every digit."""

    card = CARD

    def predict(self, digits):
        return np.tile(np.eye(10, dtype=np.float32)[7], (len(digits), 1))


def test_new_scores_are_added_to_the_others_on_the_card():
    digits = Digits(np.zeros((4, 28, 28), np.uint8), np.array([7, 7, 7, 1], np.uint8))
    card = evaluate.evaluate(AlwaysSeven(), {"mnist": digits})
    assert (card.tests["mnist"].n, card.tests["mnist"].correct) == (4, 3) and card.tests["drawn"] == Score(100, 90)
    assert replace(card, tests={}) == replace(CARD, tests={})


@pytest.fixture
def few(monkeypatch):
    """Twenty blank digits in place of MNIST."""
    digits = Digits(np.zeros((20, 28, 28), np.uint8), np.arange(20).astype(np.uint8) % 10)
    monkeypatch.setattr(evaluate, "mnist", lambda: Splits(digits, digits, digits))
    return digits


def test_without_pen_strokes_mnist_is_still_evaluated(few, monkeypatch, capsys):
    def missing(part):
        raise DataError(f"no pendigits-orig.{part} here")

    monkeypatch.setattr(evaluate, "pendigits", missing)
    assert evaluate.test_sets() == {"mnist": few}
    assert "Drawn digits are not evaluated" in capsys.readouterr().err


def test_without_mnist_the_command_reports_it(monkeypatch, capsys):
    def missing():
        raise DataError("no MNIST here")

    monkeypatch.setattr(evaluate, "mnist", missing)
    with pytest.raises(SystemExit) as ended:
        run_command(lambda: evaluate.main([]))
    assert ended.value.code == 2 and capsys.readouterr().err == "no MNIST here\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Copies of the MLP's and the CNN's files, which tests can change."""
    (tmp_path / "weights" / "book").mkdir(parents=True)
    for key in ("mlp", "cnn"):
        for path in (store.weights_path(key, "book"), store.serving_path(key, "book"), store.card_path(key, "book")):
            shutil.copy(path, tmp_path / "weights" / "book")
    monkeypatch.setattr(store, "WEIGHTS", tmp_path / "weights")
    monkeypatch.setattr(evaluate, "PROGRESS", tmp_path / "runs" / "evaluated")
    return tmp_path


def held_out_for(card):
    return replace(card, training=card.training | {"whole": False})


def test_a_network_that_was_trained_on_all_digits_keeps_its_temperature(few, folder, monkeypatch):
    monkeypatch.setattr(evaluate, "test_sets", lambda: {"drawn": few})
    monkeypatch.setattr(evaluate, "held_out_sets", lambda: [few])
    card = read_card("mlp", "book")
    write_card(replace(card, training=card.training | {"whole": True}, temperature=1.5))
    assert evaluate.main(["mlp", "--recipe", "book"]) == 0 and read_card("mlp", "book").temperature == 1.5


def test_the_command_evaluates_valid_weights_and_names_damaged_ones(few, folder, monkeypatch, capsys):
    monkeypatch.setattr(evaluate, "test_sets", lambda: {"drawn": few})
    monkeypatch.setattr(evaluate, "held_out_sets", lambda: [few])
    store.weights_path("cnn", "book").write_bytes(b"damaged")
    write_card(held_out_for(read_card("mlp", "book")))
    mlp, cnn = read_card("mlp", "book"), read_card("cnn", "book")
    assert evaluate.main(["--recipe", "book"]) == 1
    measured = read_card("mlp", "book")
    drawn = measured.tests["drawn"]
    assert (drawn.n, drawn.correct) == (20, 2), "the blanks all get the same prediction, and each label occurs twice"
    assert measured.temperature > mlp.temperature, "blanks justify little confidence"
    assert replace(measured, tests={}, temperature=1) == replace(mlp, tests={}, temperature=1)
    assert read_card("cnn", "book") == cnn
    output = capsys.readouterr()
    assert "weights/book/cnn.weights.h5" in output.err
    assert table([measured, cnn]) in (folder / "docs" / "results.md").read_text(encoding="utf-8")
    assert list(folder.rglob("*.partial*")) == []


@pytest.mark.parametrize(
    "key", [pytest.param(key, marks=() if key in DEFAULT_NETWORKS else pytest.mark.slow) for key in released("book")]
)
def test_a_thousand_test_digits_agree_with_the_card(splits, classifiers, key):
    classifier = classifiers.get(key) or pytest.fail(f"no weights/book/{key}.weights.h5")
    some = splits.test[np.random.default_rng(1).permutation(10_000)[:1000]]
    low, high = score(classifier.predict(some.digits), some.labels).interval
    assert low <= classifier.card.tests["mnist"].accuracy <= high


def test_weights_that_serve_otherwise_than_keras_answers_are_told_apart(classifiers):
    digits = {
        "noise": Digits(np.random.default_rng(1).integers(0, 256, (50, 28, 28), np.uint8), np.zeros(50, np.uint8))
    }
    book = load("mlp", "book")
    assert disagreement(book, digits) == ""
    mixed = Classifier(book.network, book.card, classifiers["mlp"].interpreters)
    assert "LiteRT and Keras differ by" in disagreement(mixed, digits)
