"""Phones in a room that draw what they are asked for, send it, and follow the prompts, until their time is over."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from dataclasses import dataclass, field

import numpy as np
from websockets.exceptions import WebSocketException

from benchmark.client import Client, visit
from benchmark.copies import copy_of
from tests.drawings import DIGITS, placed
from ui.room import changes

JOIN, SEND = "Join the room", "Send to the wall"
DRAWING_SECONDS = (4.0, 9.0)  # seconds that somebody takes for a drawing and what comes after it
GRACE = 90.0  # seconds after the lesson in which a drawing on its way may still arrive
AGAIN = 0.5  # seconds to wait for a connection after one was lost

Points = tuple[tuple[tuple[float, float], ...], ...]  # a drawing's strokes, as they are stored


@dataclass
class Lesson:
    """Measurements of all phones.

    answers: seconds from a stroke to its answer. sends: seconds from Send to the page's word that it is stored.
    sent: what each name has sent, and when it pressed Send first. gaps: seconds without a connection.
    timeouts: how often a phone that waited too long was reloaded. again: drawings that had come already when they were
    sent again. failures: what went wrong, in words.
    """

    answers: list[float] = field(default_factory=list)
    sends: list[float] = field(default_factory=list)
    sent: dict[tuple[str, Points], float] = field(default_factory=dict)
    gaps: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    timeouts: int = 0
    again: int = 0


@dataclass
class Strip:
    """The state that a phone's strip shows. drawings: how many it has sent that the room has."""

    name: str
    prompt: str
    drawings: int
    already: bool

    @classmethod
    def of(cls, client: Client) -> Strip:
        html = client.strip
        name = re.search(r"<header><b>(.*?)</b>", html)
        prompt = re.search(r'class="prompt" role="status">(.*?)</p>', html)
        drawings = re.search(r'alt="drawing (\d+)"', html)
        if name is None or prompt is None:
            raise RuntimeError(f"the phone is in no room: {html[:300]!r}")
        return cls(name[1], prompt[1], int(drawings[1]) if drawings else 0, "on the wall already" in html)


async def phone(address: str, link: str, lesson: Lesson, arrival: float, end: float, seed: int, copies: bool) -> None:
    """One phone from its arrival to the end; what goes wrong beside a lost connection is written down, and it is over.

    link: the query of the QR code. copies: a load balancer with cookies stands before the page.
    """
    random = np.random.default_rng(seed)
    await asyncio.sleep(arrival)
    cookie = await asyncio.to_thread(copy_of, address) if copies else ""
    work = _Work(random)
    lost: float | None = None
    while time.monotonic() < end or (work.pressed is not None and time.monotonic() < end + GRACE):
        try:
            async with visit(address, cookie, link) as client:
                if JOIN in client.buttons and not client.strip:
                    await client.press(JOIN)
                link = client.query
                if lost is not None:
                    lesson.gaps.append(time.monotonic() - lost)
                    lost = None
                await _draw_on(client, lesson, work, end)
        except (WebSocketException, ConnectionError, TimeoutError) as error:
            lesson.timeouts += isinstance(error, TimeoutError)
            lost = lost or time.monotonic()
            await asyncio.sleep(AGAIN)
        except Exception as error:  # whatever else it is, it is a failure
            lesson.failures.append(f"phone {seed}: {type(error).__name__} {error}")
            return
    if lost is not None and work.pressed is not None:
        lesson.failures.append(f"phone {seed}: no connection for the last {time.monotonic() - lost:.1f} s")


@dataclass
class _Work:
    """Strokes that a phone has drawn and not yet seen stored, and since when they are on their way."""

    random: np.random.Generator
    strokes: list[np.ndarray] = field(default_factory=list)
    pressed: float | None = None


async def _draw_on(client: Client, lesson: Lesson, work: _Work, end: float) -> None:
    while time.monotonic() < end or work.pressed is not None:
        if not work.strokes:
            await _wait(client, work.random.uniform(*DRAWING_SECONDS), end)
            if time.monotonic() >= end:
                return
            work.strokes, work.pressed = _drawing(Strip.of(client).prompt, work.random), None
        for count in range(1, len(work.strokes) + 1):  # after a lost connection too, as somebody draws it again
            lesson.answers.append(await client.draw(work.strokes[:count]))
            if count < len(work.strokes):
                await asyncio.sleep(work.random.uniform(0.3, 0.8))
        await asyncio.sleep(work.random.uniform(0.4, 1.0))
        await _press_send(client, lesson, work)


async def _press_send(client: Client, lesson: Lesson, work: _Work) -> None:
    """Presses Send, and waits until the room has the drawing."""
    before = Strip.of(client)
    again = work.pressed is not None
    begin = time.monotonic()
    if work.pressed is None:
        work.pressed = time.time()
        lesson.sent[before.name, _points(work.strokes)] = work.pressed
    await client.press(SEND)
    while True:
        strip = Strip.of(client)
        if strip.already:
            lesson.again += again
            break
        if strip.drawings > before.drawings:
            break
        if time.monotonic() - begin > 30:
            raise RuntimeError(f"not stored after 30 s: {client.strip[-400:]!r}")
        await asyncio.sleep(0.5)
        await client.poll()
    lesson.sends.append(time.monotonic() - begin)
    work.strokes, work.pressed = [], None


async def _wait(client: Client, seconds: float, end: float) -> None:
    """Lets time pass, looking at the room as the page's timers do."""
    until = min(time.monotonic() + seconds, end)
    while (left := until - time.monotonic()) > 0:
        await asyncio.sleep(min(left, changes.POLL_SECONDS))
        if left >= changes.POLL_SECONDS:
            await client.poll_room()


def _drawing(prompt: str, random: np.random.Generator) -> list[np.ndarray]:
    """The digit that the prompt asks for, somewhere on the canvas, no two alike."""
    asked = re.search(r"\d", prompt)
    digit = int(asked[0]) if asked else int(random.choice(list(DIGITS)))
    size = float(random.uniform(90, 180))
    left, top = random.uniform(20, 260 - size, 2)
    with contextlib.suppress(KeyError):
        return placed(digit, size, float(left), float(top))
    return placed(0, size)


def _points(strokes: list[np.ndarray]) -> Points:
    return tuple(tuple((round(float(x), 1), round(float(y), 1)) for x, y in stroke) for stroke in strokes)
