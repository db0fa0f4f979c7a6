"""MNIST for a training of the page. Where it is not here, Keras downloads it and checks its hash.

The download goes into the job's own folder, and from there whole to its place: nothing half-written stays, however the
training ends.
"""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from pathlib import Path

from learning import job
from recognition.store import write_atomically
from training.data.dataset import DataError, Splits, data_folder

LONGEST_DOWNLOAD = 120.0  # seconds
POLL_SECONDS = 0.1  # seconds between two looks whether the visitor has stopped it
KERAS = "keras"  # the folder in which Keras keeps what it downloads, within the job's


def redirect(folder: Path) -> Path | None:
    """Lets Keras download into a job's folder, where MNIST is not here; returns where it belongs, or else None.

    Only has an effect before Keras is imported.
    """
    place = job.mnist_file()
    if place.is_file() or data_folder() is not None:
        return None
    os.environ["KERAS_HOME"] = str(folder / KERAS)
    (folder / KERAS).mkdir()
    return place


def fetch(folder: Path, place: Path | None, stopped: threading.Event) -> Splits | None:
    """MNIST; None where the visitor did not wait for it. place: what redirect() returned.

    Raises DataError with a sentence for the visitor where there is none.
    """
    read: list[Splits] = []
    problems: list[Exception] = []
    threading.Thread(target=_read, args=(read, problems), name="MNIST", daemon=True).start()
    end = time.monotonic() + LONGEST_DOWNLOAD
    while not read and not problems and time.monotonic() < end:
        if stopped.wait(POLL_SECONDS):
            return None
    if not read:
        print(*problems, file=sys.stderr)  # with paths and addresses, which are not for visitors
        what = "could not be downloaded" if place else "cannot be read on this server"
        raise DataError(f"MNIST {what}; choose another source, or try again later")
    if place is not None:
        _keep(folder / KERAS / "datasets" / place.name, place)
    return read[0]


def _read(read: list[Splits], problems: list[Exception]) -> None:
    from training.data.mnist import mnist

    try:
        read.append(mnist())
    except Exception as error:  # told by the thread that waits
        problems.append(error)


def _keep(downloaded: Path, place: Path) -> None:
    """Puts what was downloaded where Keras looks for it the next time."""
    try:
        write_atomically(place, lambda partial: shutil.copyfile(downloaded, partial))
    except OSError as error:  # it is downloaded again the next time
        print(f"MNIST is not kept: {error}", file=sys.stderr)
