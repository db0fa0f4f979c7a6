"""One visitor, whatever is sent, takes the page from nobody: a real server, attackers, and a bystander who draws."""

from __future__ import annotations

import asyncio
import contextlib
import urllib.error
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import ConnectionClosed

from benchmark.client import Client, visit
from server.middleware import HIDDEN
from tests.drawings import placed
from tests.page_server import run_async, running
from tests.server.test_messages import TOO_MUCH, of_kind, rerun
from tests.server.uploading import token, upload

SOON = 1.0  # seconds within which a bystander is answered, whatever others do
STROKES = 15  # of the bystander, meanwhile


@pytest.fixture(scope="module")
def server():
    """The page, with its networks loaded."""

    async def wake(address):
        async with visit(address) as host:
            await host.draw(placed(7))

    with running() as found:
        run_async(wake(found.address))
        yield found


def answered_while(server, attack, attackers: int = 1) -> list[float]:
    """Seconds to each of a bystander's answers, while others attack until the bystander is done."""

    async def one() -> None:
        while True:
            with contextlib.suppress(ConnectionClosed):
                async with visit(server.address) as client:
                    while True:
                        await attack(client)

    async def all_of_them() -> list[float]:
        jobs = [asyncio.create_task(one()) for _ in range(attackers)]
        async with visit(server.address) as bystander:
            await asyncio.sleep(0.5)
            times = []
            for i in range(STROKES):
                times.append(await bystander.draw(placed(i % 10)))
                await asyncio.sleep(0.1)
        for job in jobs:
            assert not job.done(), job.exception()
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)
        return times

    return run_async(asyncio.wait_for(all_of_them(), 60))


async def clear_caches(client: Client) -> None:
    await client.put(of_kind("clear_cache"))
    await asyncio.sleep(0.1)


async def flood(client: Client) -> None:
    """Fifty drawings at once, waiting for none."""
    back = rerun()
    back.rerun_script.fragment_id, back.rerun_script.page_script_hash = client.fragment, client.page
    for _ in range(50):
        await client.put(back.SerializeToString())
    await asyncio.sleep(0.2)


async def send_too_much(client: Client) -> None:
    for back in TOO_MUCH.values():
        await client.put(back.SerializeToString())
        await asyncio.sleep(0.05)


async def open_and_leave(client: Client) -> None:
    await client.socket.close()
    await client.put(b"")  # raises, which opens the next


ATTACKS = {
    "clearing everyone's caches": (clear_caches, 5),
    "a flood of messages": (flood, 2),
    "messages that are too large": (send_too_much, 3),
    "coming and going": (open_and_leave, 1),
}


@pytest.mark.slow
@pytest.mark.parametrize(("attack", "attackers"), ATTACKS.values(), ids=ATTACKS.keys())
def test_a_bystander_is_answered_soon_during(server, attack, attackers):
    times = answered_while(server, attack, attackers)
    assert max(times) < SOON, [round(seconds, 2) for seconds in times]


@pytest.mark.parametrize("back", [*TOO_MUCH.values(), None], ids=[*TOO_MUCH.keys(), "no message"])
def test_a_visit_is_ended_by_what_no_browser_sends(server, back):
    async def attack() -> int:
        async with visit(server.address) as client:
            await client.put(b"\xff" * 9 if back is None else back.SerializeToString())
            await asyncio.wait_for(client.socket.wait_closed(), 5)
            return client.socket.close_code

    assert run_async(attack()) == (1002 if back is None else 1009)


def test_what_is_dropped_leaves_the_visit_as_it_is(server):
    async def attack() -> float:
        async with visit(server.address) as client:
            for kind in ("clear_cache", "set_run_on_save", "load_git_info", "debug_shutdown_runtime"):
                await client.put(of_kind(kind))
            back = BackMsg()
            back.backend_operation_request.install_skills.SetInParent()
            await client.put(back.SerializeToString())
            return await client.draw(placed(3))

    assert run_async(attack()) < SOON


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/agent/interact", "//_stcore/metrics"])
def test_what_is_for_operators_is_hidden_from_visitors(server, path):
    assert any(hidden in path for hidden in HIDDEN)
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(server.address + path, timeout=5)
    assert caught.value.code == 404


def test_a_visit_may_upload_some_photos_but_not_fill_the_memory(server):
    """Sixty uploads of 9.9 MB, some at once; a photo that replaces another makes room for itself."""
    photo, cookie = b"x" * 9_900_000, token(server.address)

    async def attack() -> tuple[list[int], int]:
        async with visit(server.address) as client:

            def send(_: int) -> int:
                return upload(server.address, client.session, photo, cookie)

            with ThreadPoolExecutor(4) as several:
                found = await asyncio.gather(
                    *(asyncio.get_running_loop().run_in_executor(several, send, i) for i in range(60))
                )
        async with visit(server.address) as other:
            return found, await asyncio.to_thread(upload, server.address, other.session, photo[:3_000_000], cookie)

    found, other = run_async(attack())
    assert Counter(found) == {204: 2, 413: 58}
    assert other == 204, "another visitor may"


def test_a_photo_that_was_removed_makes_room(server):
    cookie = token(server.address)

    async def visitor() -> list[int]:
        async with visit(server.address) as client:

            def send(name: str, method: str = "PUT") -> int:
                return upload(server.address, client.session, b"x" * 9_900_000, cookie, method, name)

            return await asyncio.to_thread(
                lambda: [send("a"), send("b"), send("c"), send("a", "DELETE"), send("c"), send("d")]
            )

    assert run_async(visitor()) == [204, 204, 413, 204, 204, 413]
