"""Size of the environments, and the time to install them: everything, and only what serves."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

from tests.page_server import ROOT

FILES = {"requirements.txt": "everything", "requirements-serve.txt": "only what serves the page"}


def install() -> str:
    """The report, in Markdown."""
    lines = [
        "Each into an empty virtual environment; the packages came from an index nearby, or pip's cache.",
        "",
        "| file | what | MB | s |",
        "|---|---|---:|---:|",
    ]
    for name, what in FILES.items():
        size, seconds = measure(ROOT / name)
        lines.append(f"| {name} | {what} | {size / 1e6:,.0f} | {seconds:.0f} |")
        print(lines[-1], flush=True)
    return "\n".join(lines) + "\n"


def measure(requirements: Path) -> tuple[int, float]:
    """Bytes of an environment with these packages, and the seconds that it took to install them."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        begin = time.perf_counter()
        python = Path(folder) / ("Scripts" if sys.platform == "win32" else "bin") / "python"
        subprocess.run([python, "-m", "pip", "install", "-q", "-r", requirements], check=True)
        seconds = time.perf_counter() - begin
        return sum(path.lstat().st_size for path in Path(folder).rglob("*") if path.is_file()), seconds
