"""How much visitors may upload: bounded for each visit and for all together, counting what is on its way."""

from __future__ import annotations

from collections import Counter

from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

MAX_BYTES = 11_000_000  # bytes of one upload, its envelope included; assumed where the browser does not tell
MAX_PER_VISIT = 25_000_000  # bytes that a visit may have uploaded; replacing a photo removes the one before
MAX_FILES = 10  # of a visit
MAX_TOTAL = 400_000_000  # bytes of all visits


class Uploads:
    """What is stored, as Streamlit counts it, and what is on its way, by the visit's id."""

    def __init__(self) -> None:
        self._coming: Counter[str] = Counter()
        self._lines: Counter[str] = Counter()

    def begin(self, visit: str, size: int) -> bool:
        """Whether a visit may upload so many bytes; end() must follow where it may."""
        stored = _stored()
        mine = [*stored.get(visit, {}).values()]
        total = sum(map(sum, (files.values() for files in stored.values()))) + self._coming.total()
        fits = (
            size <= MAX_BYTES
            and sum(mine) + self._coming[visit] + size <= MAX_PER_VISIT
            and len(mine) + self._lines[visit] < MAX_FILES
            and total + size <= MAX_TOTAL
        )
        if fits:
            self._coming[visit] += size
            self._lines[visit] += 1
        return fits

    def end(self, visit: str, size: int) -> None:
        """An upload is stored, or has failed."""
        self._coming[visit] -= size
        self._lines[visit] -= 1
        if not self._lines[visit]:
            del self._coming[visit], self._lines[visit]


def _stored() -> dict[str, dict[str, int]]:
    """For each visit the bytes of its files, by their ids."""
    manager = runtime.get_instance().uploaded_file_mgr
    if not isinstance(manager, MemoryUploadedFileManager):
        return {}
    return {
        visit: {name: len(file.data) for name, file in [*files.items()]}
        for visit, files in [*manager.file_storage.items()]
    }
