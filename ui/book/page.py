"""The page "The book": its contents, and one lesson at a time; browser/book/ draws the lessons."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from digits.samples import sample_digit
from ui.book import figures, tables
from ui.book.facts import FACTS, SOURCE
from ui.drawing.board import current_board
from ui.shared import browser_files, modules, session

SAMPLE = "5"  # where nothing has been drawn
LEFT = 2  # sections in the left column of the contents


@dataclass(frozen=True)
class Lesson:
    """One question, and what is moved to answer it.

    follows: the place in the print. part: a module of browser/book/, after a colon which of its lessons; or what shows
    it here. ours: makes figures of our own trainings for it.
    """

    title: str
    question: str
    follows: str
    part: str | Callable[[], None]
    ours: Callable[[], Any] | None = None


CONTENTS: dict[str, list[Lesson]] = {
    "1.3 Multilayer perceptron": [
        Lesson("The digits", "How different may a digit be?", "listing 1.3.1 and figure 1.3.1", "mnist"),
        Lesson("One picture, three shapes", "How does a picture go into each network?", "figure 1.3.2", "shapes"),
        Lesson("Perceptron", "What does one unit do?", "figures 1.3.3 and 1.3.4", "perceptron"),
        Lesson("Activation functions", "What does a unit pass on?", "table 1.3.1, figures 1.3.5, 1.3.6", "activations"),
        Lesson("Dropout", "What if half of the units are dark?", "section 1.3, Regularization", "dropout"),
        Lesson("L1 and L2", "What do penalties do to weights?", "section 1.3, Regularization", "penalties"),
        Lesson("Softmax", "How do logits become probabilities?", "equation 1.3.5", "softmax"),
        Lesson("Loss functions", "How wrong is an answer?", "table 1.3.2", "losses"),
        Lesson("Gradient descent", "Which way is down, and how far?", "figure 1.3.7", "descent:one minimum"),
        Lesson("Two minima", "Does it find the lowest place?", "figure 1.3.8", "descent:two minima"),
        Lesson("Optimizers in a valley", "Who is down first?", "section 1.3, Optimization", "optimizers:valley"),
        Lesson("Optimizers at work", "Who learns fastest?", "tables 1.3.3 to 1.5.1", "optimizers:training"),
    ],
    "1.4 Convolutional network": [
        Lesson("Convolution", "What does a filter find?", "figures 1.4.2 and 1.4.3", "convolution:filters"),
        Lesson("Pooling", "What is left of four pixels?", "figure 1.4.4", "convolution:pooling"),
        Lesson("Padding and strides", "How large is what comes out?", "section 1.4", "convolution:strides"),
    ],
    "1.5 Recurrent network": [
        Lesson("SimpleRNN", "What is left of the rows before?", "figure 1.5.2 and its equation", "recurrent:rnn"),
        Lesson("LSTM", "What do its gates let through?", "figure 1.5.4", "recurrent:lstm"),
    ],
    "2.1 Functional API": [
        Lesson("A graph of layers", "What can a network branch into?", "listing 2.1.2", "functional", figures.branches),
        Lesson(
            "Networks as diagrams",
            "What goes into each layer?",
            "figures 1.3.9, 1.4.5, 1.5.3",
            "diagram",
            figures.graphs,
        ),
    ],
    "2.2 Residual network": [
        Lesson("Vanishing gradients", "What reaches the first layer?", "figure 2.2.1", "vanishing"),
        Lesson(
            "Residual block", "What does a block add?", "section 2.2, figure 2.3.1", "blocks:residual", figures.epochs
        ),
    ],
    "2.4 Dense network": [
        Lesson("Dense block", "What does each layer see?", "figure 2.4.1, equation 2.4.1", "blocks:dense"),
    ],
    "Beside the print": [
        Lesson("Its networks", "Which networks are the book's?", "the listings of both chapters", tables.networks),
        Lesson("Its tables, trained again", "Do we get the same?", "tables 1.3.3, 1.4.1 and 1.5.1", tables.retrained),
        Lesson("Errors in the print", "What does the code say?", "both chapters", tables.errata),
    ],
}
LESSONS = {lesson.title: lesson for lessons in CONTENTS.values() for lesson in lessons}


def page() -> None:
    """Show the contents, or the lesson that is open."""
    title = st.query_params.get(session.LESSON) or st.session_state.get(session.LESSON)
    if title not in LESSONS:
        return _contents()
    _remember(title)
    lesson, titles = LESSONS[title], list(LESSONS)
    place = titles.index(title)
    with st.container(horizontal=True, vertical_alignment="center", key="book_steps"):
        st.button("Contents", key=session.CONTENTS, on_click=_turn_to, args=("",))
        st.title(title)
        if place:
            st.button("Back", key=session.BACK, help=titles[place - 1], on_click=_turn_to, args=(titles[place - 1],))
        if place + 1 < len(titles):
            st.button("Next", key=session.ONWARD, help=titles[place + 1], on_click=_turn_to, args=(titles[place + 1],))
    st.caption(f"**{lesson.question}** Follows {lesson.follows}.")
    if callable(lesson.part):
        lesson.part()
    else:
        _mount(lesson)


def _contents() -> None:
    st.title("The book")
    st.write(f"Lessons to take in hand, after {SOURCE}. Each has one question and something to move.")
    with st.container(key="book_contents"):
        for column, names in zip(
            st.columns(2, gap="large"), (list(CONTENTS)[:LEFT], list(CONTENTS)[LEFT:]), strict=True
        ):
            for name in names:
                column.subheader(name)
                for lesson in CONTENTS[name]:
                    label = f"**{lesson.title}** {lesson.question}"
                    column.button(label, type="tertiary", on_click=_turn_to, args=(lesson.title,))


def _turn_to(title: str) -> None:
    """Open a lesson, or the contents where title is empty."""
    if title:
        _remember(title)
    else:
        st.session_state.pop(session.LESSON, None)
        st.query_params.pop(session.LESSON, None)


def _remember(title: str) -> None:
    """Keep the lesson for when the visitor comes back, and in the link."""
    st.session_state[session.LESSON] = title
    if st.query_params.get(session.LESSON) != title:
        st.query_params[session.LESSON] = title


def _mount(lesson: Lesson) -> None:
    drawn = current_board().digit
    digit = sample_digit(SAMPLE) if drawn is None else drawn
    modules.component("lesson")(
        key="lesson",
        data={
            "module": browser_files.script_address("book/book.js"),
            "lesson": lesson.part,
            "digit": b64encode(digit.tobytes()).decode(),
            "own": drawn is not None,
            "facts": FACTS,
            "ours": lesson.ours() if lesson.ours else None,
        },
    )
