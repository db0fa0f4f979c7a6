"""The container's health check: asks the page whether it is well, and ends it where it stands still.

Docker starts again what has ended, but not what has stopped answering; so a page that gives no answer in ANSWER_SECONDS
is killed here. The container needs an init process for that (docker run --init), as process 1 cannot be killed inside.
"""

from __future__ import annotations

import os
import signal
import sys
import urllib.error
import urllib.request
from pathlib import Path

ADDRESS = "http://127.0.0.1:8501/_stcore/health"
ANSWER_SECONDS = 8.0


def main() -> int:
    """Return 0 where the page answers, 1 where it does not."""
    try:
        with urllib.request.urlopen(ADDRESS, timeout=ANSWER_SECONDS) as answer:
            return 0 if answer.status == 200 else 1
    except TimeoutError:
        end_page()
    except OSError as error:  # refused: it starts, or has ended
        if isinstance(error, urllib.error.URLError) and isinstance(error.reason, TimeoutError):
            end_page()
    return 1


def end_page() -> None:
    """Kill every process of this container but its first and this one."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and int(folder.name) not in (1, os.getpid()):
            print(f"the page stands still; process {folder.name} is ended", file=sys.stderr)
            os.kill(int(folder.name), signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
