"""Trains networks and writes their weights and cards.

    python -m training.train mlp cnn rnn resnet --recipe book

An interrupted training goes on from its last whole epoch when the same command is given again.
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
from training.batches import Batches, one_hot, soften
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
        varied = any(recipe.varied for recipe in plan.values())
        splits = pool.load() if varied else mnist()
    except (ValueError, DataError) as error:
        print(error, file=sys.stderr)
        return 2
    for key, recipe in plan.items():
        if options.epochs:
            recipe = replace(recipe, epochs=options.epochs)
        print(f"{NETWORKS[key].title}, recipe {options.recipe}: {recipe.epochs} epochs", flush=True)
        try:
            card = train(NETWORKS[key], options.recipe, recipe, splits)
        except WeightsError as error:
            print(f"{NETWORKS[key].title} learns from {NETWORKS[recipe.teacher].title}, but {error}", file=sys.stderr)
            return 2
        except OSError as error:
            print(f"{NETWORKS[key].title} cannot be kept: {error}. {AGAIN}", file=sys.stderr)
            return 1
        print(f"  validation accuracy {100 * card.history[-1]['val_accuracy']:.2f} %")
    return 0


def train(network: Network, recipe_name: str, recipe: Hyperparameters, splits: TrainingData, runs: Path = RUNS) -> Card:
    """Trains one network and writes its weights and its card; returns the card.

    The state after each epoch is kept under runs until both files are written, and a later call goes on from there,
    to the same end as without the interruption (but for the order in which threads add numbers up).
    Raises recognition.store.WeightsError if the recipe's teacher has no sound weights.
    """
    keras.utils.set_random_seed(SEED)
    model = network.build() if recipe.dropout is None else network.build(dropout=recipe.dropout)
    classes = model.output_shape[-1]
    if recipe.teacher is None:
        targets = one_hot(splits.train.labels, classes)
    else:
        targets = _taught(recipe.teacher, recipe_name, splits, runs)
    batches = Batches(network, splits.train.digits, targets, recipe.batch_size, SEED, splits.choose)
    model.compile(recipe.build_optimizer(len(batches)), loss="categorical_crossentropy", metrics=["accuracy"])
    run = _run_folder(runs, network, recipe_name, recipe, splits)
    history = History(run / "history.json")
    state = State(run)
    model.fit(
        batches,
        validation_data=(network.inputs(splits.validation.digits), one_hot(splits.validation.labels, classes)),
        epochs=recipe.epochs,
        initial_epoch=state.restore(model),
        shuffle=False,  # Batches does, by its own seed
        callbacks=[
            keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: _begin(model, batches, epoch)),
            history,  # before the state: an epoch that is trained again overwrites its row
            state,
        ],
        verbose="auto" if sys.stdout.isatty() else 2,
    )
    card = _save(model, network, recipe_name, recipe, splits, list(history.rows.values()))
    shutil.rmtree(run)
    return card


def _begin(model: keras.Model, batches: Batches, epoch: int) -> None:
    """Seeds an epoch's batches and its dropout, whose seeds are not in the state, from the epoch alone."""
    batches.begin(epoch)
    for place, variable in enumerate(model.non_trainable_variables):
        if "seed_generator" in variable.path:
            variable.assign(np.random.default_rng([SEED, epoch, place]).integers(2**31, size=2, dtype=np.uint32))


def _taught(key: str, recipe_name: str, splits: TrainingData, runs: Path) -> np.ndarray:
    """Targets in which the teacher's doubts are half; its answers are kept on disk, as they take minutes."""
    teacher = NETWORKS[key]
    path, card = verified(teacher.key, recipe_name)
    kept = runs / "pool" / f"teacher-{card.sha256[:12]}-{len(splits.train)}.npy"
    if not kept.exists():
        model = teacher.build()
        model.load_weights(path)
        parts = np.array_split(splits.train.digits, -(-len(splits.train) // 50_000))
        answers = [model.predict(teacher.inputs(part), batch_size=512, verbose=0) for part in parts]
        write_atomically(kept, lambda path: np.save(path, np.concatenate(answers)))
    return soften(splits.train.labels, np.load(kept))


def _run_folder(runs: Path, network: Network, recipe_name: str, recipe: Hyperparameters, splits: TrainingData) -> Path:
    """Where this training keeps its state; other settings or other data make another folder, so nothing is mixed up."""
    settings = f"{network.key} {recipe_name} {recipe} {SEED} {len(splits.train)} {len(splits.validation)}"
    folder = runs / recipe_name / f"{network.key}-{hashlib.sha256(settings.encode()).hexdigest()[:8]}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _save(
    model, network: Network, recipe_name: str, recipe: Hyperparameters, splits: TrainingData, history: list[dict]
) -> Card:
    path = weights_path(network.key, recipe_name)
    bare = network.build()  # a compiled model's file would hold the optimizer's state too
    bare.set_weights(model.get_weights())
    write_atomically(path, bare.save_weights)
    data = path.read_bytes()
    card = Card(
        network=network.key,
        recipe=recipe_name,
        parameters=model.count_params(),
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        temperature=1.0,
        training={
            **asdict(recipe) | {"drops": [list(drop) for drop in recipe.drops]},
            "seed": SEED,
            "digits": {"train": len(splits.choose(np.random.default_rng(SEED))), "validation": len(splits.validation)},
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
        "--epochs", type=positive, metavar="N", help="passes over the digits instead of the recipe's own"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
