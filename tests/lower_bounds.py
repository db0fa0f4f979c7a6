"""Installs every requirement at its lower bound, into an environment of its own, and runs the tests there.

    python -m tests.lower_bounds FOLDER [TESTS ...] --write

FOLDER is where the environment is made. Slow tests and those with a browser are left out, unless TESTS names them.
"""

from __future__ import annotations

import argparse
import platform
import subprocess
import sys
import time
import venv
from pathlib import Path

from packaging.requirements import Requirement

from tests.page_server import ROOT

FILES = ("requirements-serve.txt", "requirements.txt", "requirements-dev.txt")
REPORT = ROOT / "docs" / "measured" / "lower_bounds.md"
TESTS = [
    f"tests/{name}"
    for name in ("digits", "models", "recognition", "explain", "rooms", "learning", "server", "ui", "training")
]


def lower_bounds() -> dict[str, str]:
    """The lowest version that each requirement of this Python allows, by its name."""
    lines = [line.split("#")[0].strip() for file in FILES for line in (ROOT / file).read_text("utf-8").splitlines()]
    found = [Requirement(line) for line in lines if line and not line.startswith("-")]
    return {
        one.name: next(part.version for part in one.specifier if part.operator in (">=", "=="))
        for one in found
        if one.marker is None or one.marker.evaluate()
    }


def installed(folder: Path) -> Path:
    """An environment with the lower bounds, made if it is not there; returns its Python."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    exact = [f"{name}=={version}" for name, version in lower_bounds().items()]
    subprocess.run([python, "-m", "pip", "install", "--quiet", *exact], check=True)
    return python


def main() -> int:
    """The command line; returns the exit status of the tests."""
    parser = argparse.ArgumentParser(prog="python -m tests.lower_bounds", description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("tests", nargs="*", default=TESTS)
    parser.add_argument("--write", action="store_true", help=f"keep the report in {REPORT.relative_to(ROOT)}")
    options = parser.parse_args()
    python = installed(options.folder)
    done = subprocess.run(
        [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options.tests],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    print(done.stdout[-5000:])
    rows = "\n".join(f"| {name} | {version} |" for name, version in lower_bounds().items())
    report = (
        "Written by `python -m tests.lower_bounds` on "
        f"{time.strftime('%Y-%m-%d')}, Python {platform.python_version()}: "
        f"`pytest {' '.join(options.tests)}` with every requirement at its lower bound.\n\n"
        f"{done.stdout.strip().splitlines()[-1].strip('= ')}\n\n| | version |\n|---|---|\n{rows}\n"
    )
    if options.write:
        REPORT.write_text(report, encoding="utf-8")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
