"""Visits that send forged messages over the websocket, one after another, while a bystander draws on the same server.

Each case is one message, derived from a seed: a mutated or forged drawing, a widget's value of any kind, a message of
any kind, mutated bytes, an upload, a burst, a forged link. It must be answered, dropped, or end the visit; it has a
budget for time, each visit one for the server's memory, and the bystander must be answered soon all along.
"""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed

from benchmark.client import Client, visit
from benchmark.load import status
from tests.drawings import photo, placed
from tests.fuzzing.forged_messages import forged, message_of, state
from tests.fuzzing.mutations import mutated
from tests.page_server import Server, run_async, running
from tests.server.uploading import token, upload
from tests.ui.page import message

MESSAGES_PER_VISIT = 25  # messages, unless one of them ends it
VISITORS = 3  # at a time
MAX_SECONDS = 20.0  # for a message; one of a burst waits for the others
MAX_MEMORY = 150  # MB of the server beyond what it had after a first, thorough visit, while VISITORS are there
SILENCE_SECONDS = 0.3  # seconds without a word from the server, after which a message was dropped


@dataclass
class Findings:
    """Outcomes of the messages; seconds of the slowest; of the bystander's answers; the server's largest memory, MB."""

    outcomes: Counter = field(default_factory=Counter)
    slowest: float = 0.0
    bystander: list[float] = field(default_factory=list)
    memory: float = 0.0


def fuzz_visits(cases: int, seed: int, patience: float = 1.0) -> Findings:
    """Sends so many messages to a new server; raises AssertionError, naming the case, for what must not happen.

    patience: seconds that the bystander may wait for an answer, or three times as long as without the attackers, where
    the machine is busy with something else.
    """
    with tempfile.TemporaryDirectory() as rooms, running(environment=os.environ | {"DIGIT_ROOMS": rooms}) as server:
        return run_async(_fuzz(server, cases, seed, patience))


async def _fuzz(server: Server, cases: int, seed: int, patience: float) -> Findings:
    found = Findings()
    async with visit(server.address) as bystander:
        patience = max(patience, 3 * max([await bystander.draw(placed(number)) for number in range(10)][1:]))
        before = status(server.process.pid)[0]
        drawing = asyncio.create_task(_draw(bystander, found, patience))
        waiting = list(range(cases))[::-1]
        attackers = asyncio.gather(*(attack(server, seed, waiting, found, before) for _ in range(VISITORS)))
        await asyncio.wait([drawing, attackers], return_when=asyncio.FIRST_COMPLETED)  # the bystander ends by failing
        ended = drawing if drawing.done() else attackers
        drawing.cancel()
        attackers.cancel()
        await asyncio.gather(drawing, attackers, return_exceptions=True)
        ended.result()
    return found


async def _draw(bystander: Client, found: Findings, patience: float) -> None:
    """Draws a digit every half second, forever."""
    random = np.random.default_rng(0)
    while True:
        found.bystander.append(await bystander.draw(placed(int(random.integers(10)))))
        assert found.bystander[-1] < patience, f"the bystander waited {found.bystander[-1]:.2f} s"
        await asyncio.sleep(0.5)


async def attack(server: Server, seed: int, waiting: list[int], found: Findings, before: float) -> None:
    """Visits one after another, until no case is left."""
    cookie = await asyncio.to_thread(token, server.address)
    while waiting:
        async with visit(server.address) as client:
            for _ in range(MESSAGES_PER_VISIT):
                if not waiting:
                    break
                case = waiting.pop()
                begin = time.monotonic()
                outcome = await _send(client, server, np.random.default_rng([seed, case]), cookie)
                seconds = time.monotonic() - begin
                found.outcomes[outcome] += 1
                found.slowest = max(found.slowest, seconds)
                assert seconds < MAX_SECONDS, f"visits, seed {seed}, case {case}: {seconds:.1f} s"
                found.memory = max(found.memory, status(server.process.pid)[0])
                grown = found.memory - before
                assert grown < MAX_MEMORY, f"visits, seed {seed}, case {case}: the server has {grown:.0f} MB more"
                if outcome == "ended":
                    break


async def _send(client: Client, server: Server, random: np.random.Generator, cookie: str) -> str:
    """One case; returns "answered", "dropped" or "ended"."""
    kind = int(random.integers(8))
    try:
        if kind == 0:
            data = random.bytes(int(random.integers(1, 12_000)))
            data = data if random.random() < 0.3 else mutated(photo(4), random)
            await asyncio.to_thread(upload, server.address, client.session, data, cookie)
            return "answered"
        if kind == 1:
            await client.put(mutated(state(client, json.dumps(message(placed(4)))).SerializeToString(), random))
        elif kind == 2:
            for _ in range(int(random.integers(2, 30))):
                await client.put(state(client, forged(random)).SerializeToString())
        else:
            await client.put(message_of(kind, client, random).SerializeToString())
        return await _outcome(client)
    except ConnectionClosed:
        return "ended"


async def _outcome(client: Client) -> str:
    """Receives until a run has ended, or nothing more comes; a traceback in it is a failure."""
    answered = False
    end = time.monotonic() + MAX_SECONDS
    while time.monotonic() < end:
        try:
            data = await asyncio.wait_for(client.socket.recv(), 3 * SILENCE_SECONDS if answered else SILENCE_SECONDS)
        except TimeoutError:
            return "answered" if answered else "dropped"
        forward = ForwardMsg()
        forward.ParseFromString(data)
        if forward.WhichOneof("type") == "script_finished":
            return "answered"
        answered = True
        assert b"Traceback" not in data and b"site-packages" not in data, data[:2000]
    raise AssertionError("a run does not end")
