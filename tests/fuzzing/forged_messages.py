"""Forged messages of a browser: each is made by a random generator, for a visit and what it has seen of the page."""

from __future__ import annotations

import json

import numpy as np
from streamlit.proto.BackMsg_pb2 import BackMsg

from benchmark.client import Client
from tests.drawings import placed
from tests.fuzzing.mutations import mutated
from tests.ui.page import message

NUMBERS = (0, -1, 1, 2**31 - 1, -(2**31), 2**53, 1e308, -1e308, float("nan"), float("inf"), 0.5)
TEXTS = (
    "",
    "x" * 5000,
    "\0",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "NaN",
    "[[[[",
    "Journey",
    "Inside",
    "RNN",
    "💥" * 100,
)
PARAMETERS = ("panel", "networks", "network", "recipe", "room")
ADDRESSES = ("http://[::1", "javascript:1", "http://" + "x" * 5000)
KINDS = ("clear_cache", "set_run_on_save", "stop_script", "load_git_info", "app_heartbeat", "debug_shutdown_runtime")


def message_of(kind: int, client: Client, random: np.random.Generator) -> BackMsg:
    """A message of a kind from 3 to 7: a drawing, a message without one, a link, widgets' values."""
    if kind == 3:
        return state(client, forged(random))
    if kind == 4:
        back = BackMsg()
        setattr(back, str(random.choice(KINDS)), True)
        return back
    back = state(client, None)
    run = back.rerun_script
    if kind == 5:
        run.query_string = f"{random.choice(PARAMETERS)}={_text(random)}"
        run.context_info.url = str(random.choice([*ADDRESSES, _text(random)]))
        run.page_script_hash = _text(random) if random.random() < 0.3 else client.page
        run.fragment_id = _text(random) if random.random() < 0.3 else ""
    else:
        for _ in range(int(random.integers(1, 4))):
            name = str(random.choice([*client.widgets, client.canvas, "unknown"]))
            _set(run.widget_states.widgets.add(), name, random)
    return back


def _set(widget, name: str, random: np.random.Generator) -> None:
    """Gives a widget a value of any kind."""
    widget.id = name
    kind = int(random.integers(7))
    number = NUMBERS[int(random.integers(len(NUMBERS)))]
    if kind == 0:
        widget.trigger_value = True
    elif kind == 1:
        widget.bool_value = bool(random.integers(2))
    elif kind == 2:
        widget.int_value = int(number) if np.isfinite(number) and abs(number) < 2**62 else -(2**62)
    elif kind == 3:
        widget.double_array_value.data.extend([float(number)] * int(random.integers(4)))
    elif kind == 4:
        widget.string_value = _text(random)
    elif kind == 5:
        widget.string_array_value.data.extend([_text(random)] * int(random.integers(40)))
    else:
        widget.json_value = forged(random)


def state(client: Client, drawing: str | None) -> BackMsg:
    """A run of the page, with a drawing on the canvas."""
    back = BackMsg()
    back.rerun_script.fragment_id, back.rerun_script.page_script_hash = client.fragment, client.page
    if drawing is not None:
        widget = back.rerun_script.widget_states.widgets.add()
        widget.id, widget.json_value = client.canvas, drawing
    return back


def forged(random: np.random.Generator) -> str:
    """A drawing in JSON: too long, too deep, with numbers out of range, or with mutated bytes."""
    kind = int(random.integers(5))
    if kind == 0:
        sound = json.dumps(message(placed(int(random.integers(10)))))
        return mutated(sound.encode(), random).decode("utf-8", "replace")
    if kind == 1:
        depth = int(random.integers(1, 60))
        return "[" * depth + "]" * depth
    number = NUMBERS[int(random.integers(len(NUMBERS)))]
    curve = ["Q", 1, number, 280, 5]
    length, number_of_them = [(1, 600), (100, 1), (100, 40), (4_990, 1), (20_000, 1)][int(random.integers(5))]
    stroke = {"path": [["M", 1, 2], *[curve] * length], "strokeWidth": number if kind == 2 else 18}
    return json.dumps(message(placed(3), raw={"version": "7.4.0", "objects": [stroke] * number_of_them}))


def _text(random: np.random.Generator) -> str:
    return TEXTS[int(random.integers(len(TEXTS)))]
