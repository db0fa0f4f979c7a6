"""Gradual perturbations of a digit, to see how much each network tolerates.

The networks get the perturbed digit as it is; normalizing it again would undo shifts and scaling.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from digits import SIDE, check_digits

OVERSAMPLING = 4  # thickness is changed on a digit enlarged this many times
SEED = 7  # of the noise


@dataclass(frozen=True)
class Perturbation:
    """One way to change a digit.

    key: its name in links; title: its name on the page.
    low, high: the range of the amount; neutral: the amount without effect; step: of the slider; unit: as displayed.
    change: maps a digit, uint8 (28, 28), and an amount to the perturbed digit, uint8 (28, 28).
    """

    key: str
    title: str
    low: float
    high: float
    neutral: float
    step: float
    unit: str
    change: Callable[[np.ndarray, float], np.ndarray]

    def amounts(self) -> np.ndarray:
        """All amounts on the slider, float64 (n,)."""
        return np.linspace(self.low, self.high, round((self.high - self.low) / self.step) + 1)

    def __call__(self, digit: np.ndarray, amount: float) -> np.ndarray:
        """The perturbed digit; raises ValueError if the digit is not uint8 (28, 28)."""
        check_digits(digit[None])
        return digit if np.isclose(amount, self.neutral) else self.change(digit, float(amount))


def _affine(digit: np.ndarray, matrix: np.ndarray, shift: tuple[float, float] = (0, 0)) -> np.ndarray:
    """Each output pixel p comes from matrix @ (p - centre - shift) + centre."""
    centre = np.array((SIDE, SIDE)) / 2
    offset = centre - matrix @ (centre + shift)
    coefficients = (*matrix[0], offset[0], *matrix[1], offset[1])
    image = Image.fromarray(digit).transform(
        (SIDE, SIDE), Image.Transform.AFFINE, coefficients, Image.Resampling.BICUBIC
    )
    return np.asarray(image)


def _rotate(digit: np.ndarray, degrees: float) -> np.ndarray:
    angle = np.radians(degrees)
    return _affine(digit, np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]))


def _scale(digit: np.ndarray, percent: float) -> np.ndarray:
    return _affine(digit, np.eye(2) * 100 / percent)


def _thicken(digit: np.ndarray, pixels: float) -> np.ndarray:
    from scipy import ndimage

    large = np.asarray(Image.fromarray(digit).resize((SIDE * OVERSAMPLING,) * 2, Image.Resampling.BICUBIC))
    change = ndimage.grey_dilation if pixels > 0 else ndimage.grey_erosion
    width = 1 + 2 * round(
        abs(pixels) * OVERSAMPLING / 2
    )  # pixels of the filter; the stroke grows by half of that on each side
    return np.asarray(Image.fromarray(change(large, (width, width))).resize((SIDE, SIDE), Image.Resampling.BOX))


def _noise(digit: np.ndarray, percent: float) -> np.ndarray:
    noise = np.random.default_rng(SEED).normal(0, 255 * percent / 100, digit.shape)
    return np.clip(np.rint(digit + noise), 0, 255).astype(np.uint8)


def _erase(digit: np.ndarray, rows: float) -> np.ndarray:
    erased = digit.copy()
    erased[: round(rows)] = 0
    return erased


PERTURBATIONS: dict[str, Perturbation] = {
    perturbation.key: perturbation
    for perturbation in (
        Perturbation("rotate", "Rotate", -180, 180, 0, 10, "°", _rotate),
        Perturbation(
            "right", "Shift right", -14, 14, 0, 1, " px", lambda digit, shift: _affine(digit, np.eye(2), (shift, 0))
        ),
        Perturbation(
            "down", "Shift down", -14, 14, 0, 1, " px", lambda digit, shift: _affine(digit, np.eye(2), (0, shift))
        ),
        Perturbation("scale", "Scale", 20, 180, 100, 5, " %", _scale),
        Perturbation("thicken", "Thicken", -2.5, 5, 0, 0.5, " px", _thicken),
        Perturbation("noise", "Noise", 0, 100, 0, 4, " %", _noise),
        Perturbation("erase", "Erase rows", 0, SIDE, 0, 1, " rows", _erase),
    )
}
