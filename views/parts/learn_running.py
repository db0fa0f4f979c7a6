"""A training as one sees it while it runs, and the network that came of it."""

from __future__ import annotations

import streamlit as st

from models import NETWORKS
from recognition import live_job
from views import session
from views.learning import Learned, Learning
from views.parts import learn_view
from views.training_process import Training

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
        st.html(learn_view.status(job, progress))
        with st.container(horizontal=True, key="learn_commands", gap="small"):
            if not training.ended:
                _commands(training)
            elif progress.state == live_job.DONE:
                draw = st.button("Draw for it", key=session.DRAW_FOR_IT, icon=":material/draw:")
    if progress.points and training.pictures is not None:
        st.html(learn_view.learning(job, progress.points, training.pictures))
    return draw


def _commands(training: Training) -> None:
    state = training.progress.state
    paused = state == live_job.PAUSED
    st.button(
        "Go on" if paused else "Pause",
        key=session.PAUSE_TRAINING,
        icon=":material/play_arrow:" if paused else ":material/pause:",
        disabled=state not in (live_job.LEARNING, live_job.PAUSED),
        on_click=training.command,
        args=(live_job.RESUME if paused else live_job.PAUSE,),
    )
    st.button(
        "Stop",
        key=session.STOP_TRAINING,
        icon=":material/stop:",
        disabled=state == live_job.SAVING,
        on_click=training.command,
        args=(live_job.STOP,),
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
        st.html(learn_view.comparison(network.job, network.comparisons))
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
