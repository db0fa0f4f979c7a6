"""The book's tables: every printed row is there, rows are trained once, and the results are written as they are."""

from __future__ import annotations

import json

import numpy as np
import pytest

from training import tables
from training.data import Digits
from training.tables import TABLES


@pytest.fixture
def few():
    """A hundred digits, each label a bright row of its own."""
    labels = np.arange(100, dtype=np.uint8) % 10
    digits = np.zeros((100, 28, 28), np.uint8)
    digits[np.arange(100), 2 * labels] = 255
    return Digits(digits, labels)


def test_every_printed_row_is_there():
    assert {table: len(rows) for table, rows in TABLES.items()} == {"1.3.3": 19, "1.4.1": 4, "1.5.1": 4}
    best = max(TABLES["1.3.3"], key=lambda row: row.book_test)
    assert (best.regularizer, best.optimizer, best.book_train, best.book_test) == ("dropout 0.45", "Adam", 99.39, 98.5)


@pytest.mark.parametrize(
    ("table", "place", "parameters"),
    [
        ("1.3.3", 0, 335_114),
        ("1.3.3", 12, 2_913_290),
        ("1.3.3", 16, 269_322),
        ("1.4.1", 0, 80_266),
        ("1.5.1", 3, 282_122),
    ],
)
def test_a_row_is_built_as_it_is_read(table, place, parameters):
    assert TABLES[table][place].build().count_params() == parameters


def test_regularizers_are_where_the_row_says():
    kinds = [[type(layer).__name__ for layer in TABLES["1.3.3"][place].build().layers] for place in (0, 3, 4)]
    assert "Activation" not in kinds[0] and "Dropout" not in kinds[1]
    assert kinds[1].count("Activation") == kinds[2].count("Activation") == kinds[2].count("Dropout") == 3
    (first, *_) = [layer for layer in TABLES["1.3.3"][1].build().layers if hasattr(layer, "kernel_regularizer")]
    assert float(first.kernel_regularizer.l2) == pytest.approx(0.001)


def test_a_row_is_trained_once_and_measured_on_both_sets(few, tmp_path, monkeypatch):
    once = tables.measured("1.3.3", 15, few, few[:50], epochs=12, runs=tmp_path)
    assert once["epochs"] == 12 and once["parameters"] == 335_114 and once["train"] > 50
    monkeypatch.setattr(tables.keras.utils, "set_random_seed", pytest.fail)
    assert tables.measured("1.3.3", 15, few, few[:50], epochs=12, runs=tmp_path) == once


def test_only_complete_tables_are_written(tmp_path):
    for place in range(4):
        found = {"parameters": 80_266, "epochs": 10, "train": 99.5, "test": 99.1 + place / 10, "seconds": 150.0}
        (tmp_path / f"1.4.1-{place:02}.json").write_text(json.dumps(found))
    (tmp_path / "1.5.1-00.json").write_text("{}")
    tables.write(tmp_path / "tables.json", tmp_path / "tables.md", tmp_path)
    written = json.loads((tmp_path / "tables.json").read_text())
    assert list(written) == ["1.4.1"] and written["1.4.1"][3]["book_test"] == 99.3
    text = (tmp_path / "tables.md").read_text()
    assert "| 64-64-64 | dropout 0.4 | Adam | ReLU | 80,266 | 99.64 | 99.50 | 99.30 | 99.40 | +0.10 | 150 |" in text


def test_an_unknown_table_is_named(capsys):
    assert tables.main(["9.9.9"]) == 2
    assert "unknown table '9.9.9'; known: 1.3.3, 1.4.1, 1.5.1" in capsys.readouterr().err
