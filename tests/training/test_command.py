"""Every command ends with an exit status and a sentence, and sets malloc only where it can."""

from __future__ import annotations

import errno

import pytest

from recognition.store import WeightsError
from training.data.dataset import DataError
from training.engine import command
from training.engine.command import BusyError, run_command


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (DataError("no MNIST here"), 2, "no MNIST here\n"),
        (WeightsError("no weights"), 2, "no weights\n"),
        (BusyError("another process"), 2, "another process\n"),
        (OSError(errno.ENOSPC, "No space left"), 1, "Free some disk space and run the same command again"),
        (PermissionError(errno.EACCES, "Permission denied", "x.h5"), 1, "Make x.h5 writable."),
        (KeyboardInterrupt(), 130, "Interrupted. Run the same command again; it continues where it stopped."),
        (ZeroDivisionError("division by zero"), 1, "Unexpected ZeroDivisionError: division by zero. Please report it"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_error_ends_a_command_with_a_sentence(tmp_path, monkeypatch, capsys, error, status, sentence):
    def main():
        raise error

    monkeypatch.setattr(command, "RUNS", tmp_path)
    with pytest.raises(SystemExit) as ended:
        run_command(main)
    output = capsys.readouterr().err
    assert ended.value.code == status and sentence in output and "Traceback" not in output
    if isinstance(error, ZeroDivisionError):
        assert "in main" in (tmp_path / "error.txt").read_text()


@pytest.mark.parametrize("library", [object(), None], ids=["another C library", "another system"])
def test_malloc_is_set_for_glibc_only(monkeypatch, library):
    monkeypatch.setattr(command.ctypes, "CDLL", lambda name: library)
    monkeypatch.setattr(command.sys, "platform", "linux" if library else "darwin")
    assert command.keep_freed_memory() is False
