"""What an unfinished training keeps on disk after each epoch, so that it can resume after an interruption."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path

import keras

from recognition.store import write_atomically


class History(keras.callbacks.Callback):
    """Keeps one row for each epoch, counted from 1, in a file that survives an interruption."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.rows = {row["epoch"]: row for row in json.loads(path.read_text())} if path.exists() else {}

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        self._start = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        row = {name: round(float((logs or {})[name]), 5) for name in ("loss", "accuracy", "val_loss", "val_accuracy")}
        self.rows[epoch + 1] = {"epoch": epoch + 1} | row | {"seconds": round(time.perf_counter() - self._start, 2)}
        write_atomically(self.path, lambda path: path.write_text(json.dumps(list(self.rows.values()))))


class State(keras.callbacks.Callback):
    """Keeps the network and its optimizer as they are after each epoch, the epoch in the file's name.

    One file in one step, so that a kill at any moment leaves the last whole epoch; Keras's BackupAndRestore writes two.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def restore(self, model: keras.Model) -> int:
        """Puts the newest state into a compiled model; returns how many epochs it has been trained."""
        kept = self._kept()
        if not kept:
            return 0
        model.optimizer.build(model.trainable_variables)
        model.load_weights(kept[-1])
        return int(kept[-1].name.removeprefix("epoch-").removesuffix(".weights.h5"))

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        older = self._kept()
        write_atomically(self.folder / f"epoch-{epoch + 1:04}.weights.h5", self.model.save_weights)
        for path in older:
            path.unlink(missing_ok=True)

    def _kept(self) -> list[Path]:
        return sorted(self.folder.glob("epoch-*.weights.h5"))
