"""Trains the listings of chapter 1 and every row of its printed tables, to compare the results with the printed ones.

    python -m training.tables listings
    python -m training.tables 1.3.3 1.4.1 1.5.1

The result of each training is saved in training/runs, so an interrupted run continues with the next one. The tables are
written to weights/tables.json, which the page shows, and to docs/tables.md.

How they are read: training uses all 60,000 training digits; accuracy on the test digits is that of the last epoch's
weights, as in the listings, and nothing is chosen by it. The listings are trained with five seeds each, the rows of the
tables with one. Table 1.3.3 gives three widths for each row, while listing 1.3.2 has two hidden layers; here the rows
have three, as 256-512-256 can hardly mean two. The number of epochs is not printed; here it is the listing's, 20 (10
for the CNN), with Keras's default learning rates. Where SGD falls short of the print with them, its training goes on,
to 40 epochs at most, in table 1.3.3 to 200, with 512 units or more to 100. The last column has the epoch at which the
print is reached: there the mean accuracy on the test digits of five epochs in a row is for the first time the printed
one or more.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import stdev

import keras
import numpy as np
from keras import layers, regularizers

from digits import CLASSES
from digits.labelled import Digits, join
from models import cnn, mlp, rnn
from models.network import Inputs, Network
from recognition.store import TABLES as RESULTS
from recognition.store import write_atomically
from training.data.mnist import mnist
from training.engine.batches import one_hot
from training.engine.command import RUNS, positive, run_command

SEED = 1
BATCH = 128
SEEDS = 5  # of the listings
AVERAGED = 5  # epochs in a row whose mean has to reach the print
SGD_EPOCHS = {"MLP": 200, "wide MLP": 100, "CNN": 40, "RNN": 40}  # at most
WIDE = 512  # units of a layer
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
    if unknown := sorted(set(options.tables) - set(TABLES)):
        parser.error(f"unknown table {unknown[0]!r}; known: {', '.join(TABLES)}")
    digits = mnist()
    train = join([digits.train, digits.validation])
    tables: dict[str, list[dict]] = {table: [] for table in TABLES if table in options.tables or not options.tables}
    jobs = [(table, row) for table in tables for row in TABLES[table]]
    new = [not result_path(*job, options.epochs).exists() for job in jobs]
    progress = keras.utils.Progbar(sum(new), unit_name="row")  # only new rows, for the estimate of the remaining time
    for job, is_new in zip(jobs, new, strict=True):
        tables[job[0]].append(measured(*job, train, digits.test, options.epochs))
        if is_new:
            progress.add(1)
    if options.epochs:
        print(markdown(tables))
    else:
        write(tables, RESULTS, DOCS)
    return 0


def measured(
    table: str, row: Row, train: Digits, test: Digits, epochs: int | None = None, runs: Path = ROW_RESULTS
) -> dict:
    """A row's printed fields with its training and test accuracy in percent, trained now or in earlier calls.

    The mean over its seeds, if it has several; "tests" has each. "needed" is the epoch at which the print is reached,
    or None if it was not in those that were tried, "most".
    """
    printed = {name: getattr(row, name) for name in PRINTED_FIELDS} | {"epochs": epochs or row.epochs}
    results = [
        _trained(row, seed, train, test, epochs, result_path(table, row, epochs, runs, seed))
        for seed in range(SEED, SEED + row.seeds)
    ]
    means = {name: round(float(np.mean([result[name] for result in results])), 2) for name in ("train", "test")}
    curve = np.mean([result["curve"] for result in results], axis=0)
    return printed | {
        "parameters": results[0]["parameters"],
        **means,
        "tests": [result["test"] for result in results],
        "most": len(curve),
        "needed": needed(curve, row.book_test),
    }


def _trained(row: Row, seed: int, train: Digits, test: Digits, epochs: int | None, path: Path) -> dict:
    """The result of one training, from its file if there is one."""
    if not path.exists():
        keras.utils.set_random_seed(seed)
        model = row.build()
        model.compile(row.optimizer.lower(), loss="categorical_crossentropy", metrics=["accuracy"])
        inputs, targets = row.network.inputs(train.digits), one_hot(train.labels)
        watch = _Watch(row, epochs or row.epochs, train, test)
        model.fit(inputs, targets, batch_size=BATCH, epochs=epochs or row.most, callbacks=[watch], verbose=0)
        result = {
            "parameters": model.count_params(),
            "train": watch.train,
            "test": watch.curve[watch.epochs - 1],
            "curve": watch.curve,
        }
        write_atomically(path, lambda partial: partial.write_text(json.dumps(result)))
    return json.loads(path.read_text())


def needed(curve: Sequence[float] | np.ndarray, book_test: float) -> int | None:
    """The last of the first epochs in a row, AVERAGED of them, whose mean test accuracy is the printed one or more."""
    means = np.convolve(curve, np.ones(AVERAGED) / AVERAGED, "valid") if len(curve) >= AVERAGED else np.empty(0)
    reached = np.flatnonzero(means.round(2) >= book_test)
    return int(reached[0]) + AVERAGED if len(reached) else None


def result_path(
    table: str, row: Row, epochs: int | None = None, runs: Path = ROW_RESULTS, seed: int | None = None
) -> Path:
    """The file with a row's result, named after everything that determines it; seed: its last one if not given."""
    settings = [str(epochs or row.epochs), str(epochs or row.most), str(seed or SEED + row.seeds - 1)]
    name = " ".join([table, row.layers, row.regularizer, row.optimizer, row.activation, *settings])
    return runs / f"{re.sub('[^0-9A-Za-z.]+', '-', name)}.json"


class _Watch(keras.callbacks.Callback):
    """Measures the accuracy on the test digits after each epoch, and stops once the print is reached.

    epochs: of the listing, after which the accuracy on the training digits is measured, train; it never stops before.
    """

    def __init__(self, row: Row, epochs: int, train: Digits, test: Digits) -> None:
        super().__init__()
        self.epochs, self._row, self._train_digits, self._test_digits = epochs, row, train, test
        self.curve: list[float] = []
        self.train = 0.0

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        self.curve.append(self._percent(self._test_digits))
        if epoch + 1 == self.epochs:
            self.train = self._percent(self._train_digits)
        self.model.stop_training = epoch + 1 >= self.epochs and needed(self.curve, self._row.book_test) is not None

    def _percent(self, digits: Digits) -> float:
        return _percent(self.model, self._row.network.inputs(digits.digits), digits.labels)


def _percent(model: keras.Model, inputs: Inputs, labels: np.ndarray) -> float:
    predicted = model.predict(inputs, batch_size=512, verbose=0).argmax(axis=1)
    return round(100 * float((predicted == labels).mean()), 2)


def write(tables: dict[str, list[dict]], file: Path, text: Path) -> None:
    """Write the tables as JSON for the page and as Markdown; other tables in the files stay."""
    with suppress(OSError, ValueError):
        tables = json.loads(file.read_text(encoding="utf-8")) | tables
    tables = {table: tables[table] for table in TABLES if table in tables}
    write_atomically(file, lambda path: path.write_text(json.dumps(tables, indent=1) + "\n"))
    write_atomically(text, lambda path: path.write_text(markdown(tables), encoding="utf-8"))


def markdown(tables: dict[str, list[dict]]) -> str:
    """The tables in Markdown: the book's accuracies and ours in percent, and the difference in percentage points."""
    reading = __doc__[__doc__.index("How they are read") :].strip()
    lines = ["# The book's tables, trained again", "", f"Written by `python -m training.tables`. {reading}", ""]
    for table, rows in tables.items():
        lines += [
            f"## Table {table}" if table[0].isdigit() else f"## The {table}",
            "",
            "| layers | regularizer | optimizer | activation | parameters "
            "| train %, book | ours | test %, book | ours | difference | epochs to reach the print |",
            "|---|---|---|---|---:|---:|---:|---:|---:|---:|---|",
        ]
        for row in rows:
            cells = [row["layers"], row["regularizer"], row["optimizer"], row["activation"], f"{row['parameters']:,}"]
            cells += [f"{row[name]:.2f}" for name in ("book_train", "train", "book_test")]
            cells += [f"{row['test']:.2f}{spread(row)}", f"{row['test'] - row['book_test']:+.2f}"]
            cells.append(epochs_needed(row))
            lines.append(f"| {' | '.join(cells)} |")
        lines.append("")
    return "\n".join(lines)


def spread(row: dict) -> str:
    """The standard deviation over the seeds and their number, such as " ± 0.08 (5 seeds)"; "" for one seed."""
    tests = row.get("tests", [])
    return f" ± {stdev(tests):.2f} ({len(tests)} seeds)" if len(tests) > 1 else ""


def epochs_needed(row: dict) -> str:
    """The epochs to reach the print, in words; "" for a row that was trained before they were counted."""
    return str(row["needed"] or f"not reached in {row['most']}") if "most" in row else ""


@dataclass(frozen=True)
class Row:
    """A printed configuration with its accuracies in percent, and how to build it.

    layers, regularizer, optimizer, activation: as printed. network: determines the inputs. build: a new Keras model.
    epochs: the listing's; most: of the training, to reach the print. seeds: so many trainings.
    """

    layers: str
    regularizer: str
    optimizer: str
    activation: str
    book_train: float
    book_test: float
    network: Network
    build: Callable[[], keras.Model]
    epochs: int
    most: int
    seeds: int = 1


def perceptron(widths: tuple[int, ...], relu: bool = True, dropout: float = 0, l2: float = 0) -> keras.Model:
    """A multilayer perceptron with hidden layers of these widths, each with ReLU and dropout if given."""
    x = inputs = keras.Input(mlp.INPUT_SHAPE)
    for width in widths:
        x = layers.Dense(width, kernel_regularizer=regularizers.L2(l2) if l2 else None)(x)
        if relu:
            x = layers.Activation("relu")(x)
        if dropout:
            x = layers.Dropout(dropout)(x)
    return keras.Model(inputs, layers.Dense(CLASSES, activation="softmax")(x))


def _mlp(widths: str, regularizer: str, optimizer: str, train: float, test: float, relu: bool = True) -> Row:
    kind, _, amount = regularizer.partition(" ")
    settings = {"dropout": float(amount)} if kind == "dropout" else {"l2": float(amount)} if kind == "L2" else {}
    sizes = tuple(map(int, widths.split("-")))
    return Row(
        *(widths, regularizer, optimizer, "ReLU" if relu else "none", train, test),
        *(
            mlp.NETWORK,
            lambda: perceptron(sizes, relu, **settings),
            20,
            SGD_EPOCHS["wide MLP" if sizes[0] >= WIDE else "MLP"] if optimizer == "SGD" else 20,
        ),
    )


def _cnn(optimizer: str, dropout: float, train: float, test: float) -> Row:
    row = ("64-64-64", f"dropout {dropout:g}", optimizer, "ReLU", train, test)
    return Row(
        *row, cnn.NETWORK, lambda: cnn.build(dropout=dropout), 10, SGD_EPOCHS["CNN"] if optimizer == "SGD" else 10
    )


def _rnn(units: int, optimizer: str, train: float, test: float) -> Row:
    row = (str(units), "dropout 0.2", optimizer, "tanh", train, test)
    return Row(*row, rnn.NETWORK, lambda: rnn.build(units=units), 20, SGD_EPOCHS["RNN"] if optimizer == "SGD" else 20)


TABLES: dict[str, list[Row]] = {
    "listings": [
        Row(
            *("256-256, listing 1.3.2", "dropout 0.45", "Adam", "ReLU", 99.39, 98.5),
            *(mlp.NETWORK, mlp.build, 20, 20, SEEDS),
        ),
        Row(
            *("64-64-64, listing 1.4.1", "dropout 0.2", "Adam", "ReLU", 99.75, 99.4),
            *(cnn.NETWORK, cnn.build, 10, 10, SEEDS),
        ),
        Row(
            *("256, listing 1.5.1", "dropout 0.2", "SGD", "tanh", 97.26, 98.0),
            *(rnn.NETWORK, rnn.build, 20, 20, SEEDS),
        ),
    ],
    "1.3.3": [
        _mlp("256-256-256", "none", "SGD", 93.65, 92.5, relu=False),
        _mlp("256-256-256", "L2 0.001", "SGD", 99.35, 98.0),
        _mlp("256-256-256", "L2 0.01", "SGD", 96.90, 96.7),
        _mlp("256-256-256", "none", "SGD", 99.93, 98.0),
        _mlp("256-256-256", "dropout 0.4", "SGD", 98.23, 98.1),
        _mlp("256-256-256", "dropout 0.45", "SGD", 98.07, 98.1),
        _mlp("256-256-256", "dropout 0.5", "SGD", 97.68, 98.1),
        _mlp("256-256-256", "dropout 0.6", "SGD", 97.11, 97.9),
        _mlp("256-512-256", "dropout 0.45", "SGD", 98.21, 98.2),
        _mlp("512-512-512", "dropout 0.2", "SGD", 99.45, 98.3),
        _mlp("512-512-512", "dropout 0.4", "SGD", 98.95, 98.3),
        _mlp("512-1024-512", "dropout 0.45", "SGD", 98.90, 98.2),
        _mlp("1024-1024-1024", "dropout 0.4", "SGD", 99.37, 98.3),
        _mlp("256-256-256", "dropout 0.6", "Adam", 98.64, 98.2),
        _mlp("256-256-256", "dropout 0.55", "Adam", 99.02, 98.3),
        _mlp("256-256-256", "dropout 0.45", "Adam", 99.39, 98.5),
        _mlp("256-256-256", "dropout 0.45", "RMSprop", 98.75, 98.1),
        _mlp("128-128-128", "dropout 0.45", "Adam", 98.70, 97.7),
    ],
    "1.4.1": [
        _cnn("SGD", 0.2, 97.76, 98.50),
        _cnn("RMSprop", 0.2, 99.11, 99.00),
        _cnn("Adam", 0.2, 99.75, 99.40),
        _cnn("Adam", 0.4, 99.64, 99.30),
    ],
    "1.5.1": [
        _rnn(256, "SGD", 97.26, 98.00),
        _rnn(256, "RMSprop", 96.72, 97.60),
        _rnn(256, "Adam", 96.79, 97.40),
        _rnn(512, "SGD", 97.88, 98.30),
    ],
}


if __name__ == "__main__":
    run_command(main)
