"""The page "Learn": watch a network learn from drawings, from nothing or going on from what it can.

On a wide window the choices stand on the left and what comes of them on the right. On a phone a training that runs
takes the place of the choices; afterwards they follow below it, so that nothing moves when it ends. See learn.css.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import streamlit as st

from views import learning, session
from views.learning import Learning
from views.parts import learn_controls, learn_running, learn_sources
from views.parts.learn_controls import Plan
from views.training_process import Training, TrainingProblem

STYLE = Path(learn_controls.__file__).with_name("learn.css")
EVERY = 1.0  # seconds from one look at a training to the next


def page() -> None:
    """What shall be learned, how it goes, and what came of it."""
    st.html(STYLE)
    mine = session.learning()
    with st.container(key="learn"):
        with st.container(key="learn_head"):
            st.html('<header class="masthead"><h1>Learn</h1><p>Watch a network learn.</p></header>')
        with st.container(key="learn_choices"):
            if learning.possible():
                _start(mine, learn_controls.choose(mine.running))
            else:
                st.info("This server only answers: training needs TensorFlow, which is not installed here.")
        with st.container(key="learn_progress"):
            st.fragment(partial(_look, mine), run_every=EVERY if mine.running else None)()
        with st.container(key="learn_result"):
            learn_running.learned(mine)


def teach() -> None:
    """Opens this page with what one has drawn, to teach a trained network."""
    st.session_state[session.LEARN_MODE] = learn_controls.GO_ON
    st.session_state[session.LEARN_FROM] = [learn_sources.OWN]
    st.switch_page(st.Page(page, title="Learn", url_path="learn"))


def _start(mine: Learning, plan: Plan) -> None:
    """The button that starts what is planned, and why it cannot."""
    if st.button(plan.label, key=session.TRAIN, type="primary", disabled=not plan.ready, width="stretch"):
        mine.problem = ""
        try:
            mine.training = Training(plan.job, plan.source.train, plan.source.held_out)
        except TrainingProblem as error:
            mine.problem = str(error)
        st.rerun()
    for sentence in (*plan.remarks, mine.problem):
        if sentence:
            st.caption(sentence)


def _look(mine: Learning) -> None:
    """Looks at the training again and again, while there is one."""
    training = mine.training
    if training is None:
        learn_running.lesson()
        return
    just_ended = mine.follow()
    if learn_running.show(training):
        from views.pages import draw

        st.switch_page(st.Page(draw.page, title="Draw", default=True))
    if just_ended:
        st.rerun()
