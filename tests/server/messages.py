"""Messages over the websocket that no browser showing the page sends."""

from __future__ import annotations

import json

from streamlit.proto.BackMsg_pb2 import BackMsg

from server import middleware


def rerun(value: object = "", text: str | None = None) -> BackMsg:
    """A run of the page with a canvas that sends a value, or any text in place of its JSON."""
    back = BackMsg()
    widget = back.rerun_script.widget_states.widgets.add()
    widget.id, widget.json_value = "canvas", json.dumps(value) if text is None else text
    return back


def of_kind(kind: str) -> bytes:
    """A message that needs nothing but its kind."""
    back = BackMsg()
    setattr(back, kind, True)
    return back.SerializeToString()


def _many(field: str, number: int) -> BackMsg:
    back = rerun()
    state = back.rerun_script
    if field == "widgets":
        for _ in range(number):
            state.widget_states.widgets.add()
    elif field == "hashes":
        state.cached_message_hashes.extend(["x"] * number)
    elif field == "link":
        state.query_string = "x" * number
    else:
        state.context_info.url = "x" * number
    return back


TOO_MUCH = {
    "lists and objects": rerun([[]] * (middleware.MAX_LISTS + 1)),
    "values": rerun([0] * (middleware.MAX_VALUES + 2)),
    "bytes": rerun("x" * middleware.MAX_MESSAGE_BYTES),
    "widgets": _many("widgets", middleware.MAX_WIDGETS + 1),
    "hashes": _many("hashes", middleware.MAX_HASHES + 1),
    "link": _many("link", middleware.MAX_ADDRESS + 1),
    "address": _many("address", middleware.MAX_ADDRESS + 1),
}
