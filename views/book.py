"""A page: the book's tables trained again, its figures to play with, and what a careful reader meets in the print."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress

import altair as alt
import numpy as np
import streamlit as st

from models import NETWORKS
from models.weights import WEIGHTS, WeightsError, read_card, released, trained_recipes
from views import charts, lessons, pictures
from views.answers import shape_in_words

SOURCE = "Rowel Atienza, *Advanced Deep Learning with TensorFlow 2 and Keras*, second edition, chapters 1 and 2"

# Each block of a residual or dense network as a graph; the lines show on light and on dark.
_STYLE = (
    'bgcolor=transparent node [shape=box style="rounded,filled" fillcolor="#cfe3fb" color="#6b84a8"] '
    'node [fontcolor="#16202e"] edge [color="#6b84a8"]'
)
BLOCKS = {
    "Residual block, version 1": 'x -> c1 -> c2 -> add -> relu; x -> add; c1 [label="convolution, norm, ReLU"] '
    'c2 [label="convolution, norm"] add [label="+"] relu [label="ReLU"]',
    "Residual block, version 2": 'x -> c1 -> c2 -> c3 -> add; x -> add; c1 [label="norm, ReLU, 1 × 1"] '
    'c2 [label="norm, ReLU, 3 × 3"] c3 [label="norm, ReLU, 1 × 1"] add [label="+"]',
    "Dense block": "x -> l1 -> l2 -> l3 -> out; x -> l2; x -> l3; l1 -> l3; x -> out; l1 -> out; l2 -> out; "
    'l1 [label="layer 1"] l2 [label="layer 2"] l3 [label="layer 3"] out [label="all of them, joined"]',
}

FORMATS = dict.fromkeys(("train %, book", "train %, here", "test %, book", "test %, here"), "%.2f")
FORMATS |= {"parameters": "localized", "difference": "%+.2f", "seconds": "%.0f"}  # of the tables' columns

ERRATA = [
    ("parameters of the CNN", "80,226", "80,266", "640 + 36,928 + 36,928 + 5,770"),
    ("parameters of the MLP's last layer", "2,750", "2,570", "256 × 10 + 10"),
    ("maps after the CNN's second pooling", "5.5 × 5", "5 × 5", "11 halved, rounded down"),
    ("parameters of an activation layer", "36,928", "0", "an activation has nothing to learn"),
]


def page() -> None:
    """Tables, lessons, diagrams, errata; each under a heading of its own."""
    st.title("The book")
    st.write(f"The networks here grew out of {SOURCE}. Its tables, trained again, and its figures, to be moved.")
    _tables()
    for heading, draw in LESSONS.items():
        st.header(heading)
        draw()
    _errata()


def _tables() -> None:
    st.header("Its tables, trained again")
    try:
        tables = json.loads((WEIGHTS / "tables.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        tables = {}
    if not tables:
        st.write("They are not here yet; this command trains them: `python -m training.tables`")
        return
    name = st.segmented_control("Table", list(tables), default=next(iter(tables)), required=True, key="table")
    rows = tables[name]
    st.dataframe(
        [
            {
                "layers": row["layers"],
                "regularizer": row["regularizer"],
                "optimizer": row["optimizer"],
                "activation": row["activation"],
                "parameters": row["parameters"],
                "train %, book": row["book_train"],
                "train %, here": row["train"],
                "test %, book": row["book_test"],
                "test %, here": row["test"],
                "difference": round(row["test"] - row["book_test"], 2),
                "seconds": row["seconds"],
            }
            for row in rows
        ],
        hide_index=True,
        column_config={name: st.column_config.NumberColumn(format=form) for name, form in FORMATS.items()},
    )
    points = [
        {"what": ", ".join(map(row.get, ("layers", "regularizer", "optimizer"))), "book": row["book_test"]}
        | {"here": row["test"], "optimizer": row["optimizer"]}
        for row in rows
    ]
    values = [value for point in points for value in (point["book"], point["here"])]
    scale = alt.Scale(domain=[min(values) - 0.3, max(values) + 0.3], nice=False, zero=False)
    place = {
        "x": alt.X("book:Q", scale=scale, title="test accuracy printed, %"),
        "y": alt.Y("here:Q", scale=scale, title="test accuracy here, %"),
    }
    dots = alt.Chart(alt.Data(values=points)).mark_circle(size=90, opacity=0.85)
    colour = alt.Color("optimizer:N", legend=alt.Legend(orient="top", title=None))
    dots = dots.encode(**place, color=colour, tooltip=["what:N", "book:Q", "here:Q"])
    ends = [{"book": end, "here": end} for end in scale.domain]
    line = alt.Chart(alt.Data(values=ends)).mark_line(strokeDash=[4, 4], color="gray").encode(**place)
    st.altair_chart((line + dots).properties(height=charts.HEIGHT), alt="Test accuracy here over the printed one")
    st.caption(
        "On the dashed line both are the same. The print does not say how many epochs a row had; here it is the "
        "listings' 20, or 10 for the CNN, too few for SGD's MLPs: the two rows with 100 come close. More on how the "
        "print is read: docs/tables.md."
    )


def _networks() -> None:
    recipes = trained_recipes()
    rows = []
    for key, network in NETWORKS.items():
        with suppress(WeightsError, StopIteration):
            card = read_card(key, next(recipe for recipe in recipes[::-1] if key in released(recipe)))
            rows.append(
                {"network": network.title, "source": network.source, "input": shape_in_words(network)}
                | {"parameters": f"{card.parameters:,}"}
            )
    st.table(rows, border="horizontal")
    st.caption(
        "Listing 2.1.1, the CNN in the functional style, is the CNN of listing 1.4.1 layer by layer, with another "
        "dropout rate; it would be the same row again."
    )


def _sampler() -> None:
    try:
        sheet, train, test = _mnist(os.environ.get("DIGIT_DATA"))
    except LookupError:
        st.write("To see MNIST's digits here, set `DIGIT_DATA` to a folder that holds `mnist.npz`.")
        return
    left, right = st.columns([3, 7], gap="large")
    left.html(f'<img class="sampler" src="{sheet}" alt="25 digits of MNIST">')
    counts = enumerate(zip(train, test, strict=True))
    right.table(
        [{"digit": str(digit), "to train": f"{some:,}", "to test": f"{others:,}"} for digit, (some, others) in counts],
        border="horizontal",
    )


@st.cache_data(show_spinner=False)
def _mnist(folder: str | None) -> tuple[str, list[int], list[int]]:
    """25 of MNIST's training digits in one picture, and how many there are of each, to train and to test.

    folder: what DIGIT_DATA says, for which it is kept. Raises LookupError where there is no MNIST; the page does not
    download it.
    """
    from training.data import DataError, mnist
    from training.pool import join

    if not folder:
        raise LookupError("no data")
    try:
        digits = mnist()
    except DataError as error:
        raise LookupError from error
    train = join([digits.train, digits.validation])
    chosen = np.sort(np.random.default_rng(0).choice(len(train), 25, replace=False))
    sheet = train.digits[chosen].reshape(5, 5, 28, 28).swapaxes(1, 2).reshape(140, 140)
    train, test = (np.bincount(part.labels, minlength=10).tolist() for part in (train, digits.test))
    return pictures.digit(sheet), train, test


def _blocks() -> None:
    for column, (name, graph) in zip(st.columns(len(BLOCKS)), BLOCKS.items(), strict=True):
        with column:
            st.write(f"**{name}**")
            st.graphviz_chart(f"digraph {{ {_STYLE} {graph} }}", alt=name)
    st.caption(
        "A residual block adds what it finds to what came in; version 2 leaves the way around entirely free. A dense "
        "block adds nothing up: each layer sees all maps before it, side by side."
    )


LESSONS: dict[str, Callable[[], None]] = {
    "Its networks": _networks,
    "The digits": _sampler,
    "From picture to vector": lessons.reshaping,
    "Activation functions": lessons.activations,
    "Softmax": lessons.logits_to_probabilities,
    "Gradient descent": lessons.gradient_descent,
    "Convolution and max-pooling": lessons.convolution,
    "Residual and dense blocks": _blocks,
}


def _errata() -> None:
    st.header("What a careful reader meets in the print")
    st.table(
        [{"where": where, "printed": printed, "the code": code, "because": why} for where, printed, code, why in ERRATA]
    )
    st.caption("The tests build these networks and count, so the third column cannot be a slip of ours.")
