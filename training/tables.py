"""Trains every configuration of the printed tables of chapter 1, to compare the results with the printed ones.

    python -m training.tables 1.3.3 1.4.1 1.5.1

The result of each row is saved in training/runs, so an interrupted run continues with the next row. The tables are
written to weights/tables.json, which the page shows, and to docs/tables.md.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import keras
import numpy as np

from recognition.store import TABLES as RESULTS
from recognition.store import write_atomically
from training import printed_tables
from training.batches import one_hot
from training.dataset import DataError, Digits, join
from training.mnist import mnist
from training.printed_tables import TABLES, Row
from training.run import RUNS, positive, remedy, run_command

SEED = 1
BATCH = 128
PRINTED_FIELDS = ("layers", "regularizer", "optimizer", "activation", "book_train", "book_test")  # of a Row
ROW_RESULTS = RUNS / "tables"
DOCS = Path(__file__).resolve().parent.parent / "docs" / "tables.md"


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m training.tables", description=__doc__.split("\n")[0])
    parser.add_argument("tables", nargs="*", metavar="TABLE", help=f"{', '.join(TABLES)} (default: all)")
    parser.add_argument(
        "--epochs", type=positive, metavar="N", help="instead of each row's own; the tables are then only printed"
    )
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.tables) - set(TABLES))
    if unknown:
        print(f"unknown table {unknown[0]!r}; known: {', '.join(TABLES)}", file=sys.stderr)
        return 2
    try:
        digits = mnist()
    except DataError as error:
        print(error, file=sys.stderr)
        return 2
    train = join([digits.train, digits.validation])
    tables: dict[str, list[dict]] = {table: [] for table in TABLES if table in options.tables or not options.tables}
    jobs = [(table, row) for table in tables for row in TABLES[table]]
    new = [not result_path(*job, options.epochs).exists() for job in jobs]
    progress = keras.utils.Progbar(
        sum(new), unit_name="row"
    )  # only the rows to train, for the estimate of the remaining time
    try:
        for job, is_new in zip(jobs, new, strict=True):
            tables[job[0]].append(measured(*job, train, digits.test, options.epochs))
            if is_new:
                progress.add(1)
        if options.epochs:
            print(markdown(tables))
        else:
            write(tables, RESULTS, DOCS)
    except OSError as error:
        print(f"The tables cannot be saved: {error}. {remedy(error)}", file=sys.stderr)
        return 1
    return 0


def measured(
    table: str, row: Row, train: Digits, test: Digits, epochs: int | None = None, runs: Path = ROW_RESULTS
) -> dict:
    """A row's printed fields with its training and test accuracy in percent, trained now or in an earlier call."""
    printed = {name: getattr(row, name) for name in PRINTED_FIELDS} | {"epochs": epochs or row.epochs}
    path = result_path(table, row, epochs, runs)
    if not path.exists():
        keras.utils.set_random_seed(SEED)
        model = row.build()
        model.compile(row.optimizer.lower(), loss="categorical_crossentropy", metrics=["accuracy"])
        inputs, targets = row.network.inputs(train.digits), one_hot(train.labels)
        clock = _Clock()
        model.fit(inputs, targets, batch_size=BATCH, epochs=printed["epochs"], callbacks=[clock], verbose=0)
        result = {
            "parameters": model.count_params(),
            "train": _percent(model, inputs, train.labels),
            "test": _percent(model, row.network.inputs(test.digits), test.labels),
            "seconds": round(float(np.median(clock.seconds)) * len(clock.seconds), 1),
        }
        write_atomically(path, lambda partial: partial.write_text(json.dumps(result)))
    return printed | json.loads(path.read_text())


def result_path(table: str, row: Row, epochs: int | None = None, runs: Path = ROW_RESULTS) -> Path:
    """The file with a row's result, named after everything that determines it."""
    name = " ".join([table, row.layers, row.regularizer, row.optimizer, row.activation, str(epochs or row.epochs)])
    return runs / f"{re.sub('[^0-9A-Za-z.]+', '-', name)}.json"


class _Clock(keras.callbacks.Callback):
    """Times each epoch, for a median that pauses and other load on the machine hardly affect."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        self._start = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        self.seconds.append(time.perf_counter() - self._start)


def _percent(model: keras.Model, inputs: np.ndarray, labels: np.ndarray) -> float:
    answers = model.predict(inputs, batch_size=512, verbose=0).argmax(axis=1)
    return round(100 * float((answers == labels).mean()), 2)


def write(tables: dict[str, list[dict]], file: Path, text: Path) -> None:
    """Writes the tables as JSON for the page and as Markdown; other tables in the files stay."""
    with suppress(OSError, ValueError):
        tables = json.loads(file.read_text(encoding="utf-8")) | tables
    tables = {table: tables[table] for table in TABLES if table in tables}
    write_atomically(file, lambda path: path.write_text(json.dumps(tables, indent=1) + "\n"))
    write_atomically(text, lambda path: path.write_text(markdown(tables), encoding="utf-8"))


def markdown(tables: dict[str, list[dict]]) -> str:
    """The tables in Markdown: the book's accuracies and ours in percent, and the difference in percentage points."""
    reading = printed_tables.__doc__[printed_tables.__doc__.index("How the printed tables are read") :].strip()
    lines = ["# The book's tables, trained again", "", f"Written by `python -m training.tables`. {reading}", ""]
    for table, rows in tables.items():
        lines += [
            f"## Table {table}",
            "",
            "| layers | regularizer | optimizer | activation | parameters "
            "| train %, book | ours | test %, book | ours | difference | seconds |",
            "|---|---|---|---|---:|---:|---:|---:|---:|---:|---:|",
        ]
        for row in rows:
            cells = [row["layers"], row["regularizer"], row["optimizer"], row["activation"], f"{row['parameters']:,}"]
            cells += [f"{row[name]:.2f}" for name in ("book_train", "train", "book_test", "test")]
            cells += [f"{row['test'] - row['book_test']:+.2f}", f"{row['seconds']:.0f}"]
            lines.append(f"| {' | '.join(cells)} |")
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    run_command(main)
