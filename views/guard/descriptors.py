"""How many files this process may have open, which bounds its visitors; some laptops allow no more than 256."""

from __future__ import annotations

import contextlib
import logging

try:
    import resource
except ImportError:  # Windows, which has no such limit
    resource = None  # type: ignore[assignment]

log = logging.getLogger(__name__)

OF_A_VISIT = 5  # a websocket, the three of its event loop in Streamlit, and one for what the browser fetches
OF_THE_SERVER = 60  # its own files, and lines that are no visit
ENOUGH = 100  # visitors
AIMS = (65_536, 16_384, 10_240, 4_096)  # macOS refuses more than 10,240, whatever its hard limit says
UNLIMITED = 5_000  # visitors, where there is no limit


def raise_limit() -> None:
    """Raises the soft limit as far as the hard one lets it."""
    if resource is None:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for aim in AIMS:
        aim = aim if hard == resource.RLIM_INFINITY else min(aim, hard)
        if aim <= soft or soft == resource.RLIM_INFINITY:
            return
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (aim, hard))
            return


def visitors() -> int:
    """How many visitors the limit bears at once."""
    soft = limit()
    return UNLIMITED if soft is None else max(1, min(UNLIMITED, (soft - OF_THE_SERVER) // OF_A_VISIT))


def limit() -> int | None:
    """How many files may be open now; None where there is no limit."""
    if resource is None:
        return None
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if soft == resource.RLIM_INFINITY else soft


def report() -> str:
    """The limit in a sentence, and what to do where it is low."""
    soft = limit()
    if soft is None:
        return f"No limit on open files: room for {visitors():,} visitors at once."
    text = f"At most {soft:,} open files: room for {visitors():,} visitors at once."
    if visitors() < ENOUGH:
        text += f" For more, start the page after: ulimit -n {OF_THE_SERVER + 10 * ENOUGH * OF_A_VISIT}"
    return text
