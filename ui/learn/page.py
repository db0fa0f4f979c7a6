"""The page "Learn": watch a network learn from drawings, from nothing or going on from what it can.

On a wide window the choices stand on the left and what comes of them on the right. On a phone a training that runs
takes the place of the choices; afterwards they follow below it, so that nothing moves when it ends. See learn.css.

MERGED: A training as one sees it while it runs, and the network that came of it.

MERGED: Keeps a training alive while its visitor looks at another page, and takes its network when it is done.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import streamlit as st

from learning import job as files
from models import NETWORKS
from ui import navigation
from ui.learn import charts, controls, state
from ui.learn.controls import Plan
from ui.learn.process import Training, TrainingProblem
from ui.learn.state import Learned, Learning
from ui.shared import session

STYLE = Path(controls.__file__).with_name("learn.css")
EVERY = 1.0  # seconds from one look at a training to the next


def page() -> None:
    """What shall be learned, how it goes, and what came of it."""
    st.html(STYLE)
    mine = state.learning()
    with st.container(key="learn"):
        with st.container(key="learn_head"):
            st.html('<header class="masthead"><h1>Learn</h1><p>Watch a network learn.</p></header>')
        with st.container(key="learn_choices"):
            if state.possible():
                _start(mine, controls.choose(mine.running))
            else:
                st.info("This server only answers: training needs TensorFlow, which is not installed here.")
        with st.container(key="learn_progress"):
            st.fragment(partial(_look, mine), run_every=EVERY if mine.running else None)()
        with st.container(key="learn_result"):
            learned(mine)


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
        lesson()
        return
    just_ended = mine.follow()
    if show(training):
        navigation.go("draw")
    if just_ended:
        st.rerun()


LESSON = """
1. **From nothing.** In *Play*, draw each digit against the clock, so that it is known what you meant; ten are enough.
   Come back, choose *My drawings*, and train. Watch the held-out digits turn right, then draw another one on *Draw*.
2. **A digit it never saw.** Hide all 7s, train again, and draw a 7. What does it say, and how confident is it?
3. **Your own 1.** Draw a few 1s in a style that the networks misread, and say what they are. Teach a trained network,
   with rehearsal and without. What does it forget?
"""


def lesson() -> None:
    """Three experiments, before the first training."""
    st.html('<h2 class="learn-lesson">Three experiments</h2>')
    st.markdown(LESSON)


def show(training: Training) -> bool:
    """How far a training is; its commands while it runs. Returns whether the visitor wants to draw for it now."""
    job, progress = training.job, training.progress
    draw = False
    with st.container(key="learn_state"):
        st.html(charts.status(job, progress))
        with st.container(horizontal=True, key="learn_commands", gap="small"):
            if not training.ended:
                _commands(training)
            elif progress.state == files.DONE:
                draw = st.button("Draw for it", key=session.DRAW_FOR_IT, icon=":material/draw:")
    if progress.points and training.pictures is not None:
        st.html(charts.learning(job, progress.points, training.pictures))
    return draw


def _commands(training: Training) -> None:
    state = training.progress.state
    paused = state == files.PAUSED
    st.button(
        "Go on" if paused else "Pause",
        key=session.PAUSE_TRAINING,
        icon=":material/play_arrow:" if paused else ":material/pause:",
        disabled=state not in (files.LEARNING, files.PAUSED),
        on_click=training.command,
        args=(files.RESUME if paused else files.PAUSE,),
    )
    st.button(
        "Stop",
        key=session.STOP_TRAINING,
        icon=":material/stop:",
        disabled=state == files.SAVING,
        on_click=training.command,
        args=(files.STOP,),
    )


def learned(mine: Learning) -> None:
    """The network that one has: what it can, its files, and the ways to be rid of it."""
    if mine.learned is None:
        return
    network = mine.learned
    title = NETWORKS[network.job.network].title
    with st.container(border=True, key="learned"):
        st.html(
            f"<p><b>Your {title}</b> answers beside the others on <i>Draw</i>, "
            "until you throw it away or load the page again.</p>"
        )
        st.html(charts.comparison(network.job, network.comparisons))
        with st.container(horizontal=True, gap="small", key="learned_files"):
            _files(network)
            if network.job.start or (mine.earlier and mine.earlier[-1] is not None):
                st.button("Undo", key=session.UNDO_LEARNING, icon=":material/undo:", on_click=mine.undo)
            st.button("Throw it away", key=session.FORGET, icon=":material/delete:", on_click=mine.forget)


def _files(network: Learned) -> None:
    key = network.job.network
    st.download_button(
        "Weights", network.weights, f"my-{key}.weights.h5", key=session.WEIGHTS_FILE, icon=":material/download:"
    )
    st.download_button(
        "LiteRT", network.serving, f"my-{key}.tflite", key=session.SERVING_FILE, icon=":material/download:"
    )


HEARTBEAT_SECONDS = 3.0  # seconds


def heartbeat() -> None:
    """Looks at the training again and again; costs nothing where none runs."""
    if state.learning().running:
        _heartbeat()


@st.fragment(run_every=HEARTBEAT_SECONDS)
def _heartbeat() -> None:
    if state.learning().follow():
        st.rerun()
