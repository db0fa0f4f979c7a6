"""Learning from a few drawings: `learn()`, and the process in which the page "Learn" runs it.

The files in the order in which a training passes through them:
job        the files that the page and the process exchange
training   the page's side: it starts the process, polls its progress, and ends it
process    the process: the page's commands, its place in the queue, its end
queue      one training at a time on a machine, first come, first served
run        one training: read the job, learn, compare, export; download fetches MNIST for it
learner    learn(): the training loop within a time limit
batches    variations of the drawings, and rehearsal of what the network knew
progress   curves and snapshots for the page while the network learns
probe      a look into the network for these: probabilities, activations, the last hidden layer, weights
"""

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
