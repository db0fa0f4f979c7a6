"""Data augmentation: distorted pen strokes and pictures, as other people might write the same digit.

augment_strokes and augment_image vary a single digit. warp_batch varies a batch of pictures, 17 times cheaper (39
instead of 669 microseconds of computing time a digit; training/LOG.md): a digit becomes a field of distances to its
outline, in pixels, once, and a batch of variations is one interpolation of these fields: rotated, sheared, stretched
and bent, with thinner or thicker ink. Every variation is normalized again, like any drawing.
Sources: P. Simard et al., Best Practices for Convolutional Neural Networks, 2003 (elastic distortions); Y. LeCun et
al., 1998 (affine distortions); J. Serra, 1982 (distances as sums of dilations and erosions).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from digits import SIDE
from digits.normalization import BOX, from_ink
from training.data.unipen import PenDrawing

ANGLE = 12  # degrees, to either side
SHEAR = 0.25  # horizontal shift for each unit of height, to either side
ASPECT = 0.25  # natural logarithm of width over height, to either side
LOW_AMPLITUDE = 0.035  # largest amplitude of low-frequency distortions, as a share of the digit's size
HIGH_AMPLITUDE = 0.010  # the same for high-frequency distortions
STROKE_SHIFT = 0.035  # standard deviation of a single stroke's position, as a share of the digit's size
STROKE_SCALE = 0.08  # standard deviation of the natural logarithm of a single stroke's size
OVERSAMPLING = 4  # pictures are warped at this many times their size
CELLS = 7  # squares on each side of the grid by which a picture is warped
BATCH_ANGLE = 14  # degrees, to either side
BATCH_SHEAR = 0.3  # horizontal shift for each unit of height, to either side
BATCH_ASPECT = 0.35  # natural logarithm of width over height, to either side
BEND = 1.4  # pixels, standard deviation of the smooth displacement
HALF_WIDTH = (0.55, 2.3)  # pixels of half a stroke, from the thinnest to the thickest pen of the page
SHIFT = 0.4  # pixels, standard deviation of the position
REACH = 3  # pixels by which ink is dilated and eroded at most
KNOTS = 4  # on each side of the grid by which a picture is bent
DIRECTIONS = 16  # in which a digit's farthest points are known
MARGIN = 3  # pixels around a field, so that places beyond the picture are paper
_EDGES = np.linspace(0, 1, CELLS + 1)
_CORNERS = np.stack(np.meshgrid(_EDGES, _EDGES), -1).reshape(-1, 2)
_PIXELS = np.rint(_EDGES * SIDE * OVERSAMPLING).astype(int).tolist()
_SQUARES = [(_PIXELS[x], _PIXELS[y], _PIXELS[x + 1], _PIXELS[y + 1]) for y in range(CELLS) for x in range(CELLS)]
_PADDED = SIDE + 2 * MARGIN
_AXIS = np.arange(SIDE, dtype=np.float32) + 0.5 - SIDE / 2
_BATCH_PIXELS = np.stack(np.meshgrid(_AXIS, _AXIS), -1).reshape(-1, 2)  # x and y of each pixel, from the centre
_ANGLES = np.arange(DIRECTIONS) * 2 * np.pi / DIRECTIONS
_UNITS = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], -1).astype(np.float32)


def augment_strokes(pen_digit: PenDrawing, random: np.random.Generator) -> PenDrawing:
    """Vary the handwriting of a pen drawing a little: strokes are distorted, moved and scaled."""
    points = np.concatenate(pen_digit.strokes)
    low, size = points.min(0), max(np.ptp(points, axis=0).max(), 1e-9)
    warp = random_warp(random)
    ends = np.cumsum([len(stroke) for stroke in pen_digit.strokes])[:-1]
    strokes = np.split(warp((points - low) / size), ends)
    if len(strokes) > 1:
        strokes = [_vary_stroke(stroke, random) for stroke in strokes]
    return replace(pen_digit, strokes=tuple(stroke * size for stroke in strokes))


def _vary_stroke(stroke: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Move and scale a stroke independently of the others."""
    centre = (stroke.min(0) + stroke.max(0)) / 2
    return (stroke - centre) * np.exp(random.normal(0, STROKE_SCALE, 2)) + centre + random.normal(0, STROKE_SHIFT, 2)


def augment_image(digit: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Distort a picture, uint8 (28, 28), and vary its pen width; returns uint8 (28, 28), normalized."""
    side = SIDE * OVERSAMPLING
    large = Image.fromarray(digit).resize((side, side), Image.Resampling.BICUBIC)
    warp = random_warp(random)
    grid = (warp(_CORNERS) * side).reshape(CELLS + 1, CELLS + 1, 2)
    corners = np.concatenate([grid[:-1, :-1], grid[1:, :-1], grid[1:, 1:], grid[:-1, 1:]], -1).reshape(-1, 8)
    mesh = list(zip(_SQUARES, corners.tolist(), strict=True))
    warped = large.transform(large.size, Image.Transform.MESH, mesh, Image.Resampling.BILINEAR)
    ink = _thickened(np.asarray(warped), int(random.integers(-1, 3)))
    varied = from_ink(ink)
    return digit if varied is None else varied


def _thickened(ink: np.ndarray, by: int) -> np.ndarray:
    """Ink, uint8 (h, w), with this many pixels more, or less, on each side of a stroke."""
    extreme = np.minimum if by < 0 else np.maximum
    for axis in (0, 1):
        for _ in range(abs(by)):
            here = ink.swapaxes(0, axis)
            grown = here.copy()
            grown[1:] = extreme(grown[1:], here[:-1])
            grown[:-1] = extreme(grown[:-1], here[1:])
            ink = grown.swapaxes(0, axis)
    return ink


def random_warp(random: np.random.Generator) -> Callable[[np.ndarray], np.ndarray]:
    """A random smooth distortion of the unit square, close to the identity: float (n, 2) to float (n, 2)."""
    angle, shear, aspect = random.uniform(-1, 1, 3) * (np.radians(ANGLE), SHEAR, ASPECT / 2)
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    affine = rotation @ np.array([[1, shear], [0, 1]]) @ np.diag([np.exp(aspect), np.exp(-aspect)])
    waves = np.concatenate([random.normal(0, 4, (3, 2)), random.normal(0, 20, (2, 2))])  # radians across the digit
    phases = random.uniform(0, 2 * np.pi, (len(waves), 2))
    amplitudes = random.uniform(-1, 1, (len(waves), 2)) * np.array([LOW_AMPLITUDE] * 3 + [HIGH_AMPLITUDE] * 2)[:, None]

    def warp(points: np.ndarray) -> np.ndarray:
        bent = points + (np.sin((points @ waves.T)[..., None] + phases) * amplitudes).sum(1)
        return (bent - 0.5) @ affine.T + 0.5

    return warp


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


def distance_fields(digits: np.ndarray) -> Fields:
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
    centres = weights @ _BATCH_PIXELS / np.maximum(area, 1)[:, None]
    reach = np.where((weights >= 128)[:, None], (_UNITS @ _BATCH_PIXELS.T)[None], -np.inf)
    farthest = _BATCH_PIXELS[reach.argmax(-1)]
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


def warp_batch(prepared: Fields, chosen: np.ndarray, random: np.random.Generator, strength: float = 1.0) -> np.ndarray:
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
    places = (_BATCH_PIXELS + shift) @ inverse.transpose(0, 2, 1) + prepared.centres[chosen][:, None]
    bends = random.standard_normal((n, 2, KNOTS * KNOTS), np.float32) * np.float32(BEND * strength)
    places += (bends.reshape(2 * n, -1) @ _BENDS.T).reshape(n, 2, -1).transpose(0, 2, 1)
    values = _interpolate(prepared.distances, chosen, places + np.float32(SIDE / 2 - 0.5 + MARGIN))
    values += thicker[:, None]
    values *= scale[:, None]
    return (np.clip(values + 0.5, 0, 1) * 255).astype(np.uint8).reshape(n, SIDE, SIDE)


def _affine(n: int, random: np.random.Generator, strength: float) -> np.ndarray:
    angle, shear, aspect = random.uniform(-strength, strength, (3, n)) * [
        [np.radians(BATCH_ANGLE)],
        [BATCH_SHEAR],
        [BATCH_ASPECT / 2],
    ]
    cos, sin, wide, zero = np.cos(angle), np.sin(angle), np.exp(aspect), np.zeros(n)
    turned = np.stack([np.stack([cos, -sin], -1), np.stack([sin, cos], -1)], -2)
    stretched = np.stack([np.stack([wide, shear / wide], -1), np.stack([zero, 1 / wide], -1)], -2)
    return (turned @ stretched).astype(np.float32)


def _interpolate(distances: np.ndarray, chosen: np.ndarray, places: np.ndarray) -> np.ndarray:
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


def _basis() -> np.ndarray:
    """The displacement of each pixel by each knot, float32 (784, knots): Gaussian bumps, scaled to unit variance."""
    places = np.linspace(-11, 11, KNOTS)
    knots = np.stack(np.meshgrid(places, places), -1).reshape(-1, 2)
    squared = ((_BATCH_PIXELS[:, None] - knots) ** 2).sum(-1)
    bumps = np.exp(-squared / (2 * (places[1] - places[0]) ** 2 * 0.5))
    return (bumps / np.sqrt((bumps**2).sum(1).mean())).astype(np.float32)


_BENDS = _basis()
