"""The answers to a number, and the choice of the digit that the bars and panels are about."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from recognition import ensemble
from recognition.prediction import Prediction, confidence_in_number, number_of
from ui.drawing import answers
from ui.drawing.answers import headline
from ui.drawing.board import Board
from ui.shared import images, session
from ui.shared.percent import percent

SURE = 0.9  # below this confidence a network is said to be unsure
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def show_number(digits: Sequence[np.ndarray], given: Sequence[Sequence[Prediction]], place: int) -> answers.Shown:
    """What each network reads, and the bars of one of the digits.

    digits: uint8 (28, 28) each, left to right. given: each digit's answers, of the same networks. place: whose bars.
    """
    networks = list(zip(*given, strict=True))
    shipped = [each for each in networks if not answers.is_own(each[0])]
    read = {answers.network_of(each[0]).title: number_of(each) for each in shipped if not each[0].error}
    heads = [_head(each) for each in networks]
    message = headline(read, "read") if read else "No network can answer"
    return answers.shown(message, heads, answers.details(given[place], digits[place]), "answered number")


def choose_digit(board: Board, given: Sequence[Sequence[Prediction]], outliers: Sequence[bool]) -> None:
    """Draws a button for each digit of a number: its picture, what most networks read, and a question mark in doubt."""
    with st.container(key="number", horizontal=True, gap="small"):
        for place, (digit, answers_given, outlier) in enumerate(zip(board.digits, given, outliers, strict=True)):
            shares = [answer.shares for answer in answers_given if not answer.error]
            read = str(ensemble.majority(shares)) if shares else "–"
            st.button(
                f"![{ordinal(place)} digit]({images.digit(digit)}) {read}{'?' if outlier else ''}",
                key=session.digit_of_number(place),
                type="primary" if place == board.place else "secondary",
                on_click=_choose,
                args=(board, place),
            )


def offer_doubtful(board: Board, given: Sequence[Sequence[Prediction]]) -> bool:
    """Offers a look at the digit that the networks are least sure of; not if they are sure, or it is chosen already."""
    least = [min((answer.confidence for answer in each if not answer.error), default=1.0) for each in given]
    place = int(np.argmin(least))
    if least[place] >= SURE or place == board.place:
        return False
    st.button(
        f"They are least sure of the {ordinal(place)} digit: look at it",
        key=session.SUGGESTION,
        icon=":material/arrow_forward:",
        on_click=_choose,
        args=(board, place),
        type="tertiary",
    )
    return True


def ordinal(place: int) -> str:
    """The place of a digit, counted from 0, in a word: "first"."""
    return ORDINALS[place] if place < len(ORDINALS) else f"{place + 1}th"


def _choose(board: Board, place: int) -> None:
    board.chosen = place


def _head(given: Sequence[Prediction]) -> str:
    network = answers.network_of(given[0])
    if given[0].error:
        return answers.head(network, "–", "<span>no answer</span>", "broken")
    single = "".join(f"<i>{percent(answer.confidence).removesuffix(' %')}</i>" for answer in given)
    words = f'<small class="each" title="the confidence in each digit, in %">{single}</small>'
    words += f"<span>{percent(confidence_in_number(given))} <em>product</em></span>"
    return answers.head(network, number_of(given), words, "ready", len(given))
