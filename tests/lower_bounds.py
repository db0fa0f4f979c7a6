"""Installs every requirement at its lower bound, into an environment of its own, and runs the tests there.

    python -m tests.lower_bounds FOLDER [TESTS ...] --write

FOLDER is where the environment is made. Without TESTS it runs what a plain pytest does.
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

FILES = ("requirements-serve.txt", "requirements-train.txt", "requirements-test.txt")
REPORT = ROOT / "docs" / "measured" / "lower_bounds.md"


def lower_bounds() -> dict[str, str]:
    """Return the lowest version that each requirement of this Python allows, by its name."""
    lines = [line.split("#")[0].strip() for file in FILES for line in (ROOT / file).read_text("utf-8").splitlines()]
    requirements = [Requirement(line) for line in lines if line]
    return {
        requirement.name: next(part.version for part in requirement.specifier if part.operator in (">=", "=="))
        for requirement in requirements
        if requirement.marker is None or requirement.marker.evaluate()
    }


def install(folder: Path) -> Path:
    """Make an environment with the lower bounds, or bring the one that is there up to date; return its Python."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    exact = [f"{name}=={version}" for name, version in lower_bounds().items()]
    subprocess.run([python, "-m", "pip", "install", "--quiet", *exact], check=True)
    return python


def main() -> int:
    """Run the command line; return the exit status of the tests."""
    parser = argparse.ArgumentParser(prog="python -m tests.lower_bounds", description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("tests", nargs="*")
    parser.add_argument("--write", action="store_true", help=f"write the report to {REPORT.relative_to(ROOT)}")
    options = parser.parse_args()
    command = [install(options.folder), "-m", "pytest", "-q", "-p", "no:cacheprovider", *options.tests]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    print(done.stdout[-5000:])
    rows = "\n".join(f"| {name} | {version} |" for name, version in lower_bounds().items())
    report = (
        f"Written by `python -m tests.lower_bounds` on {time.strftime('%Y-%m-%d')}, "
        f"Python {platform.python_version()}: `{' '.join(['pytest', *options.tests])}` with every requirement at its "
        f"lower bound.\n\n{done.stdout.strip().splitlines()[-1].strip('= ')}\n\n| | version |\n|---|---|\n{rows}\n"
    )
    if options.write:
        REPORT.write_text(report, encoding="utf-8")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
