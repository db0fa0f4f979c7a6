"""Reads request bodies whole and within bounds: counted as their bytes come, and ended when they stand still.

What a request announces counts for nothing: somebody may announce a lot and send little, and hold it for ever.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator

from starlette.types import Receive

IDLE_SECONDS = 10.0  # without a byte
TOTAL_SECONDS = 240.0  # a photo of 20 MB needs 160 at 1 Mbit/s
GONE = 499  # the status for a client that is no longer there to read it


class BodyError(Exception):
    """A body that was not taken, with the HTTP status that says why."""

    def __init__(self, status: int, sentence: str):
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


class Memory:
    """The bytes of bodies on their way, all together."""

    def __init__(self, most: int):
        self.most, self.used = most, 0

    @contextlib.contextmanager
    def counted(self) -> Iterator[Callable[[int], bool]]:
        """Yield a function that takes a number of bytes, or returns False where there is no room; freed at the end."""
        own = 0

        def take(size: int) -> bool:
            nonlocal own
            fits = self.used + size <= self.most
            if fits:
                own += size
                self.used += size
            return fits

        try:
            yield take
        finally:
            self.used -= own


async def read_body(
    receive: Receive,
    most: int,
    take: Callable[[int], bool],
    idle: float = IDLE_SECONDS,
    total: float = TOTAL_SECONDS,
) -> bytes:
    """Return a body of at most so many bytes; take() is asked for room for each part. Raises BodyError."""
    body = bytearray()
    try:
        async with asyncio.timeout(total):
            while True:
                async with asyncio.timeout(idle):
                    message = await receive()
                if message["type"] == "http.disconnect":
                    raise BodyError(GONE, "The line was closed.")
                part = message.get("body", b"")
                if len(body) + len(part) > most:
                    raise BodyError(413, f"Expected at most {most:,} bytes.")
                if not take(len(part)):
                    raise BodyError(503, "Too much is being sent to this page right now; try again in a minute.")
                body += part
                if not message.get("more_body"):
                    return bytes(body)
    except TimeoutError:
        raise BodyError(408, f"Expected the whole body within {total:.0f} seconds, without pauses.") from None


async def drain(receive: Receive, seconds: float = IDLE_SECONDS) -> None:
    """Let a client send the rest of a refused body for a while: browsers read no answer before that."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while (await receive()).get("more_body"):
                pass


def is_form(content_type: str) -> bool:
    """Tell whether a body is a form with files."""
    return content_type.partition(";")[0].strip().lower() == "multipart/form-data"


def file_in_form(body: bytes, content_type: str) -> bytes:
    """Return the file in a form's body, whatever its field is called; ValueError for none, or several."""
    boundary = content_type.partition("boundary=")[2].partition(";")[0].strip().strip('"').encode()
    files = []
    for part in body.split(b"--" + boundary)[1:] if boundary else []:
        head, found, content = part.partition(b"\r\n\r\n")
        if found and b"filename" in head.lower():
            files.append(content.removesuffix(b"\r\n"))
    if len(files) != 1:
        raise ValueError(f"Expected a form with one file in it, as curl -F file=@digit.png sends it, got {len(files)}.")
    return files[0]
