"""How each network is trained, under each recipe.

book: the listings of Atienza's chapters 1 and 2 as they stand, on MNIST alone, without augmentation. The ResNet listing
is written for CIFAR-10 and 200 epochs; here every step of its schedule is a tenth as long, and no picture is flipped.
"""

from __future__ import annotations

from dataclasses import dataclass

from models import NETWORKS
from models.network import check_recipe


@dataclass(frozen=True)
class Recipe:
    """Settings of one training.

    optimizer: a Keras optimizer's name, with that optimizer's own defaults.
    epochs: passes over the training digits; batch_size: digits in one step.
    drops: (epoch, factor) pairs; from that epoch on (counted from 0) the first learning rate is multiplied by the factor.
    """

    optimizer: str
    epochs: int
    batch_size: int = 128
    drops: tuple[tuple[int, float], ...] = ()

    def learning_rate(self, epoch: int, first: float) -> float:
        """The learning rate of an epoch (counted from 0), given the first epoch's."""
        factors = [factor for start, factor in self.drops if epoch >= start]
        return first * (factors[-1] if factors else 1.0)


RECIPES: dict[str, dict[str, Recipe]] = {
    "book": {
        "mlp": Recipe("adam", epochs=20),
        "cnn": Recipe("adam", epochs=10),
        "rnn": Recipe("sgd", epochs=20),
        "resnet": Recipe("adam", epochs=20, batch_size=32, drops=((8, 1e-1), (12, 1e-2), (16, 1e-3), (18, 5e-4))),
    },
}


def find(key: str, recipe: str) -> Recipe:
    """The settings for a network and a recipe; raises ValueError naming the known ones if there are none."""
    if key not in NETWORKS:
        raise ValueError(f"unknown network {key!r}; known: {', '.join(NETWORKS)}")
    if check_recipe(recipe) not in RECIPES or key not in RECIPES[recipe]:
        raise ValueError(f"no recipe {recipe!r} for {key!r} yet; there is: {', '.join(RECIPES)}")
    return RECIPES[recipe][key]
