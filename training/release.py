"""Trains networks again, and keeps the new weights only where they are better on digits of held-out writers.

    python -m training.release rnn mlp cnn --recipe drawn
    python -m training.release lstm --more 12     # goes on from the weights in place, at half the highest rate
    python -m training.release resnet --more 10 --rate 5e-4

Better is: calibrated, the new network finds the labels of the validation digits more likely than the old one does, on
average over MNIST's digits and drawn ones, each counting half. Only then are the test sets opened, once, for the card,
README's table and the accuracy under corruptions; otherwise the old weights are put back. An interrupted call resumes
when the same command is given again; what came of each network is a line in training/runs/releases.jsonl.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

import recognition
from digits.labelled import Digits
from models import NETWORKS
from recognition.card import ModelCard
from recognition.classifier import Classifier
from recognition.exported_model import InterpreterPool
from recognition.store import (
    WeightsError,
    card_path,
    read_card,
    serving_path,
    verified,
    verified_serving_file,
    weights_path,
    write_atomically,
    write_card,
)
from training import evaluate, robustness, train
from training.data.dataset import DataError, TrainingData
from training.data.mnist import mnist
from training.engine import hyperparameters
from training.engine.command import RUNS, BusyError, positive, remedy, run_command
from training.engine.hyperparameters import Hyperparameters
from training.evaluation import results_table
from training.pool import augmented

OLD = RUNS / "old"  # the weights and cards that a network had before it was trained again
REJECTED = RUNS / "rejected"  # new weights and cards that were no better
LINES = RUNS / "releases.jsonl"


@dataclass(frozen=True)
class Validation:
    """How a network does on validation digits: of each set, how many are wrong, and the mean surprise, in nats."""

    wrong: list[int]
    surprise: list[float]

    @property
    def mean(self) -> float:
        """The mean surprise, each set counting as much as the others; the lower, the better."""
        return float(np.mean(self.surprise))

    def __str__(self) -> str:
        return f"wrong {' and '.join(map(str, self.wrong))}, surprise {' and '.join(map(str, self.surprise))}"


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m training.release", description=__doc__.split("\n")[0])
    parser.add_argument("networks", nargs="+", metavar="KEY", help=f"networks to train: {', '.join(NETWORKS)}")
    parser.add_argument("--recipe", default="drawn", metavar="NAME", help="how to train them (default: drawn)")
    parser.add_argument("--more", type=positive, metavar="N", help="go on from the weights in place, for N epochs")
    parser.add_argument("--rate", type=float, metavar="R", help="the highest rate of --more (default: half the first)")
    options = parser.parse_args(arguments)
    if options.rate is not None and not (options.more and 0 < options.rate < 1):
        parser.error("--rate goes with --more, and is above 0 and below 1")
    try:
        plan = {key: hyperparameters.find(key, options.recipe) for key in options.networks}
        if options.more:
            plan = {key: _more(key, options.recipe, plan[key], options.more, options.rate) for key in plan}
        data: TrainingData = augmented.load() if any(settings.varied for settings in plan.values()) else mnist()
        held_out = evaluate.held_out_sets()
        for key, settings in plan.items():
            print(f"{NETWORKS[key].title}, recipe {options.recipe}: {settings.epochs} epochs", flush=True)
            print(f"  {release(key, options.recipe, settings, data, held_out)}", flush=True)
    except (ValueError, DataError, WeightsError, BusyError) as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"the weights cannot be saved: {error}. {remedy(error)}", file=sys.stderr)
        return 1
    return 0


def release(key: str, recipe: str, settings: Hyperparameters, data: TrainingData, held_out: list[Digits]) -> str:
    """Trains a network, unless an interrupted call has, and keeps the better of the old and the new weights.

    Returns what came of it, in a sentence.
    """
    folder = OLD / recipe / key
    if not folder.exists():
        _keep(key, recipe, folder)
    old = evaluate.calibrated(_load(folder, key), held_out)
    if read_card(key, recipe).sha256 == old.card.sha256:
        train.train(NETWORKS[key], recipe, settings, data)
    new = evaluate.calibrated(recognition.load(key, recipe), held_out)
    before, after = validate(old, held_out), validate(new, held_out)
    if after.mean < before.mean:
        write_card(evaluate.evaluate(new, evaluate.test_sets()))
        results_table.write_table(results_table.README, results_table.table(results_table.cards()))
        robustness.measure(robustness.corrupted_sets(mnist().test))
    else:
        _keep(key, recipe, REJECTED / recipe / key)
        _put_back(folder, key, recipe)
    line = {"network": key, "recipe": recipe, "released": after.mean < before.mean, "sha256": new.card.sha256}
    line |= {"date": time.strftime("%Y-%m-%d %H:%M"), "old": asdict(before), "new": asdict(after)}
    with LINES.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    shutil.rmtree(folder)
    return f"{'released' if line['released'] else 'not released'}: {after}, before {before}"


def validate(classifier: Classifier, held_out: list[Digits]) -> Validation:
    """How a calibrated classifier does on each of some sets of digits."""
    wrong, surprise = [], []
    for digits in held_out:
        probabilities = classifier.predict(digits.digits)
        wrong.append(int((probabilities.argmax(axis=1) != digits.labels).sum()))
        likely = probabilities[np.arange(len(digits)), digits.labels]
        surprise.append(round(float(-np.log(np.maximum(likely, 1e-9)).mean()), 5))
    return Validation(wrong, surprise)


def _more(key: str, recipe: str, settings: Hyperparameters, epochs: int, rate: float | None) -> Hyperparameters:
    """Hyperparameters to go on with from the weights that were in place before the release began.

    rate: the highest learning rate; None for half of the first training's.
    """
    kept = OLD / recipe / key / f"{key}.json"
    card = (
        ModelCard.from_json(json.loads(kept.read_text(encoding="utf-8"))) if kept.exists() else read_card(key, recipe)
    )
    half = settings.learning_rate and settings.learning_rate / 2
    return replace(settings, epochs=epochs, learning_rate=rate or half, start=card.sha256)


def _keep(key: str, recipe: str, folder: Path) -> None:
    """Copies the weights, the file that serves and the card of a network into a folder, all or nothing."""
    verified(key, recipe), verified_serving_file(key, recipe)
    unfinished = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    for path in _files(key, recipe):
        shutil.copy(path, unfinished)
    shutil.rmtree(folder, ignore_errors=True)
    unfinished.rename(folder)


def _load(folder: Path, key: str) -> Classifier:
    card = ModelCard.from_json(json.loads((folder / f"{key}.json").read_text(encoding="utf-8")))
    return Classifier(NETWORKS[key], card, InterpreterPool((folder / f"{key}.tflite").read_bytes()))


def _put_back(folder: Path, key: str, recipe: str) -> None:
    for path in _files(key, recipe):
        write_atomically(path, partial(shutil.copy, folder / path.name))


def _files(key: str, recipe: str) -> list[Path]:
    """The weights, the file that serves, and the card, which comes last as it names the others."""
    return [weights_path(key, recipe), serving_path(key, recipe), card_path(key, recipe)]


if __name__ == "__main__":
    run_command(main)
