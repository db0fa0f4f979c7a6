"""MNIST for a training: read from this machine, or downloaded by Keras, which checks its hash.

The download goes into the job's folder and is then moved into Keras's cache, so an interrupted training leaves no
partial file there.
"""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from pathlib import Path

from language import _
from learning.job import mnist_file
from recognition.store import write_atomically
from training.data.dataset import DataError, Splits, data_folder

MAX_DOWNLOAD_SECONDS = 120.0
POLL_SECONDS = 0.1  # between two looks at the visitor's stop
KERAS_HOME = "keras"  # the folder within the job's that Keras downloads into


def redirect(folder: Path) -> Path | None:
    """Let Keras download into a job's folder if MNIST is missing here; return its place in Keras's cache, else None.

    Has an effect only before Keras is imported.
    """
    destination = mnist_file()
    if destination.is_file() or data_folder() is not None:
        return None
    os.environ["KERAS_HOME"] = str(folder / KERAS_HOME)
    (folder / KERAS_HOME).mkdir()
    return destination


def fetch(folder: Path, destination: Path | None, stopped: threading.Event) -> Splits | None:
    """Return MNIST, or None if the visitor stopped it. destination: the result of redirect().

    Raises DataError with a sentence for the visitor if MNIST cannot be read or downloaded.
    """
    splits: list[Splits] = []
    problems: list[Exception] = []
    threading.Thread(target=_read, args=(splits, problems), name="MNIST", daemon=True).start()
    end = time.monotonic() + MAX_DOWNLOAD_SECONDS
    while not splits and not problems and time.monotonic() < end:
        if stopped.wait(POLL_SECONDS):
            return None
    if not splits:
        print(*problems, file=sys.stderr)  # with paths and addresses, which are not for visitors
        if destination:
            raise DataError(_("MNIST could not be downloaded; choose another source, or try again later"))
        raise DataError(_("MNIST cannot be read on this server; choose another source, or try again later"))
    if destination is not None:
        _cache(folder / KERAS_HOME / "datasets" / destination.name, destination)
    return splits[0]


def _read(splits: list[Splits], problems: list[Exception]) -> None:
    from training.data.mnist import mnist

    try:
        splits.append(mnist())
    except Exception as error:  # raised as a sentence by the thread that waits
        problems.append(error)


def _cache(downloaded: Path, destination: Path) -> None:
    try:
        write_atomically(destination, lambda partial: shutil.copyfile(downloaded, partial))
    except OSError as error:  # it is downloaded again the next time
        print(f"MNIST is not cached: {error}", file=sys.stderr)
