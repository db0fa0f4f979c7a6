"""Trains the classifier of segments (digits.segmentation) on numbers composed of training writers' digits.

    python -m training.segments [--output FILE]

Every group of neighbouring segments of a number is an example: one whole digit, or none. Some digits are broken into
their strokes, because some writers leave gaps within a digit; the ink of some numbers has holes, as on a photo; some
have digits that touch, and are cut where digits.numbers would cut them. In each epoch most examples are rotated,
stretched, bent, and drawn with another pen. Generating the examples takes 20 minutes of a core, training as long.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers
from scipy import ndimage

from digits import SIDE
from digits.numbers import MAX_DIGIT_COMPONENTS
from digits.segmentation import (
    MEASURES,
    NOT_WHOLE,
    WEIGHTS,
    Cut,
    Segment,
    components,
    extent,
    find_cuts,
    slice_segment,
    unite,
)
from recognition.store import write_atomically
from training.augment.numbers import Composer, Number, Setting
from training.augment.rasterize import simplify_strokes
from training.augment.styles import restyle
from training.augment.warp import Fields, augment_strokes, distance_fields, warp_batch
from training.data.pen_digits import writers
from training.data.unipen import PenDrawing
from training.engine.command import positive, run_command

SMALL = ((140, 140), (280, 140), (420, 140), (210, 140))  # canvases half as large as the page's, which is faster
SETTINGS = (  # of the numbers that are composed, equally often
    Setting(lengths=(1, 1), unequal=(1.0, 1.0), canvases=SMALL),
    Setting(lengths=(2, 5), gaps=(0.03, 0.5), canvases=SMALL),
    Setting(lengths=(2, 4), gaps=(0.03, 0.25), between="ink", canvases=SMALL),
    Setting(lengths=(2, 4), gaps=(-0.12, 0.05), canvases=SMALL),
    Setting(lengths=(2, 3), gaps=(-0.15, 0.0), canvases=SMALL),
)
NUMBERS = 60_000
MOVED = 0.25  # share of the digits of several strokes whose strokes are moved apart
MOVE = 0.12  # standard deviation of that, in parts of the digit's size
VARIED, RESTYLED = 0.5, 0.5  # shares of the digits that are varied
WORN = 0.3  # share of the numbers whose ink has holes, as a marker's or a pencil's on a photo: ...
HOLES, HOLE_SIZES = (0.02, 0.15), (0.7, 2.0)  # ... which share of the picture they are, and how large, in pixels
WHOLE, BROKEN_FROM = 0.05, 0.2  # share of missing or foreign ink, up to which a segment is a digit, and from which not
CUT, PIECES = 0.4, 10  # share of the groups that are cut, and pieces looked at at most
NEGATIVES = 4  # at most so many groups of each number that are no whole digit, and as many pieces
EPOCHS, BATCH, RATE = 12, 256, 2e-3
WARPED, STRENGTH = 0.7, 0.7  # share of the examples that are varied anew in each epoch, and how much
CHUNK = 20_000  # examples that are prepared for it at once
SOLID = 128  # of 255; ink
SEED = 3


@dataclass(frozen=True, eq=False)
class Examples:
    """Segments of numbers. digits: uint8 (n, 28, 28). measures: float32 (n, 3). classes: uint8 (n,), 0 to NOT_WHOLE."""

    digits: np.ndarray
    measures: np.ndarray
    classes: np.ndarray

    @property
    def inputs(self) -> list[np.ndarray]:
        """The inputs of the network."""
        return [self.digits[..., None].astype(np.float32) / 255, self.measures]


@dataclass(frozen=True, eq=False)
class Example:
    """One segment: its digit uint8 (28, 28), its measures, and its class."""

    digit: np.ndarray
    measures: list[float]
    label: int


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m training.segments", description=__doc__.split("\n")[0])
    parser.add_argument("--numbers", type=positive, default=NUMBERS, metavar="N", help="to compose and train on")
    parser.add_argument("--epochs", type=positive, default=EPOCHS, metavar="N", help=f"default: {EPOCHS}")
    parser.add_argument("--output", type=Path, default=WEIGHTS, metavar="FILE", help="default: where the page reads it")
    options = parser.parse_args(arguments)
    training = generate(writers(held_out=False), options.numbers, SEED)
    validation = generate(writers(held_out=True), max(20, options.numbers // 20), SEED + 1)
    print(f"{len(training.classes):,} segments, {np.mean(training.classes == NOT_WHOLE):.0%} of them no whole digit")
    save(train(training, validation, options.epochs), options.output)
    return 0


def generate(pen_digits: list[PenDrawing], numbers: int, seed: int) -> Examples:
    """The examples that so many numbers give, in random order."""
    random, composer = np.random.default_rng(seed), Varied(pen_digits)
    rows: list[Example] = []
    for _ in range(numbers):
        number = composer.number(SETTINGS[random.integers(len(SETTINGS))], random)
        rows += examples(_worn(number, random) if random.random() < WORN else number, random)
    chosen = [rows[place] for place in random.permutation(len(rows))]
    return Examples(
        np.stack([example.digit for example in chosen]),
        np.array([example.measures for example in chosen], np.float32),
        np.array([example.label for example in chosen], np.uint8),
    )


def _worn(number: Number, random: np.random.Generator) -> Number:
    """A number whose ink has holes."""
    field = ndimage.gaussian_filter(random.standard_normal(number.ink.shape, np.float32), random.uniform(*HOLE_SIZES))
    paper = field > np.quantile(field, 1 - random.uniform(*HOLES))
    return replace(number, layers=tuple(np.where(paper, np.uint8(0), layer) for layer in number.layers))


def examples(number: Number, random: np.random.Generator) -> list[Example]:
    """All whole digits among a number's groups and their pieces, and some of the others of each."""
    parts = components(number.ink)
    if not parts:
        return []
    top, height = extent(parts)
    groups = list(_groups(parts))
    pieces = [piece for group in groups if random.random() < CUT for piece in _pieces(group, random)]
    chosen = []
    for segments in (groups, pieces):
        found = [
            Example(segment.digit, segment.measures(top, height), label)
            for segment in segments
            if (label := _label(segment, number)) is not None and segment.digit is not None
        ]
        others = [example for example in found if example.label == NOT_WHOLE]
        chosen += [example for example in found if example.label != NOT_WHOLE]
        chosen += [others[place] for place in random.permutation(len(others))[:NEGATIVES]]
    return chosen


def _groups(parts: list[Segment]) -> Iterator[Segment]:
    """Neighbouring parts together."""
    for start in range(len(parts)):
        for stop in range(start + 1, min(start + MAX_DIGIT_COMPONENTS, len(parts)) + 1):
            yield unite(parts[start:stop])


def _pieces(group: Segment, random: np.random.Generator) -> Iterator[Segment]:
    """Some of the pieces that a group is cut into."""
    lines: list[Cut | None] = [None, *find_cuts(group), None]
    for _ in range(min(PIECES, 2 * (len(lines) - 2))):
        first, last = sorted(random.choice(len(lines), 2, replace=False).tolist())
        if last - first < len(lines) - 1 and (piece := slice_segment(group, lines[first], lines[last])):
            yield piece


def _label(group: Segment, number: Number) -> int | None:
    """The digit that a group is, NOT_WHOLE, or None where that is open."""
    box = slice(group.top, group.bottom), slice(group.left, group.right)
    ink = group.ink >= SOLID
    shares = [
        int(np.count_nonzero(ink & (layer[box] >= SOLID))) / max(1, int(np.count_nonzero(layer >= SOLID)))
        for layer in number.layers
    ]
    best = int(np.argmax(shares))
    foreign = int(np.count_nonzero(ink & (number.layers[best][box] < SOLID))) / max(1, int(np.count_nonzero(ink)))
    wrong = max(1 - shares[best], foreign)
    if wrong <= WHOLE:
        return number.labels[best]
    return NOT_WHOLE if wrong >= BROKEN_FROM else None


class Varied(Composer):
    """Composes numbers of digits that are varied, restyled or broken first."""

    def __init__(self, pen_digits: list[PenDrawing]):
        super().__init__([simplify_strokes(pen_digit) for pen_digit in pen_digits])

    def prepared(self, pen_digit: PenDrawing, random: np.random.Generator) -> PenDrawing:
        """The digit in another way of writing."""
        if random.random() < RESTYLED:
            pen_digit = restyle(pen_digit, random)
        if random.random() < VARIED:
            pen_digit = augment_strokes(pen_digit, random)
        if len(pen_digit.strokes) > 1 and random.random() < MOVED:
            size = float(np.ptp(np.concatenate(pen_digit.strokes), axis=0).max())
            moved = [stroke + random.normal(0, MOVE * size, 2) for stroke in pen_digit.strokes]
            pen_digit = replace(pen_digit, strokes=tuple(moved))
        return pen_digit


def build() -> keras.Model:
    """The network; digits.segmentation runs the same one in NumPy."""
    digit, place = keras.Input((SIDE, SIDE, 1)), keras.Input((MEASURES,))
    values = layers.Conv2D(16, 5, 2, activation="relu", name="first")(digit)
    values = layers.Conv2D(32, 3, 2, activation="relu", name="second")(values)
    values = layers.Concatenate()([layers.Flatten()(values), place])
    values = layers.Dropout(0.1)(values)
    values = layers.Dense(96, activation="relu", name="hidden")(values)
    return keras.Model([digit, place], layers.Dense(NOT_WHOLE + 1, activation="softmax", name="output")(values))


def train(training: Examples, validation: Examples, epochs: int = EPOCHS) -> keras.Model:
    """Trains it; the learning rate falls to zero along a cosine."""
    keras.utils.set_random_seed(SEED)
    model = build()
    steps = epochs * -(-len(training.classes) // BATCH)
    model.compile(
        keras.optimizers.AdamW(keras.optimizers.schedules.CosineDecay(RATE, steps), weight_decay=1e-3),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    model.fit(Variations(training), epochs=epochs, validation_data=(validation.inputs, validation.classes), verbose=2)
    return model


class Variations(keras.utils.PyDataset):
    """Batches of examples in another order, and most of them in another variation, in each epoch."""

    def __init__(self, examples: Examples):
        super().__init__()
        self.examples, self.random = examples, np.random.default_rng(SEED)
        chunks = [distance_fields(examples.digits[at : at + CHUNK]) for at in range(0, len(examples.digits), CHUNK)]
        self.fields = Fields(*(np.concatenate([getattr(c, each.name) for c in chunks]) for each in fields(Fields)))
        self.on_epoch_end()

    def on_epoch_end(self) -> None:
        self.order = self.random.permutation(len(self.examples.classes))

    def __len__(self) -> int:
        return -(-len(self.order) // BATCH)

    def __getitem__(self, index: int) -> tuple[tuple[np.ndarray, ...], np.ndarray]:
        chosen = self.order[index * BATCH : (index + 1) * BATCH]
        digits, warped = self.examples.digits[chosen], self.random.random(len(chosen)) < WARPED
        digits[warped] = warp_batch(self.fields, chosen[warped], self.random, STRENGTH)
        batch = Examples(digits, self.examples.measures[chosen], self.examples.classes[chosen])
        return tuple(batch.inputs), batch.classes


def save(model: keras.Model, path: Path = WEIGHTS) -> None:
    """Writes the weights in half precision, as digits.segmentation reads them."""
    arrays: dict[str, Any] = {}
    for name in ("first", "second", "hidden", "output"):
        kernel, bias = model.get_layer(name).get_weights()
        arrays |= {f"{name}_kernel": kernel.astype(np.float16), f"{name}_bias": bias.astype(np.float16)}

    def write(partial: Path) -> None:
        with partial.open("wb") as file:
            np.savez_compressed(file, **arrays)

    write_atomically(path, write)


if __name__ == "__main__":
    run_command(main)
