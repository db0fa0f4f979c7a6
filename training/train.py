"""Trains networks and writes their weights and cards.

    python -m training.train mlp cnn rnn resnet --recipe book

An interrupted training resumes from its last whole epoch when the same command is given again.
Plain Keras throughout, so it runs on any Keras backend (KERAS_BACKEND=jax, torch or tensorflow).
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
from recognition.card import Card
from recognition.store import WeightsError, verified, weights_path, write_atomically, write_card
from training import hyperparameters, pool
from training.batches import Batches, one_hot, soft_targets
from training.checkpoint import History, State
from training.dataset import DataError, TrainingData
from training.hyperparameters import Hyperparameters
from training.mnist import mnist
from training.run import AGAIN, RUNS, positive

SEED = 1


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    options = _parse(arguments)
    try:
        plan = {key: hyperparameters.find(key, options.recipe) for key in options.networks}
        data: TrainingData = pool.load() if any(settings.varied for settings in plan.values()) else mnist()
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
            print(f"{title} needs the answers of its teacher {settings.teacher!r}, but {error}", file=sys.stderr)
            return 2
        except OSError as error:
            print(f"{title} cannot be saved: {error}. {AGAIN}", file=sys.stderr)
            return 1
        print(f"  validation accuracy {100 * card.history[-1]['val_accuracy']:.2f} %")
    return 0


def train(network: Network, recipe: str, settings: Hyperparameters, data: TrainingData, runs: Path = RUNS) -> Card:
    """Trains one network and writes its weights and its card; returns the card.

    recipe: the key under which both are written. runs: the state after each epoch is kept there until both files are
    written; a later call resumes from it and ends with the same weights as without the interruption (but for the order
    in which threads add numbers up).
    Raises recognition.store.WeightsError if the teacher has no valid weights.
    """
    keras.utils.set_random_seed(SEED)
    model = network.build() if settings.dropout is None else network.build(dropout=settings.dropout)
    classes = model.output_shape[-1]
    if settings.teacher is None:
        targets = one_hot(data.train.labels, classes)
    else:
        targets = _distillation_targets(settings.teacher, recipe, data, runs)
    batches = Batches(network, data.train.digits, targets, settings.batch_size, SEED, data.choose)
    model.compile(settings.build_optimizer(len(batches)), loss="categorical_crossentropy", metrics=["accuracy"])
    run = _run_folder(runs, network, recipe, settings, data)
    history = History(run / "history.json")
    state = State(run)
    model.fit(
        batches,
        validation_data=(network.inputs(data.validation.digits), one_hot(data.validation.labels, classes)),
        epochs=settings.epochs,
        initial_epoch=state.restore(model),
        shuffle=False,  # Batches shuffles, with its own seed
        callbacks=[
            keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: _begin(model, batches, epoch)),
            history,  # before the state: an epoch that is trained again overwrites its row
            state,
        ],
        verbose="auto" if sys.stdout.isatty() else 2,
    )
    card = _save(model, network, recipe, settings, data, list(history.rows.values()))
    shutil.rmtree(run)
    return card


def _begin(model: keras.Model, batches: Batches, epoch: int) -> None:
    """Seeds an epoch's batches and its dropout, whose seeds are not in the state, from the epoch alone."""
    batches.begin(epoch)
    for place, variable in enumerate(model.non_trainable_variables):
        if "seed_generator" in variable.path:
            variable.assign(np.random.default_rng([SEED, epoch, place]).integers(2**31, size=2, dtype=np.uint32))


def _distillation_targets(key: str, recipe: str, data: TrainingData, runs: Path) -> np.ndarray:
    """Targets, half label and half the teacher's softened probabilities; these are kept on disk, as they take minutes.

    key: the teacher. Returns float32 (n, 10).
    """
    teacher = NETWORKS[key]
    path, card = verified(teacher.key, recipe)
    kept = runs / "pool" / f"teacher-{card.sha256[:12]}-{len(data.train)}.npy"
    if not kept.exists():
        model = teacher.build()
        model.load_weights(path)
        parts = np.array_split(data.train.digits, -(-len(data.train) // 50_000))
        answers = [model.predict(teacher.inputs(part), batch_size=512, verbose=0) for part in parts]
        write_atomically(kept, lambda path: np.save(path, np.concatenate(answers)))
    return soft_targets(data.train.labels, np.load(kept))


def _run_folder(runs: Path, network: Network, recipe: str, settings: Hyperparameters, data: TrainingData) -> Path:
    """Where this training keeps its state; other hyperparameters or other data make another folder."""
    identity = f"{network.key} {recipe} {settings} {SEED} {len(data.train)} {len(data.validation)}"
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
) -> Card:
    """Writes the weights, then their card."""
    path = weights_path(network.key, recipe)
    bare = network.build()  # a compiled model's file would hold the optimizer's state too
    bare.set_weights(model.get_weights())
    write_atomically(path, bare.save_weights)
    content = path.read_bytes()
    card = Card(
        network=network.key,
        recipe=recipe,
        parameters=model.count_params(),
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        temperature=1.0,
        training={
            **asdict(settings) | {"drops": [list(drop) for drop in settings.drops]},
            "seed": SEED,
            "digits": {"train": len(data.choose(np.random.default_rng(SEED))), "validation": len(data.validation)},
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
    )
    write_card(card)
    return card


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
    sys.exit(main())
