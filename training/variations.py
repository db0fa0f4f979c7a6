"""Variations of 28x28 pictures in batches, hundreds of times cheaper than training.augment's for single digits.

A digit becomes a field of distances to its outline, in pixels, once; a batch of variations is one interpolated look at
these fields: turned, sheared, stretched and bent, with thinner or thicker ink, and normalized like any drawing.
Sources as in training.augment; the distances are sums of dilations and erosions (J. Serra, 1982).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from digits import SIDE
from digits.normalization import BOX

ANGLE = 14  # degrees, to either side
SHEAR = 0.3  # horizontal shift for each unit of height, to either side
ASPECT = 0.35  # natural logarithm of width over height, to either side
BEND = 1.4  # pixels, standard deviation of the smooth displacement
HALF_WIDTH = (0.55, 2.3)  # pixels of half a stroke, from the thinnest to the thickest pen of the page
SHIFT = 0.4  # pixels, standard deviation of the position
REACH = 3  # pixels by which ink is dilated and eroded at most
KNOTS = 4  # on each side of the grid by which a picture is bent
DIRECTIONS = 16  # in which a digit's farthest points are known
MARGIN = 3  # pixels around a field, so that looks beyond the picture find paper

_PADDED = SIDE + 2 * MARGIN
_AXIS = np.arange(SIDE, dtype=np.float32) + 0.5 - SIDE / 2
_PIXELS = np.stack(np.meshgrid(_AXIS, _AXIS), -1).reshape(-1, 2)  # x and y of each pixel, from the centre
_ANGLES = np.arange(DIRECTIONS) * 2 * np.pi / DIRECTIONS
_UNITS = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], -1).astype(np.float32)


def _basis() -> np.ndarray:
    """How much each knot displaces each pixel, float32 (784, knots): Gaussian bumps, scaled to unit variance."""
    places = np.linspace(-11, 11, KNOTS)
    knots = np.stack(np.meshgrid(places, places), -1).reshape(-1, 2)
    squared = ((_PIXELS[:, None] - knots) ** 2).sum(-1)
    bumps = np.exp(-squared / (2 * (places[1] - places[0]) ** 2 * 0.5))
    return (bumps / np.sqrt((bumps**2).sum(1).mean())).astype(np.float32)


_BENDS = _basis()


@dataclass(frozen=True, eq=False)
class Fields:
    """Digits prepared for variation.

    distances: float32 (n, padded * padded), positive in ink. centres: of mass, float32 (n, 2), x and y from the
    picture's centre. farthest: float32 (n, DIRECTIONS, 2), from there too. half_widths: float32 (n,), of the strokes.
    """

    distances: np.ndarray
    centres: np.ndarray
    farthest: np.ndarray
    half_widths: np.ndarray

    def __len__(self) -> int:
        return len(self.centres)


def fields(digits: np.ndarray) -> Fields:
    """Prepares digits, uint8 (n, 28, 28)."""
    ink = np.pad(digits, ((0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN)))
    summed = ink.astype(np.float32)
    thicker = thinner = ink
    for step in range(REACH):
        thicker, thinner = _grown(thicker, np.maximum, step % 2 == 1), _grown(thinner, np.minimum, step % 2 == 1)
        summed += thicker
        summed += thinner
    distances = (summed / 255 - REACH - 0.5).reshape(len(digits), -1)
    area = digits.sum((1, 2), dtype=np.float32)
    outline = _grown(ink, np.maximum, False).sum((1, 2), dtype=np.float32) - area
    weights = digits.reshape(len(digits), -1).astype(np.float32)
    centres = weights @ _PIXELS / np.maximum(area, 1)[:, None]
    reach = np.where((weights >= 128)[:, None], (_UNITS @ _PIXELS.T)[None], -np.inf)
    farthest = _PIXELS[reach.argmax(-1)]
    return Fields(distances, centres, farthest, area / np.maximum(outline, 1))


def _grown(ink: np.ndarray, extreme: np.ufunc, diagonal: bool) -> np.ndarray:
    """Ink, uint8 (n, h, w), with each pixel the extreme of its neighbours; diagonal: of all eight, not only four."""
    across = ink.copy()
    across[:, :, 1:] = extreme(across[:, :, 1:], ink[:, :, :-1])
    across[:, :, :-1] = extreme(across[:, :, :-1], ink[:, :, 1:])
    down = across if diagonal else ink
    grown = across.copy()
    grown[:, 1:] = extreme(grown[:, 1:], down[:, :-1])
    grown[:, :-1] = extreme(grown[:, :-1], down[:, 1:])
    return grown


def vary(prepared: Fields, chosen: np.ndarray, random: np.random.Generator, strength: float = 1.0) -> np.ndarray:
    """A variation of each chosen digit, int (n,) to uint8 (n, 28, 28). strength: 1 as usual, 0 none but the ink's."""
    n = len(chosen)
    affine = _affine(n, random, strength)
    width = prepared.half_widths[chosen]
    target = random.uniform(*HALF_WIDTH, n).astype(np.float32)
    thicker = np.clip(target - width, -0.75 * width, 1.5)
    corners = np.einsum("nij,nkj->nki", affine, prepared.farthest[chosen])
    extent = np.ptp(corners, axis=1).max(1) + 1 + 2 * thicker
    scale = BOX / np.maximum(extent, 4)
    inverse = np.linalg.inv(affine) / scale[:, None, None]
    shift = random.normal(0, SHIFT * strength, (n, 1, 2)).astype(np.float32)
    places = (_PIXELS + shift) @ inverse.transpose(0, 2, 1) + prepared.centres[chosen][:, None]
    bends = random.standard_normal((n, 2, KNOTS * KNOTS), np.float32) * np.float32(BEND * strength)
    places += (bends.reshape(2 * n, -1) @ _BENDS.T).reshape(n, 2, -1).transpose(0, 2, 1)
    values = _look(prepared.distances, chosen, places + np.float32(SIDE / 2 - 0.5 + MARGIN))
    values += thicker[:, None]
    values *= scale[:, None]
    return (np.clip(values + 0.5, 0, 1) * 255).astype(np.uint8).reshape(n, SIDE, SIDE)


def _affine(n: int, random: np.random.Generator, strength: float) -> np.ndarray:
    angle, shear, aspect = random.uniform(-strength, strength, (3, n)) * [[np.radians(ANGLE)], [SHEAR], [ASPECT / 2]]
    cos, sin, wide, zero = np.cos(angle), np.sin(angle), np.exp(aspect), np.zeros(n)
    turned = np.stack([np.stack([cos, -sin], -1), np.stack([sin, cos], -1)], -2)
    stretched = np.stack([np.stack([wide, shear / wide], -1), np.stack([zero, 1 / wide], -1)], -2)
    return (turned @ stretched).astype(np.float32)


def _look(distances: np.ndarray, chosen: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The fields at places, float32 (n, 784, 2) in padded pixels, by bilinear interpolation; float32 (n, 784)."""
    np.clip(places, 0, _PADDED - 1.001, out=places)
    whole = places.astype(np.int32)
    across, down = np.moveaxis(places - whole, -1, 0)
    corner = whole[..., 1] * _PADDED + whole[..., 0] + (chosen * _PADDED**2).astype(np.int32)[:, None]
    flat = distances.ravel()
    top, below = flat[corner], flat[corner + _PADDED]
    top += (flat[corner + 1] - top) * across
    below += (flat[corner + _PADDED + 1] - below) * across
    return top + (below - top) * down
