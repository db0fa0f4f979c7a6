"""Under the canvas: the drawings so far, each with what was read. A tap shows one again; all can be saved."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from language import _
from models import NETWORKS
from recognition.prediction import majority
from ui.drawing.board import Board
from ui.drawing.history import DrawnDigit, History, current_history
from ui.shared import images, session

MAX_SHOWN = 12  # the newest; all are saved


def drawings_strip(board: Board) -> None:
    """Show a button for each earlier drawing, the newest first, and one that saves them all."""
    history = current_history()
    numbers = [number for number in reversed(history.drawings) if number != board.number or board.again is not None]
    with st.container(key="drawings", horizontal=True, gap="small"):
        if not numbers:
            return
        with st.container(key="earlier", horizontal=True, gap="small"):
            for number in numbers[:MAX_SHOWN]:
                st.button(
                    _label(history.drawings[number]),
                    key=session.drawing(number),
                    type="primary" if number == board.again else "secondary",
                    on_click=board.put_again,
                    args=(number, [drawn.digit for drawn in history.drawings[number]]),
                )
        saving = st.popover(_("Save"), icon=":material/download:", key=session.SAVE, on_change="rerun")
        if saving.open:
            with saving:
                _save(history)


def _label(digits: Sequence[DrawnDigit]) -> str:
    """The drawing's picture and what most networks read, struck out where the visitor meant something else."""
    picture = images.digit(np.hstack([drawn.digit for drawn in digits]))
    read = "".join(str(majority([*drawn.predictions.values()])) if drawn.predictions else "–" for drawn in digits)
    meant = "".join(read[place] if drawn.label is None else str(drawn.label) for place, drawn in enumerate(digits))
    words = _("drawing")
    return f"![{words}]({picture}) {read if read == meant else f':red[~~{read}~~] {meant}'}"


def _save(history: History) -> None:
    correct = history.correct()
    if any(n for _, n in correct.values()):
        st.write(_("Correct, where you told the digit:"))
        line = _("{network}: **{k} of {n}**")
        st.markdown("  \n".join(line.format(network=NETWORKS[key].title, k=k, n=n) for key, (k, n) in correct.items()))
    else:
        st.write(_("Tell what you meant, and the networks are counted here."))
    with st.container(horizontal=True):
        st.download_button(_("Save as CSV"), history.csv(), "drawings.csv", "text/csv", on_click="ignore")
        st.download_button(_("Save as PNG"), history.png(), "drawings.png", "image/png", on_click="ignore")
