"""Whose turn it is: one training at a time on a machine, of whichever copy of the page, first come first served.

Each process holds a lock on a ticket of its own in a shared folder; the system lets go of the lock when it ends,
however it does. A ticket that nobody holds is removed by whoever comes across it.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # Windows, where trainings do not wait for one another
    fcntl = None  # type: ignore[assignment]


def folder() -> Path:
    """Where the tickets lie; the environment variable DIGIT_QUEUE names another place."""
    named = os.environ.get("DIGIT_QUEUE")
    return Path(named) if named else Path(tempfile.gettempdir()) / f"draw-a-digit-queue-{os.getuid()}"


@contextlib.contextmanager
def turn(wait: Callable[[int], bool]) -> Iterator[bool]:
    """Waits for the turn, and has it until the block ends; False where wait() gave up.

    wait: is told how many come first, takes its time, and returns whether to go on waiting.
    """
    if fcntl is None:
        yield True
        return
    place = folder()
    place.mkdir(mode=0o700, exist_ok=True)
    with _ticket(place) as ticket, (place / "training.lock").open("a") as lock:
        while (ahead := _ahead(place, ticket)) > 0 or not _locked(lock):
            if not wait(max(ahead, 1)):
                yield False
                return
        yield True


@contextlib.contextmanager
def _ticket(place: Path) -> Iterator[Path]:
    """A ticket that sorts by when it was made, and is removed afterwards."""
    path = place / f"{time.time_ns():020}-{os.getpid()}.ticket"
    with path.with_suffix(".new").open("w") as file:
        _locked(file)
        Path(file.name).rename(path)  # nobody sees it before it is locked
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)


def _ahead(place: Path, ticket: Path) -> int:
    """How many that still live have come before."""
    count = 0
    for other in sorted(place.glob("*.ticket")):
        if other.name >= ticket.name:
            break
        with contextlib.suppress(FileNotFoundError), other.open("r+") as file:
            if _locked(file):
                other.unlink(missing_ok=True)
            else:
                count += 1
    return count


def _locked(file: IO[str]) -> bool:
    """Locks a file that nobody else has locked, until it is closed; returns whether that worked."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
