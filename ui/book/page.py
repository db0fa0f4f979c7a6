"""The page "The book": its contents, and one lesson at a time; browser/book/ draws the lessons."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from digits.samples import sample_digit
from language import N_, _
from ui.book import figures, tables
from ui.book.facts import FACTS, SOURCE
from ui.drawing.board import current_board
from ui.shared import modules, session
from ui.shared.run_lock import one_at_a_time

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
    N_("1.3 Multilayer perceptron"): [
        Lesson(N_("The digits"), N_("How different may a digit be?"), N_("listing 1.3.1 and figure 1.3.1"), "mnist"),
        Lesson(
            N_("One picture, three shapes"),
            N_("How does a picture go into each network?"),
            N_("figure 1.3.2"),
            "shapes",
        ),
        Lesson(N_("Perceptron"), N_("What does one unit do?"), N_("figures 1.3.3 and 1.3.4"), "perceptron"),
        Lesson(
            N_("Activation functions"),
            N_("What does a unit pass on?"),
            N_("table 1.3.1, figures 1.3.5, 1.3.6"),
            "activations",
        ),
        Lesson(N_("Dropout"), N_("What if half of the units are dark?"), N_("section 1.3, Regularization"), "dropout"),
        Lesson(N_("L1 and L2"), N_("What do penalties do to weights?"), N_("section 1.3, Regularization"), "penalties"),
        Lesson(N_("Softmax"), N_("How do logits become probabilities?"), N_("equation 1.3.5"), "softmax"),
        Lesson(N_("Loss functions"), N_("How wrong is an answer?"), N_("table 1.3.2"), "losses"),
        Lesson(
            N_("Gradient descent"), N_("Which way is down, and how far?"), N_("figure 1.3.7"), "descent:one minimum"
        ),
        Lesson(N_("Two minima"), N_("Does it find the lowest place?"), N_("figure 1.3.8"), "descent:two minima"),
        Lesson(
            N_("Optimizers in a valley"), N_("Who is down first?"), N_("section 1.3, Optimization"), "optimizers:valley"
        ),
        Lesson(N_("Optimizers at work"), N_("Who learns fastest?"), N_("tables 1.3.3 to 1.5.1"), "optimizers:training"),
    ],
    N_("1.4 Convolutional network"): [
        Lesson(N_("Convolution"), N_("What does a filter find?"), N_("figures 1.4.2 and 1.4.3"), "convolution:filters"),
        Lesson(N_("Pooling"), N_("What is left of four pixels?"), N_("figure 1.4.4"), "convolution:pooling"),
        Lesson(N_("Padding and strides"), N_("How large is what comes out?"), N_("section 1.4"), "convolution:strides"),
    ],
    N_("1.5 Recurrent network"): [
        Lesson(
            "SimpleRNN",
            N_("What is left of the rows before?"),
            N_("figure 1.5.2 and its equation"),
            "recurrent:rnn",
        ),
        Lesson("LSTM", N_("What do its gates let through?"), N_("figure 1.5.4"), "recurrent:lstm"),
    ],
    N_("2.1 Functional API"): [
        Lesson(
            N_("A graph of layers"),
            N_("What can a network branch into?"),
            N_("listing 2.1.2"),
            "functional",
            figures.branches,
        ),
        Lesson(
            N_("Networks as diagrams"),
            N_("What goes into each layer?"),
            N_("figures 1.3.9, 1.4.5, 1.5.3"),
            "diagram",
            figures.graphs,
        ),
    ],
    N_("2.2 Residual network"): [
        Lesson(N_("Vanishing gradients"), N_("What reaches the first layer?"), N_("figure 2.2.1"), "vanishing"),
        Lesson(
            N_("Residual block"),
            N_("What does a block add?"),
            N_("section 2.2, figure 2.3.1"),
            "blocks:residual",
            figures.epochs,
        ),
    ],
    N_("2.4 Dense network"): [
        Lesson(N_("Dense block"), N_("What does each layer see?"), N_("figure 2.4.1, equation 2.4.1"), "blocks:dense"),
    ],
    N_("Beside the print"): [
        Lesson(
            N_("Its networks"),
            N_("Which networks are the book's?"),
            N_("the listings of both chapters"),
            tables.networks,
        ),
        Lesson(
            N_("Its tables, trained again"),
            N_("Do we get the same?"),
            N_("tables 1.3.3, 1.4.1 and 1.5.1"),
            tables.retrained,
        ),
        Lesson(N_("Errors in the print"), N_("What does the code say?"), N_("both chapters"), tables.errata),
    ],
}
LESSONS = {lesson.title: lesson for lessons in CONTENTS.values() for lesson in lessons}


@one_at_a_time
def page() -> None:
    """Show the contents, or the lesson that is open."""
    title = st.query_params.get(session.LESSON) or st.session_state.get(session.LESSON)
    if title not in LESSONS:
        return _contents()
    _remember(title)
    lesson, titles = LESSONS[title], list(LESSONS)
    place = titles.index(title)
    with st.container(horizontal=True, vertical_alignment="center", key="book_steps"):
        st.button(_("Contents"), key=session.CONTENTS, on_click=_turn_to, args=("",))
        st.title(_(title))
        if place:
            st.button(
                _("Back"), key=session.BACK, help=_(titles[place - 1]), on_click=_turn_to, args=(titles[place - 1],)
            )
        if place + 1 < len(titles):
            st.button(
                _("Next"), key=session.ONWARD, help=_(titles[place + 1]), on_click=_turn_to, args=(titles[place + 1],)
            )
    follows = _("Follows {place}.").format(place=_(lesson.follows))
    st.caption(f"**{_(lesson.question)}** {follows}")
    if callable(lesson.part):
        lesson.part()
    else:
        _mount(lesson)


def _contents() -> None:
    st.title(_("The book"))
    words = _("Lessons to take in hand, after {source}. Each has one question and something to move.")
    st.write(words.format(source=_(SOURCE)))
    with st.container(key="book_contents"):
        for column, names in zip(
            st.columns(2, gap="large"), (list(CONTENTS)[:LEFT], list(CONTENTS)[LEFT:]), strict=True
        ):
            for name in names:
                column.subheader(_(name))
                for lesson in CONTENTS[name]:
                    label = f"**{_(lesson.title)}** {_(lesson.question)}"
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
    modules.mount(
        "lesson",
        "book/book.js",
        key="lesson",
        data={
            "lesson": lesson.part,
            "digit": b64encode(digit.tobytes()).decode(),
            "own": drawn is not None,
            "facts": FACTS,
            "ours": lesson.ours() if lesson.ours else None,
        },
    )
