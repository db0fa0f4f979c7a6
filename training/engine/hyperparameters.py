"""The hyperparameters of each network under each recipe.

book: the listings of chapters 1 and 2, on MNIST's 60,000 training digits, without augmentation; the temperature is that
of a twin, the same training without the last 5,000 digits. The ResNet's listing is for CIFAR-10 and 200 epochs; here
its schedule is a tenth as long, without flipping. ResNet v2 (5 epochs) and DenseNet (3) are shortened to what one core
computes in an hour. The gated cells have no listing; they use Adam, with which they learned fastest.

drawn: the same architectures on MNIST and real pen strokes, both augmented (training.pool.augmented), with AdamW,
warm-up and cosine decay, and little dropout, because the data is varied enough. Each network is distilled from the mean
of three teachers (G. Hinton et al., Distilling the Knowledge in a Neural Network, 2015), also the teachers themselves
(T. Furlanello et al., Born-Again Neural Networks, 2018). From nothing, the teachers are therefore trained first without
distillation; training.everything does both. ResNet v2, DenseNet and Y-network have fewer epochs than the ResNet,
because one of theirs takes up to 25 minutes of a core. The networks in weights/ were trained in several rounds
(training.train --more), as writers and variations were added; their cards have the epochs of all rounds, which are at
least those below, and the teachers and settings of the last round.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import keras

import models
from recognition.recipes import check_recipe


@dataclass(frozen=True)
class Hyperparameters:
    """The hyperparameters of a training.

    optimizer: a Keras optimizer's name; learning_rate: its highest, or None for the optimizer's default.
    epochs: passes over the training digits; batch_size: digits in a step.
    lr_decay: (epoch, factor) pairs: from that epoch on, counted from 0, the rate is multiplied by the factor.
    cosine: warm up over the first epoch, then decay the rate to zero along half a cosine.
    weight_decay, clipnorm: of the optimizer, where given; clipnorm is the largest norm of all gradients together.
    dropout: in place of the architecture's own rate, where given.
    augmented: train on the variations of training.pool.augmented instead of MNIST as it is.
    teachers: keys of networks; the mean of their probabilities, softened, makes up half of each target.
    ema_momentum: of the moving average of the weights over the steps, which is validated and saved.
    whole: train on the validation digits too; a twin that holds them out gives the temperature.
    init_from: the SHA-256 of weights of the same network and recipe to continue from, instead of random ones.
    """

    optimizer: str
    epochs: int
    batch_size: int = 128
    learning_rate: float | None = None
    lr_decay: tuple[tuple[int, float], ...] = ()
    cosine: bool = False
    weight_decay: float | None = None
    clipnorm: float | None = None
    dropout: float | None = None
    augmented: bool = False
    teachers: tuple[str, ...] = ()
    ema_momentum: float | None = None
    whole: bool = False
    init_from: str | None = None

    def build_optimizer(self, steps: int) -> keras.optimizers.Optimizer:
        """A new optimizer with its schedule; steps: batches in an epoch."""
        optimizer = keras.optimizers.get(self.optimizer)
        settings = optimizer.get_config()
        rate = self.learning_rate or settings["learning_rate"]
        if self.cosine:
            rate = keras.optimizers.schedules.CosineDecay(
                0.0, max(1, (self.epochs - 1) * steps), warmup_target=rate, warmup_steps=steps
            )
        elif self.lr_decay:
            boundaries = [epoch * steps - 1 for epoch, _ in self.lr_decay]
            rate = keras.optimizers.schedules.PiecewiseConstantDecay(
                boundaries, [rate, *(rate * factor for _, factor in self.lr_decay)]
            )
        settings |= {"learning_rate": rate, "global_clipnorm": self.clipnorm}
        if self.ema_momentum is not None:
            settings |= {"use_ema": True, "ema_momentum": self.ema_momentum}
        if self.weight_decay is not None:
            settings["weight_decay"] = self.weight_decay
        return type(optimizer).from_config(settings)


def _listing(optimizer: str, epochs: int, **settings: Any) -> Hyperparameters:
    return Hyperparameters(optimizer, epochs, whole=True, **settings)


BOOK = {
    "mlp": _listing("adam", epochs=20),
    "cnn": _listing("adam", epochs=10),
    "rnn": _listing("sgd", epochs=20),
    "resnet": _listing("adam", epochs=20, batch_size=32, lr_decay=((8, 1e-1), (12, 1e-2), (16, 1e-3), (18, 5e-4))),
    "lstm": _listing("adam", epochs=20),
    "gru": _listing("adam", epochs=20),
    "bilstm": _listing("adam", epochs=20),
    "resnet_v2": _listing("adam", epochs=5, batch_size=32, lr_decay=((3, 1e-1), (4, 1e-2))),
    "densenet": _listing("rmsprop", epochs=3, batch_size=32, lr_decay=((2, 1e-1),)),
    "ynet": _listing("adam", epochs=20, batch_size=32),
}


def _modern(epochs: int, learning_rate: float, **settings: Any) -> Hyperparameters:
    """AdamW with weight decay and a cosine schedule, on augmented digits."""
    schedule = Hyperparameters("adamw", epochs, learning_rate=learning_rate, cosine=True, weight_decay=1e-2)
    return replace(schedule, augmented=True, ema_momentum=0.999, **settings)


TEACHERS = ("cnn", "resnet", "lstm")
DRAWN = {
    "resnet": _modern(epochs=35, learning_rate=3e-3, teachers=TEACHERS),
    "mlp": _modern(epochs=200, learning_rate=2e-3, dropout=0.1, teachers=TEACHERS),
    "cnn": _modern(epochs=100, learning_rate=2e-3, dropout=0.1, teachers=TEACHERS),
    "rnn": _modern(epochs=150, learning_rate=1e-3, dropout=0.0, clipnorm=1.0, teachers=TEACHERS),
    "lstm": _modern(epochs=30, learning_rate=2e-3, dropout=0.1, clipnorm=1.0, teachers=TEACHERS),
    "gru": _modern(epochs=25, learning_rate=2e-3, dropout=0.1, clipnorm=1.0, teachers=TEACHERS),
    "bilstm": _modern(epochs=35, learning_rate=2e-3, dropout=0.1, clipnorm=1.0, teachers=TEACHERS),
    "resnet_v2": _modern(epochs=9, learning_rate=3e-3, teachers=TEACHERS),
    "densenet": _modern(epochs=6, learning_rate=3e-3, dropout=0.0, teachers=TEACHERS),
    "ynet": _modern(epochs=12, learning_rate=2e-3, dropout=0.2, teachers=TEACHERS),
}

BY_RECIPE: dict[str, dict[str, Hyperparameters]] = {"book": BOOK, "drawn": DRAWN}


def find(key: str, recipe: str) -> Hyperparameters:
    """The hyperparameters for a network and a recipe.

    Raises ValueError, with the known names, for an unknown network or recipe or a network without this recipe.
    """
    models.find(key)
    known = BY_RECIPE[check_recipe(recipe)]
    if key not in known:
        raise ValueError(f"no hyperparameters for {key!r} under recipe {recipe!r}; known: {', '.join(known)}")
    return known[key]
