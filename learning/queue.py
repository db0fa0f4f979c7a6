"""A queue for trainings: one at a time on a machine, whichever server started it, first come, first served.

Each process locks a ticket of its own in a shared folder. The system releases the lock when the process ends, in
whatever way; tickets that nobody locks are removed by the next process that sees them.
"""

from __future__ import annotations

import contextlib
import os
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # Windows, where trainings do not wait for one another
    fcntl = None  # type: ignore[assignment]


def folder() -> Path:
    """Return the folder of the tickets; the environment variable DIGIT_QUEUE names another one.

    It lies where only its user can make files, because everybody who locks one in it holds up the trainings.
    """
    named = os.environ.get("DIGIT_QUEUE")
    return Path(named) if named else Path.home() / ".cache" / "draw-a-digit" / "queue"


@contextlib.contextmanager
def turn(wait: Callable[[int], bool]) -> Iterator[bool]:
    """Wait for the turn and keep it until the block ends; yields False if wait() gave up.

    wait: called again and again with the number of trainings ahead; sleeps, and returns whether to go on waiting.
    """
    if fcntl is None:
        yield True
        return
    tickets = folder()
    tickets.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (owner := tickets.lstat()).st_uid != os.getuid() or not stat.S_ISDIR(owner.st_mode):
        raise OSError(f"{tickets} is not a folder of this user; name another one in DIGIT_QUEUE")
    with _ticket(tickets) as ticket, (tickets / "training.lock").open("a") as lock:
        while (ahead := _ahead(tickets, ticket)) > 0 or not _lock(lock):
            if not wait(max(ahead, 1)):
                yield False
                return
        yield True


@contextlib.contextmanager
def _ticket(tickets: Path) -> Iterator[Path]:
    """A locked ticket, named by the time, so that tickets sort by age; removed afterwards."""
    path = tickets / f"{time.time_ns():020}-{os.getpid()}.ticket"
    with path.with_suffix(".new").open("w") as file:
        _lock(file)
        Path(file.name).rename(path)  # visible to others only once it is locked
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)


def _ahead(tickets: Path, ticket: Path) -> int:
    """The number of older tickets whose processes live; removes those of dead ones."""
    count = 0
    for other in sorted(tickets.glob("*.ticket")):
        if other.name >= ticket.name:
            break
        with contextlib.suppress(FileNotFoundError), other.open("r+") as file:
            if _lock(file):
                other.unlink(missing_ok=True)
            else:
                count += 1
    return count


def _lock(file: IO[str]) -> bool:
    """Lock a file until it is closed; return False if another process has locked it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
