"""The tables in docs/hosting.md: visitors, copies, memory and waiting, taken from the reports in docs/measured.

python -m benchmark.hosting      writes them; a test checks that they are up to date
"""

from __future__ import annotations

import math
import re

from recognition.store import write_atomically
from tests.page_server import ROOT

MEASURED = ROOT / "docs" / "measured"
HOSTING = ROOT / "docs" / "hosting.md"
MARKS = ("<!-- visitors -->\n", "<!-- end of visitors -->\n")
HEADING = [
    "| | copies | cores, the clients' too | MB, all copies | a stroke's answer, p95 |",
    "|---|---:|---:|---:|---:|",
]

SCALE_MARKS = ("<!-- scale -->\n", "<!-- end of scale -->\n")
NUMBERS = (100, 1_000, 10_000)  # of visitors
MAX_LOAD = 0.6  # of a core, of which a copy can use one, so that answers do not wait for others
CONNECTIONS, POSTGRESQL_CONNECTIONS = 16, 100  # that a copy may open; that PostgreSQL takes without settings


def scale_table() -> str:
    """The table of many visitors in Markdown: each cell is a number of visitors times what one costs."""
    scale, load = ((MEASURED / f"{name}.md").read_text(encoding="utf-8") for name in ("scale", "load"))
    rows_found = map(_cells, re.findall(r"^\| (?:Draw|Play|room) \|.*$", scale, re.MULTILINE))
    costs = {
        cells[0]: (float(cells[1]), float(cells[2])) for cells in rows_found
    }  # ms of a core, messages, in a minute
    least, most = re.findall(r"^\| 100 \|.*\| (\d+) to (\d+) \|", load, re.MULTILINE)[0]
    first, each = int(least), (int(most) - int(least)) / 100  # MB of a copy, and of a visit
    rows = []
    for place, (milliseconds, messages) in costs.items():
        for number in NUMBERS:
            cores = number * milliseconds / 60_000
            copies = max(1, math.ceil(cores / MAX_LOAD))
            memory = copies * first + number * each
            asked = number * messages / 60
            size = f"{memory:.0f} MB" if memory < 1000 else f"{memory / 1000:.1f} GB"
            cells = [
                f"{number:,}",
                place,
                f"{cores:.1f}",
                f"{copies:,}",
                size,
                f"{asked:,.0f}",
                _bottleneck(place, copies),
            ]
            rows.append(f"| {' | '.join(cells)} |")
    heading = "| visitors | on | cores | copies | memory | requests and messages a second | what comes short first |"
    return "\n".join([heading, "|---:|---|---:|---:|---:|---:|---|", *rows]) + "\n"


def _bottleneck(place: str, copies: int) -> str:
    if copies == 1:
        return "nothing: one copy is enough"
    if place == "room" and copies * CONNECTIONS > POSTGRESQL_CONNECTIONS:
        return "connections to PostgreSQL, then the core of a copy"
    return "the core of a copy"


def table() -> str:
    """The table of what was measured in Markdown."""
    load, copies, room = ((MEASURED / f"{name}.md").read_text(encoding="utf-8") for name in ("load", "copies", "room"))
    rows = list(HEADING)
    for line in re.findall(r"^\| \d+ \|.*$", load, re.MULTILINE):
        cells = _cells(line)
        number = "1 visitor" if cells[0] == "1" else f"{cells[0]} visitors"
        rows.append(f"| {number} | 1 | {_cores(load)} | {cells[13].split()[-1]} | {cells[4]} ms |")
    visitors, p95, memory = (
        re.findall(pattern, copies)[0] for pattern in (r"([\d,]+) visitors for", r"p95 (\d+) ms", r"to (\d+) MB")
    )
    rows.append(f"| {visitors} visitors, each copy killed once | 2 | {_cores(copies)} | {memory} | {p95} ms |")
    phones = re.findall(r"^(\d+) phones", room, re.MULTILINE)[0]
    for line, number in zip(re.findall(r"^\| (?:SQLite|PostgreSQL).*$", room, re.MULTILINE), (1, 2), strict=True):
        cells = _cells(line)
        highest = max(map(int, cells[11].split()))
        rows.append(
            f"| {phones} phones in a room, {cells[0]} | {number} | {_cores(room)} | {highest} | {cells[6]} ms |"
        )
    return "\n".join(rows) + "\n"


def main() -> None:
    """The command line."""
    text = HOSTING.read_text(encoding="utf-8")
    for (begin, end), rows in ((MARKS, table()), (SCALE_MARKS, scale_table())):
        before, after = text.split(begin)
        text = before + begin + rows + end + after.split(end)[1]
    write_atomically(HOSTING, lambda path: path.write_text(text, encoding="utf-8"))


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def _cores(report: str) -> str:
    return re.findall(r"(\d+) cores", report)[0]


if __name__ == "__main__":
    main()
