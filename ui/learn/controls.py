"""What shall be learned: the network, from where it starts, what it learns from, for how long."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from digits import CLASSES
from learning.job import Job
from models import NETWORKS
from recognition import ensemble
from recognition.ensemble import Selection
from recognition.store import default_recipe, released
from ui import navigation
from ui.drawing.history import current_history
from ui.learn import sources
from ui.learn.sources import MNIST, OWN, ROOM, SAMPLE, Source
from ui.room.visit import room_visit
from ui.shared import session
from ui.shared.choosers import one_of

NOTHING, GO_ON = "From nothing", "Teach a trained one"
QUICK = ("mlp", "cnn", "rnn", "gru")
SECONDS = {key: 30 for key in QUICK} | {"lstm": 60, "bilstm": 60, "resnet": 120, "ynet": 120}  # to get somewhere
SLOWEST = 300
TIMES = (10, 30, 60, 120, 300)  # seconds
TEACHING = 10  # seconds, unless others are chosen
MNIST_SIZE = "11 MB"


@dataclass(frozen=True, eq=False)
class Plan:
    """What is chosen. ready: whether it can begin; remarks: sentences about it."""

    job: Job
    source: Source
    ready: bool
    remarks: list[str]

    @property
    def label(self) -> str:
        return f"Teach the {NETWORKS[self.job.network].title}" if self.job.start else "Train"


def choose(running: bool) -> Plan:
    """Lets the visitor choose; nothing can be changed while a training runs."""
    mode = one_of("How", (NOTHING, GO_ON), session.LEARN_MODE, disabled=running)
    recipe = default_recipe() if mode == GO_ON else None
    key = _network(recipe, running)
    names, download = _sources(running)
    chosen, problem = _chosen(names, download)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        seconds = _seconds(key, recipe, running)
        hidden = st.selectbox(
            "Hide a digit", range(CLASSES), index=None, key=session.HIDDEN, placeholder="none", disabled=running
        )
    rehearsal = recipe is None or st.toggle(
        "Rehearse earlier digits",
        value=True,
        key=session.REHEARSAL,
        disabled=running,
        help="Without it, the network forgets what it could before: try both.",
    )
    source = sources.joined(chosen, hidden)
    job = Job(key, recipe, seconds, rehearsal, mnist=MNIST in names and not problem, hidden=hidden)
    remarks = [problem] if problem else _remarks(job, source)
    return Plan(job, source, not running and not problem and (len(source.train) > 0 or job.mnist), remarks)


def _network(recipe: str | None, running: bool) -> str:
    keys = list(NETWORKS) if recipe is None else released(recipe)
    keys.sort(key=lambda key: key not in QUICK)  # the quick ones first
    titles = {_title(key): key for key in keys}
    chosen = one_of("Network", titles, session.LEARN_NETWORK, st.pills, disabled=running)
    return titles[chosen]


def _title(key: str) -> str:
    title = NETWORKS[key].title
    return title if key in QUICK else f"{title}, {_needs(key)} s"


def _needs(key: str) -> int:
    return SECONDS.get(key, SLOWEST)


def _seconds(key: str, recipe: str | None, running: bool) -> float:
    usual = TEACHING if recipe and key in QUICK else _needs(key)
    return st.selectbox("Seconds", TIMES, index=TIMES.index(usual), key=session.learn_seconds(usual), disabled=running)


def _sources(running: bool) -> tuple[list[str], bool]:
    """The names of what is chosen to learn from, and whether MNIST may be downloaded."""
    offered = [OWN, SAMPLE]
    visit = room_visit()
    if visit.room or visit.state:
        offered.insert(1, ROOM)
    if sources.mnist_here() or sources.mnist_can_come():
        offered.append(MNIST)
    known = len(current_history().labelled())
    names = st.pills(
        "Learn from",
        offered,
        selection_mode="multi",
        default=[OWN] if known >= CLASSES else [OWN, SAMPLE] if known else [SAMPLE],
        key=session.LEARN_FROM,
        disabled=running,
        format_func=lambda name: f"{name} ({known})" if name == OWN else name,
    )
    download = False
    if MNIST in names and not sources.mnist_here():
        download = st.checkbox(
            f"Download MNIST with Keras: {MNIST_SIZE}, its hash is checked", key=session.MNIST_YES, disabled=running
        )
    return names, download


def _chosen(names: list[str], download: bool) -> tuple[list[Source], str]:
    """What can be learned from, and a sentence where something cannot."""
    chosen = []
    if OWN in names:
        chosen.append(sources.own())
    if ROOM in names:
        room = sources.room()
        if room is None:
            return chosen, "This room's drawings are not for training: its host has not allowed it."
        chosen.append(room)
    if SAMPLE in names:
        chosen.append(sources.samples())
    if MNIST in names and not sources.mnist_here() and not download:
        return chosen, f"MNIST is not on this server; tick the box to download its {MNIST_SIZE}."
    return chosen, ""


def _remarks(job: Job, source: Source) -> list[str]:
    """What is odd about the drawings, a sentence each."""
    train = source.train
    unknown = f"Of {source.unknown} drawings in the room nobody said what they are; let a round ask for a digit."
    remarks = [unknown] if source.unknown else []
    if not len(train):
        nothing = "Nothing to learn from: draw digits, say what they are, or choose another source."
        return remarks if job.mnist else [nothing, *remarks]
    different = len(np.unique(train.digits.reshape(len(train), -1), axis=0))
    if different < len(train):
        remarks.append(f"Only {different} of the {len(train)} drawings differ; each counts once.")
    labels = sorted(set(train.labels.tolist()))
    if len(labels) == 1 and not job.start and not job.mnist:
        remarks.append(f"There are only {labels[0]}s: it can learn nothing but to answer {labels[0]}.")
    remarks += _doubts(job, source)
    if source.split:
        remarks.append(f"Held out: {source.split}.")
    return remarks


def _doubts(job: Job, source: Source) -> list[str]:
    """Whether the labels may be wrong: the trained networks read most of the drawings otherwise."""
    train = source.train
    recipe = default_recipe()
    classifiers = ensemble.load(Selection(recipe, ("cnn",))).classifiers
    if not classifiers or len(train) < 4:
        return []
    some = train.digits[:200]
    wrong = int((classifiers[0].raw(some).argmax(1) != train.labels[:200]).sum())
    if wrong <= len(some) / 2:
        return []
    return [f"The trained CNN reads {wrong} of {len(some)} drawings otherwise; are they what you said?"]


def teach() -> None:
    """Opens this page with what one has drawn, to teach a trained network."""
    st.session_state[session.LEARN_MODE] = GO_ON
    st.session_state[session.LEARN_FROM] = [OWN]
    navigation.go("learn")
