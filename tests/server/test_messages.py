"""What the websocket's messages may hold, and what is refused before Streamlit sees it."""

from __future__ import annotations

import json

import numpy as np
import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg

from digits.strokes import MAX_COMMANDS, strokes_to_fabric
from server import middleware
from server.middleware import MessageError, is_allowed
from tests.ui.page import message


def rerun(value: object = "", text: str | None = None) -> BackMsg:
    """A run of the page with a canvas that sends something."""
    back = BackMsg()
    widget = back.rerun_script.widget_states.widgets.add()
    widget.id, widget.json_value = "canvas", json.dumps(value) if text is None else text
    return back


def of_kind(kind: str) -> bytes:
    back = BackMsg()
    setattr(back, kind, True)
    return back.SerializeToString()


@pytest.mark.parametrize("kind", ["clear_cache", "set_run_on_save", "load_git_info", "debug_shutdown_runtime"])
def test_what_no_visitor_needs_is_dropped(kind):
    assert not is_allowed(of_kind(kind))


@pytest.mark.parametrize("operation", ["install_skills", "dismiss_skills_nudge"])
def test_nothing_that_writes_to_the_servers_disk_is_passed_on(operation):
    back = BackMsg()
    getattr(back.backend_operation_request, operation).SetInParent()
    assert not is_allowed(back.SerializeToString())


@pytest.mark.parametrize("kind", ["app_heartbeat", "stop_script"])
def test_what_browsers_send_is_passed_on(kind):
    assert is_allowed(of_kind(kind))


def test_the_longest_drawing_that_is_read_is_passed_on():
    stroke = np.random.default_rng(0).uniform(0, 280, (MAX_COMMANDS, 2)).round(4)
    objects = strokes_to_fabric([stroke], 18)
    objects[0]["path"] = [["Q", *start, *end] for start, end in zip(stroke.tolist(), stroke.tolist(), strict=True)]
    sent = message([stroke[:50]], raw={"version": "7.4.0", "objects": objects})
    data = rerun(sent).SerializeToString()
    assert is_allowed(data) and len(data) < middleware.MAX_MESSAGE_BYTES / 2


def many(field: str, number: int) -> BackMsg:
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
    "bytes": rerun("x" * middleware.MAX_MESSAGE_BYTES),
    "values": rerun([0] * (middleware.MAX_VALUES + 1)),
    "lists": rerun(text="[" + "[]," * middleware.MAX_VALUES + "[]]"),
    "depth": rerun(text="[" * 5000 + "]" * 5000),
    "depth of objects": rerun(text='{"a":' * 5000 + "1" + "}" * 5000),
    "widgets": many("widgets", middleware.MAX_WIDGETS + 1),
    "hashes": many("hashes", middleware.MAX_HASHES + 1),
    "link": many("link", middleware.MAX_TEXT + 1),
    "address": many("address", middleware.MAX_TEXT + 1),
}


@pytest.mark.parametrize("back", TOO_MUCH.values(), ids=TOO_MUCH.keys())
def test_more_than_a_drawing_can_need_is_refused(back):
    with pytest.raises(MessageError, match="more than") as caught:
        is_allowed(back.SerializeToString())
    assert caught.value.code == 1009


def test_bytes_that_are_no_message_are_refused():
    with pytest.raises(MessageError, match="no message") as caught:
        is_allowed(b"\xff\xff\xff\xff")
    assert caught.value.code == 1002
