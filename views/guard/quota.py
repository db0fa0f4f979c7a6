"""A quota that refills with time: what a visit uses beyond it has to wait, and only that visit waits."""

from __future__ import annotations

import time
from collections.abc import Callable


class Quota:
    """A token bucket.

    rate: how much comes back in a second. most: what may be used at once, after a pause.
    """

    def __init__(self, rate: float, most: float, clock: Callable[[], float] = time.monotonic):
        self.rate, self.most, self.clock = rate, most, clock
        self.left, self.at = most, clock()

    def use(self, amount: float) -> float:
        """Takes an amount; returns the seconds to wait before what it is for."""
        now = self.clock()
        self.left = min(self.most, self.left + self.rate * (now - self.at)) - amount
        self.at = now
        return max(0.0, -self.left / self.rate)
