"""A private PostgreSQL server, in a temporary folder, for tests and benchmarks."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.page_server import free_port

MISSING = "needs PostgreSQL: install it, for example with apt-get install postgresql"
NOT_DURABLE = [
    "-c",
    "fsync=off",
    "-c",
    "full_page_writes=off",
    "-c",
    "max_connections=100",
]  # what a test may lose


def binaries() -> Path | None:
    """The folder with initdb and postgres, or None; Debian keeps it out of the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    path = shutil.which("initdb")
    return Path(path).resolve().parent if path else None


class Postgres:
    """A cluster with one empty database; it may be stopped and started again."""

    def __init__(self, folder: Path):
        self.folder, self.port = folder, free_port()
        self.process: subprocess.Popen | None = None
        self.user = _unprivileged_user()
        if self.user:
            os.chown(folder, pwd.getpwnam(self.user).pw_uid, -1)
        self._run("initdb", "-D", folder / "data", "-U", "rooms", "-A", "trust", "-E", "UTF8", "--no-sync")

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://rooms@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        import psycopg

        options = [
            "-D",
            self.folder / "data",
            "-k",
            self.folder,
            "-p",
            str(self.port),
            "-h",
            "127.0.0.1",
            *NOT_DURABLE,
        ]
        self.process = subprocess.Popen(
            [binaries() / "postgres", *options],
            user=self.user,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + 30
        while time.monotonic() < end and self.process.poll() is None:
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(self.url.replace("+psycopg", ""), connect_timeout=2).close()
                return
            time.sleep(0.1)
        raise RuntimeError("PostgreSQL does not start")

    def stop(self) -> None:
        """Cut all connections and end it at once."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(2)  # SIGINT, its fast shutdown
            self.process.wait(30)

    def signal_all(self, number: int) -> None:
        """Send a signal to the server and all its processes."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for process in [self.process.pid, *map(int, children)]:
            os.kill(process, number)

    def _run(self, command: str, *arguments: str | Path) -> None:
        subprocess.run(
            [binaries() / command, *arguments], user=self.user, cwd=self.folder, check=True, capture_output=True
        )


@contextlib.contextmanager
def running() -> Iterator[Postgres]:
    """Run a server until the block ends."""
    with tempfile.TemporaryDirectory() as name:
        found = Postgres(Path(name))
        try:
            found.start()
            yield found
        finally:
            found.stop()


def _unprivileged_user() -> str | None:
    """Return whom to run PostgreSQL as, because it refuses to run as root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in names)
