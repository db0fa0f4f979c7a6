"""Trains networks and writes their weights and cards.

    python -m training.train mlp cnn rnn resnet --recipe book

An interrupted training resumes from its last whole epoch when the same command is given again.
Plain Keras throughout; only the export of the file that serves needs the TensorFlow backend.
"""

from __future__ import annotations

import argparse
import hashlib
import platform
import shutil
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path

import keras
import numpy as np

from models import NETWORKS
from models.network import Network
from recognition.card import ModelCard
from recognition.classifier import Classifier
from recognition.exported_model import ExportedModel
from recognition.store import WeightsError, serving_path, weights_path, write_atomically, write_card
from training import export
from training.data.dataset import DataError, TrainingData, labels_of_originals
from training.data.mnist import mnist
from training.engine import hyperparameters
from training.engine.batches import Batches, TeacherTargets, one_hot, soft_targets, teacher_targets
from training.engine.checkpoint import EMAWeights, History, State, weights_in_memory
from training.engine.command import RUNS, BusyError, only_process, positive, remedy, run_command
from training.engine.hyperparameters import Hyperparameters
from training.pool import augmented

SEED = 1


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    options = _parse(arguments)
    try:
        plan = {key: hyperparameters.find(key, options.recipe) for key in options.networks}
        data: TrainingData = augmented.load() if any(settings.varied for settings in plan.values()) else mnist()
    except (ValueError, DataError) as error:
        print(error, file=sys.stderr)
        return 2
    for key, settings in plan.items():
        if options.epochs:
            settings = replace(settings, epochs=options.epochs)
        title = NETWORKS[key].title
        print(f"{title}, recipe {options.recipe}: {settings.epochs} epochs", flush=True)
        try:
            card = train(NETWORKS[key], options.recipe, settings, data)
        except WeightsError as error:
            print(
                f"{title} learns from the predictions of {', '.join(settings.teachers)}, but {error}", file=sys.stderr
            )
            return 2
        except BusyError as error:
            print(error, file=sys.stderr)
            return 2
        except OSError as error:
            print(f"{title} cannot be saved: {error}. {remedy(error)}", file=sys.stderr)
            return 1
        print(f"  validation accuracy {100 * card.history[-1]['val_accuracy']:.2f} %")
    return 0


def train(network: Network, recipe: str, settings: Hyperparameters, data: TrainingData, runs: Path = RUNS) -> ModelCard:
    """Trains a network and writes its weights and its card; returns the card.

    recipe: the key under which both are written. runs: the folder for checkpoints after each epoch; a later call
    resumes from them and ends with the same weights as without the interruption, except for rounding, as threads add
    numbers in a different order.
    Raises recognition.store.WeightsError if a teacher has no valid weights or the weights to go on from are not there,
    training.engine.command.BusyError while another process trains the same.
    """
    run = _run_folder(runs, network, recipe, settings, data)
    with only_process(run, f"{network.title}, recipe {recipe},"):
        card = _train(network, recipe, settings, data, runs, run)
        shutil.rmtree(run)
    return card


def _train(
    network: Network, recipe: str, settings: Hyperparameters, data: TrainingData, runs: Path, run: Path
) -> ModelCard:
    """Trains in a folder for checkpoints, run, as the only process that does."""
    keras.utils.set_random_seed(SEED)
    model = network.build() if settings.dropout is None else network.build(dropout=settings.dropout)
    earlier = _start(model, network, recipe, settings.start) if settings.start else []
    classes = model.output_shape[-1]
    labels = labels_of_originals(data)
    taught = teacher_targets(settings.teachers, recipe, data, runs) if settings.teachers else None
    targets = one_hot(labels, classes) if taught is None else soft_targets(labels, taught.probabilities)
    batches = Batches(network, data, targets, settings.batch_size, SEED)
    model.compile(settings.build_optimizer(len(batches)), loss="categorical_crossentropy", metrics=["accuracy"])
    history = History(run / "history.json")
    state = State(run)
    model.fit(
        batches,
        validation_data=(network.inputs(data.validation.digits), one_hot(data.validation.labels, classes)),
        epochs=settings.epochs,
        initial_epoch=state.restore(model),
        shuffle=False,  # Batches shuffles with its own seed
        callbacks=[
            keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: _begin(model, batches, epoch)),
            *([EMAWeights()] if settings.averaging else []),
            history,  # before the state, as an epoch that is trained again overwrites its row
            state,
        ],
        verbose="auto" if sys.stdout.isatty() else 2,
    )
    done = earlier[-1]["epoch"] if earlier else 0
    rows = earlier + [row | {"epoch": done + row["epoch"]} for row in history.rows.values()]
    return _save(model, network, recipe, settings, data, rows, taught)


def _start(model: keras.Model, network: Network, recipe: str, sha256: str) -> list[dict[str, float]]:
    """Gives a model the weights that are in place, which must be the expected ones; returns their epochs' rows."""
    trained = Classifier.load(network, recipe)
    if trained.card.sha256 != sha256:
        raise WeightsError(
            f"{network.title} was to go on from the weights with SHA-256 {sha256}, but {trained.card.sha256} are in "
            "place; start the training again"
        )
    model.set_weights(trained.model.get_weights())
    return list(trained.card.history)


def _begin(model: keras.Model, batches: Batches, epoch: int) -> None:
    """Seeds an epoch's batches and its dropout, whose seeds are not part of the checkpoint, from the epoch alone."""
    batches.begin(epoch)
    for place, variable in enumerate(model.non_trainable_variables):
        if "seed_generator" in variable.path:
            variable.assign(np.random.default_rng([SEED, epoch, place]).integers(2**31, size=2, dtype=np.uint32))


def _run_folder(runs: Path, network: Network, recipe: str, settings: Hyperparameters, data: TrainingData) -> Path:
    """The folder for this training's checkpoints; other hyperparameters or data use another folder."""
    identity = f"{network.key} {recipe} {settings} {SEED} {len(data.pictures)} {len(data.validation)}"
    folder = runs / recipe / f"{network.key}-{hashlib.sha256(identity.encode()).hexdigest()[:8]}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _save(
    model: keras.Model,
    network: Network,
    recipe: str,
    settings: Hyperparameters,
    data: TrainingData,
    history: list[dict[str, float]],
    taught: TeacherTargets | None,
) -> ModelCard:
    """Writes the weights, the file that serves them, then their card."""
    path = weights_path(network.key, recipe)
    bare = network.build()  # a compiled model's file would hold the optimizer's state too
    bare.set_weights(model.get_weights())
    write_atomically(path, lambda partial: partial.write_bytes(weights_in_memory(bare)))
    content = path.read_bytes()
    card = ModelCard(
        network=network.key,
        recipe=recipe,
        parameters=model.count_params(),
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        temperature=1.0,
        training={
            **asdict(settings) | {"drops": [list(drop) for drop in settings.drops]},
            "epochs": history[-1]["epoch"],
            "teachers": taught.teachers if taught else {},
            "seed": SEED,
            "digits": {"train": len(data.choose(0, np.random.default_rng(SEED))), "validation": len(data.validation)},
            "seconds_per_epoch": round(float(np.median([row["seconds"] for row in history])), 1),
            "date": time.strftime("%Y-%m-%d"),
            "versions": {
                "python": platform.python_version(),
                "keras": keras.__version__,
                "backend": keras.backend.backend(),
                "numpy": np.__version__,
            },
        },
        history=history,
        serving=_export(bare, network, recipe),
    )
    write_card(card)
    return card


def _export(model: keras.Model, network: Network, recipe: str) -> ExportedModel | None:
    """Writes the file that serves; only Keras on TensorFlow can, and on another backend it is left for later."""
    if keras.backend.backend() == "tensorflow":
        return export.write(model, serving_path(network.key, recipe))
    print(
        f"For the page, export it with Keras on TensorFlow: python -m training.export {network.key} --recipe {recipe}"
    )
    return None


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.train", description=__doc__.split("\n")[0])
    parser.add_argument("networks", nargs="+", metavar="KEY", help=f"networks to train: {', '.join(NETWORKS)}")
    parser.add_argument(
        "--recipe", default="book", metavar="NAME", help=f"how: {', '.join(hyperparameters.BY_RECIPE)} (default: book)"
    )
    parser.add_argument(
        "--epochs", type=positive, metavar="N", help="passes over the digits, instead of the recipe's number"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    run_command(main)
