"""How often wrong codes may be tried, so that a room's code cannot be guessed."""

from __future__ import annotations

import threading
import time
from collections import deque

from rooms.errors import Refused

WINDOW = 60.0  # seconds


class Guesses:
    """Counts the wrong codes of a process over the last minute. Those who scanned the QR code are not counted."""

    def __init__(self, most: int):
        self.most = most
        self._wrong: deque[float] = deque()
        self._lock = threading.Lock()

    def check(self) -> None:
        """Raises Refused where too many were wrong."""
        with self._lock:
            while self._wrong and self._wrong[0] < time.monotonic() - WINDOW:
                self._wrong.popleft()
            if len(self._wrong) >= self.most:
                raise Refused("Too many wrong codes were tried; scan the QR code, or try again in a minute.")

    def wrong(self) -> None:
        """Counts one."""
        with self._lock:
            self._wrong.append(time.monotonic())
