"""The process in which the page's trainings run: one at a time on a machine, at low priority, ended with its page.

    python -m learning.process FOLDER

FOLDER holds the job (learning.job), and gets the progress and the trained network. Commands come on standard
input; when that ends, as the page or its server does, the process removes the folder and ends at once.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
import threading
import time
import traceback
from pathlib import Path

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
for name in THREADS:  # before what reads them is imported
    os.environ[name] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from learning import download, job, queue  # noqa: E402
from learning.job import (  # noqa: E402
    ABANDONED,
    ALIVE,
    FAILED,
    PAUSE,
    RESUME,
    STARTING,
    STOP,
    WAITING,
    Progress,
    write_progress,
)

LOOK = 0.25  # seconds between two looks at the queue
ALLOWANCE = 300.0  # seconds that a job may take beside its learning and its pauses, on a busy machine


class Commands:
    """What the page says, read by a thread of its own; ends the process when the page is gone or its time is over.

    due: when its work has to be done, on time.monotonic's clock; None while it waits and after its work.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.stopped, self.paused = threading.Event(), threading.Event()
        self.due: float | None = None
        self._heard = time.monotonic()
        threading.Thread(target=self._listen, name="commands", daemon=True).start()
        threading.Thread(target=self._watch, name="watch", daemon=True).start()

    def _listen(self) -> None:
        for line in sys.stdin:
            self._heard = time.monotonic()
            command = line.strip()
            if command == STOP:
                self.stopped.set()
                self.paused.clear()
            elif command == PAUSE:
                self.paused.set()
            elif command == RESUME:
                self.paused.clear()
            elif command != ALIVE:
                print(f"unknown command {command[:20]!r}", file=sys.stderr)
        self.abandon()

    def _watch(self) -> None:
        while (now := time.monotonic()) - self._heard < ABANDONED and (self.due is None or now < self.due):
            time.sleep(LOOK)
        self.abandon()

    def abandon(self) -> None:
        """Ends the process at once, and removes all that it has written."""
        job.writing.acquire()  # for good
        shutil.rmtree(self.folder, ignore_errors=True)
        os._exit(0)


def main(arguments: list[str] | None = None) -> None:
    """The command line. The process stays until the page has read what it wrote, and closes its input."""
    (name,) = sys.argv[1:] if arguments is None else arguments
    folder = Path(name)
    commands = Commands(folder)
    with contextlib.suppress(OSError, AttributeError):  # Windows has no os.nice
        os.nice(10)
    try:
        _work(folder, commands)
    except Exception as error:  # whatever it is, the page says it
        traceback.print_exc()
        if not _told(folder, error):
            commands.abandon()  # the page sees that the process has ended
    threading.Event().wait()


def _work(folder: Path, commands: Commands) -> None:
    write_progress(folder, Progress(WAITING))
    with queue.turn(lambda ahead: _wait(folder, commands, ahead)) as ours:
        if not ours:
            write_progress(folder, Progress(FAILED, job.NOT_BEGUN))
            return
        write_progress(folder, Progress(STARTING))
        tempfile.tempdir = str(folder)  # what libraries put aside is removed with it
        commands.due = time.monotonic() + job.LONGEST + job.LONGEST_PAUSE + ALLOWANCE
        place = download.redirect(folder) if job.read_job(folder)[0].mnist else None
        from learning.run import work  # imports TensorFlow, which a process that only waits does not need

        if commands.stopped.is_set():
            write_progress(folder, Progress(FAILED, job.NOT_BEGUN))
        else:
            work(folder, commands.stopped, commands.paused, place)
        commands.due = None


def _wait(folder: Path, commands: Commands, ahead: int) -> bool:
    """Says how many come first; returns whether to go on waiting."""
    write_progress(folder, Progress(WAITING, ahead=ahead))
    return not commands.stopped.wait(LOOK)


def _told(folder: Path, error: Exception) -> bool:
    """Whether the reason could be written down; not where the disk is full."""
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error) or type(error).__name__
    try:
        write_progress(folder, Progress(FAILED, f"The training failed: {reason.rstrip('.')}."))
    except OSError:
        return False
    return True


if __name__ == "__main__":
    main()
