"""The panel "Inside": the input of one network, and its activations."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from explain import activations
from recognition.ensemble import Selection
from ui.drawing.answers import shape_in_words
from ui.drawing.history import DrawnDigit
from ui.shared import images
from ui.shared.choosers import one_network
from ui.shared.percent import percent

if TYPE_CHECKING:
    from recognition.classifier import Classifier

MAX_MAPS = 32  # of one layer
WORDS = {
    1: "One long list: the rows of the picture laid end to end. Nothing says which values were neighbours.",
    2: "One row after another, from top to bottom; what it has read it has to remember.",
    3: "The picture as a picture, with one channel; small filters slide over it.",
}
BIDIRECTIONAL = (
    "The left half of the state belongs to the reader that begins at the top, the right half to the one that begins at "
    "the bottom: in the tenth line each has read ten rows. "
)
COLOURS = "Amber is above zero, blue below, black zero."


def inside_panel(drawn: DrawnDigit | None, selection: Selection) -> None:
    """Show the input and the activations of the network that the visitor chooses."""
    classifier = one_network(selection)
    if classifier is None:
        return
    if drawn is None:
        st.write("Draw a digit to see what happens to it inside each network.")
        return
    if len(classifier.network.input_shape) == 2:
        shown = _rows(classifier, drawn.digit, selection.calibrated)
    else:
        shown = {1: _list, 3: _maps}[len(classifier.network.input_shape)](classifier, drawn.digit)
    st.html(f'<section class="inside">{_input(classifier, drawn.digit)}{shown}</section>')


def _input(classifier: Classifier, digit: np.ndarray) -> str:
    network = classifier.network
    values = network.inputs(digit[None])[0]
    picture = images.network_input(values)
    return (
        f"<h3>What goes in <small>{shape_in_words(network)}</small></h3>"
        f'<div class="goes-in"><img class="digit" src="{images.digit(digit)}" alt="the digit, 28 by 28 pixels">'
        f'<span aria-hidden="true">→</span><div class="shaped"><img class="input{values.ndim}d" src="{picture}" '
        f'alt="the digit as {shape_in_words(network)}">{_ruler() if values.ndim == 1 else ""}</div></div>'
        "<p>Your drawing was cut out, fitted into 20 × 20 pixels, its centre of mass put in the middle of 28 × 28, "
        f"white on black, as MNIST's digits are; that is all any network gets. {WORDS[values.ndim]}</p>"
    )


def _ruler() -> str:
    """A ruler under the long list, with the numbers of the picture's rows."""
    return (
        f'<ol class="ruler" aria-label="rows of the picture">{"".join(f"<li>{row}</li>" for row in range(1, 29))}</ol>'
    )


def _list(classifier: Classifier, digit: np.ndarray) -> str:
    layers = tuple(classifier.architecture.hidden)
    strips = "".join(
        f"<h3>After {escape(_plain(layer))} "
        f"<small>{np.count_nonzero(values)} of {values.size} units active</small></h3>"
        f'<img class="strip" src="{images.heat(values[None])}" alt="{values.size} values, none below zero">'
        for layer, values in zip(layers, activations.activations(classifier, digit, layers), strict=True)
    )
    return strips + (
        "<p>Each line is one hidden unit, the brighter the more it answers to this digit. It shows which units "
        "work together here, not what any of them stands for.</p>"
    )


def _rows(classifier: Classifier, digit: np.ndarray, calibrated: bool) -> str:
    states, guesses = activations.row_by_row(classifier, digit, calibrated)
    ends = BIDIRECTIONAL if classifier.architecture.bidirectional else ""
    lines = "".join(f"<li><b>{row.argmax()}</b> {percent(row.max())}</li>" for row in guesses)
    return (
        f"<h3>Row by row <small>{states.shape[1]} numbers are all its memory</small></h3>"
        '<div class="rows">'
        f'<figure><img src="{images.digit(digit)}" alt="the 28 rows"><figcaption>row</figcaption></figure>'
        f'<figure class="states"><img src="{images.heat(states)}" alt="the state after each of the 28 rows">'
        "<figcaption>state after that row</figcaption></figure>"
        f'<figure><img src="{images.heat(guesses)}" alt="the ten probabilities after each row">'
        "<figcaption>0 to 9</figcaption></figure>"
        f'<figure><ol aria-label="the guess after each row">{lines}</ol><figcaption>guess</figcaption></figure></div>'
        f"<p>{COLOURS} {ends}The guess says where the state is heading; the network was only trained to answer "
        "after the last row, so earlier guesses are no fault of it.</p>"
    )


def _maps(classifier: Classifier, digit: np.ndarray) -> str:
    sums = classifier.architecture.residual_adds
    if sums:
        names = tuple(name for add in sums for name in (add.shortcut, add.branch, add.output))
        values = iter(activations.activations(classifier, digit, names))
        stages = "".join(_stage(place, next(values), next(values), next(values)) for place in range(1, len(sums) + 1))
        return stages + (
            f"<p>{COLOURS} The last block of each stage: the shortcut, the residual branch, and their sum. "
            "Where the middle row is dark, the block leaves things as they are. It shows where the network looks, "
            "not why it answers.</p>"
        )
    layers = tuple(classifier.architecture.convolutions)
    shown = zip(layers, activations.activations(classifier, digit, layers), strict=True)
    return "".join(
        f"<h3>After {escape(_plain(layer))} <small>{_shape(values)}</small></h3>{_grid(values, layer)}"
        for layer, values in shown
    ) + (
        f"<p>{COLOURS} Each small picture is what one filter finds in the layer before: first edges and strokes, "
        f"then parts of the digit. Up to {MAX_MAPS} are shown. It shows what was found, not how much it counted.</p>"
    )


def _stage(place: int, around: np.ndarray, added: np.ndarray, out: np.ndarray) -> str:
    scale = max(map(images.usual, (around, added, out)))
    rows = "".join(
        f"<figure>{_grid(values, words, scale, 16)}<figcaption>{words}</figcaption></figure>"
        for words, values in (("shortcut", around), ("residual branch", added), ("their sum", out))
    )
    return f'<h3>Stage {place} <small>{_shape(out)}</small></h3><div class="stage">{rows}</div>'


def _grid(values: np.ndarray, words: str, scale: float | None = None, shown: int = MAX_MAPS) -> str:
    return f'<img class="maps" src="{images.maps(values[..., :shown], scale)}" alt="feature maps: {escape(words)}">'


def _plain(layer: str) -> str:
    """A layer's name in words: "conv_1" is convolution 1, "stage2_block6_join" stage 2."""
    if stage := re.match(r"stage(\d+)", layer):
        return f"stage {stage[1]}"
    *branch, kind, number = layer.split("_")
    words = {"relu": "hidden layer", "conv": "convolution"}.get(kind, kind) + " " + number
    return f"{words} of the {branch[0]} branch" if branch else words


def _shape(values: np.ndarray) -> str:
    return " × ".join(map(str, values.shape))
