"""The labelled digits that a visitor can choose to learn from, and those of them that are held out."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from digits import SIDE
from digits.labelled import Digits, join
from digits.samples import SAMPLE_LABELS, sample_digit
from language import ngettext, number
from learning.job import mnist_file
from ui.drawing.history import current_history
from ui.room import store, taught
from ui.room.visit import room_visit

HELD_OUT_EVERY = 3  # of the visitor's own drawings, one of so many is held out
MAX_NOT_HELD_OUT = 6  # own drawings of which none is held out, since too few would be left


@dataclass(frozen=True, eq=False)
class Source:
    """Labelled digits.

    split: which are held out, in some words. unlabelled: how many more drawings there are without a label.
    """

    train: Digits
    held_out: Digits
    split: str = ""
    unlabelled: int = 0


def own() -> Source:
    """Return the digits of this visit, also those of numbers, whose label the visitor gave."""
    known = [(drawn.digit, drawn.label) for drawn in current_history().labelled()]
    if len(known) <= MAX_NOT_HELD_OUT:
        return Source(_digits(known), _digits([]))
    held_out = known[HELD_OUT_EVERY - 1 :: HELD_OUT_EVERY]
    words = ngettext("every third of your {n} drawing", "every third of your {n} drawings", len(known))
    train = [pair for place, pair in enumerate(known) if place % HELD_OUT_EVERY != HELD_OUT_EVERY - 1]
    return Source(_digits(train), _digits(held_out), words.format(n=number(len(known))))


def room() -> Source | None:
    """Return the drawings of the room that the visitor is in or hosts; None if its host did not allow training."""
    from rooms import wall
    from rooms.limits import RoomError

    state = room_visit().room
    if state is None or not state.training:
        return None
    try:
        everything = wall.tiles(store.database(), state.id, newest=None)
    except RoomError:
        return None
    train, held_out = taught.split(everything)
    people, kept = ({tile.participant_id for tile in tiles} for tiles in (train, held_out))
    words = ngettext(
        "all that {kept} of {n} participant drew", "all that {kept} of {n} participants drew", len(kept | people)
    ).format(kept=number(len(kept)), n=number(len(kept | people)))
    unlabelled = len(everything) - len(train) - len(held_out)
    return Source(taught.digits_of(train), taught.digits_of(held_out), words if kept else "", unlabelled)


def samples() -> Source:
    """Return the page's own samples; the training holds out styled ones."""
    return Source(_digits([(sample_digit(name), label) for name, label in SAMPLE_LABELS.items()]), _digits([]))


def mnist_here() -> bool:
    """Return whether MNIST is on this machine."""
    return mnist_file().is_file()


def mnist_can_be_downloaded() -> bool:
    """Return whether Keras may download MNIST; not if DIGIT_DATA names the folder that all data comes from."""
    return not os.environ.get("DIGIT_DATA")


def combine(sources: Sequence[Source], hidden: int | None) -> Source:
    """Join sources; a hidden digit is not learned, and is held out instead."""
    train = join([*(source.train for source in sources), _digits([])])
    held_out = join([*(source.held_out for source in sources), _digits([])])
    if hidden is not None:
        held_out = join([held_out, train[train.labels == hidden]])
        train = train[train.labels != hidden]
    split = "; ".join(source.split for source in sources if source.split)
    return Source(train, held_out, split, sum(source.unlabelled for source in sources))


def _digits(pairs: Sequence[tuple[np.ndarray, int | None]]) -> Digits:
    digits = np.array([digit for digit, _ in pairs], np.uint8).reshape(-1, SIDE, SIDE)
    return Digits(digits, np.array([label for _, label in pairs], np.int64))
