"""Chromium, Firefox and WebKit behind three methods, so that one test runs in each of them.

Firefox is driven by WebDriver BiDi over a websocket, WebKitGTK (the engine of Safari) by WebDriver over HTTP, both from
Debian packages; Chromium by Playwright, as in the other tests.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from socket import create_connection
from typing import Any, Protocol

from websockets.sync.client import connect

from tests.browser import driver
from tests.page_server import free_port

START_SECONDS = 60.0
Point = tuple[float, float]  # in the window, in pixels


class Missing(Exception):
    """A browser is not installed; the text says what to install."""


class Engine(Protocol):
    """A browser with one window."""

    def open(self, address: str) -> None: ...

    def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression, as JSON has it."""

    def press(self, points: Sequence[Point]) -> None:
        """Press the pointer at the first point, move it over the others, and release it at the last."""


@contextlib.contextmanager
def chromium(browser: Any) -> Iterator[Engine]:
    """A page of a Playwright browser, of which a process may have one."""
    page = browser.new_page(viewport=driver.DESKTOP)

    class Chromium:
        def open(self, address: str) -> None:
            page.goto(address)

        def evaluate(self, expression: str) -> Any:
            return page.evaluate(f"() => ({expression})")

        def press(self, points: Sequence[Point]) -> None:
            page.mouse.move(*points[0])
            page.mouse.down()
            for point in points[1:]:
                page.mouse.move(*point)
            page.mouse.up()

    yield Chromium()
    page.close()


@contextlib.contextmanager
def firefox() -> Iterator[Engine]:
    path = shutil.which("firefox-esr") or shutil.which("firefox")
    if path is None:
        raise Missing("needs Firefox: install it, for example with apt-get install firefox-esr")
    port, numbers = free_port(), itertools.count(1)
    with tempfile.TemporaryDirectory() as profile:
        size = [f"--{name}={value}" for name, value in driver.DESKTOP.items()]
        command = [path, "--headless", "--no-remote", "--profile", profile, f"--remote-debugging-port={port}", *size]
        with contextlib.ExitStack() as stack:
            process = stack.enter_context(_running(command, os.environ | {"HOME": profile}))
            _wait(process, lambda: create_connection(("127.0.0.1", port)).close())
            socket = stack.enter_context(connect(f"ws://127.0.0.1:{port}/session", max_size=None))

            def call(method: str, **parameters: Any) -> dict[str, Any]:
                number = next(numbers)
                socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
                while (answer := json.loads(socket.recv(timeout=120))).get("id") != number:
                    pass
                if answer["type"] == "error":
                    raise RuntimeError(f"{method}: {answer['message']}")
                return answer["result"]

            call("session.new", capabilities={})
            window = call("browsingContext.getTree")["contexts"][0]["context"]
            call("browsingContext.setViewport", context=window, viewport=driver.DESKTOP)

            class Firefox:
                def open(self, address: str) -> None:
                    call("browsingContext.navigate", context=window, url=address, wait="complete")

                def evaluate(self, expression: str) -> Any:
                    found = call(
                        "script.evaluate",
                        expression=f"JSON.stringify({expression})",
                        target={"context": window},
                        awaitPromise=True,
                    )
                    if found["type"] == "exception":
                        raise RuntimeError(found["exceptionDetails"]["text"])
                    return json.loads(found["result"].get("value", "null"))

                def press(self, points: Sequence[Point]) -> None:
                    call("input.performActions", context=window, actions=_actions(points))

            yield Firefox()
            with contextlib.suppress(Exception):
                call("browser.close")


@contextlib.contextmanager
def webkit() -> Iterator[Engine]:
    programs = [shutil.which("WebKitWebDriver"), shutil.which("Xvfb")]
    browsers = sorted(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))
    if not (all(programs) and browsers):
        raise Missing("needs WebKit: install it, for example with apt-get install webkit2gtk-driver xvfb")
    port = free_port()
    session = f"http://127.0.0.1:{port}/session"

    def call(path: str, **parameters: Any) -> Any:
        request = urllib.request.Request(session + path, json.dumps(parameters).encode())
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{path}: {error.read().decode()}") from error

    with _screen() as display, _running([programs[0], f"--port={port}"], os.environ | {"DISPLAY": display}) as process:
        options = {"binary": str(browsers[-1]), "args": ["--automation"]}
        capabilities = {"alwaysMatch": {"webkitgtk:browserOptions": options}}
        session += "/" + _wait(process, lambda: call("", capabilities=capabilities))["sessionId"]
        call("/window/rect", **driver.DESKTOP)

        class WebKit:
            def open(self, address: str) -> None:
                call("/url", url=address)

            def evaluate(self, expression: str) -> Any:
                return call("/execute/sync", script=f"return ({expression});", args=[])

            def press(self, points: Sequence[Point]) -> None:
                call("/actions", actions=_actions(points))

        yield WebKit()
        with contextlib.suppress(OSError):
            urllib.request.urlopen(urllib.request.Request(session, method="DELETE"), timeout=20)


def _actions(points: Sequence[Point]) -> list[dict[str, Any]]:
    """The actions of a mouse, as both WebDriver protocols have them."""
    moves = [{"type": "pointerMove", "x": round(x), "y": round(y), "duration": 10} for x, y in points]
    down, up = ({"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp"))
    mouse = {"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}}
    return [mouse | {"actions": [moves[0], down, *moves[1:], up]}]


@contextlib.contextmanager
def _screen() -> Iterator[str]:
    """A virtual screen; yields its DISPLAY."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1400x1000x24", "-nolisten", "tcp"]
    with _running(command, os.environ, pass_fds=[writing]):
        os.close(writing)
        with os.fdopen(reading) as number:
            yield f":{number.readline().strip()}"


@contextlib.contextmanager
def _running(command: Sequence[str], environment: Any, **options: Any) -> Iterator[subprocess.Popen]:
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, env=environment, **silent, **options)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen, attempt: Callable[[], Any]) -> Any:
    """Return what an attempt returns as soon as the process takes connections."""
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            return attempt()
        except OSError:
            if time.monotonic() > end or process.poll() is not None:
                raise
            time.sleep(0.2)
