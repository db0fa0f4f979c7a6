"""The view of a training, which browser/learn/ draws: a digit that is followed, a map, and curves, at any moment."""

from __future__ import annotations

import zlib
from base64 import b64encode
from typing import Any

import numpy as np
import streamlit as st

from digits import SIDE
from language import N_, _
from learning.job import Snapshot
from learning.training import Training
from models import NETWORKS
from ui.shared import images, modules, session

EXCITES = {  # what an early layer has for a digit, and the heading for it
    "units": N_("Units: what each looks for, and how much this digit excites it"),
    "maps": N_("The first maps that this digit excites"),
    "state": N_("The state that this digit leaves behind"),
}
BRIGHTEST = 0.995  # quantile of the weights that is shown brightest


def show(training: Training, snapshot: Snapshot) -> None:
    """Mount the view of a training that has begun to learn."""
    chosen = followed(len(snapshot.labels))
    data = {"projector": session.PROJECTOR in st.query_params, **content(training, snapshot, chosen)}
    modules.mount("learn", "learn/learn.js", data, key=session.LEARN_VIEW, on_followed_change=lambda: None)


def content(training: Training, snapshot: Snapshot, followed: int) -> dict[str, Any]:
    """Return what browser/learn/learn.js calls Data, but for its module."""
    units = snapshot.first_layer.shape[1:] == (SIDE, SIDE)
    arrays = {
        "digits": snapshot.digits,
        "predictions": snapshot.predictions,
        "probabilities": snapshot.probabilities,
        "positions": snapshot.positions,
        "mapLabels": snapshot.map_labels.astype(np.uint8),
        "activations": snapshot.activations[:, followed],
        "weights": _signed(snapshot.first_layer) if units else np.zeros((0, 0, 0), np.int8),
    }
    packed = zlib.compress(b"".join(array.tobytes() for array in arrays.values()), 1)
    maps = "maps" if snapshot.activations.shape[2] > 1 else "state"
    return {
        "training": training.folder.name,
        "running": not training.ended,
        "title": NETWORKS[training.job.network].title,
        "seconds": training.job.seconds,
        "taught": training.progress.taught,
        "followed": followed,
        "excites": _(EXCITES["units" if units else maps]),
        "colours": list(images.COLOURS.values()),
        "points": [
            [point.seconds, point.examples, point.loss, point.accuracy, point.held_out_loss, point.held_out_accuracy]
            for point in training.progress.points
        ],
        "labels": snapshot.labels.tolist(),
        "shapes": {name: list(array.shape) for name, array in arrays.items()},
        "packed": b64encode(packed).decode(),
    }


def followed(digits: int) -> int:
    """Return the digit that the visitor follows; the browser's message may be forged, or about another training."""
    found = (st.session_state.get(session.LEARN_VIEW) or {}).get("followed")
    return found if type(found) is int and 0 <= found < digits else 0


def _signed(weights: np.ndarray) -> np.ndarray:
    scale = max(float(np.quantile(np.abs(weights), BRIGHTEST)), 1e-9)
    return np.rint(127 * np.clip(weights / scale, -1, 1)).astype(np.int8)
