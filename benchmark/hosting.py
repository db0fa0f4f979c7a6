"""The table in docs/hosting.md: visitors, copies, memory and waiting, taken from the reports in docs/measured.

python -m benchmark.hosting      writes it; a test checks that it is up to date
"""

from __future__ import annotations

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


def table() -> str:
    """The table in Markdown."""
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
    before, after = HOSTING.read_text(encoding="utf-8").split(MARKS[0])
    text = before + MARKS[0] + table() + MARKS[1] + after.split(MARKS[1])[1]
    write_atomically(HOSTING, lambda path: path.write_text(text, encoding="utf-8"))


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def _cores(report: str) -> str:
    return re.findall(r"(\d+) cores", report)[0]


if __name__ == "__main__":
    main()
