"""The book's tables: every printed row is trained only once, and its results are saved and written to the documents."""

from __future__ import annotations

import json

import numpy as np
import pytest

from digits.labelled import Digits
from training import tables
from training.data.dataset import Splits
from training.tables import TABLES


@pytest.fixture
def few():
    """A hundred digits, with a bright row for each label."""
    labels = np.arange(100, dtype=np.uint8) % 10
    digits = np.zeros((100, 28, 28), np.uint8)
    digits[np.arange(100), 2 * labels] = 255
    return Digits(digits, labels)


def test_every_printed_row_is_included():
    assert {table: len(rows) for table, rows in TABLES.items()} == {"listings": 3, "1.3.3": 18, "1.4.1": 4, "1.5.1": 4}
    best = max(TABLES["1.3.3"], key=lambda row: row.book_test)
    assert (best.regularizer, best.optimizer, best.book_train, best.book_test) == ("dropout 0.45", "Adam", 99.39, 98.5)


def test_the_epochs_that_the_print_needs_end_with_the_first_five_that_reach_it_on_average():
    curve = [96.0, 98.1, 97.0, 97.9, 98.1, 97.9, 98.0, 98.1, 98.2]
    assert tables.needed(curve, 98.0) == 8, "a single epoch does not count"
    assert tables.needed(curve, 98.3) is None and tables.needed(curve[:4], 96.0) is None


def test_a_listing_has_the_mean_and_the_spread_of_its_seeds(few, tmp_path, monkeypatch):
    answers = iter([90.0, 98.0, 91.0, 98.2, 92.0, 98.4, 93.0, 98.6, 94.0, 98.8])  # test, then training, for each seed
    monkeypatch.setattr(tables, "_percent", lambda *_: next(answers))
    monkeypatch.setattr(tables.keras.Model, "fit", _watched)
    row = tables.measured("listings", TABLES["listings"][0], few, few, epochs=1, runs=tmp_path)
    assert (row["test"], row["train"], row["tests"]) == (92.0, 98.4, [90.0, 91.0, 92.0, 93.0, 94.0])
    assert "| 92.00 ± 1.58 (5 seeds) | -6.50 |" in tables.markdown({"listings": [row]})


def test_a_row_is_trained_until_the_print_is_reached_and_as_long_as_the_listing_at_least(few, tmp_path, monkeypatch):
    monkeypatch.setattr(tables.keras.Model, "fit", _watched)
    row = TABLES["1.3.3"][1]  # SGD, 98.0 % in print
    for reached, trained, needed in ((10, 20, 15), (41, 45, 45), (500, 200, None)):  # call 20 is on the training digits
        epoch = iter(range(1000))
        monkeypatch.setattr(tables, "_percent", lambda *_, e=epoch, r=reached: 99.0 if next(e) >= r else 90.0)
        result = tables.measured("1.3.3", row, few, few, runs=tmp_path / str(reached))
        assert (result["most"], result["needed"]) == (trained, needed)


@pytest.mark.parametrize(
    ("table", "place", "parameters"),
    [
        ("1.3.3", 0, 335_114),
        ("1.3.3", 12, 2_913_290),
        ("listings", 0, 269_322),
        ("1.4.1", 0, 80_266),
        ("1.5.1", 3, 282_122),
    ],
)
def test_a_row_is_built_with_its_number_of_parameters(table, place, parameters):
    assert TABLES[table][place].build().count_params() == parameters


def test_each_row_is_built_with_its_regularizer():
    kinds = [[type(layer).__name__ for layer in TABLES["1.3.3"][place].build().layers] for place in (0, 3, 4)]
    assert "Activation" not in kinds[0] and "Dropout" not in kinds[1]
    assert kinds[1].count("Activation") == kinds[2].count("Activation") == kinds[2].count("Dropout") == 3
    (first, *_) = [layer for layer in TABLES["1.3.3"][1].build().layers if hasattr(layer, "kernel_regularizer")]
    assert float(first.kernel_regularizer.l2) == pytest.approx(0.001)


@pytest.mark.slow
def test_a_row_is_trained_only_once_and_evaluated_on_both_sets(few, tmp_path, monkeypatch):
    row = TABLES["1.3.3"][15]
    result = tables.measured("1.3.3", row, few, few[:50], epochs=12, runs=tmp_path)
    assert result["epochs"] == 12 and result["parameters"] == 335_114 and result["train"] > 50
    assert (result["optimizer"], result["book_test"]) == ("Adam", 98.5)
    monkeypatch.setattr(tables.keras.utils, "set_random_seed", pytest.fail)
    assert tables.measured("1.3.3", row, few, few[:50], epochs=12, runs=tmp_path) == result


def test_each_row_is_saved_in_its_own_file(few, tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "_percent", lambda *_: 99.0)
    monkeypatch.setattr(tables.keras.Model, "fit", _watched)
    for table, rows in TABLES.items():
        for row in rows:
            tables.measured(table, row, few, few, runs=tmp_path)
    assert len(list(tmp_path.iterdir())) == sum(row.seeds for rows in TABLES.values() for row in rows)


def _watched(model, *_, callbacks, epochs, **__):
    (watch,) = callbacks
    watch.set_model(model)
    model.stop_training = False
    for epoch in range(epochs):
        if not model.stop_training:
            watch.on_epoch_begin(epoch)
            watch.on_epoch_end(epoch)


def _measured_row(test: float) -> dict:
    printed = {"layers": "64-64-64", "regularizer": "dropout 0.4", "optimizer": "Adam", "activation": "ReLU"}
    result = {"parameters": 80_266, "epochs": 10, "train": 99.5, "test": test}
    return printed | {"book_train": 99.64, "book_test": 99.3} | result


def test_writing_one_table_leaves_the_others_unchanged(tmp_path):
    file, text = tmp_path / "tables.json", tmp_path / "tables.md"
    tables.write({"1.5.1": [_measured_row(97.0)]}, file, text)
    tables.write({"1.4.1": [_measured_row(99.4)]}, file, text)
    written = json.loads(file.read_text())
    assert list(written) == ["1.4.1", "1.5.1"] and written["1.5.1"][0]["test"] == 97.0
    line = "| 64-64-64 | dropout 0.4 | Adam | ReLU | 80,266 | 99.64 | 99.50 | 99.30 | 99.40 | +0.10 |  |"
    assert line in text.read_text()


def test_with_another_number_of_epochs_a_table_is_printed_but_not_written(few, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(tables, "mnist", lambda: Splits(few, few, few))
    monkeypatch.setattr(tables, "measured", lambda *_: _measured_row(99.4))
    monkeypatch.setattr(tables, "write", pytest.fail)
    assert tables.main(["1.4.1", "--epochs", "1"]) == 0
    printed = capsys.readouterr().out
    assert printed.count("| 99.40 |") == 4 and "Table 1.3.3\n" not in printed


def test_the_progress_bar_counts_only_the_rows_still_to_be_trained(few, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(tables, "mnist", lambda: Splits(few, few, few))
    monkeypatch.setattr(tables, "measured", lambda *_: _measured_row(99.4))
    monkeypatch.setattr(tables, "result_path", lambda table, row, epochs: tmp_path / row.optimizer)
    (tmp_path / "Adam").touch()
    assert tables.main(["1.4.1", "--epochs", "1"]) == 0
    assert "2/2" in capsys.readouterr().out, "two of the four rows are Adam's"


def test_an_unknown_table_is_refused_with_the_known_ones(capsys):
    with pytest.raises(SystemExit):
        tables.main(["9.9.9"])
    assert "unknown table '9.9.9'; known: listings, 1.3.3, 1.4.1, 1.5.1" in capsys.readouterr().err


def test_zero_epochs_are_refused(capsys):
    with pytest.raises(SystemExit):
        tables.main(["--epochs", "0"])
    assert "expected at least 1, got 0" in capsys.readouterr().err
