"""Codes of rooms, tokens of hosts and participants, names of two words, and colours."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection

ALPHABET = "ACDEFGHJKMNPQRTUVWXY34679"  # without look-alikes: no B and 8, I, L and 1, O and 0, S and 5, Z and 2
CODE_LENGTH = 6  # 25 ** 6 = 244 million codes
MAX_TOKEN_LENGTH = 64  # letters that are hashed

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
# Told apart on light and on dark, each with white letters on it; no red and no green, which say wrong and right.
_COLOURS = "#0b5cad #8a3ffc #a85b00 #5c6bc0 #75553d #a626a4 #0277a8 #546e7a #7b4fa3 #8d6e00 #3949ab #6b6b6b"
COLOURS = _COLOURS.split()


def new_code() -> str:
    """Return a random code; the caller has to check that no room has it yet."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def new_room_id() -> int:
    """Return a random id, 1 to 2**31 - 1: whoever still knows that of a deleted room must not get into another one."""
    return 1 + secrets.randbelow(2**31 - 1)


def cleaned(code: str) -> str:
    """Return a typed code in capitals and without gaps; empty where it cannot be one."""
    letters = "".join(code.upper().split()).replace("-", "") if len(code) < 4 * CODE_LENGTH else ""
    return letters if len(letters) == CODE_LENGTH and set(letters) <= set(ALPHABET) else ""


def new_token() -> str:
    """Return 192 random bits: whoever has them is the host, or a participant."""
    return secrets.token_urlsafe(24)


def hashed(token: str) -> str:
    """Return the SHA-256 of a token, which alone is stored; a random token needs no salt."""
    return hashlib.sha256(token[: MAX_TOKEN_LENGTH + 1].encode("utf-8", "replace")).hexdigest()


def is_token(token: str, stored: str) -> bool:
    """Compare a token with a stored hash, in constant time."""
    return hmac.compare_digest(hashed(token), stored)


def room_key(host_hash: str) -> str:
    """Return the key in the QR code beside the code: whoever sends it has scanned it and is not guessing."""
    return hashlib.sha256(f"invitation {host_hash}".encode()).hexdigest()[:16]


def new_name(taken: Collection[str]) -> str:
    """Return two words that nobody in the room has. Raises ValueError where all names are taken."""
    count = len(ADJECTIVES) * len(ANIMALS)
    start = secrets.randbelow(count)
    for step in range(count):
        adjective, animal = divmod((start + step * 1009) % count, len(ANIMALS))  # 1009 shares no factor with count
        name = f"{ADJECTIVES[adjective]} {ANIMALS[animal]}"
        if name not in taken:
            return name
    raise ValueError(f"expected fewer than {count} participants, got {len(taken)}")
