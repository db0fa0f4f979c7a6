"""A training that a visit has started: its process, its folder, and how far it is.

The process ends when its standard input does: with this object, with the visit, with the server, however they end.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import weakref
import zipfile
from pathlib import Path

from learning import job as files
from learning.job import Examples, Job, Pictures, Progress

ROOT = Path(__file__).resolve().parents[2]
MOST = 20  # trainings of one server, of which all but one wait
PREFIX = "draw-a-digit-training-"  # of their folders
DEAD = 3600.0  # seconds without a change after which a folder is one that a crash has left
LATE = 30.0  # seconds that a process may take to end
TAIL = 2000  # characters of its output that go into the server's log when it fails

log = logging.getLogger(__name__)

_running: weakref.WeakSet[Training] = weakref.WeakSet()
_starting = threading.Lock()  # so that two visitors are counted one after the other


class TrainingProblem(Exception):
    """A training cannot be started; the message is a sentence for the visitor."""


class Training:
    """A training in a process of its own, from its start to its end.

    job: what is learned. progress: how far it was when somebody looked last; pictures: the newest, or None.
    """

    def __init__(self, job: Job, train: Examples, held_out: Examples):
        """Starts it; raises TrainingProblem where that is impossible."""
        self.job = job
        self.progress = Progress(files.WAITING, seconds_left=job.seconds)
        self.pictures: Pictures | None = None
        self.process: subprocess.Popen[str]
        with _starting:
            if sum(other.process.poll() is None for other in _running) >= MOST:
                raise TrainingProblem(
                    f"{MOST} trainings run or wait on this server already; try again in some minutes."
                )
            try:
                _sweep()
                self.folder = Path(tempfile.mkdtemp(prefix=PREFIX))
                self.process = self._begin(train, held_out)
            except OSError as error:
                reason = error.strerror or type(error).__name__
                raise TrainingProblem(f"The training could not be started: {reason}.") from error
            self.close = weakref.finalize(self, _end, self.process, self.folder)
            _running.add(self)

    def _begin(self, train: Examples, held_out: Examples) -> subprocess.Popen[str]:
        """Writes the job and starts the process; leaves nothing where that fails."""
        try:
            files.write_job(self.folder, self.job, train, held_out)
            with (self.folder / files.LOG).open("w") as output:
                return subprocess.Popen(
                    [sys.executable, "-m", "learning.process", str(self.folder)],
                    cwd=ROOT,
                    stdin=subprocess.PIPE,
                    stdout=output,
                    stderr=output,
                    text=True,
                    start_new_session=True,
                )
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise

    @property
    def ended(self) -> bool:
        return self.progress.state in files.ENDED

    def command(self, word: str) -> None:
        """Sends a command to the process, if it still lives."""
        try:
            assert self.process.stdin is not None
            self.process.stdin.write(word + "\n")
            self.process.stdin.flush()
        except (OSError, ValueError):  # it has ended
            return

    def look(self) -> Progress:
        """How far it is now; tells the process that somebody watches."""
        if self.ended:
            return self.progress
        gone = self.process.poll() is not None
        self.command(files.ALIVE)
        try:
            self.progress = files.read_progress(self.folder) or self.progress
            self.pictures = files.read_pictures(self.folder) or self.pictures
        except (OSError, ValueError, TypeError, KeyError, EOFError, zipfile.BadZipFile) as error:
            self.fail(f"The training's files cannot be read: {type(error).__name__}.")
        if gone and not self.ended:
            self.fail("The training ended before it was done; try it again.")
        elif self.progress.state == files.FAILED:
            self._log()
        return self.progress

    def fail(self, sentence: str) -> None:
        """Ends it for the visitor, for a reason that is a sentence; the points of its curves stay."""
        self.progress = Progress(files.FAILED, sentence, points=self.progress.points)
        self._log()

    def _log(self) -> None:
        """Leaves the reason and the process's last words in the server's log."""
        output = ""
        with contextlib.suppress(OSError):
            output = (self.folder / files.LOG).read_text(encoding="utf-8", errors="replace")[-TAIL:]
        log.warning("training of %s: %s %s", self.job.network, self.progress.message, output)


def _end(process: subprocess.Popen[str], folder: Path) -> None:
    """Ends the process, which removes its folder, without waiting for it here."""
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()
    with contextlib.suppress(RuntimeError):  # the server is shutting down; the process ends by itself
        threading.Thread(target=_bury, args=(process, folder), name="end of a training", daemon=True).start()


def _bury(process: subprocess.Popen[str], folder: Path) -> None:
    """Waits for the end of the process, kills it where it does not come, and removes what it could not."""
    try:
        process.wait(LATE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    shutil.rmtree(folder, ignore_errors=True)


def _sweep() -> None:
    """Removes the folders of trainings whose process and server were both killed: nothing in them changes any more."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):  # somebody else's, or just gone
            if time.time() - folder.stat().st_mtime > DEAD:
                shutil.rmtree(folder, ignore_errors=True)
