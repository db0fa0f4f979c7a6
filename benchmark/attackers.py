"""Attacks by visitors and programs: each a wave that can be repeated; and an honest visitor in a process of their own.

These are what an hour of attacks found to harm others; tests/server/test_middleware.py runs the worst
alone, benchmark.siege each alone and all at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import struct
import time
import zlib
from collections.abc import Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context

import numpy as np
from websockets.exceptions import WebSocketException

from benchmark.client import Client, visit
from digits.strokes import MAX_COMMANDS
from rooms import identity
from server.compression import STATIC
from server.middleware import MAX_LISTS, MAX_MESSAGE_BYTES, MAX_VALUES
from tests.drawings import photo, placed
from tests.fuzzing.forged_messages import state
from tests.server.uploading import token
from tests.ui.page import message

BETWEEN_SECONDS = 0.7  # two drawings of the honest visitor


async def ask_for_one_script_under_many_names(address: str) -> None:
    """150 requests, of which 110 are closed at once and 40 stay for a while."""
    largest = max((STATIC / "js").glob("*.js"), key=lambda path: path.stat().st_size).name
    lines = []
    for number in range(150):
        spelling = "/static/" + "./" * (1 + number % 50) + "/" * (number // 50) + "js/" + largest
        lines.append(await _line(address, f"GET {spelling} HTTP/1.1", "Accept-Encoding: gzip"))
        if number >= 40:
            lines.pop().close()
    await asyncio.sleep(3)
    for line in lines:
        line.close()


async def send_the_longest_drawings_at_once(address: str) -> None:
    """Ten visits, 40 drawings of the most curves that are read."""
    await _burst(address, visits=10, messages=40, text=_longest_drawing())


async def send_the_longest_messages_at_once(address: str) -> None:
    """Twenty visits, 30 messages just under the limits, of as many values as may be."""
    lists, numbers = "[]," * (MAX_LISTS - 100), "1.5," * (MAX_VALUES - MAX_LISTS)
    text = f'[{lists}{numbers}"'
    await _burst(address, visits=20, messages=30, text=text.ljust(MAX_MESSAGE_BYTES - 3000, "a") + '"]')


async def send_long_texts(address: str) -> None:
    """A visit whose strokes are texts of 300,000 letters, which an error message would repeat."""
    forged = message([placed(7)[0]])
    forged["drawing"]["raw"]["objects"][0]["path"] = [["M", "A" * 300_000, 1]]
    await _burst(address, visits=1, messages=10, text=json.dumps(forged))


async def draw_and_clear_all_the_time(address: str) -> None:
    """Five visits that draw as fast as they are answered."""

    async def one() -> None:
        async with visit(address) as client:
            for number in range(20):
                await client.draw(placed(number % 10))

    await asyncio.gather(*(one() for _ in range(5)), return_exceptions=True)


async def come_and_go(address: str) -> None:
    """Forty visits that open at once and leave."""

    async def one() -> None:
        async with visit(address):
            pass

    await asyncio.gather(*(one() for _ in range(40)), return_exceptions=True)


async def guess_codes_of_rooms(address: str) -> None:
    """Twenty visits, each with the link of a room that there is not."""
    random = np.random.default_rng()

    async def one() -> None:
        code = "".join(random.choice(list(identity.ALPHABET), 6))
        async with visit(address, query=f"room={code}"):
            pass

    await asyncio.gather(*(one() for _ in range(20)), return_exceptions=True)


async def drop_lines(address: str) -> None:
    """Ten visitors one after another who draw, and are gone without closing their line."""
    never_left = []  # so that nothing says good-bye
    for _ in range(10):
        never_left.append(visit(address))
        client = await never_left[-1].__aenter__()
        await client.draw(placed(7))
        client.socket.transport.abort()
        await asyncio.sleep(2)


async def announce_uploads(address: str) -> None:
    """Twenty visits, 40 uploads that announce a photo of 20 MB and send five bytes."""
    cookie = await asyncio.to_thread(token, address)
    async with contextlib.AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(visit(address)) for _ in range(20)]
        heads = ("Content-Type: multipart/form-data; boundary=x", f"Cookie: _streamlit_xsrf={cookie}")
        lines = [
            await _line(
                address,
                f"PUT /_stcore/upload_file/{client.session}/{number} HTTP/1.1",
                f"X-Xsrftoken: {cookie}",
                "Content-Length: 20400000",
                *heads,
                body=b"--x\r\n",
            )
            for client in clients
            for number in range(2)
        ]
        await asyncio.sleep(5)
        for line in lines:
            line.close()


async def send_slow_bodies(address: str) -> None:
    """Six programs that ask for a prediction and send their photo a byte a second."""
    heads = ("POST /api/predict HTTP/1.1", "Content-Length: 100000")
    lines = [await _line(address, *heads, body=b"\xff") for _ in range(6)]
    for _ in range(5):
        await asyncio.sleep(1)
        for line in lines:
            line.write(b"\xff")
    for line in lines:
        line.close()


async def ask_for_predictions(address: str) -> None:
    """Forty photos at once, and three pictures of 600,000 parts."""
    pictures = [photo(7)] * 40 + [_picture_of_many_parts()] * 3
    lines = [
        await _line(address, "POST /api/predict HTTP/1.1", f"Content-Length: {len(content)}", body=content)
        for content in pictures
    ]
    await asyncio.sleep(3)
    for line in lines:
        line.close()


ATTACKS: dict[str, Callable[[str], Awaitable[None]]] = {
    attack.__name__.replace("_", " "): attack
    for attack in (
        ask_for_one_script_under_many_names,
        send_the_longest_drawings_at_once,
        send_the_longest_messages_at_once,
        send_long_texts,
        draw_and_clear_all_the_time,
        come_and_go,
        guess_codes_of_rooms,
        drop_lines,
        announce_uploads,
        send_slow_bodies,
        ask_for_predictions,
    )
}


async def repeat(attack: Callable[[str], Awaitable[None]], address: str) -> None:
    """Attack again and again until cancelled; a server that turns attackers away is no failure."""
    while True:
        with contextlib.suppress(OSError, WebSocketException, RuntimeError, TimeoutError):
            await attack(address)
        await asyncio.sleep(0.5)


def honest_visit(address: str, begin: float, end: float, seed: int = 0) -> list[float]:
    """Draw until an end; return the seconds to the answer of each stroke after the beginning, by time.monotonic()."""

    async def draw() -> list[float]:
        random, times = np.random.default_rng(seed), []
        async with visit(address) as client:
            while (now := time.monotonic()) < end:
                seconds = await client.draw(placed(int(random.integers(10))))
                times += [seconds] if now >= begin else []
                await asyncio.sleep(BETWEEN_SECONDS)
        return times

    return asyncio.run(draw())


def processes(number: int) -> ProcessPoolExecutor:
    """Processes for honest visitors, so that they do not wait for the attackers' own work."""
    pool = ProcessPoolExecutor(number, mp_context=get_context("spawn"))
    list(pool.map(time.sleep, [1.0] * number))  # each takes one of them, so that all have started
    return pool


async def _burst(address: str, visits: int, messages: int, text: str) -> None:
    async def one(client: Client) -> None:
        data = state(client, text).SerializeToString()
        try:
            for _ in range(messages):
                await client.put(data)
            await asyncio.sleep(1)
        finally:
            client.socket.transport.abort()

    async with contextlib.AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(visit(address)) for _ in range(visits)]
        await asyncio.gather(*map(one, clients), return_exceptions=True)


@cache
def _picture_of_many_parts() -> bytes:
    """A PNG of 7 MB that shows nothing."""
    head = struct.pack(">IIBBBBB", 100, 100, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", head), *[(b"IDAT", b"")] * 600_000]
    packed = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


@cache
def _longest_drawing() -> str:
    random = np.random.default_rng(0)
    path = [
        ["M", 100, 100],
        *(["Q", *points] for points in random.uniform(50, 200, (MAX_COMMANDS - 1, 4)).round(2).tolist()),
    ]
    forged = message(placed(7))
    forged["drawing"]["raw"]["objects"] = [{"type": "Path", "path": path, "strokeWidth": 18}]
    return json.dumps(forged)


async def _line(address: str, request: str, *headers: str, body: bytes = b"") -> asyncio.StreamWriter:
    host, port = address.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write("\r\n".join([request, f"Host: {host}:{port}", *headers, "", ""]).encode() + body)
    return writer
