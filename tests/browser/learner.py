"""A visitor on the page Learn in a real Chromium, and what a server's trainings leave on its machine."""

from __future__ import annotations

import os
import re
from pathlib import Path

from learning.job import JOB_FILE
from learning.training import FOLDER_PREFIX
from tests.browser import driver
from tests.drawings import placed
from ui.room.store import URL

TIMEOUT = 120_000  # milliseconds, on a busy machine


def environment(place: Path) -> dict[str, str]:
    """The variables of a server whose trainings, queue and rooms are in a folder of their own."""
    rooms = f"sqlite:///{place / 'rooms.sqlite'}"
    return os.environ | {"TMPDIR": str(place), "DIGIT_QUEUE": str(place / "queue"), URL: rooms}


def trainings(place: Path) -> list[str]:
    """The processes that train for such a server, and the folders that they use; not one that stands by."""
    folders = {path for path in place.glob(f"{FOLDER_PREFIX}*") if (path / JOB_FILE).exists()}
    processes = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            folder = Path(path.read_bytes().decode().strip("\0").split("\0")[-1])
        except OSError:  # it has just ended
            continue
        if (
            folder.parent == place
            and folder.name.startswith(FOLDER_PREFIX)
            and (folder in folders or not folder.exists())
        ):
            processes.append(str(folder))
    return processes + [folder.name for folder in folders]


class Learner:
    """A visitor who has opened the page Learn."""

    def __init__(self, page, address: str):
        self.page = page
        page.goto(f"{address}/learn")
        self.button("Train").wait_for(timeout=TIMEOUT)

    def button(self, name: str):
        return self.page.get_by_role("button", name=name, exact=True)

    def train(self, seconds: int, button: str = "Train") -> None:
        """Start a training, and wait until the page shows its state."""
        self.page.get_by_role("combobox", name="Seconds").click()
        self.page.get_by_role("option", name=str(seconds), exact=True).click()
        self.page.wait_for_timeout(1000)
        self.button(button).click()
        self.page.locator(".learn-status").wait_for(timeout=TIMEOUT)

    def wait_for(self, *states: str) -> str:
        """Wait until the training is in one of these states; return what the page says of it."""
        self.page.locator(f".learn-status:is({', '.join(f'.{state}' for state in states)})").wait_for(timeout=TIMEOUT)
        return self.status()

    def status(self) -> str:
        return self.page.locator(".learn-status p").inner_text()

    def wait_for_snapshot(self) -> None:
        self.page.locator(".learn-digits.held").wait_for(timeout=TIMEOUT)

    def wait_for_network(self) -> str:
        """Wait until the trained network is there; return what the page says."""
        self.wait_for("done")
        self.page.locator(".st-key-learned").wait_for(timeout=TIMEOUT)
        self.page.wait_for_timeout(1500)
        return self.status()

    def pictures(self) -> list[str]:
        """Return the pictures of a training: map, bars over time, both curves, and what the followed digit excites."""
        canvases = [
            ".learn-map canvas",
            ".learn-strip",
            *(f".learn-{name} canvas" for name in ("accuracy", "loss", "excited")),
        ]
        self.page.wait_for_timeout(400)  # the map moves for 150 ms
        return [self.page.locator(name).evaluate("canvas => canvas.toDataURL()") for name in canvases]

    def correct(self) -> int:
        """The number of the held-out digits shown that are read correctly."""
        return int(self.page.locator(".learn-digits.held small").inner_text().split()[0])

    def examples(self) -> int:
        """The number of examples the network has seen."""
        return int(re.sub(r".*· ([\d,]+) examples.*", r"\1", self.status()).replace(",", ""))

    def box(self, selector: str) -> dict[str, float]:
        """The place of the first of these in the window."""
        return self.page.locator(selector).first.bounding_box()

    def go_to(self, name: str) -> None:
        """Another page, in the same visit."""
        driver.go_to(self.page, name)
        self.page.wait_for_timeout(1000)

    def draw(self, digit: int) -> None:
        """Draw a digit on the page Draw, and wait for the predictions."""
        visitor = object.__new__(driver.Visitor)  # it is there already
        visitor.page, visitor.canvas = self.page, self.page.locator("canvas.upper-canvas")
        visitor.canvas.wait_for(timeout=TIMEOUT)
        self.page.wait_for_timeout(800)
        visitor.draw(placed(digit))
        visitor.wait_for_answer()

    def own_predictions(self) -> list[str]:
        """Return what the visitor's own network says on the page Draw; nothing without one."""
        self.page.locator(".answers.answered").wait_for(timeout=TIMEOUT)
        return self.page.locator(".card.ready", has_text="Your MLP").locator(".answer b").all_inner_texts()
