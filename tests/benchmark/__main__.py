"""Measures how fast the page answers, and how many people at once.

python -m tests.benchmark networks     one digit through all networks, against Keras's own predict()
python -m tests.benchmark page         from pointer-up to painted bars in Chromium, against a bare canvas
python -m tests.benchmark panels       one run of the page on the server, with each panel open and with none
python -m tests.benchmark start        from the command to a canvas, and to the first answer, against an empty page
python -m tests.benchmark load         a room of visitors who draw
python -m tests.benchmark copies       two copies behind nginx, each killed once while visitors draw
python -m tests.benchmark soak         thousands of drawings through one server: does anything pile up?
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from collections.abc import Callable

from tests.server import ROOT

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from recognition.store import write_atomically
from tests.benchmark import copies, load, soak, speed, start

KEPT = ROOT / "docs" / "measured"
MEASUREMENTS: dict[str, Callable[[argparse.Namespace], str]] = {
    "networks": lambda options: speed.networks(),
    "page": lambda options: speed.page(),
    "panels": lambda options: speed.panels(),
    "start": lambda options: start.start(),
    "load": lambda options: load.load(options.visitors, options.minutes, options.before),
    "copies": lambda options: copies.copies(options.visitors[-1], options.minutes),
    "soak": lambda options: soak.soak(options.drawings),
}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmark", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=MEASUREMENTS)
    parser.add_argument(
        "--visitors", type=int, nargs="+", default=[1, 10, 50, 100], help="in the room, one after another"
    )
    parser.add_argument("--minutes", type=float, default=3, help="that each room stays")
    parser.add_argument(
        "--before", action="store_true", help="the fullest room also with Streamlit's own garbage collection"
    )
    parser.add_argument("--drawings", type=int, default=5000, help="through one server, for soak")
    parser.add_argument("--write", action="store_true", help=f"keep the report in {KEPT.relative_to(ROOT)}")
    options = parser.parse_args()
    report = MEASUREMENTS[options.what](options)
    print(report)
    if options.write:
        KEPT.mkdir(exist_ok=True)
        heading = f"Written by `python -m tests.benchmark {options.what} --write` on {time.strftime('%Y-%m-%d')}, "
        heading += f"{os.cpu_count()} cores, Python {platform.python_version()}; the clients ran beside the server.\n\n"
        write_atomically(KEPT / f"{options.what}.md", lambda path: path.write_text(heading + report, encoding="utf-8"))


if __name__ == "__main__":
    main()
