"""The process that trains for the page: one at a time on a machine, at low priority, ended with its page.

    python -m learning.process FOLDER

FOLDER holds the job and gets the progress and the trained network; see learning.job. Where there is no job yet, the
process loads TensorFlow and stands by. Commands come on standard input.
When that is closed, which happens when the page or its server ends, the process removes the folder and ends at once.
"""

from __future__ import annotations

import contextlib
import math
import os
import shutil
import sys
import tempfile
import threading
import time
import traceback
from importlib import import_module
from pathlib import Path

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
for name in THREADS:  # before the libraries that read them are imported
    os.environ[name] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import language  # noqa: E402
from language import _  # noqa: E402
from learning import download, queue  # noqa: E402
from learning.job import (  # noqa: E402
    ABANDONED_SECONDS,
    JOB_FILE,
    MAX_PAUSED_SECONDS,
    MAX_SECONDS,
    PULSE_FILE,
    RATES,
    STANDBY_SECONDS,
    Command,
    Progress,
    State,
    read_job,
    write_lock,
    write_progress,
)

POLL_SECONDS = 0.25  # between two looks at the queue, or at the time limits
OVERHEAD_SECONDS = 300.0  # for a training beside its learning and its pauses, on a busy machine
NICENESS = 10  # below the page that answers visitors


def main(arguments: list[str] | None = None) -> None:
    """Run the command line. The process stays until the page has read the result and closes its input."""
    (name,) = sys.argv[1:] if arguments is None else arguments
    folder = Path(name)
    commands = Commands(folder)
    with contextlib.suppress(OSError, AttributeError):  # Windows has no os.nice
        os.nice(NICENESS)
    try:
        if not commands.begun.is_set():  # started ahead, while the visitor still chooses
            import_module("learning.run")  # TensorFlow, which takes longest
            commands.begun.wait()
        _train(folder, commands)
    except Exception as error:  # shown by the page, whatever it is
        traceback.print_exc()
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error) or type(error).__name__
        sentence = _("The training failed: {reason}.").format(reason=reason.rstrip("."))
        try:
            write_progress(folder, Progress(State.FAILED, sentence))
        except OSError as full:  # the disk, mostly; the page reads the reason from the exit status
            commands.abandon(full.errno or 1)
    threading.Event().wait()


def _train(folder: Path, commands: Commands) -> None:
    """Wait for the turn and train, unless the visitor stops it before."""
    spoken = read_job(folder)[0].language
    language.find_with(lambda: spoken)
    with queue.turn(lambda ahead: _wait(folder, commands, ahead)) as ours:
        if not (ours and _learn(folder, commands)):
            write_progress(folder, Progress(State.FAILED, _("Stopped before it began.")))
    commands.deadline = None


def _learn(folder: Path, commands: Commands) -> bool:
    """Do the job; return False if the visitor stopped it before the learning began."""
    write_progress(folder, Progress(State.STARTING))
    tempfile.tempdir = str(folder)  # so that temporary files of libraries are removed with it
    commands.deadline = time.monotonic() + MAX_SECONDS + MAX_PAUSED_SECONDS + OVERHEAD_SECONDS
    destination = download.redirect(folder) if read_job(folder)[0].mnist else None
    from learning.run import run  # imports TensorFlow, which a process that waits does not need

    return not commands.stopped.is_set() and run(
        folder, commands.stopped, commands.paused, destination, lambda: commands.rate
    )


def _wait(folder: Path, commands: Commands, ahead: int) -> bool:
    """Report how many trainings come first; return whether to go on waiting."""
    write_progress(folder, Progress(State.WAITING, ahead=ahead))
    return not commands.stopped.wait(POLL_SECONDS)


class Commands:
    """The page's commands, read in a thread; ends the process when the page is gone or the deadline has passed.

    begun: there is a job. stopped, paused: set by the commands. rate: one of RATES, or None before any command.
    deadline: on time.monotonic's clock; None while waiting and when done.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.begun, self.stopped, self.paused = threading.Event(), threading.Event(), threading.Event()
        if (folder / JOB_FILE).exists():
            self.begun.set()
        self.deadline: float | None = None
        self.rate: float | None = None
        self._last_command = time.monotonic()
        threading.Thread(target=self._read, name="commands", daemon=True).start()
        threading.Thread(target=self._watch, name="watch", daemon=True).start()

    def _read(self) -> None:
        for line in sys.stdin:
            self._last_command = time.monotonic()
            command, _, value = line.strip().partition(" ")
            match command:
                case Command.STOP:
                    self.stopped.set()
                    self.paused.clear()
                case Command.PAUSE:
                    self.paused.set()
                case Command.RESUME:
                    self.paused.clear()
                case Command.BEGIN:
                    self.begun.set()
                case Command.RATE if value in map(str, RATES):
                    self.rate = float(value)
                case Command.ALIVE:
                    pass
                case _:
                    print(f"unknown command {line[:20]!r}", file=sys.stderr)
        self.abandon()

    def _watch(self) -> None:
        while time.monotonic() < min(self._last_command + self._patience, self.deadline or math.inf):
            with write_lock, contextlib.suppress(OSError):
                (self.folder / PULSE_FILE).touch()
            time.sleep(POLL_SECONDS)
        self.abandon()

    @property
    def _patience(self) -> float:
        return ABANDONED_SECONDS if self.begun.is_set() else STANDBY_SECONDS

    def abandon(self, status: int = 0) -> None:
        """Remove the folder and end the process at once. status: 0, or the number of the error that made it end."""
        write_lock.acquire()  # for good, so that no other thread writes the folder again
        shutil.rmtree(self.folder, ignore_errors=True)
        os._exit(status)


if __name__ == "__main__":
    main()
