"""The figures that the book prints and the page repeats: one table, by figure, table or listing.

Source: R. Atienza, Advanced Deep Learning with TensorFlow 2 and Keras, 2nd edition, chapters 1 and 2. Tests compare
with it what the lessons compute, what the networks count, and the printed columns of weights/tables.json.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from language import N_

SOURCE = N_("Rowel Atienza, *Advanced Deep Learning with TensorFlow 2 and Keras*, second edition, chapters 1 and 2")

FACTS: dict[str, dict[str, Any]] = {
    "listing 1.3.1": {
        "train": [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
        "test": [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
    },
    "figure 1.3.7": {"start": -0.5, "rate": 0.01, "slope": -2, "next": -0.48, "minimum": 0.5, "loss": -1.25},
    "figure 1.3.8": {"minima": [-1.51, 1.66], "global": 1.66, "hill": 0},
    "listing 1.3.2": {"units": 256, "dropout": 0.45, "left": 140, "accuracy": 98.5},
    "listing 1.3.3": {"layers": [200_960, 65_792, 2_570], "total": 269_322},
    "listing 1.4.1": {"filters": 64, "dropout": 0.2, "accuracy": 99.4},
    "listing 1.4.2": {"layers": [640, 36_928, 36_928, 5_770], "total": 80_266},
    "listing 1.5.1": {"units": 256, "dropout": 0.2, "accuracy": 98.0},
    "listing 1.5.2": {"layers": [72_960, 2_570], "total": 75_530},
    "listing 2.2.1": {"epochs": 200},
    "figure 2.4.1": {"layers": 4},
    "listing 2.4.1": {"depth": 100},
}


@dataclass(frozen=True)
class Erratum:
    """An error in the print: where it stands, what is printed and what is right, and why."""

    where: str
    printed: str
    right: str
    why: str


ERRATA = (
    Erratum(N_("parameters of the CNN"), "80,226", "80,266", "640 + 36,928 + 36,928 + 5,770"),
    Erratum(N_("parameters of the MLP's last layer"), "2,750", "2,570", "256 × 10 + 10"),
    Erratum(N_("maps after the CNN's second pooling"), "5.5 × 5", "5 × 5", N_("11 halved, rounded down")),
    Erratum(N_("parameters of an activation layer"), "36,928", "0", N_("an activation has nothing to learn")),
    Erratum(N_("output of the CNN's third convolution"), "3.3 × 3", "3 × 3", N_("5 − 3 + 1, without padding")),
    Erratum(
        N_("hidden layers of table 1.3.3's best row, and of listing 1.3.2"),
        "256-256-256",
        "256-256",
        N_("200,960 + 65,792 + 2,570 = 269,322; a third hidden layer would make it 335,114"),
    ),
    Erratum(N_("units of 256 that remain with dropout 0.45"), "140", "140.8", "0.55 × 256"),
    Erratum(
        N_("the learning rate with which gradient descent needs many iterations"),
        N_("a large value"),
        N_("a small value"),
        N_("from the start of figure 1.3.7 to within 0.02 of its minimum are 194 steps at 0.01, and 18 at 0.1"),
    ),
)
