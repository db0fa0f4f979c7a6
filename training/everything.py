"""Trains everything from nothing, in order, and evaluates it: what is shipped, made again.

    python -m training.everything                                                  takes days on two cores
    python -m training.everything --networks mlp cnn --epochs 1 --digits 300       a trial that takes minutes

The steps: every network under recipe book; the teachers of recipe drawn without distillation; every network under
recipe drawn, distilled from them; the outlier detector; the classifier of segments; then calibration, the test scores,
and the accuracy under corruptions. The weights, their LiteRT files and cards, and docs/results.md are written into
training/runs/everything (--folder), so that nothing that is shipped is touched. Look at the result with

    DIGIT_WEIGHTS=training/runs/everything/weights streamlit run app.py

Each step is a command of its own, printed before it runs. An interrupted call continues when it is given again.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

from models import NETWORKS
from recognition.store import write_atomically
from training.engine.command import RUNS, positive, run_command
from training.engine.hyperparameters import TEACHERS

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status: that of the step that failed, or 0."""
    parser = argparse.ArgumentParser(prog="python -m training.everything", description=__doc__.split("\n")[0])
    parser.add_argument("--folder", type=Path, default=RUNS / "everything", help="where to write everything")
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=list(NETWORKS), help="default: all")
    parser.add_argument("--epochs", type=positive, metavar="N", help="of every training, instead of the recipes'")
    parser.add_argument("--digits", type=positive, metavar="N", help="only N items of each collection")
    options = parser.parse_args(arguments)
    folder = options.folder.resolve()
    environment = os.environ | {"DIGIT_WEIGHTS": str(folder / "weights"), "DIGIT_RUNS": str(folder / "runs")}
    if options.digits:
        environment["DIGIT_LIMIT"] = str(options.digits)
    return _run(steps(options.networks, options.epochs, options.digits, folder), folder, environment)


def steps(networks: list[str], epochs: int | None, digits: int | None, folder: Path) -> list[list[str]]:
    """The commands, in order, without "python -m"; the teachers are those that are among the networks."""
    teachers = [key for key in TEACHERS if key in networks]
    short = ["--epochs", str(epochs)] if epochs else []
    few = ["--numbers", str(digits)] if digits else []
    return [
        *(["training.train", key, "--recipe", "book", *short] for key in networks),
        *(["training.train", key, "--recipe", "drawn", "--teachers", *short] for key in teachers),
        *(["training.train", key, "--recipe", "drawn", "--teachers", *teachers, *short] for key in networks),
        ["training.outlier_detector", *short],
        ["training.outlier_detector", "--measure"],
        ["training.segments", "--output", str(folder / "segments.npz"), *short, *few],
        ["training.evaluate"],
        ["training.robustness"],
    ]


def _run(commands: list[list[str]], folder: Path, environment: dict[str, str]) -> int:
    """Run the steps that no earlier call has finished, each in a process of its own."""
    journal = folder / "finished.txt"
    finished = journal.read_text(encoding="utf-8").splitlines() if journal.exists() else []
    for number, command in enumerate(commands, start=1):
        line = " ".join(command)
        if line in finished:
            continue
        print(f"[{number}/{len(commands)}] {time.strftime('%H:%M')} python -m {line}", flush=True)
        status = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, env=environment).returncode
        if status:
            print(f"Stopped at step {number} of {len(commands)}; the same command continues here.", file=sys.stderr)
            return status
        finished.append(line)
        write_atomically(journal, lambda path: path.write_text("\n".join(finished) + "\n", encoding="utf-8"))
    print(f"Everything is trained and evaluated: {folder / 'weights'}, {folder / 'docs' / 'results.md'}")
    return 0


if __name__ == "__main__":
    run_command(main)
