"""The material beside the print: its networks here, its tables trained again, and its errors."""

from __future__ import annotations

import json
import logging
from contextlib import suppress
from dataclasses import asdict
from statistics import stdev
from typing import Any

import altair as alt
import streamlit as st

from language import _, ngettext, number
from models import NETWORKS
from recognition.store import TABLES, WeightsError, read_card, released, trained_recipes
from ui.book.facts import ERRATA
from ui.drawing.answers import shape_in_words
from ui.shared import charts, session

COMMAND = "`python -m training.tables`"
log = logging.getLogger(__name__)


def networks() -> None:
    """Show the networks with their sources and sizes."""
    recipes = trained_recipes()
    rows = []
    for key, network in NETWORKS.items():
        with suppress(WeightsError, StopIteration):
            card = read_card(key, next(recipe for recipe in recipes[::-1] if key in released(recipe)))
            rows.append(
                {_("network"): network.title, _("source"): network.source, _("input"): shape_in_words(network)}
                | {_("parameters"): number(card.parameters)}
            )
    st.table(rows, border="horizontal")
    st.caption(
        _(
            "Listing 2.1.1, the CNN in the functional style, is the CNN of listing 1.4.1 layer by layer, with another "
            "dropout rate; it would be the same row again. DenseNet has depth 40 here, where the book's has 100."
        )
    )


def errata() -> None:
    """Show the errors in the print."""
    words = _("**{where}**: printed ~~{printed}~~, right **{right}**; {why}")
    for erratum in ERRATA:
        st.markdown(words.format(**{name: _(text) for name, text in asdict(erratum).items()}))
    st.caption(
        _("The tests build these networks and count, so what is called right is checked. Also in docs/errata.md.")
    )


def retrained() -> None:
    """Show one table at a time, and its test accuracies over the printed ones."""
    try:
        tables = json.loads(TABLES.read_text(encoding="utf-8"))
    except FileNotFoundError:
        st.write(_("They are not here yet; this command trains them: {command}").format(command=COMMAND))
        return
    except (OSError, ValueError, RecursionError) as error:
        log.warning("%s cannot be read: %s", TABLES, error)
        words = _("They cannot be read; restore weights/tables.json, or train them: {command}")
        st.write(words.format(command=COMMAND))
        return
    name = st.segmented_control(
        _("Table"), list(tables), default=next(iter(tables)), required=True, key=session.BOOK_TABLE
    )
    rows = tables[name]
    st.dataframe(
        [
            {
                "layers": row["layers"],
                "regularizer": row["regularizer"],
                "optimizer": row["optimizer"],
                "test %, book": row["book_test"],
                "test %, here": row["test"],
                "difference": round(row["test"] - row["book_test"], 2),
            }
            | ({"epochs": epochs_to_print(row)} if any("most" in each for each in rows) else {})
            | ({"spread": spread(row["tests"])} if len(row.get("tests", [])) > 1 else {})
            | {
                "train %, book": row["book_train"],
                "train %, here": row["train"],
                "activation": row["activation"],
                "parameters": row["parameters"],
            }
            for row in rows
        ],
        hide_index=True,
        column_config=_columns(),
    )
    _scatter(rows)
    st.caption(
        _(
            "On the dashed line both are the same. The print does not say how many epochs a row had; here it is the "
            "listings' 20, or 10 for the CNN, too few for SGD's MLPs. More on how the print is read: docs/tables.md."
        )
    )


def _columns() -> dict[str, Any]:
    """Streamlit's settings for the table's columns, by their keys."""
    accuracy: dict[str, Any] = {
        "train %, book": _("train %, book"),
        "train %, here": _("train %, here"),
        "test %, book": _("test %, book"),
        "test %, here": _("test %, here"),
    }
    columns = {key: st.column_config.NumberColumn(title, format="%.2f") for key, title in accuracy.items()}
    return columns | {
        "layers": _("layers"),
        "regularizer": _("regularizer"),
        "optimizer": _("optimizer"),
        "activation": _("activation"),
        "parameters": st.column_config.NumberColumn(_("parameters"), format="localized"),
        "difference": st.column_config.NumberColumn(_("difference"), format="%+.2f"),
        "spread": _("spread"),
        "epochs": _("epochs to reach the print"),
    }


def epochs_to_print(row: dict[str, Any]) -> str:
    """The epochs after which a row's test accuracy is the printed one; "" where they were not counted."""
    if "most" not in row:
        return ""
    return number(row["needed"]) if row["needed"] else _("not reached in {n}").format(n=number(row["most"]))


def spread(tests: list[float]) -> str:
    """The standard deviation of one network's accuracies with several seeds, and their number."""
    words = ngettext("± {deviation} ({n} seed)", "± {deviation} ({n} seeds)", len(tests))
    return words.format(deviation=number(stdev(tests), 2), n=number(len(tests)))


def _scatter(rows: list[dict]) -> None:
    points = [
        {"what": ", ".join(row[name] for name in ("layers", "regularizer", "optimizer")), "book": row["book_test"]}
        | {"here": row["test"], "optimizer": row["optimizer"]}
        for row in rows
    ]
    values = [value for point in points for value in (point["book"], point["here"])]
    scale = alt.Scale(domain=[min(values) - 0.3, max(values) + 0.3], nice=False, zero=False)
    place = {
        "x": alt.X("book:Q", scale=scale, title=_("test accuracy printed, %")),
        "y": alt.Y("here:Q", scale=scale, title=_("test accuracy here, %")),
    }
    dots = alt.Chart(alt.InlineData(values=points)).mark_circle(size=90, opacity=0.85)
    colour = alt.Color("optimizer:N", legend=alt.Legend(orient="top", title=None))
    tooltip = [
        alt.Tooltip("what:N", title=_("network")),
        alt.Tooltip("book:Q", title=_("book")),
        alt.Tooltip("here:Q", title=_("here")),
    ]
    dots = dots.encode(**place, color=colour, tooltip=tooltip)
    ends = [{"book": end, "here": end} for end in scale.domain]
    line = alt.Chart(alt.InlineData(values=ends)).mark_line(strokeDash=[4, 4], color="gray").encode(**place)
    st.altair_chart((line + dots).properties(height=charts.HEIGHT), alt=_("Test accuracy here over the printed one"))
