"""The panel "Journey": the drawing on its way through one network, from the network's own numbers.

browser/journey/ draws it; the server only says which network it is about.
"""

from __future__ import annotations

import streamlit as st

from language import _
from models import NETWORKS
from recognition.ensemble import Selection
from recognition.recipes import YOURS
from ui.learn import state
from ui.shared import modules, session
from ui.shared.choosers import one_of


def journey_panel(selection: Selection) -> None:
    """Show the journey through the network that the visitor chooses; the browser knows what is drawn."""
    keys = {NETWORKS[key].title: key for key in selection.networks}
    learned = state.learning().learned
    drawable = learned is not None and learned.job.size is None  # the pictures are laid out for the usual size
    if learned and drawable:
        keys[learned.title] = YOURS
    chosen = keys[one_of(_("Network"), keys, session.NETWORK)]
    if learned and not drawable:
        words = _("{network} is not among them: its layers have another size than the journey draws.")
        st.caption(words.format(network=learned.title))
    data = {"network": chosen, "recipe": selection.recipe, "calibrated": selection.calibrated}
    modules.mount("journey", "journey/journey.js", data, key="journey")
