"""The page "Learn": a network learns from drawings, from nothing or from trained weights, while the visitor watches.

On a wide window the controls stand on the left, the progress and the result on the right. On a phone a running training
takes the place of the controls; when it has ended they follow below it, so nothing moves. See learn.css.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import streamlit as st

from language import N_, _
from learning.job import Command, State
from learning.training import Training, TrainingError, possible, prepare
from models import NETWORKS
from ui import navigation
from ui.learn import charts, state, view
from ui.learn.controls import Plan, choose
from ui.learn.state import Learned, Learning
from ui.shared import session

STYLE = Path(__file__).with_name("learn.css")
POLL_SECONDS = 1.0
TITLE = N_("Three experiments")
FOR_LITERT = '`Interpreter(file).get_signature_runner()(...)["probabilities"]`'
EXPERIMENTS = (
    N_(
        "**From nothing.** In *Play*, draw each digit against the clock, so that the page knows its label; ten are "
        "enough. Come back, choose *My drawings*, and train. Watch the held-out digits turn right, then draw another "
        "one on *Draw*."
    ),
    N_("**A digit it never saw.** Hide all 7s, train again, and draw a 7. What does it say, and how confident is it?"),
    N_(
        "**Your own 1.** Draw a few 1s in a style that the networks misread, and say what they are. Teach a trained "
        "network, with rehearsal and without. What does it forget?"
    ),
)


def page() -> None:
    """Draw the page."""
    st.html(STYLE)
    mine = state.learning()
    with st.container(key="learn"):
        with st.container(key="learn_head"):
            title, words = _("Learn"), _("Watch a network learn.")
            st.html(f'<header class="masthead"><h1>{title}</h1><p>{words}</p></header>')
        with st.container(key="learn_choices"):
            plan = choose(mine.running) if possible() else None
            if plan:
                _start(mine, plan)
                if mine.training:
                    with st.expander(_(TITLE)):
                        _experiments()
                if not mine.running:
                    prepare()
            else:
                st.info(_("This server only answers: training needs TensorFlow, which is not installed here."))
        with st.container(key="learn_progress"):
            st.fragment(partial(_progress, mine, plan), run_every=POLL_SECONDS if mine.running else None)()
        with st.container(key="learn_result"):
            if mine.learned:
                _result(mine, mine.learned)


def _start(mine: Learning, plan: Plan) -> None:
    """The button that starts a training, and remarks on it."""
    if st.button(plan.label, key=session.TRAIN, type="primary", disabled=not plan.ready, width="stretch"):
        mine.problem = ""
        try:
            mine.training = Training(plan.job, plan.source.train, plan.source.held_out)
        except TrainingError as error:
            mine.problem = str(error)
        st.rerun()
    if mine.running and mine.training:
        mine.training.turn(plan.job.rate)
    for sentence in (*plan.remarks, mine.problem):
        if sentence:
            st.caption(sentence)


def _progress(mine: Learning, plan: Plan | None) -> None:
    """The progress of a training, polled while it runs; before it what it is to learn from, and experiments."""
    training = mine.training
    before = charts.taught(plan.source.train, plan.job.mnist) if plan else ""
    if training is None:
        if before:
            st.html(before)
        st.html(f'<h2 class="learn-lesson">{_(TITLE)}</h2>')
        _experiments()
        return
    just_ended = mine.sync()
    job, progress = training.job, training.progress
    with st.container(key="learn_state"):
        st.html(charts.status(job, progress))
        with st.container(horizontal=True, key="learn_commands", gap="small"):
            draw = _commands(training)
    if progress.snapshot is not None:
        view.show(training, progress.snapshot)
    elif before and not progress.state.ended:
        st.html(before)
    if draw:
        navigation.go("draw")
    if just_ended:
        st.rerun()


def _experiments() -> None:
    st.markdown("\n".join(f"1. {_(each)}" for each in EXPERIMENTS))


def _commands(training: Training) -> bool:
    """Buttons for a running training, or for its network; return whether the visitor wants to draw for that."""
    current = training.progress.state
    if current.ended:
        return current == State.DONE and st.button(_("Draw for it"), key=session.DRAW_FOR_IT, icon=":material/draw:")
    paused = current == State.PAUSED
    st.button(
        _("Go on") if paused else _("Pause"),
        key=session.PAUSE_TRAINING,
        icon=":material/play_arrow:" if paused else ":material/pause:",
        disabled=current not in (State.LEARNING, State.PAUSED),
        on_click=training.command,
        args=(Command.RESUME if paused else Command.PAUSE,),
    )
    st.button(
        _("Stop"),
        key=session.STOP_TRAINING,
        icon=":material/stop:",
        disabled=current == State.SAVING,
        on_click=training.command,
        args=(Command.STOP,),
    )
    return False


def _result(mine: Learning, learned: Learned) -> None:
    """The learned network: its comparison with before, its files, and the buttons to undo or delete it."""
    key = learned.job.network
    with st.container(border=True, key="learned"):
        words = _(
            "<b>Your {network}</b> answers beside the others on <i>Draw</i>, "
            "until you throw it away or load the page again."
        )
        st.html(f"<p>{words.format(network=NETWORKS[key].title)}</p>")
        st.html(charts.comparison(learned.job, learned.progress.comparisons))
        litert = _("With ai-edge-litert: {code}").format(code=FOR_LITERT)
        with st.container(horizontal=True, gap="small", key="learned_files"):
            for words, content, name, widget, help in (
                (_("Weights"), learned.weights, f"my-{key}.weights.h5", session.WEIGHTS_FILE, _for_keras(learned)),
                ("LiteRT", learned.exported, f"my-{key}.tflite", session.SERVING_FILE, litert),
            ):
                st.download_button(words, content, name, key=widget, help=help, icon=":material/download:")
            if learned.job.start or (mine.earlier and mine.earlier[-1] is not None):
                st.button(_("Undo"), key=session.UNDO_LEARNING, icon=":material/undo:", on_click=mine.undo)
            st.button(_("Throw it away"), key=session.FORGET, icon=":material/delete:", on_click=mine.forget)


def _for_keras(learned: Learned) -> str:
    """A line of Python that loads the weights."""
    size = "" if learned.job.size is None else learned.job.size
    code = f"`models.{learned.job.network}.build({size}).load_weights(file)`"
    return _("With Keras, in this repository: {code}").format(code=code)
