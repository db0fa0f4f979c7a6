"""The panel "Which ink?": how important the ink is to each network's answer; browser/importance/ draws it."""

from __future__ import annotations

from recognition.ensemble import Selection
from ui.drawing.history import DrawnDigit
from ui.shared import browser_files, modules


def importance_panel(drawn: DrawnDigit | None, selection: Selection) -> None:
    """Show, for each network, the digit with the importance of its ink in colour; the browser knows what is drawn."""
    module = browser_files.script_address("importance/importance.js")
    modules.component("importance")(key="importance", data={"module": module})
