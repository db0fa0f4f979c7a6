"""The panel "Which ink?": how important the ink is to each network's answer; browser/importance/ draws it."""

from __future__ import annotations

from recognition.ensemble import Selection
from ui.shared import modules


def importance_panel(selection: Selection) -> None:
    """Show, for each network, the digit with the importance of its ink in colour; the browser knows both."""
    modules.mount("importance", "importance/importance.js", key="importance")
