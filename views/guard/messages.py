"""What one message over the websocket may hold; anything else is refused before Streamlit stores any of it."""

from __future__ import annotations

import numpy as np
from google.protobuf.message import DecodeError
from streamlit.proto.BackMsg_pb2 import BackMsg

MAX_BYTES = 1_000_000  # bytes; the longest drawing that digits.strokes accepts takes a third of it
MAX_VALUES = 100_000  # numbers, texts, lists and objects in it; as Python objects they take up to 8 MB
MAX_DEPTH = 40  # lists and objects within one another; a drawing has 6
MAX_WIDGETS = 300  # the page has about 60
MAX_HASHES = 5_000  # of messages that the browser has cached
MAX_TEXT = 8_000  # letters of a link or an address
MAX_FILES = 10  # that one message asks upload addresses for
KINDS = {"rerun_script", "stop_script", "app_heartbeat", "file_urls_request", "backend_operation_request"}
OPERATIONS = {"deferred_file", "dataframe_chunk"}  # what a download button and a long table ask for

_OPENING, _CLOSING, _COMMA = (np.frombuffer(marks, np.uint8) for marks in (b"[{", b"]}", b","))


class MessageError(ValueError):
    """A message that no browser showing the page sends.

    code: the websocket's close code for it.
    """

    def __init__(self, problem: str, code: int):
        super().__init__(problem)
        self.code = code


def is_allowed(data: bytes) -> bool:
    """Whether the page needs this kind of message; False for those that clear caches, start Git or write to the disk.

    Raises MessageError if the message is too large, or no message at all.
    """
    if len(data) > MAX_BYTES:
        raise MessageError(f"{len(data):,} bytes, more than {MAX_BYTES:,}", 1009)
    _check_nesting(data)
    message = BackMsg()
    try:
        message.ParseFromString(data)
    except DecodeError:
        raise MessageError("no message of Streamlit's", 1002) from None
    _check_parts(message)
    kind = message.WhichOneof("type")
    if kind == "backend_operation_request":
        return message.backend_operation_request.WhichOneof("payload") in OPERATIONS
    return kind in KINDS


def _check_nesting(data: bytes) -> None:
    """Bounds the Python objects that JSON anywhere in a message becomes, without making any of them."""
    marks = np.frombuffer(data, np.uint8)
    opening, closing = np.isin(marks, _OPENING), np.isin(marks, _CLOSING)
    values = np.count_nonzero(opening) + np.count_nonzero(marks == _COMMA)
    if values > MAX_VALUES:
        raise MessageError(f"{values:,} values, more than {MAX_VALUES:,}", 1009)
    depth = int(np.cumsum(opening.astype(np.int32) - closing).max(initial=0))
    if depth > MAX_DEPTH:
        raise MessageError(f"values {depth} deep in one another, more than {MAX_DEPTH}", 1009)


def _check_parts(message: BackMsg) -> None:
    state = message.rerun_script
    parts = {
        "widgets": (len(state.widget_states.widgets), MAX_WIDGETS),
        "hashes": (len(state.cached_message_hashes), MAX_HASHES),
        "files": (len(message.file_urls_request.file_names), MAX_FILES),
        "letters of a link": (len(state.query_string), MAX_TEXT),
        "letters of an address": (len(state.context_info.url), MAX_TEXT),
    }
    for name, (number, most) in parts.items():
        if number > most:
            raise MessageError(f"{number:,} {name}, more than {most:,}", 1009)
