"""Measures how fast the page answers, and for how many visitors at once.

python -m benchmark networks     prediction of a digit by all networks, against Keras's predict()
python -m benchmark page         from pointer-up to painted bars in Chromium, against a bare canvas
python -m benchmark alive        the page while the pen moves, against the same page without its networks
python -m benchmark panels       a run of the page on the server, with each panel open and with none
python -m benchmark start        from the command to the canvas and to the first answer, against a bare canvas
python -m benchmark load         many visitors who draw at the same time
python -m benchmark copies       two copies behind HAProxy, each killed once while visitors draw
python -m benchmark room         a lesson: phones that send and a wall, on one server and on two copies
python -m benchmark soak         memory over thousands of drawings through one server
python -m benchmark scale        what a visitor costs the server, on Draw, on Play and in a room
python -m benchmark containers   the image and Compose as they run: start, memory, a copy that is killed or stands still
python -m benchmark install      size of the environments, and how long they take to install
python -m benchmark learn        20 visitors beside a training; what networks learn in half a minute, and forget
python -m benchmark first_answer seconds from Train on the page Learn to the first digits
python -m benchmark siege        honest visitors in quiet, and beside each attacker and all at once
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from collections.abc import Callable

from tests.page_server import ROOT

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from benchmark import (
    alive,
    containers,
    copies,
    first_answer,
    install,
    learn,
    learn_load,
    load,
    room,
    scale,
    siege,
    soak,
    speed,
    start,
)
from recognition.store import write_atomically

REPORTS = ROOT / "docs" / "measured"
MEASUREMENTS: dict[str, Callable[[argparse.Namespace], str]] = {
    "networks": lambda options: speed.networks(),
    "page": lambda options: speed.page(),
    "alive": lambda options: alive.alive(),
    "panels": lambda options: speed.panels(),
    "start": lambda options: start.start(),
    "load": lambda options: load.load(options.visitors, options.minutes, options.before),
    "copies": lambda options: copies.copies(options.visitors[-1], options.minutes),
    "room": lambda options: room.room(options.visitors[-1], options.minutes),
    "soak": lambda options: soak.soak(options.drawings),
    "learn": lambda options: learn_load.beside_learning(options.minutes) + "\n" + learn.learn(options.seconds),
    "first_answer": lambda options: first_answer.first_answer(),
    "scale": lambda options: scale.scale(options.minutes),
    "containers": lambda options: containers.containers(),
    "install": lambda options: install.install(),
    "siege": lambda options: siege.siege(options.minutes),
}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmark", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("measurement", choices=MEASUREMENTS)
    parser.add_argument(
        "--visitors",
        type=int,
        nargs="+",
        default=[1, 10, 50, 100],
        help="at the same time; one measurement for each number",
    )
    parser.add_argument("--minutes", type=float, default=3, help="duration of each measurement")
    parser.add_argument(
        "--before",
        action="store_true",
        help="the largest number of visitors also with Streamlit's own garbage collection, and with two runs at once",
    )
    parser.add_argument("--seconds", type=float, default=30, help="of learning, for learn")
    parser.add_argument("--drawings", type=int, default=5000, help="through one server, for soak")
    parser.add_argument("--write", action="store_true", help=f"write the report to {REPORTS.relative_to(ROOT)}")
    options = parser.parse_args()
    report = MEASUREMENTS[options.measurement](options)
    print(report)
    if options.write:
        REPORTS.mkdir(exist_ok=True)
        heading = f"Written by `python -m benchmark {options.measurement} --write` on {time.strftime('%Y-%m-%d')}, "
        heading += (
            f"{os.cpu_count()} cores, Python {platform.python_version()}; the clients ran on the same machine.\n\n"
        )
        write_atomically(
            REPORTS / f"{options.measurement}.md", lambda path: path.write_text(heading + report, encoding="utf-8")
        )


if __name__ == "__main__":
    main()
