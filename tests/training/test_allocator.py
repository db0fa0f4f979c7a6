"""Memory that a training frees stays with its process, on Linux with glibc."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

from training.engine import command

# Prints how many pages the kernel had to supply while a thread allocated and freed 16 MB over and over.
FAULTS = """
import ctypes, resource, sys, threading
from training.engine.command import keep_freed_memory
if sys.argv[1] == "keep":
    assert keep_freed_memory()
library = ctypes.CDLL(None)
library.malloc.restype, library.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
def work():
    for _ in range(200):
        blocks = [library.malloc(4_000_000) for _ in range(4)]
        for block in blocks:
            ctypes.memset(block, 1, 4_000_000)
        for block in blocks:
            library.free(block)
thread = threading.Thread(target=work)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
thread.start(); thread.join()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""
glibc = pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "gnu_get_libc_version"), reason="another C library"
)


def faults(word: str) -> int:
    run = subprocess.run([sys.executable, "-c", FAULTS, word], capture_output=True, text=True, check=True)
    return int(run.stdout)


@glibc
def test_pages_are_supplied_once_instead_of_in_each_step():
    assert 20 * faults("keep") < faults("leave")


@pytest.mark.parametrize("library", [object(), None], ids=["another C library", "another system"])
def test_elsewhere_nothing_is_set(monkeypatch, library):
    monkeypatch.setattr(command.ctypes, "CDLL", lambda name: library)
    monkeypatch.setattr(command.sys, "platform", "linux" if library else "darwin")
    assert command.keep_freed_memory() is False
