"""How long the page Learn takes from Train to the first digits, with a process that stands by and with none."""

from __future__ import annotations

import os
import statistics
import time
from pathlib import Path

import numpy as np

from digits.labelled import Digits
from digits.samples import SAMPLE_LABELS, sample_digit
from learning import training
from learning.job import Job, State
from learning.training import Training
from models import NETWORKS

KEYS = ("mlp", "cnn", "rnn")
TIMES = 3
TARGET = 2.0  # seconds
POLL_SECONDS = 0.02
READY = "tensorflow"  # is in the memory of a process that stands by, once it can begin
SETTLE_SECONDS = 5.0  # after that, until it has imported the rest


def first_answer() -> str:
    """The report, in Markdown."""
    rows = []
    for key in KEYS:
        for warm in (True, False):
            measured = [_measure(key, warm) for _ in range(TIMES if warm else 1)]
            wall, cpu = (statistics.median(values) for values in zip(*measured, strict=True))
            words = "stands by" if warm else "is started"
            rows.append(f"| {NETWORKS[key].title} | {words} | {len(measured)} | {wall:.1f} | {cpu:.1f} |")
    text = (
        "Seconds from the start of a training on the ten samples to its first answers to 40 digits, medians of n; the "
        f"page asks for them once a second. At most {TARGET:g} are asked for. Computing time is what a quiet machine "
        "takes, since the process uses one core; the time that passed has other work in it. Load average at the end: "
        f"{os.getloadavg()[0]:.1f}."
    )
    return (
        "\n".join([text, "", "| network | a process | n | passed | computing |", "|---|---|---:|---:|---:|", *rows])
        + "\n"
    )


def _measure(key: str, warm: bool) -> tuple[float, float]:
    """Elapsed and computing seconds of one start."""
    samples = Digits(np.stack([sample_digit(name) for name in SAMPLE_LABELS]), np.array([*SAMPLE_LABELS.values()]))
    if warm:
        training.prepare()
        _wait_until_ready()
    begin = time.monotonic()
    started = Training(Job(key, seconds=10), samples, samples[:0])
    used = _computing(started.process.pid) if warm else 0.0
    while started.poll().snapshot is None:
        if started.progress.state == State.FAILED:
            raise RuntimeError(started.progress.message)
        time.sleep(POLL_SECONDS)
    result = time.monotonic() - begin, _computing(started.process.pid) - used
    started.close()
    started.process.wait()
    return result


def _wait_until_ready() -> None:
    assert training._standby is not None
    process, _ = training._standby
    while READY not in Path(f"/proc/{process.pid}/maps").read_text(encoding="utf-8"):
        time.sleep(POLL_SECONDS)
    while True:  # until it computes no more: it waits for its job
        before = _computing(process.pid)
        time.sleep(SETTLE_SECONDS)
        if _computing(process.pid) - before < 0.05:
            return


def _computing(process: int) -> float:
    """The computing time of a process so far, in seconds."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
