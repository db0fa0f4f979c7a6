"""A card, and what tests do with damaged files."""

from __future__ import annotations

import json

import pytest

from recognition import load
from recognition.card import ModelCard, Score
from recognition.store import WeightsError, card_path

GOOD = ModelCard(
    network="mlp",
    recipe="book",
    parameters=269_322,
    sha256="0" * 64,
    size=5,
    temperature=1.25,
    training={
        "optimizer": "adam",
        "epochs": 2,
        "batch_size": 128,
        "seed": 1,
        "date": "2026-01-31",
        "seconds_per_epoch": 2.5,
        "digits": {"train": 10, "validation": 5},
        "versions": {"python": "3.11", "keras": "3.15", "backend": "tensorflow"},
    },
    history=[
        {"epoch": epoch, "loss": 0.5, "accuracy": 0.5, "val_loss": 0.5, "val_accuracy": 0.5, "seconds": 2.5}
        for epoch in (1, 2)
    ],
    tests={"mnist": Score(10_000, 9_812), "drawn": Score(3_498, 3_000)},
)


def error_message(file: str, load=lambda: load("mlp", "book").model) -> str:
    """The message of the error that loading raises; it must name the file and the command that repairs it."""
    with pytest.raises(WeightsError) as caught:
        load()
    assert file in str(caught.value)
    assert "python -m training.train mlp --recipe book" in str(caught.value)
    return str(caught.value)


def rewrite(**changes) -> None:
    """Rewrites the copied card with some fields changed; None removes a field."""
    data = json.loads(card_path("mlp", "book").read_text()) | changes
    card_path("mlp", "book").write_text(json.dumps({name: value for name, value in data.items() if value is not None}))
