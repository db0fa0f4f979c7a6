"""Trains networks, and puts them in place where they are better than those that are there.

    python -m training.train mlp cnn rnn resnet --recipe book
    python -m training.train lstm --recipe drawn --more 12               continues from the weights in place
    python -m training.train resnet --recipe drawn --more 10 --rate 5e-4

A training writes a candidate into training/runs/candidates. It is promoted to weights/ where nothing is in place, where
its calibrated negative log-likelihood on validation digits is lower (the mean over MNIST's and drawn ones, each with
equal weight), or with --force; recipe book, which is trained on all of MNIST's training digits, is not compared. Its
test scores come from training.evaluate afterwards. Weights that went on are interpolated with those they went on from,
as far as validation digits are read better. An interrupted training resumes from its last whole epoch when the
same command is given again.
Plain Keras throughout; only the export of the LiteRT file needs the TensorFlow backend.
Source of the interpolation: M. Wortsman et al., Robust Fine-Tuning of Zero-Shot Models, 2022.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

import keras
import numpy as np

from digits.labelled import Digits
from models import NETWORKS
from models.network import Network
from recognition.card import ModelCard
from recognition.classifier import Classifier
from recognition.exported_model import InterpreterPool
from recognition.store import WeightsError, serving_path, weights_path, write_atomically, write_card
from training import export
from training.data.dataset import TrainingData, fingerprint, labels_of_originals
from training.data.mnist import mnist
from training.engine import hyperparameters
from training.engine.batches import Batches, TeacherTargets, one_hot, soft_targets, teacher_targets
from training.engine.checkpoint import Checkpoint, EMAWeights, History, weights_in_memory
from training.engine.command import RUNS, only_process, positive, run_command
from training.engine.hyperparameters import TEACHERS, Hyperparameters
from training.evaluation.calibration import calibrated, calibrated_loss, held_out_sets, validate
from training.pool import augmented

SEED = 1
SHARES = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)  # of the new weights in an interpolation


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.rate is not None and not (options.more and 0 < options.rate < 1):
        parser.error("--rate goes with --more, and is above 0 and below 1")
    try:
        plan = {key: hyperparameters.find(key, options.recipe) for key in options.networks}
    except ValueError as error:
        parser.error(str(error))
    plan = {key: _changed(key, settings, options) for key, settings in plan.items()}
    data: TrainingData = augmented.load() if any(settings.augmented for settings in plan.values()) else mnist()
    held_out = held_out_sets()
    for key, settings in plan.items():
        network, digits, temperature = NETWORKS[key], data, 1.0
        print(f"{network.title}, recipe {options.recipe}: {settings.epochs} epochs", flush=True)
        if settings.whole:
            temperature = _twins_temperature(network, options.recipe, settings, data, held_out)
            digits = mnist().whole
        with training(network, options.recipe, settings, digits, temperature=temperature) as candidate:
            print(f"  {promote(candidate, held_out, options.force)}", flush=True)
    return 0


def _twins_temperature(
    network: Network, recipe: str, settings: Hyperparameters, data: TrainingData, held_out: list[Digits]
) -> float:
    """The temperature of the same training without the last digits, or that of the weights to go on from."""
    if settings.init_from:
        return Classifier.load(network, recipe).card.temperature
    with training(network, recipe, replace(settings, whole=False), data) as twin:
        classifier = calibrated(twin.load(), held_out)
        print(f"  twin: {validate(classifier, held_out)}, temperature {classifier.card.temperature}", flush=True)
    return classifier.card.temperature


@dataclass(frozen=True)
class Candidate:
    """Trained weights, their LiteRT file and their card, in a folder of their own, under the names of weights/."""

    network: Network
    recipe: str
    folder: Path

    def path(self, suffix: str) -> Path:
        """suffix: "weights.h5", "tflite" or "json"."""
        return self.folder / f"{self.network.key}.{suffix}"

    @property
    def card(self) -> ModelCard:
        return ModelCard.from_json(json.loads(self.path("json").read_text(encoding="utf-8")))

    def load(self) -> Classifier:
        """The candidate as a classifier, with LiteRT."""
        return Classifier(self.network, self.card, InterpreterPool(self.path("tflite").read_bytes()))

    def put_in_place(self, card: ModelCard) -> None:
        """Copies the candidate over the weights in place, each file atomically; the card, which names them, last."""
        key = self.network.key
        write_atomically(weights_path(key, self.recipe), partial(shutil.copyfile, self.path("weights.h5")))
        write_atomically(serving_path(key, self.recipe), partial(shutil.copyfile, self.path("tflite")))
        write_card(card)


def promote(candidate: Candidate, held_out: list[Digits], force: bool = False, calibrate: bool = True) -> str:
    """Put a candidate in place where it is better, nothing valid is there, or force is set.

    A candidate that was trained on all digits always is: there are none by which it could be compared.
    held_out: the sets of validation digits. calibrate: fit the temperature of both networks first.
    Returns the result in a sentence. A candidate that was put in place is deleted; another one stays.
    """
    new, old = candidate.load(), _in_place(candidate)
    if new.card.training.get("whole"):
        candidate.put_in_place(new.card)
        shutil.rmtree(candidate.folder)
        return f"promoted to {weights_path(candidate.network.key, candidate.recipe).parent}: trained on all digits"
    if calibrate:
        new, old = calibrated(new, held_out), calibrated(old, held_out) if old else None
    after, before = validate(new, held_out), validate(old, held_out) if old else None
    if old and new.card.sha256 == old.card.sha256:
        shutil.rmtree(candidate.folder)
        return f"in place: {after}"
    versus = f"; before: {before}" if before else ""
    if force or before is None or after.mean_nll < before.mean_nll:
        candidate.put_in_place(new.card)
        shutil.rmtree(candidate.folder)
        return f"promoted to {weights_path(candidate.network.key, candidate.recipe).parent}: {after}{versus}"
    return (
        f"not promoted, because the weights in place are better: {after}{versus}. It stays in {candidate.folder}; the "
        "same command with --force puts it in place without training again"
    )


def _in_place(candidate: Candidate) -> Classifier | None:
    try:
        return Classifier.load(candidate.network, candidate.recipe)
    except WeightsError:
        return None


@contextmanager
def training(
    network: Network,
    recipe: str,
    settings: Hyperparameters,
    data: TrainingData,
    runs: Path = RUNS,
    temperature: float = 1.0,
) -> Iterator[Candidate]:
    """Train a network and yield the candidate; nobody else trains the same until the block ends.

    runs: the folder for candidates and cached targets. temperature: for the card. After an interruption a call with
    the same arguments resumes, and ends with the same weights except for rounding, because threads add numbers in a
    different order.
    Raises recognition.store.WeightsError if a teacher has no valid weights or the weights to continue from are not
    there, training.engine.command.BusyError while another process trains the same.
    """
    candidate = Candidate(network, recipe, _folder(runs, network, recipe, settings, data))
    candidate.folder.mkdir(parents=True, exist_ok=True)
    with only_process(candidate.folder, f"{network.title}, recipe {recipe},"):
        _train(candidate, settings, data, runs, temperature)
        yield candidate


def _train(candidate: Candidate, settings: Hyperparameters, data: TrainingData, runs: Path, temperature: float) -> None:
    network, recipe, folder = candidate.network, candidate.recipe, candidate.folder
    keras.utils.set_random_seed(SEED)
    model = network.build() if settings.dropout is None else network.build(dropout=settings.dropout)
    earlier = _initialize(model, network, recipe, settings.init_from) if settings.init_from else []
    before = model.get_weights()
    classes = model.output_shape[-1]
    labels = labels_of_originals(data)
    taught = _teacher_targets(settings, recipe, data, runs) if settings.teachers else None
    targets = one_hot(labels, classes) if taught is None else soft_targets(labels, taught.probabilities)
    batches = Batches(network, data, targets, settings.batch_size, SEED)
    model.compile(settings.build_optimizer(len(batches)), loss="categorical_crossentropy", metrics=["accuracy"])
    history, checkpoint = History(folder / "history.json"), Checkpoint(folder)
    held_out = (network.inputs(data.validation.digits), one_hot(data.validation.labels, classes))
    model.fit(
        batches,
        validation_data=held_out if len(data.validation) else None,
        epochs=settings.epochs,
        initial_epoch=checkpoint.restore(model),
        shuffle=False,  # Batches shuffles with its own seed
        callbacks=[
            keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: _begin(model, batches, epoch)),
            *([EMAWeights()] if settings.ema_momentum else []),
            history,  # before the checkpoint, because an epoch that is trained again overwrites its row
            checkpoint,
        ],
        verbose="auto" if sys.stdout.isatty() else 2,
    )
    went_on = settings.init_from and len(data.validation)
    share = _interpolate(model, network, before, data.validation) if went_on else 1.0
    done = earlier[-1]["epoch"] if earlier else 0
    rows = earlier + [row | {"epoch": done + row["epoch"]} for row in history.rows.values()]
    _save(model, candidate, settings, data, rows, taught, temperature, share)


def _interpolate(model: keras.Model, network: Network, before: list[np.ndarray], validation: Digits) -> float:
    """Interpolate a model's weights with those it went on from; returns the share of the new ones.

    It is the one in SHARES with which the calibrated network gives the validation digits the highest likelihood.
    """
    inputs, after = network.inputs(validation.digits), model.get_weights()

    def interpolated(share: float) -> list[np.ndarray]:
        return [(1 - share) * old + share * new for old, new in zip(before, after, strict=True)]

    losses = {}
    for share in SHARES:
        model.set_weights(interpolated(share))
        losses[share] = calibrated_loss(model.predict(inputs, batch_size=256, verbose=0), validation.labels)
        print(f"  {share:.0%} of the new weights: negative log-likelihood {losses[share]:.4f}", flush=True)
    best = min(losses, key=lambda share: losses[share])
    model.set_weights(interpolated(best))
    return best


def _teacher_targets(settings: Hyperparameters, recipe: str, data: TrainingData, runs: Path) -> TeacherTargets:
    try:
        return teacher_targets(settings.teachers, recipe, data, runs)
    except WeightsError as error:
        raise WeightsError(
            f"{error}\nIt is distilled from {', '.join(settings.teachers)}. To train these first: python -m "
            f"training.train {' '.join(TEACHERS)} --recipe {recipe} --teachers; or everything, in order: "
            "python -m training.everything"
        ) from error


def _initialize(model: keras.Model, network: Network, recipe: str, sha256: str) -> list[dict[str, float]]:
    """Give a model the weights that are in place, which must be the expected ones; returns their epochs' rows."""
    trained = Classifier.load(network, recipe)
    if trained.card.sha256 != sha256:
        raise WeightsError(
            f"{network.title} was to continue from the weights with SHA-256 {sha256}, but {trained.card.sha256} are in "
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


def _folder(runs: Path, network: Network, recipe: str, settings: Hyperparameters, data: TrainingData) -> Path:
    """The folder of a candidate and its checkpoints; other hyperparameters or data use another one."""
    identity = f"{network.key} {recipe} {settings} {SEED} {fingerprint(data.pictures)} {len(data.validation)}"
    return runs / "candidates" / recipe / f"{network.key}-{hashlib.sha256(identity.encode()).hexdigest()[:8]}"


def _save(
    model: keras.Model,
    candidate: Candidate,
    settings: Hyperparameters,
    data: TrainingData,
    history: list[dict[str, float]],
    taught: TeacherTargets | None,
    temperature: float,
    share: float,
) -> None:
    """Write the weights, the LiteRT file, then their card."""
    bare = candidate.network.build()  # a compiled model's file would hold the optimizer's state too
    bare.set_weights(model.get_weights())
    content = weights_in_memory(bare)
    write_atomically(candidate.path("weights.h5"), lambda path: path.write_bytes(content))
    card = ModelCard(
        network=candidate.network.key,
        recipe=candidate.recipe,
        parameters=model.count_params(),
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        temperature=temperature,
        training={
            **asdict(settings) | {"lr_decay": [list(pair) for pair in settings.lr_decay]},
            "epochs": history[-1]["epoch"],
            "teachers": taught.teachers if taught else {},
            "share": share,
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
        serving=export.write(bare, candidate.path("tflite")),
    )
    write_card(card, candidate.path("json"))


def _changed(key: str, settings: Hyperparameters, options: argparse.Namespace) -> Hyperparameters:
    """The recipe's hyperparameters with the changes of the command line."""
    if options.teachers is not None:
        settings = replace(settings, teachers=tuple(options.teachers))
    if options.epochs:
        settings = replace(settings, epochs=options.epochs)
    if options.more:
        settings = continued(settings, Classifier.load(NETWORKS[key], options.recipe).card, options.more, options.rate)
    return settings


def continued(settings: Hyperparameters, card: ModelCard, epochs: int, rate: float | None = None) -> Hyperparameters:
    """Hyperparameters to continue with from the weights of a card; rate: the highest, by default half of the first."""
    half = settings.learning_rate and settings.learning_rate / 2
    return replace(settings, epochs=epochs, learning_rate=rate or half, init_from=card.sha256)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training.train", description=__doc__.split("\n")[0])
    parser.add_argument("networks", nargs="+", metavar="KEY", help=f"networks to train: {', '.join(NETWORKS)}")
    parser.add_argument(
        "--recipe", default="book", metavar="NAME", help=f"how: {', '.join(hyperparameters.BY_RECIPE)} (default: book)"
    )
    parser.add_argument("--epochs", type=positive, metavar="N", help="instead of the recipe's number")
    parser.add_argument("--more", type=positive, metavar="N", help="continue from the weights in place, for N epochs")
    parser.add_argument("--rate", type=float, metavar="R", help="the highest rate of --more (default: half the first)")
    parser.add_argument(
        "--teachers",
        nargs="*",
        choices=NETWORKS,
        metavar="KEY",
        help="distil from these networks instead of the recipe's; without a KEY from none, to train the teachers first",
    )
    parser.add_argument("--force", action="store_true", help="put the weights in place even if they are worse")
    return parser


if __name__ == "__main__":
    run_command(main)
