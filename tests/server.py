"""The page, or another script, on a real Streamlit server in a process of its own."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class Server:
    """A Streamlit script that runs in a process of its own, on a free port."""

    def __init__(self, script: Path, folder: Path, environment: Mapping[str, str] | None):
        self.script, self.folder, self.environment = script, folder, environment
        self.port = free_port()
        self.process: subprocess.Popen | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Starts it, and waits until it answers."""
        options = [
            "--server.headless=true",
            f"--server.port={self.port}",
            "--server.address=127.0.0.1",
            "--server.fileWatcherType=none",
        ]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", str(self.script), *options],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for(f"{self.address}/_stcore/health", self.process)

    def kill(self) -> None:
        """Ends it as a crash would, without a word."""
        self.process.kill()
        self.process.wait(20)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


@contextlib.contextmanager
def running(
    script: Path = ROOT / "app.py", folder: Path = ROOT, environment: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Runs a Streamlit script until the block ends, in another environment where one is given."""
    server = Server(script, folder, environment)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@contextlib.contextmanager
def serve(script: Path = ROOT / "app.py", folder: Path = ROOT) -> Iterator[str]:
    """As running; yields the address alone."""
    with running(script, folder) as server:
        yield server.address


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def wait_for(address: str, process: subprocess.Popen, seconds: float = 60) -> None:
    """Waits until a process answers at an address; raises RuntimeError if it ends or takes longer."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(address, timeout=1).close()
            return
        time.sleep(0.1)
    raise RuntimeError(f"no server at {address} after {seconds} s")
