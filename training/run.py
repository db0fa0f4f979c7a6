"""What every long command shares: the folder of its unfinished work, and the words when it cannot be kept."""

from __future__ import annotations

import argparse
from pathlib import Path

RUNS = Path(__file__).resolve().parent / "runs"  # unfinished trainings and what they prepare; not under version control
AGAIN = "Make room on the disk and give the same command again; it goes on where it stopped."


def positive(text: str) -> int:
    """A whole number above zero, for the command line; raises what argparse tells the user otherwise."""
    if int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected at least 1, got {text}")
    return int(text)
