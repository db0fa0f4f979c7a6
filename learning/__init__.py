"""Learning from a few drawings: `learn()`, and the process in which the page "Learn" runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from learning.learner import learn

__all__ = ["learn"]


def __getattr__(name: str) -> Any:
    """Import `learn` when it is first used: it needs TensorFlow, which learning.job must not load."""
    if name == "learn":
        from learning.learner import learn

        return learn
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
