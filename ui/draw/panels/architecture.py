"""The panel "How it is built": a network from its input to its ten outputs, with shapes and parameters."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import streamlit as st
from jinja2 import Environment, Template
from markupsafe import Markup

from language import N_, _, ngettext, number, percent
from models import NETWORKS
from recognition.card import TESTS, ModelCard, Score
from recognition.ensemble import Selection
from recognition.exported_model import Architecture
from recognition.recipes import YOURS
from ui.learn import state
from ui.shared import images
from ui.shared.choosers import one_network

COLUMNS = (N_("layer"), N_("kind"), N_("output"), N_("parameters"))
MAX_COLUMNS = 14  # of a network with more blocks, each stage is a step
BLOCK, STAGE = re.compile(r"stage(\d+)_block(\d+)_"), re.compile(r"stage(\d+)_")
DROPOUT = re.compile(r'"(\w+)" \[label="[^"]*dropout (\d+)%')  # of a layer, in the DOT source of a diagram
FOLDED = {"Activation", "BatchNormalization", "Dropout", "Flatten"}  # kinds that belong to the step before
KINDS = {
    "InputLayer": N_("input"),
    "Conv2D": N_("convo\u00adlution"),
    "MaxPooling2D": N_("max-pooling"),
    "AveragePooling2D": N_("average"),
    "GlobalAveragePooling2D": N_("average"),
    "Dense": N_("fully connected"),
    "Bidirectional": N_("bidirectional"),
    "Concatenate": N_("joined"),
}


@dataclass
class Step:
    """A layer, or the layers of a block or a stage.

    lane: "left" or "right" in a network with two branches. joins: what has gone round it is added.
    """

    title: str
    kind: str
    shape: tuple[int, ...]
    parameters: int
    lane: str = ""
    column: int = 1
    notes: list[str] = field(default_factory=list)
    joins: bool = False

    @property
    def output(self) -> str:
        return "×".join(map(str, self.shape))

    @property
    def height(self) -> float:
        """Of the step's box, as a share of the largest."""
        return self.shape[0] / 28 if len(self.shape) > 1 else min(1, math.sqrt(self.shape[0] / 784))

    @property
    def sheets(self) -> int:
        """The number of sheets that its box shows, for its maps."""
        return 1 + round(math.log2(self.shape[2])) if len(self.shape) > 2 else 1


def architecture_panel(selection: Selection) -> None:
    """Show the architecture of one network, with or without a drawing."""
    learned = state.learning().learned
    classifier = one_network(selection, {learned.title: learned.classifier} if learned else {})
    if classifier is None:
        return
    card, shown = classifier.card, classifier.architecture
    found = steps(shown, card.training.get("dropout"))
    st.html(
        _template().render(
            steps=found,
            most=max(step.parameters for step in found),
            columns=found[-1].column,
            style=images.style(YOURS if card.recipe == YOURS else card.network),
            sentence=_sentence(card.parameters),
            number=number,
        )
    )
    with st.expander(_("How it was trained")):
        st.markdown(_facts(card))
    with st.expander(_("All layers, and Keras's summary")):
        st.table([dict(zip(map(_, COLUMNS), row, strict=True)) for row in shown.layers])
        with st.container(key="keras_summary"):
            st.code(shown.summary, language=None)


def steps(shown: Architecture, dropout: float | None) -> list[Step]:
    """Return the steps of a network. dropout: the recipe's rate; None where it leaves the architecture's own."""
    rates = {layer: int(rate) / 100 for layer, rate in DROPOUT.findall(shown.diagram)}
    if dropout is not None:
        rates = dict.fromkeys(rates, dropout)
    by_block = _steps(shown, rates, BLOCK)
    return by_block if by_block[-1].column <= MAX_COLUMNS else _steps(shown, rates, STAGE)


def _steps(shown: Architecture, rates: Mapping[str, float], group: re.Pattern[str]) -> list[Step]:
    found: list[Step] = []
    last: dict[str, Step] = {}  # by lane
    for name, kind, output, arithmetic in shown.layers:
        shape, parameters = tuple(map(int, output.split(" × "))), int(arithmetic.split(" = ")[-1].replace(",", ""))
        block, lane = group.match(name), next((side for side in ("left", "right") if name.startswith(side)), "")
        title = _group_title(*block.groups()) if block else ""
        before = last.get(lane)
        notes = _notes(name, kind, rates.get(name, 0), bool(block))
        if before and (before.title == title if block else kind in FOLDED):
            before.parameters += parameters
            before.shape = shape if len(shape) == len(before.shape) else before.shape
            before.notes += [note for note in notes if note not in before.notes]
            before.joins |= _joins(kind, bool(block))
            continue
        column = 1 + max((step.column for step in found if step.lane == lane or not lane), default=0)
        last[lane] = Step(
            title or _kind_title(kind), name, shape, parameters, lane, column, notes, _joins(kind, bool(block))
        )
        found.append(last[lane])
    return found


def _group_title(stage: str, block: str = "") -> str:
    return (_("stage {stage} block {block}") if block else _("stage {stage}")).format(stage=stage, block=block)


def _kind_title(kind: str) -> str:
    return _(KINDS[kind]) if kind in KINDS else kind


def _notes(name: str, kind: str, dropout: float, in_block: bool) -> list[str]:
    if dropout:
        return [_("dropout {rate}").format(rate=percent(dropout, 0))]
    if _joins(kind, in_block):
        return [_("+ shortcut") if kind == "Add" else _("+ its input")]
    return ["softmax"] if name == "softmax" else []


def _joins(kind: str, in_block: bool) -> bool:
    return kind == "Add" or (kind == "Concatenate" and in_block)


def _sentence(parameters: int) -> Markup:
    sentence = ngettext(
        "<b>{n} parameter</b>: a number that it has learned. The bars show which layer has it.",
        "<b>{n} parameters</b>: numbers that it has learned. The bars show which layer has them.",
        parameters,
    )
    return Markup(sentence).format(n=number(parameters))


def _facts(card: ModelCard) -> str:
    training = card.training
    if card.recipe == YOURS:
        return _("By you, on the page *Learn*: {n} parameters.").format(n=number(card.parameters))
    chosen_by = training["digits"]["validation"]
    recipe = (
        _(
            "Recipe *{recipe}*: {optimizer}, {epochs} epochs, batches of {batch_size}, {digits} digits to train on, "
            "{validation} to choose by"
        )
        if chosen_by
        else _("Recipe *{recipe}*: {optimizer}, {epochs} epochs, batches of {batch_size}, {digits} digits to train on")
    ).format(
        recipe=card.recipe,
        optimizer=training["optimizer"],
        epochs=training["epochs"],
        batch_size=training["batch_size"],
        digits=number(training["digits"]["train"]),
        validation=number(chosen_by),
    )
    lines = [f"{_(NETWORKS[card.network].source)}  \n{recipe}"]
    lines += [_score(name, score) for name, score in card.tests.items() if name in TESTS]
    return "  \n".join(lines)


def _score(name: str, score: Score) -> str:
    low, high = score.interval
    return _("{digits}: **{accuracy} (95 % interval {low} to {high}, n = {n})**").format(
        digits=_(TESTS[name]),
        accuracy=percent(score.accuracy, 2),
        low=number(100 * low, 2),
        high=number(100 * high, 2),
        n=number(score.n),
    )


@cache
def _template() -> Template:
    source = Path(__file__).with_name("architecture.html").read_text(encoding="utf-8")
    return Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(source)
