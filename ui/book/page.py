"""The page "The book": lessons, then the printed tables beside our own trainings, and the errors in the print."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from contextlib import suppress

import altair as alt
import streamlit as st

from models import NETWORKS
from recognition.store import MNIST_COUNTS, MNIST_SAMPLE, TABLES, WeightsError, read_card, released, trained_recipes
from ui.book import lessons
from ui.drawing.answers import shape_in_words
from ui.shared import charts, session
from ui.shared.choosers import one_of

log = logging.getLogger(__name__)

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

ERRATA = [
    ("parameters of the CNN", "80,226", "80,266", "640 + 36,928 + 36,928 + 5,770"),
    ("parameters of the MLP's last layer", "2,750", "2,570", "256 × 10 + 10"),
    ("maps after the CNN's second pooling", "5.5 × 5", "5 × 5", "11 halved, rounded down"),
    ("parameters of an activation layer", "36,928", "0", "an activation has nothing to learn"),
]


def page() -> None:
    """Show the table of contents, and the chosen step: lessons first, then tables and errata."""
    st.title("The book")
    st.write(f"Lessons to play with, from {SOURCE}; after them its tables, trained again, and the errors in its print.")
    step = one_of("Contents", STEPS, session.LESSON, st.pills)
    names = list(STEPS)
    place = names.index(step)
    st.header(step)
    STEPS[step]()
    with st.container(horizontal=True, vertical_alignment="center", key="book_steps"):
        if place:
            st.button(f"Back: {names[place - 1]}", key=session.BACK, on_click=_turn_to, args=(names[place - 1],))
        if place + 1 < len(names):
            st.button(f"Next: {names[place + 1]}", key=session.ONWARD, on_click=_turn_to, args=(names[place + 1],))
        st.caption(f"Step {place + 1} of {len(names)}")


def _turn_to(step: str) -> None:
    st.session_state[session.LESSON] = step


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


def _digits() -> None:
    try:
        counts = json.loads(MNIST_COUNTS.read_text(encoding="utf-8"))
        rows = [
            {"digit": str(digit), "training digits": f"{train:,}", "test digits": f"{test:,}"}
            for digit, (train, test) in enumerate(zip(counts["train"], counts["test"], strict=True))
        ]
    except (OSError, ValueError, KeyError, TypeError):
        st.write("MNIST's counts cannot be read; this command writes them: `python -m training.mnist`")
        return
    left, right = st.columns([3, 7], gap="large")
    if MNIST_SAMPLE.exists():
        left.image(str(MNIST_SAMPLE), caption="25 of MNIST's training digits")
    else:
        left.write("To see 25 of MNIST's digits here, run `python -m training.mnist` where the page runs.")
    right.table(rows, border="horizontal")


def _blocks() -> None:
    for column, (name, graph) in zip(st.columns(len(BLOCKS)), BLOCKS.items(), strict=True):
        with column:
            st.write(f"**{name}**")
            st.graphviz_chart(f"digraph {{ {_STYLE} {graph} }}", alt=name)
    st.caption(
        "A residual block adds what it finds to what came in; version 2 leaves the way around entirely free. A dense "
        "block adds nothing up: each layer sees all maps before it, side by side."
    )


def _errata() -> None:
    st.table(
        [{"where": where, "printed": printed, "the code": code, "because": why} for where, printed, code, why in ERRATA]
    )
    st.caption("The tests build these networks and count, so the third column is checked.")


FORMATS = dict.fromkeys(("train %, book", "train %, here", "test %, book", "test %, here"), "%.2f")
FORMATS |= {"parameters": "localized", "difference": "%+.2f", "seconds": "%.0f"}  # of the tables' columns


def retrained_tables() -> None:
    """Show one table at a time, and its test accuracies over the printed ones."""
    try:
        tables = json.loads(TABLES.read_text(encoding="utf-8"))
    except FileNotFoundError:
        st.write("They are not here yet; this command trains them: `python -m training.tables`")
        return
    except (OSError, ValueError, RecursionError) as error:
        log.warning("%s cannot be read: %s", TABLES, error)
        st.write("They cannot be read; restore weights/tables.json, or train them: `python -m training.tables`")
        return
    name = st.segmented_control(
        "Table", list(tables), default=next(iter(tables)), required=True, key=session.BOOK_TABLE
    )
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
            | ({"epochs the print needs": str(row["needed"] or f"> {row['most']}")} if "most" in row else {})
            for row in rows
        ],
        hide_index=True,
        column_config={name: st.column_config.NumberColumn(format=form) for name, form in FORMATS.items()},
    )
    _scatter(rows)
    st.caption(
        "On the dashed line both are the same. The print does not say how many epochs a row had; here it is the "
        "listings' 20, or 10 for the CNN, too few for SGD's MLPs. More on how the print is read: docs/tables.md."
    )


def _scatter(rows: list[dict]) -> None:
    points = [
        {"what": ", ".join(row[name] for name in ("layers", "regularizer", "optimizer")), "book": row["book_test"]}
        | {"here": row["test"], "optimizer": row["optimizer"]}
        for row in rows
    ]
    values = [value for point in points for value in (point["book"], point["here"])]
    scale = alt.Scale(domain=[min(values) - 0.3, max(values) + 0.3], nice=False, zero=False)
    place = {
        "x": alt.X("book:Q", scale=scale, title="test accuracy printed, %"),
        "y": alt.Y("here:Q", scale=scale, title="test accuracy here, %"),
    }
    dots = alt.Chart(alt.InlineData(values=points)).mark_circle(size=90, opacity=0.85)
    colour = alt.Color("optimizer:N", legend=alt.Legend(orient="top", title=None))
    dots = dots.encode(**place, color=colour, tooltip=["what:N", "book:Q", "here:Q"])
    ends = [{"book": end, "here": end} for end in scale.domain]
    line = alt.Chart(alt.InlineData(values=ends)).mark_line(strokeDash=[4, 4], color="gray").encode(**place)
    st.altair_chart((line + dots).properties(height=charts.HEIGHT), alt="Test accuracy here over the printed one")


STEPS: dict[str, Callable[[], None]] = {
    "The digits": _digits,
    "From picture to vector": lessons.reshaping,
    "Activation functions": lessons.activations,
    "Softmax": lessons.logits_to_probabilities,
    "Gradient descent": lessons.gradient_descent,
    "Convolution and max-pooling": lessons.convolution,
    "Residual and dense blocks": _blocks,
    "Its networks": _networks,
    "Its tables, trained again": retrained_tables,
    "Errors in the print": _errata,
}
