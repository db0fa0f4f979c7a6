"""Whatever one visitor sends, others are answered: bounds of messages and uploads, and a bystander on a real server."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from benchmark.attackers import repeat, send_the_longest_drawings_at_once, send_the_longest_messages_at_once
from benchmark.client import Client, visit
from benchmark.load import status
from digits.strokes import MAX_COMMANDS, strokes_to_fabric
from rooms.limits import TokenBucket
from server import maintenance, middleware
from server.middleware import MessageError, is_allowed
from tests.drawings import placed
from tests.fuzzing.forged_messages import state
from tests.page_server import Server, run_async, running
from tests.server.messages import TOO_MUCH, of_kind, rerun
from tests.server.uploading import token, upload
from tests.ui.page import message

IDLE_SECONDS = 2.0  # within which a bystander is answered on an idle machine, whatever others do ...
BUSY = 3  # ... and on a busy one within so many times what the page takes alone
STROKES = 8  # of the bystander
MAX_MEMORY_MB = 150  # that an attack may cost
WIDE, DEEP = middleware.MAX_LISTS // 5, middleware.MAX_LISTS - 100
NESTED = ("[" + "[[[[]]]]," * WIDE + "[]]", "[" * DEEP + "]" * DEEP, '{"a":' * 5000 + "1" + "}" * 5000)


@pytest.mark.parametrize("kind", ["clear_cache", "set_run_on_save", "load_git_info", "debug_shutdown_runtime"])
def test_what_no_visitor_needs_is_dropped(kind):
    assert not is_allowed(of_kind(kind))


@pytest.mark.parametrize("operation", ["install_skills", "dismiss_skills_nudge"])
def test_what_writes_to_the_servers_disk_is_dropped(operation):
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
    sent = rerun(message([stroke[:50]], raw={"version": "7.4.0", "objects": objects})).SerializeToString()
    assert is_allowed(sent) and len(sent) < middleware.MAX_MESSAGE_BYTES


@pytest.mark.parametrize("back", [TOO_MUCH[name] for name in TOO_MUCH if name != "bytes"])
def test_more_than_a_drawing_can_need_is_refused(back):
    with pytest.raises(MessageError, match="more than") as caught:
        is_allowed(back.SerializeToString())
    assert caught.value.code == 1009


def test_bytes_that_are_no_message_are_refused():
    with pytest.raises(MessageError, match="no message") as caught:
        is_allowed(b"\xff\xff\xff\xff")
    assert caught.value.code == 1002


async def incoming(messages: list[bytes], shared: TokenBucket | None = None) -> tuple[list[dict], list[int], float]:
    """Pass on what a visit sends before it leaves; return it, the codes of being closed, and the seconds it took."""
    ahead = [{"type": "websocket.receive", "bytes": data} for data in messages] + [{"type": "websocket.disconnect"}]
    closed: list[int] = []

    async def receive() -> dict:
        return ahead.pop(0)

    async def send(message: dict) -> None:
        closed.append(message["code"])

    visit, passed, begin = middleware._Incoming(receive, send, shared or TokenBucket(1e9, 1e9)), [], time.monotonic()
    while not passed or passed[-1]["type"] == "websocket.receive":
        passed.append(await visit())
    return passed, closed, time.monotonic() - begin


def test_nobody_waits_long_for_large_messages_of_others_and_small_ones_pass():
    large, small = b"x" * middleware.MAX_MESSAGE_BYTES, rerun().SerializeToString()

    async def everybody() -> tuple[list[float], float]:
        shared = TokenBucket(*middleware.LARGE_BYTES)
        shared.use(30 * len(large))  # of visits that have left since
        begin = asyncio.gather(*(incoming([large], shared) for _ in range(5)))
        return [waited for *_, waited in await begin], (await incoming([small], shared))[2]

    waits, own = run_async(everybody())
    assert max(waits) < middleware.MAX_WAIT_SECONDS and own < 0.5


def test_a_visit_that_has_left_is_not_waited_for():
    """It would keep its place on the page and its memory, and the server from stopping."""
    large = rerun("x" * (middleware.MAX_MESSAGE_BYTES - 1000)).SerializeToString()
    passed, _, waited = run_async(incoming([large, large]))
    assert len(passed) == 2 and waited < 0.5 * len(large) / middleware.BYTES[0]


def test_a_visit_with_many_messages_waiting_is_ended():
    small = rerun().SerializeToString()
    passed, closed, _ = run_async(incoming([small] * 40))
    assert len(passed) > middleware.MESSAGES[1] and not closed
    _, closed, waited = run_async(incoming([small] * 1_000))
    assert closed == [1008] and waited < 1


@pytest.mark.slow
def test_a_server_stops_though_somebody_holds_a_line():
    async def seconds_to_stop(server: Server) -> float:
        _, line = await asyncio.open_connection("127.0.0.1", server.port)
        line.write(b"POST /api/predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\n")
        begin = time.monotonic()
        server.process.terminate()
        while server.process.poll() is None:
            line.write(b"x")
            await asyncio.sleep(0.2)
        return time.monotonic() - begin

    with running() as server:
        assert run_async(seconds_to_stop(server)) < maintenance.STOP_SECONDS + 10


async def clear_caches(client: Client) -> None:
    await client.put(of_kind("clear_cache"))
    await asyncio.sleep(0.1)


async def flood(client: Client) -> None:
    """Fifty drawings at once, waiting for none."""
    for _ in range(50):
        await client.put(state(client, "{}").SerializeToString())
    await asyncio.sleep(0.2)


async def send_too_much(client: Client) -> None:
    for back in TOO_MUCH.values():
        await client.put(back.SerializeToString())
        await asyncio.sleep(0.05)


async def nest(client: Client) -> None:
    """Drawings that take long to parse, or are nested deeper than Python can read."""
    for text in NESTED:
        await client.put(state(client, text).SerializeToString())
    await asyncio.sleep(0.2)


async def open_and_leave(client: Client) -> None:
    await client.socket.close()
    await client.put(b"")  # raises, which opens the next


ATTACKS = {
    "a flood of messages": (flood, 2),
    "nested values": (nest, 2),
    "clearing everyone's caches": (clear_caches, 5),
    "messages that are too large": (send_too_much, 3),
    "coming and going": (open_and_leave, 1),
}
OFTEN = ("a flood of messages", "nested values")  # the others, and all at once, nightly


async def again_and_again(attack: Callable, address: str) -> None:
    while True:
        with contextlib.suppress(ConnectionClosed):
            async with visit(address) as client:
                while True:
                    await attack(client)


async def bystander_among(attacks: list[Coroutine], address: str) -> tuple[float, float]:
    """The longest that a bystander waits for the answer to a stroke, alone and during attacks."""

    async def draw() -> float:
        times = []
        for i in range(STROKES):
            times.append(await bystander.draw(placed(i % 10)))
            await asyncio.sleep(0.1)
        return max(times)

    async with visit(address) as bystander:
        alone = await draw()
        jobs = [asyncio.create_task(attack) for attack in attacks]
        await asyncio.sleep(0.5)
        during = await draw()
    for job in jobs:
        assert not job.done(), job.exception()
        job.cancel()
    await asyncio.gather(*jobs, return_exceptions=True)
    return alone, during


@pytest.mark.parametrize(
    ("attack", "attackers"),
    [pytest.param(*how, id=name, marks=() if name in OFTEN else pytest.mark.nightly) for name, how in ATTACKS.items()],
)
def test_a_bystander_is_answered_soon_during(server, attack, attackers):
    attacks = [again_and_again(attack, server.address) for _ in range(attackers)]
    alone, during = run_async(asyncio.wait_for(bystander_among(attacks, server.address), 120))
    assert during < max(IDLE_SECONDS, BUSY * alone), f"alone {alone:.2f} s"


@pytest.mark.parametrize("attack", [send_the_longest_drawings_at_once, send_the_longest_messages_at_once])
def test_what_each_visit_may_send_is_no_burst_of_many_visits_together(server, attack):
    attacks = [repeat(attack, server.address)]
    before = status(server.process.pid)[0]
    alone, during = run_async(asyncio.wait_for(bystander_among(attacks, server.address), 120))
    assert during < max(IDLE_SECONDS, BUSY * alone), f"alone {alone:.2f} s"
    assert status(server.process.pid)[0] - before < MAX_MEMORY_MB


@pytest.mark.parametrize("text", NESTED, ids=["wide", "lists", "objects"])
def test_values_that_cannot_be_read_end_nothing_but_their_own_visit(server, text):
    async def attack_and_draw() -> None:
        async with visit(server.address) as bystander, visit(server.address) as client:
            with contextlib.suppress(RuntimeError, TimeoutError):  # its page shows an error, or it was dropped
                await asyncio.wait_for(client.ask(state(client, text)), 10)
            await bystander.draw(placed(3))
        async with visit(server.address) as again:
            await again.draw(placed(3))

    run_async(attack_and_draw())


@pytest.mark.parametrize("data", [TOO_MUCH["bytes"].SerializeToString(), b"\xff" * 9], ids=["too much", "no message"])
def test_a_visit_is_ended_by_what_no_browser_sends(server, data):
    async def attack() -> int:
        async with visit(server.address) as client:
            await client.put(data)
            await asyncio.wait_for(client.socket.wait_closed(), 30)
            return client.socket.close_code

    assert run_async(attack()) == (1002 if data == b"\xff" * 9 else 1009)


def test_what_is_dropped_leaves_the_visit_as_it_is(server):
    async def attack() -> None:
        async with visit(server.address) as client:
            for kind in ("clear_cache", "set_run_on_save", "load_git_info", "debug_shutdown_runtime"):
                await client.put(of_kind(kind))
            await client.draw(placed(3))

    run_async(attack())


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/agent/interact", "//_stcore/metrics"])
def test_what_is_for_operators_is_hidden_from_visitors(server, path):
    assert any(hidden in path for hidden in middleware.HIDDEN)
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(server.address + path, timeout=30)
    assert caught.value.code == 404


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:1", "http://127.0.0.1"])
def test_another_site_opens_no_visit_and_its_name_is_looked_up_nowhere(server, origin):
    async def attack() -> None:
        async with connect(server.address.replace("http", "ws") + "/_stcore/stream", origin=origin):
            pass

    with pytest.raises(InvalidStatus) as caught:
        run_async(attack())
    assert caught.value.response.status_code == 403


def test_the_server_asks_no_other_host_for_anything_when_it_starts(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        named = f"http://127.0.0.1:{proxy.getsockname()[1]}"
        environment = os.environ | {"http_proxy": named, "https_proxy": named, "no_proxy": ""}
        environment |= {"STREAMLIT_SERVER_ADDRESS": "0.0.0.0"}
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true", "--server.port=0"]
        with (tmp_path / "log").open("wb") as log, subprocess.Popen(command, env=environment, stdout=log) as process:
            end = time.monotonic() + 60
            while b"URL:" not in (tmp_path / "log").read_bytes() and time.monotonic() < end:
                time.sleep(0.1)
            process.terminate()
        assert b"URL:" in (tmp_path / "log").read_bytes()
        proxy.settimeout(0)
        with pytest.raises(BlockingIOError):
            proxy.accept()


def test_uploads_that_announce_much_and_send_little_take_no_room_from_others(server):
    cookie = token(server.address)

    async def attack() -> int:
        async with contextlib.AsyncExitStack() as stack:
            clients = [await stack.enter_async_context(visit(server.address)) for _ in range(21)]
            for number in range(40):
                _, writer = await asyncio.open_connection("127.0.0.1", server.port)
                stack.callback(writer.close)
                head = (
                    f"PUT /_stcore/upload_file/{clients[number // 2].session}/{number} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                )
                head += f"Cookie: _streamlit_xsrf={cookie}\r\nX-Xsrftoken: {cookie}\r\nContent-Length: 20400000\r\n"
                writer.write(head.encode() + b"Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n")
            await asyncio.sleep(0.5)
            return await asyncio.to_thread(upload, server.address, clients[20].session, b"x" * 19_900_000, cookie)

    assert run_async(attack()) == 204


@pytest.mark.nightly
def test_sixty_uploads_of_a_visit_do_not_fill_the_memory(server):
    photo, cookie = b"x" * 19_900_000, token(server.address)

    async def attack() -> list[int]:
        async with visit(server.address) as client:
            with ThreadPoolExecutor(4) as several:
                return await asyncio.gather(
                    *(
                        asyncio.get_running_loop().run_in_executor(
                            several, upload, server.address, client.session, photo, cookie
                        )
                        for _ in range(60)
                    )
                )

    answers = Counter(run_async(attack()))
    assert answers[204] in (1, 2) and answers[204] + answers[413] == 60  # four at once share what a visit may send


def test_a_visit_may_upload_some_photos_and_one_that_was_removed_makes_room(server):
    cookie = token(server.address)

    async def visitor() -> list[int]:
        async with visit(server.address) as client, visit(server.address) as other:

            def send(session: str, name: str, method: str = "PUT") -> int:
                return upload(server.address, session, b"x" * 19_900_000, cookie, method, name)

            mine = client.session
            return await asyncio.to_thread(
                lambda: [
                    *(send(mine, name) for name in "abc"),
                    send(other.session, "a"),
                    send(mine, "a", "DELETE"),
                    send(mine, "c"),
                    send(mine, "d"),
                ]
            )

    assert run_async(visitor()) == [204, 204, 413, 204, 204, 204, 413]
