"""The answers to a drawing, as the record that the browser draws; browser/answers/ is what draws it."""

from __future__ import annotations

import hashlib
import json
import secrets
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from typing import Any, Literal

import streamlit as st

import language
from digits import CLASSES
from digits.samples import DIGITS
from language import N_, _
from models import NETWORKS
from models.network import Network
from recognition import outlier
from recognition.card import ModelCard
from recognition.ensemble import Selection
from recognition.prediction import Failure
from recognition.recipes import RECIPES, YOURS
from recognition.store import WeightsError, read_card, released, trained_recipes
from ui.drawing.history import DrawnDigit, History
from ui.shared import browser_files, images, modules

PREFIX = secrets.token_hex(4)  # of this server's records: after a restart, none has the name of one before

_numbers = count()


@dataclass(frozen=True, eq=False)
class Record:
    """The server's reading of a drawing.

    ink: the checksum of what stands on the canvas, see Board.checksum. foreign: what was read does not stand there.
    message: in place of the verdict. hidden: nothing else may be shown, not even what the browser reads itself.
    digits: of a number, left to right; place: of the one that the bars are about.
    drawing: its number in the visit, where the visitor is asked whether it was read right.
    """

    ink: int | None = None
    foreign: bool = False
    message: str = ""
    hidden: bool = False
    digits: Sequence[DrawnDigit] = ()
    place: int = 0
    failures: Sequence[Failure] = ()
    drawing: int | None = None
    number: int = field(default_factory=_numbers.__next__)

    def to_json(self) -> dict[str, Any]:
        """Return what browser/answers/state.js calls a ServerRecord; pixels are encoded in base64."""
        return {
            "id": f"{PREFIX}-{self.number}",
            "ink": self.ink,
            "foreign": self.foreign,
            "message": self.message,
            "hidden": self.hidden,
            "digits": [_digit(drawn) for drawn in self.digits],
            "place": self.place,
            "failures": {failure.network: failure.reason for failure in self.failures},
            "drawing": "" if self.drawing is None else _name(self.drawing),
            "labels": [drawn.label for drawn in self.digits],
        }


def show(
    part: Literal["heads", "bars"],
    record: Record,
    selection: Selection,
    own: str = "",
    beside: str = "",
    own_url: str = "",
    ours: bool = False,
) -> None:
    """Draw the verdict with a head for each network, or their bars.

    own: key of the visitor's own network, or ""; own_url: the address of its file, where browsers may run it.
    ours: it is that of the room that the visitor is in.
    beside: the recipe whose answers stand in the heads, too, or "".
    """
    modules.mount(
        "answers",
        "answers/answers.js",
        key=f"answers_{part}",
        data={
            "part": part,
            "catalog": catalog(language.current())[0],
            "recipe": selection.recipe,
            "networks": list(selection.networks),
            "own": own,
            "ownUrl": own_url,
            "ours": ours,
            "beside": beside,
            "calibrated": selection.calibrated,
            "record": record.to_json(),
        },
        default={"meant": None},
        on_meant_change=lambda: None,
    )


def take_labels(history: History) -> None:
    """Store in the history what the visitor has said of a drawing; nothing that is forged, or of another visit."""
    meant = (st.session_state.get("answers_heads") or {}).get("meant") or {}
    name, labels = (meant.get("drawing"), meant.get("labels")) if isinstance(meant, dict) else (None, None)
    drawing = next((digits for number, digits in history.drawings.items() if _name(number) == name), ())
    if not isinstance(labels, list) or len(labels) != len(drawing) or not all(map(_is_label, labels)):
        return
    for digit, label in zip(drawing, labels, strict=True):
        digit.label = label


@cache
def catalog(spoken: str) -> tuple[str, bytes]:
    """Return the address and the content, JSON, of what browsers have to know of all networks and recipes."""
    with language.speaking(spoken):
        content = {
            "kernels": [browser_files.script_address(name) for name in browser_files.KERNELS],
            "worker": browser_files.script_address("engine/worker.js"),
            "detector": _address(outlier.DETECTOR.key, "drawn"),
            "threshold": _threshold(),
            "samples": {digit: _sample(strokes) for digit, strokes in DIGITS.items()},
            "networks": {key: _network(network) for key, network in NETWORKS.items()},
            "yours": {"idea": _("trained by you"), "colour": images.colour(YOURS)},
            "trained_on": {key: _(recipe.trained_on) for key, recipe in RECIPES.items()},
            "recipes": {key: {each: _trained(each, key) for each in released(key)} for key in trained_recipes()},
            "languages": language.LANGUAGES,
        }
    data = json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()
    name = hashlib.sha256(data).hexdigest()[: browser_files.SHORT]
    return f"browser/catalog/{name}{'' if spoken == language.SOURCE else f'-{spoken}'}.json", data


def shape_in_words(network: Network) -> str:
    """The shape of a network's input: 784 values, 28 × 28 × 1, 28 rows of 28."""
    shape = network.input_shape
    if len(shape) == 1:
        return _("{n} values").format(n=shape[0])
    size = " × ".join(map(str, shape))
    if len(shape) == 3:
        return _("{size}, twice").format(size=size) if network.input_count == 2 else size
    return _("{n} rows of {m}, in turn").format(n=shape[0], m=shape[1])


def _name(drawing: int) -> str:
    """The name of a drawing for this server and the visitor's browser."""
    return f"{PREFIX}-{drawing}"


def _is_label(label: object) -> bool:
    return label is None or (type(label) is int and 0 <= label < CLASSES)


def _digit(drawn: DrawnDigit) -> dict[str, Any]:
    probabilities = {key: each.probabilities.tolist() for key, each in drawn.predictions.items()}
    probabilities |= {f"{each.network}:{each.recipe}": each.probabilities.tolist() for each in drawn.beside}
    if drawn.own:
        probabilities[YOURS] = drawn.own.probabilities.tolist()
    return {
        "pixels": b64encode(drawn.digit.tobytes()).decode(),
        "outlier": drawn.outlier,
        "probabilities": probabilities,
    }


def _threshold() -> float:
    """From this score on a drawing is an outlier; out of reach where the detector cannot be read."""
    try:
        return outlier.THRESHOLD
    except WeightsError:
        return 2.0


def _network(network: Network) -> dict[str, Any]:
    return {
        "title": network.title,
        "idea": _(network.idea),
        "colour": images.colour(network.key),
        "shape": list(network.input_shape),
        "words": shape_in_words(network),
    }


def _trained(key: str, recipe: str) -> dict[str, Any]:
    """Temperature, facts and address from the card; empty for one that cannot be read: the record has the reason."""
    try:
        card = read_card(key, recipe)
        return {"temperature": card.temperature, "facts": _facts(card), "url": _address(key, recipe)}
    except WeightsError:
        return {"temperature": 1, "facts": "", "url": ""}


def _sample(strokes: Sequence[Sequence[tuple[float, float]]]) -> list[list[list[float]]]:
    """The strokes of a sample on a canvas of side 1, with a margin."""
    return [[[round(0.14 + 0.72 * x, 3), round(0.14 + 0.72 * y, 3)] for x, y in stroke] for stroke in strokes]


def _address(key: str, recipe: str) -> str:
    try:
        return browser_files.network_address(key, recipe)
    except WeightsError:
        return ""


def _facts(card: ModelCard) -> str:
    facts = [_("{n} parameters").format(n=language.number(card.parameters))]
    for name, words in (("mnist", N_("{accuracy} on MNIST")), ("drawn", N_("{accuracy} on drawings"))):
        if name in card.tests:
            facts.append(_(words).format(accuracy=language.percent(card.tests[name].accuracy)))
    return " · ".join(facts)
