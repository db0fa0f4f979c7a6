"""What a network can learn from here: the visit's drawings, the room's, the samples, MNIST; and what is held out."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from digits import SIDE
from digits.samples import SAMPLES, sample_digit
from learning import job
from learning.job import Examples
from ui.drawing.history import current_history
from ui.room import store
from ui.room.visit import room_visit

OWN, ROOM, SAMPLE, MNIST = "My drawings", "This room", "Samples", "MNIST"
NO_DIGITS = ("a 3 or an 8?", "the letter A", "a house")  # among the samples
EVERY = 3  # every so many of one's own drawings are held out
FEW = 6  # own drawings of which none is held out, as too little would be left
EVERY_PARTICIPANT = 4  # every so many of a room's participants are held out, with all they drew


@dataclass(frozen=True, eq=False)
class Source:
    """Labelled digits of one kind, and those of them that are held out.

    split: how, in some words. unknown: how many more there are of which nobody said what they are.
    """

    train: Examples
    held_out: Examples
    split: str = ""
    unknown: int = 0


def own() -> Source:
    """The visit's digits, those of numbers too, of which is known what they were meant to be."""
    known = [(drawn.digit, drawn.label) for drawn in current_history().labelled()]
    if len(known) <= FEW:
        return Source(_examples(known), _examples([]))
    held_out = known[EVERY - 1 :: EVERY]
    train = [pair for place, pair in enumerate(known) if place % EVERY != EVERY - 1]
    return Source(_examples(train), _examples(held_out), f"every third of your {len(known)} drawings")


def room() -> Source | None:
    """The drawings on the wall of the room that one hosts or is in; None where its host did not allow training."""
    from rooms import wall
    from rooms.limits import RoomError

    visit = room_visit()
    state = visit.room or visit.state
    if state is None or not state.training:
        return None
    try:
        everything = wall.tiles(store.database(), state.id, newest=None)
    except RoomError:
        return None
    tiles = [tile for tile in everything if tile.meant is not None]
    participants = sorted({tile.participant_id for tile in tiles})
    kept = set(participants[EVERY_PARTICIPANT - 1 :: EVERY_PARTICIPANT] or participants[1:2])
    digits = [(np.frombuffer(tile.digit, np.uint8).reshape(SIDE, SIDE), tile.meant) for tile in tiles]
    train = [pair for pair, tile in zip(digits, tiles, strict=True) if tile.participant_id not in kept]
    held_out = [pair for pair, tile in zip(digits, tiles, strict=True) if tile.participant_id in kept]
    split = f"all that {len(kept)} of {len(participants)} participants drew" if kept else ""
    return Source(_examples(train), _examples(held_out), split, len(everything) - len(tiles))


def samples() -> Source:
    """The page's own samples; held-out styles of them are made where the training runs."""
    pairs = [(sample_digit(name), int(name[0])) for name in SAMPLES if name not in NO_DIGITS]
    return Source(_examples(pairs), _examples([]))


def mnist_here() -> bool:
    """Whether MNIST is on this machine."""
    return job.mnist_file().is_file()


def mnist_can_come() -> bool:
    """Whether Keras may download MNIST: the data does not have to come from a folder that lacks it."""
    return not os.environ.get("DIGIT_DATA")


def joined(sources: Collection[Source], hidden: int | None) -> Source:
    """All of them together, but for a digit that is hidden from training and stays among what is held out."""
    train = _join([source.train for source in sources])
    held_out = _join([source.held_out for source in sources])
    if hidden is not None:
        kept = train.labels != hidden
        held_out = _join([held_out, Examples(train.digits[~kept], train.labels[~kept])])
        train = Examples(train.digits[kept], train.labels[kept])
    split = "; ".join(source.split for source in sources if source.split)
    return Source(train, held_out, split, sum(source.unknown for source in sources))


def _join(parts: Collection[Examples]) -> Examples:
    parts = [*parts, _examples([])]
    return Examples(np.concatenate([part.digits for part in parts]), np.concatenate([part.labels for part in parts]))


def _examples(pairs: list) -> Examples:
    digits = np.array([digit for digit, _ in pairs], np.uint8).reshape(-1, SIDE, SIDE)
    return Examples(digits, np.array([label for _, label in pairs], np.int64))
