"""The projector of a lesson: a real browser with the host's page, which watches the wall."""

from __future__ import annotations

import time

from tests.browser import driver

# Writes down when each tile came onto the wall, and whose it is.
WATCH = """() => {
  window.tiles = {};
  const look = (root) => {
    for (const tile of root.querySelectorAll(".tile")) {
      if (!(tile.dataset.id in window.tiles))
        window.tiles[tile.dataset.id] = [Date.now() / 1000, tile.querySelector(".name").textContent];
    }
  };
  const begin = () => {
    const host = [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")]
      .find((one) => one.shadowRoot?.querySelector(".wall"));
    if (!host) return setTimeout(begin, 50);
    const wall = host.shadowRoot.querySelector(".wall");
    look(wall);
    new MutationObserver(() => look(wall)).observe(wall, { childList: true });
  };
  begin();
}"""


def watch_wall(address: str, end: float, seen: dict[str, tuple[float, str]], failures: list[str]) -> None:
    """Shows the host's page until the end; puts into seen when each tile came, by its id, and whose it is."""
    try:
        with driver.chromium() as chromium:
            page = chromium.new_context(viewport=driver.DESKTOP).new_page()
            page.goto(address)
            page.locator(".room-code b").wait_for(timeout=60_000)
            page.evaluate(WATCH)
            while time.monotonic() < end + 4:
                page.wait_for_timeout(500)
            seen.update({key: tuple(value) for key, value in page.evaluate("window.tiles").items()})
    except Exception as error:
        failures.append(f"the wall: {type(error).__name__} {str(error).splitlines()[0]}")
