"""Run the page, or another script, on a Streamlit server in a separate process."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


class Server:
    """A Streamlit script in a separate process, on a free port.

    files: soft and hard limit of its open files. log: where what it prints goes, instead of nowhere.
    """

    def __init__(
        self,
        script: Path,
        folder: Path,
        environment: Mapping[str, str] | None,
        files: tuple[int, int] | None = None,
        log: Path | None = None,
    ):
        self.script, self.folder, self.environment = script, folder, environment
        self.files, self.log = files, log
        self.port = free_port()
        self.process: subprocess.Popen | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start the server and wait until it responds."""
        options = [
            "--server.headless=true",
            f"--server.port={self.port}",
            "--server.address=127.0.0.1",
            "--server.fileWatcherType=none",
        ]
        with open(self.log or os.devnull, "ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "streamlit", "run", str(self.script), *options],
                cwd=self.folder,
                env=self.environment,
                stdout=log,
                stderr=log,
                preexec_fn=self._limit if self.files else None,
            )
        wait_for(f"{self.address}/_stcore/health", self.process)

    def _limit(self) -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_NOFILE, self.files)

    def kill(self) -> None:
        """Kill the process, as in a crash."""
        self.process.kill()
        self.process.wait(20)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


@contextlib.contextmanager
def running(
    script: Path = ROOT / "app.py",
    folder: Path = ROOT,
    environment: Mapping[str, str] | None = None,
    files: tuple[int, int] | None = None,
    log: Path | None = None,
) -> Iterator[Server]:
    """Run a Streamlit script until the block ends, in another environment if one is given; see Server."""
    server = Server(script, folder, environment, files, log)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@contextlib.contextmanager
def serve(script: Path = ROOT / "app.py", folder: Path = ROOT) -> Iterator[str]:
    """Do the same, but yield the address."""
    with running(script, folder) as server:
        yield server.address


def run_async(coroutine: Coroutine) -> Any:
    """Run a coroutine in a thread of its own, because the browser's event loop may be running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def wait_for(address: str, process: subprocess.Popen, seconds: float = 60) -> None:
    """Wait until a process responds at an address; raise RuntimeError if it ends or takes longer."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(address, timeout=1).close()
            return
        time.sleep(0.1)
    raise RuntimeError(f"no server at {address} after {seconds} s")
