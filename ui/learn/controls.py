"""The settings of a training: the network, where it starts, what it learns from, for how long."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from digits import CLASSES
from language import N_, _, current, ngettext, number
from learning.job import RATES, SIZES, Job
from models import NETWORKS
from recognition import ensemble
from recognition.ensemble import Selection
from recognition.store import default_recipe, released
from ui.drawing.history import current_history
from ui.learn import sources
from ui.learn.sources import Source
from ui.learn.state import FINE_TUNE, FROM_NOTHING, OWN, learning
from ui.room.visit import room_visit
from ui.shared import session
from ui.shared.choosers import one_of

ROOM, SAMPLES, MNIST = N_("This room"), N_("Samples"), "MNIST"
QUICK = ("mlp", "cnn", "rnn", "gru")
SECONDS = (10, 30, 60, 120, 300)  # that are offered
USEFUL_SECONDS = {key: 30 for key in QUICK} | {"lstm": 60, "bilstm": 60, "resnet": 120, "ynet": 120}
SLOWEST_SECONDS = 300  # of the other networks
FINE_TUNE_SECONDS = 10  # of the quick networks
MNIST_SIZE = "11 MB"
LAYERS = {"units": N_("Units in a layer"), "filters": N_("Filters in a layer")}  # by the parameters in SIZES
LAYER_SIZES = (2, 4, 8, 16, 32, 64, 128, 256, 512)  # that are offered
RATE_WORDS = {0.01: "÷ 100", 0.1: "÷ 10", 1.0: N_("usual"), 10.0: "× 10", 100.0: "× 100"}
CHECKED_LABELS = 200  # drawings, at most, whose labels are compared with a trained network's predictions
MIN_CHECKED_LABELS = 4


@dataclass(frozen=True, eq=False)
class Plan:
    """The chosen settings. ready: whether the training can begin; remarks: sentences for the visitor."""

    job: Job
    source: Source
    ready: bool
    remarks: list[str]

    @property
    def label(self) -> str:
        """The label of the button that starts it."""
        if not self.job.start:
            return _("Train")
        return _("Teach the {network}").format(network=NETWORKS[self.job.network].title)


def choose(running: bool) -> Plan:
    """Draw the controls, disabled while a training runs; but for the learning rate, which is turned all the time."""
    mode = one_of(_("How"), (FROM_NOTHING, FINE_TUNE), session.LEARN_MODE, disabled=running)
    recipe = default_recipe() if mode == FINE_TUNE else None
    key = _network(recipe, running)
    names, download = _source_names(running)
    chosen, problem = _sources(names, download)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        seconds = _seconds(key, recipe, running)
        hidden = st.selectbox(
            _("Hide a digit"), range(CLASSES), placeholder=_("none"), index=None, **_kept(session.HIDDEN, None, running)
        )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        rate = st.selectbox(
            _("Learning rate"),
            RATES,
            format_func=lambda rate: _(RATE_WORDS[rate]),
            help=_("How far each step goes. It can be turned while the network learns."),
            **_kept(session.LEARN_RATE, 1.0, running=False),
        )
        size = _layer_size(key, recipe, running)
    rehearsal = recipe is None or st.toggle(
        _("Rehearse earlier digits"),
        help=_("Without it, the network forgets what it could before: try both."),
        **_kept(session.REHEARSAL, True, running),
    )
    source = sources.combine(chosen, hidden)
    job = Job(
        key,
        recipe,
        seconds,
        rehearsal,
        mnist=MNIST in names and not problem,
        hidden=hidden,
        rate=rate,
        size=size,
        language=current(),
    )
    remarks = [problem] if problem else _remarks(job, source)
    return Plan(job, source, not running and not problem and (len(source.train) > 0 or job.mnist), remarks)


def _network(recipe: str | None, running: bool) -> str:
    keys = list(NETWORKS) if recipe is None else released(recipe)
    keys.sort(key=lambda key: key not in QUICK)  # the quick ones first
    titles = {_title(key): key for key in keys}
    return titles[one_of(_("Network"), titles, session.LEARN_NETWORK, st.pills, disabled=running)]


def _title(key: str) -> str:
    title = NETWORKS[key].title
    return title if key in QUICK else f"{title}, {_useful_seconds(key)} s"  # a name, the same in every language


def _useful_seconds(key: str) -> int:
    return USEFUL_SECONDS.get(key, SLOWEST_SECONDS)


def _seconds(key: str, recipe: str | None, running: bool) -> float:
    useful = FINE_TUNE_SECONDS if recipe and key in QUICK else _useful_seconds(key)
    return st.selectbox(_("Seconds"), SECONDS, **_kept(session.learn_seconds(useful), useful, running))


def _layer_size(key: str, recipe: str | None, running: bool) -> int | None:
    """Return the chosen size of a layer; None for the usual one, and where it cannot be chosen."""
    known = inspect.signature(NETWORKS[key].build).parameters
    name = next((name for name in SIZES if name in known), "")
    if not name or recipe:
        st.selectbox(_(LAYERS["units"]), [_("fixed")], disabled=True)
        return None
    usual = known[name].default
    offered = sorted({*LAYER_SIZES, usual})
    choice = _kept(session.layer_size(key), usual, running)
    size: int = st.selectbox(_(LAYERS[name]), offered, **choice)
    return None if size == usual else size


def _source_names(running: bool) -> tuple[list[str], bool]:
    """Return the names of the chosen sources, and whether MNIST may be downloaded."""
    offered = [OWN, SAMPLES]
    visit = room_visit()
    if visit.room:
        offered.insert(1, ROOM)
    if sources.mnist_here() or sources.mnist_can_be_downloaded():
        offered.append(MNIST)
    known = len(current_history().labelled())
    default = [OWN] if known >= CLASSES else [OWN, SAMPLES] if known else [SAMPLES]
    names = st.pills(
        _("Learn from"),
        offered,
        selection_mode="multi",
        format_func=lambda name: _("My drawings ({n})").format(n=number(known)) if name == OWN else _(name),
        **_kept(session.LEARN_FROM, default, running, offered),
    )
    download = MNIST in names and not sources.mnist_here()
    if download:
        words = _("Download MNIST with Keras: {size}, its hash is checked").format(size=MNIST_SIZE)
        download = st.checkbox(words, key=session.MNIST_YES, disabled=running)
    return names, download


def _kept(key: str, default: Any, running: bool, offered: Sequence[str] = ()) -> dict[str, Any]:
    """Arguments of a widget whose choice is kept while another page is shown, when Streamlit drops it.

    offered: the options of a list of choices, of which some may have gone.
    """
    choices = learning().choices
    if key not in st.session_state:
        st.session_state[key] = choices.get(key, default)
    if offered and st.session_state[key]:
        st.session_state[key] = [name for name in st.session_state[key] if name in offered]
    return {
        "key": key,
        "disabled": running,
        "on_change": lambda: choices.update({key: st.session_state[key]}),
    }


def _sources(names: Sequence[str], download: bool) -> tuple[list[Source], str]:
    """Return the chosen sources, and a sentence if one of them cannot be used."""
    chosen = []
    if OWN in names:
        chosen.append(sources.own())
    if ROOM in names:
        room = sources.room()
        if room is None:
            return chosen, _("This room's drawings are not for training: its host has not allowed it.")
        chosen.append(room)
    if SAMPLES in names:
        chosen.append(sources.samples())
    if MNIST in names and not sources.mnist_here() and not download:
        words = _("MNIST is not on this server; tick the box to download its {size}.")
        return chosen, words.format(size=MNIST_SIZE)
    return chosen, ""


def _remarks(job: Job, source: Source) -> list[str]:
    """Sentences about odd drawings, and about what is held out."""
    train, unlabelled = source.train, source.unlabelled
    remarks = []
    if not len(train) and not job.mnist:
        remarks.append(_("Nothing to learn from: draw digits, say what they are, or choose another source."))
    if unlabelled:
        words = ngettext(
            "One drawing in the room has no label; let a round ask for a digit.",
            "{n} drawings in the room have no label; let a round ask for a digit.",
            unlabelled,
        )
        remarks.append(words.format(n=number(unlabelled)))
    if not len(train):
        return remarks
    different = len(np.unique(train.digits.reshape(len(train), -1), axis=0))
    if different < len(train):
        words = ngettext(
            "Only {different} of the {n} drawing differs; each counts once.",
            "Only {different} of the {n} drawings differ; each counts once.",
            len(train),
        )
        remarks.append(words.format(different=number(different), n=number(len(train))))
    labels = sorted(set(train.labels.tolist()))
    if len(labels) == 1 and not job.start and not job.mnist:
        words = _("There are only {digit}s: it can learn nothing but to answer {digit}.")
        remarks.append(words.format(digit=labels[0]))
    remarks += _doubtful_labels(source)
    if source.split:
        remarks.append(_("Held out: {what}.").format(what=source.split))
    return remarks


def _doubtful_labels(source: Source) -> list[str]:
    """A remark if a trained network reads most drawings as other digits than their labels."""
    classifiers = ensemble.load(Selection(default_recipe(), ("cnn",))).classifiers
    checked = source.train[:CHECKED_LABELS]
    if not classifiers or len(checked) < MIN_CHECKED_LABELS:
        return []
    wrong = int((classifiers[0].raw(checked.digits).argmax(1) != checked.labels).sum())
    if wrong <= len(checked) / 2:
        return []
    words = ngettext(
        "The trained CNN disagrees with {wrong} of {n} label; check them.",
        "The trained CNN disagrees with {wrong} of {n} labels; check them.",
        len(checked),
    )
    return [words.format(wrong=number(wrong), n=number(len(checked)))]
