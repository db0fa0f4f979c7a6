"""Callbacks of a training: its history, a checkpoint after each epoch to resume from, and the EMA of the weights.

Keras's own callbacks were tried (training/LOG.md, 29 November) and are not used: BackupAndRestore writes weights and
epoch into two files one after the other, and SwapEMAWeights changes the weights by rounding.
Source of the EMA: B. Polyak and A. Juditsky, Acceleration of Stochastic Approximation by Averaging, 1992.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import time
from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np

from recognition.store import write_atomically

NAME = re.compile(r"epoch-(\d+)-([0-9a-f]{12})\.weights\.h5")  # the epoch, and the file's SHA-256


class History(keras.callbacks.Callback):
    """Writes a row for each epoch, counted from 1, to a file.

    Where the file is damaged, its epochs are missing from the history; the training itself does not need them.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.rows: dict[int, dict[str, float]] = {}
        try:
            if path.exists():
                self.rows = {int(row["epoch"]): dict(row) for row in json.loads(path.read_text(encoding="utf-8"))}
        except (OSError, ValueError, TypeError, KeyError) as error:
            print(f"{path} is damaged ({error}); the epochs so far will be missing from the training curves")

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        self._start = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        names = ("loss", "accuracy", "val_loss", "val_accuracy")  # the last two where there are digits to validate on
        row = {name: round(float(logs[name]), 5) for name in names if logs and name in logs}
        self.rows[epoch + 1] = {"epoch": epoch + 1} | row | {"seconds": round(time.perf_counter() - self._start, 2)}
        write_atomically(self.path, lambda path: path.write_text(json.dumps(list(self.rows.values()))))


class Checkpoint(keras.callbacks.Callback):
    """Writes the network and its optimizer after each epoch, with the epoch and the content's hash in the file's name.

    A single file, written atomically: a kill at any moment leaves the last whole epoch.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def restore(self, model: keras.Model) -> int:
        """Load the newest undamaged state into a compiled model; returns the number of epochs it has been trained."""
        for path in reversed(self._saved()):
            if _is_intact(path):
                model.optimizer.build(model.trainable_variables)
                model.load_weights(path)
                return _epoch(path)
            print(f"{path} is damaged; it is deleted, and its epochs are trained again")
            path.unlink()
        return 0

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        older = self._saved()
        content = weights_in_memory(self.model)
        path = self.folder / f"epoch-{epoch + 1:04}-{_sha256(content)}.weights.h5"
        write_atomically(path, lambda partial: partial.write_bytes(content))
        for other in older:
            if other != path:
                other.unlink(missing_ok=True)

    def _saved(self) -> list[Path]:
        return sorted((path for path in self.folder.glob("epoch-*") if NAME.fullmatch(path.name)), key=_epoch)


def weights_in_memory(model: keras.Model) -> bytes:
    """The content of a Keras weights file: a model's weights, and its optimizer's if it is compiled.

    Made in memory, because HDF5 ends the whole process with a segmentation fault where the disk is full.
    """
    file = _MemoryFile()
    model.save_weights(file)
    return file.getvalue()


class _MemoryFile(io.BytesIO):
    """A file in memory with the name that Keras insists on."""

    def __str__(self) -> str:
        return "memory.weights.h5"


def _is_intact(path: Path) -> bool:
    """Compare a file with the hash in its name."""
    match = NAME.fullmatch(path.name)
    return match is not None and match[2] == _sha256(path.read_bytes())


def _epoch(path: Path) -> int:
    match = NAME.fullmatch(path.name)
    return int(match[1]) if match else 0


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


class EMAWeights(keras.callbacks.Callback):
    """Validate the EMA of the weights, and afterwards put the trained ones back, bit for bit.

    Keras itself leaves the EMA in the model at the end of fit.
    """

    def on_test_begin(self, logs: Mapping[str, float] | None = None) -> None:
        self._trained = [np.array(variable) for variable in self.model.trainable_variables]
        self.model.optimizer.finalize_variable_values(self.model.trainable_variables)

    def on_test_end(self, logs: Mapping[str, float] | None = None) -> None:
        for variable, value in zip(self.model.trainable_variables, self._trained, strict=True):
            variable.assign(value)
