"""Valid data with a few mutations, the same for the same random generator."""

from __future__ import annotations

import numpy as np


def mutated(data: bytes, random: np.random.Generator) -> bytes:
    """Data with a few mutations: flipped, overwritten, removed or repeated bytes, extreme numbers, a truncated end."""
    result = bytearray(data)
    for _ in range(random.integers(1, 6)):
        if not result:
            break
        place, length = int(random.integers(len(result))), int(random.integers(1, 9))
        kind = random.integers(6)
        if kind == 0:
            result[place] ^= 1 << int(random.integers(8))
        elif kind == 1:
            result[place : place + length] = bytes([int(random.choice([0, 255, 127, 128]))]) * length
        elif kind == 2:
            del result[place : place + length]
        elif kind == 3:
            result[place:place] = result[place : place + 8 * length]
        elif kind == 4:
            result[place:place] = random.choice(
                [b"-1", b"1e999", b"NaN", b"99999999999999999999", b"[[", b'"', b"null"]
            )
        elif random.random() < 0.2:
            del result[place:]
    return bytes(result)
