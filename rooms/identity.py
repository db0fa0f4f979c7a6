"""Codes of rooms, tokens of hosts and participants, names of two words, and colours.

MERGED: How often wrong codes may be tried, so that a room's code cannot be guessed.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections import deque
from collections.abc import Collection

from rooms.limits import Refused

ALPHABET = "ACDEFGHJKMNPQRTUVWXY34679"  # without look-alikes: no B and 8, I, L and 1, O and 0, S and 5, Z and 2
CODE_LENGTH = 6  # 25 ** 6 = 244 million codes
LONGEST_TOKEN = 64  # letters; more are not looked up

_ADJECTIVES = """
Amber Bold Brave Bright Brisk Calm Cheerful Clever Cosy Curious Eager Early Fancy Gentle Glad Golden Happy Hasty
Honest Jolly Keen Kind Lively Lucky Merry Mighty Misty Nimble Noble Patient Plucky Proud Quick Quiet Rapid Rosy
Shiny Silver Sleepy Smart Snowy Sparkly Steady Sunny Swift Tidy Tiny Velvet Warm Witty
"""
_ANIMALS = """
Badger Beaver Bison Butterfly Camel Cheetah Crane Cricket Dolphin Donkey Dragonfly Duckling Eagle Falcon Ferret
Finch Firefly Fox Gazelle Gecko Giraffe Hamster Hedgehog Heron Ibex Jaguar Kingfisher Koala Lemur Lynx Magpie
Marmot Meerkat Narwhal Ocelot Octopus Otter Owl Panda Pelican Penguin Puffin Rabbit Raven Robin Seal Sparrow
Squirrel Starling Swallow
"""
ADJECTIVES, ANIMALS = _ADJECTIVES.split(), _ANIMALS.split()
# Told apart on light and on dark, each with white letters on it.
_COLOURS = "#b3261e #0b5cad #1f7a3d #8a3ffc #a85b00 #007d79 #c2185b #5c6bc0 #6d4c41 #827717 #00695c #ad1457"
COLOURS = _COLOURS.split()


def new_code() -> str:
    """A room's code; it has to be compared with those that are taken."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def cleaned(code: str) -> str:
    """A code as somebody typed it, in capitals and without gaps; empty where it cannot be one."""
    letters = "".join(code.upper().split()).replace("-", "") if len(code) < 4 * CODE_LENGTH else ""
    return letters if len(letters) == CODE_LENGTH and set(letters) <= set(ALPHABET) else ""


def new_token() -> str:
    """What lets its bearer host a room or be a participant: 192 random bits."""
    return secrets.token_urlsafe(24)


def hashed(token: str) -> str:
    """All that is stored of a token; a random one needs no salt."""
    return hashlib.sha256(token[: LONGEST_TOKEN + 1].encode("utf-8", "replace")).hexdigest()


def is_token(token: str, stored: str) -> bool:
    """Whether a token is the one whose hash is stored."""
    return hmac.compare_digest(hashed(token), stored)


def invitation(host_hash: str) -> str:
    """What the QR code carries beside the room's code: who has it scanned the code, and is not guessing."""
    return hashlib.sha256(f"invitation {host_hash}".encode()).hexdigest()[:16]


def new_name(taken: Collection[str]) -> str:
    """Two words that nobody in the room has; with most names taken it is the first free one after a random one."""
    count = len(ADJECTIVES) * len(ANIMALS)
    start = secrets.randbelow(count)
    for step in range(count):
        adjective, animal = divmod((start + step * 1009) % count, len(ANIMALS))  # 1009 shares no factor with count
        name = f"{ADJECTIVES[adjective]} {ANIMALS[animal]}"
        if name not in taken:
            return name
    raise ValueError(f"expected fewer than {count} participants, got {len(taken)}")


WINDOW = 60.0  # seconds


class Guesses:
    """Counts the wrong codes of a process over the last minute. Those who scanned the QR code are not counted."""

    def __init__(self, most: int):
        self.most = most
        self._wrong: deque[float] = deque()
        self._lock = threading.Lock()

    def check(self) -> None:
        """Raises Refused where too many were wrong."""
        with self._lock:
            while self._wrong and self._wrong[0] < time.monotonic() - WINDOW:
                self._wrong.popleft()
            if len(self._wrong) >= self.most:
                raise Refused("Too many wrong codes were tried; scan the QR code, or try again in a minute.")

    def wrong(self) -> None:
        """Counts one."""
        with self._lock:
            self._wrong.append(time.monotonic())
