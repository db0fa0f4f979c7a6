"""Shared by all commands: the folder for unfinished work, errors as sentences, a lock, malloc settings.

DIGIT_RUNS=DIR is used in place of training/runs.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import errno
import os
import shutil
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

from recognition.store import WeightsError, write_atomically
from training.data.dataset import DataError

try:
    import fcntl
except ImportError:  # Windows, where two trainings of a network are not noticed
    fcntl = None  # type: ignore[assignment]

# Unfinished trainings, candidates and cached data; not under version control.
RUNS = Path(os.environ.get("DIGIT_RUNS") or Path(__file__).resolve().parents[1] / "runs").resolve()
AGAIN = "Run the same command again; it continues where it stopped."
DISK_FULL_REMEDY = "Free some disk space and run the same command again; it continues where it stopped."
INTERRUPTED = 130  # the exit status of commands that Ctrl-C ended
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_LITTLE = 1_000_000  # bytes; NumPy and HDF5 do not say why they could not write


class BusyError(Exception):
    """Another process does the same work; the message names it."""


def remedy(error: OSError, folder: Path = RUNS) -> str:
    """The remedy for a file that could not be written."""
    if error.errno in _FULL or (error.errno is None and _free(folder) < _LITTLE):
        return DISK_FULL_REMEDY
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"Make {error.filename or folder} writable. {AGAIN}"
    return AGAIN


def run_command(main: Callable[[], int]) -> NoReturn:
    """Run a command to its exit status; every error ends it with a sentence.

    Status 2 where data, weights or the arguments are wrong, 1 where a file cannot be written or for an unexpected
    error, whose traceback is written to error.txt in RUNS, 130 after Ctrl-C.
    """
    keep_freed_memory()
    try:
        status = main()
    except (DataError, WeightsError, BusyError) as error:
        status = _fail(str(error), 2)
    except OSError as error:
        status = _fail(f"A file cannot be read or written: {error}. {remedy(error)}", 1)
    except KeyboardInterrupt:
        status = _fail(f"\nInterrupted. {AGAIN}", INTERRUPTED)
    except Exception as error:
        status = _fail(f"Unexpected {type(error).__name__}: {error}.{_details()}", 1)
    sys.exit(status)


def _fail(message: str, status: int) -> int:
    print(message, file=sys.stderr)
    return status


def _details() -> str:
    """Write the traceback of the current exception to a file; return a sentence that names it."""
    path = RUNS / "error.txt"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(traceback.format_exc(), encoding="utf-8")
    except OSError:
        return ""
    return f" Please report it with {path}."


@contextlib.contextmanager
def only_process(folder: Path, what: str) -> Iterator[None]:
    """Let one process at a time work in a folder, until the block or the process ends.

    Raises BusyError if another one does. what: a network, or anything that "is being trained".
    """
    if fcntl is None:
        yield
        return
    with (folder / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError(
                f"{what} is being trained by another process; wait for it, or stop it and run the same command again"
            ) from None
        yield


def positive(text: str) -> int:
    """An argument type for argparse: a whole number above zero."""
    if int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected at least 1, got {text}")
    return int(text)


def _free(folder: Path) -> int:
    """Bytes that are free where a folder is, or will be."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    return shutil.disk_usage(there).free


def report_command(parser: argparse.ArgumentParser, path: Path, measured: Callable[[argparse.Namespace], str]) -> int:
    """The command line of a measurement: prints its report, and writes it into a document with --write.

    parser: with the measurement's own options. Returns the exit status.
    """
    parser.add_argument("--write", action="store_true", help=f"write the report to docs/measured/{path.name}")
    options = parser.parse_args()
    report = measured(options)
    print(report)
    if options.write:
        write_atomically(path, lambda partial: partial.write_text(report, encoding="utf-8"))
    return 0


_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX, _ARENA_MAX = -1, -2, -4, -8  # from glibc's malloc.h
_SETTINGS = {
    _TRIM_THRESHOLD: 2**31 - 1,  # bytes that may be free at the end of the heap
    _TOP_PAD: 2**26,  # bytes by which the heap grows at least
    _MMAP_MAX: 0,  # blocks outside the heap, which would be handed back when freed
    _ARENA_MAX: 1,  # heaps, because those of other threads than the first are small
}


def keep_freed_memory() -> bool:
    """Keep freed memory with the process, which makes training on Linux 1.4 to 2.4 times as fast.

    TensorFlow allocates the arrays of each step anew. glibc hands large blocks back to the kernel as soon as they are
    freed, and the kernel clears their pages again before the next step; see training/LOG.md. Source: mallopt(3).
    Returns whether it could be set; False where the C library is not glibc.
    """
    if sys.platform != "linux":
        return False
    library = ctypes.CDLL(None)
    if not hasattr(library, "gnu_get_libc_version"):
        return False
    return all(library.mallopt(setting, value) for setting, value in _SETTINGS.items())
