"""Times the parts of an answer: wraps functions of the page, and writes a line for each answer.

Only the pages that benchmark serves import it; an environment variable names the file it writes to.
"""

from __future__ import annotations

import functools
import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

FILE = "DRAW_A_DIGIT_TIMES"
RUNS = "DRAW_A_DIGIT_RUNS"  # environment variable: runs of the page at the same time, to compare; the page itself has 1
PARTS = ("decoding", "digit", "prediction", "drawing")

_run = threading.local()  # the times of this thread's current run of the script
_writing = threading.Lock()


def measured() -> None:
    """Starts timing in this process; a second call has no effect."""
    from streamlit.runtime.scriptrunner.script_runner import ScriptRunner

    from recognition import ensemble
    from ui.drawing import answers, board

    if hasattr(ScriptRunner._run_script, "__wrapped__"):
        return
    ScriptRunner._run_script = _begins(ScriptRunner._run_script)
    board.decode_canvas_png = _part("decoding", board.decode_canvas_png)
    board.number_from_ink = _part("digit", board.number_from_ink)
    ensemble.predict_all = _part("prediction", ensemble.predict_all)
    ensemble.outliers = _part("prediction", ensemble.outliers)
    answers.show = _ends(_part("drawing", answers.show))


def allow_runs() -> None:
    """Let as many runs execute at the same time as the environment says."""
    from ui.shared import run_lock

    class Several(run_lock.Turns):
        def __init__(self, number: int):
            super().__init__()
            self._free = threading.Semaphore(number)

        def begin(self, visit: str) -> run_lock._Turn:
            self._free.acquire()
            return run_lock._Turn(visit)

        def end(self, turn: run_lock._Turn) -> None:
            self._free.release()

    if (number := int(os.environ.get(RUNS, "1"))) > 1 and type(run_lock._turns) is run_lock.Turns:
        run_lock._turns = Several(number)


def read(path: Path) -> list[dict[str, float]]:
    """For each answer, the seconds of its parts and of the run up to the answer."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def _begins(run: Callable) -> Callable:
    @functools.wraps(run)
    def begin(*arguments, **named):
        _run.start, _run.parts = time.perf_counter(), dict.fromkeys(PARTS, 0.0)
        return run(*arguments, **named)

    return begin


def _part(name: str, call: Callable) -> Callable:
    @functools.wraps(call)
    def timed(*arguments, **named):
        start = time.perf_counter()
        try:
            return call(*arguments, **named)
        finally:
            if hasattr(_run, "parts"):  # not for a picture of an unfinished stroke, which is no run of the page
                _run.parts[name] += time.perf_counter() - start

    return timed


def _ends(call: Callable) -> Callable:
    @functools.wraps(call)
    def end(*arguments, **named):
        shown = call(*arguments, **named)
        if not hasattr(_run, "parts"):  # the bars, after the verdict
            return shown
        line = json.dumps(_run.parts | {"run": time.perf_counter() - _run.start})
        with _writing, open(os.environ[FILE], "a") as file:
            file.write(line + "\n")
        del _run.parts
        return shown

    return end
