"""The projector of a lesson: a real browser with the host's page, which watches the wall."""

from __future__ import annotations

import time

from tests.browser import driver

# Writes down in which frame the wall has each drawing, and whose it is.
WATCH = """
window.tiles = {};
const ask = window.fetch;
window.fetch = async (...request) => {
  const answer = await ask(...request);
  if (/api\\/room\\/[^/]+\\/wall(\\?|$)/.test(answer.url) && answer.ok) answer.clone().json().then(({ tiles = [] }) =>
    requestAnimationFrame(() => requestAnimationFrame(() => {
      for (const { id, name } of tiles) window.tiles[id] ??= [Date.now() / 1000, name];
    })));
  return answer;
};"""


def watch_wall(address: str, end: float, seen: dict[str, tuple[float, str]], failures: list[str]) -> None:
    """Shows the host's page until the end; puts into seen when each tile came, by its id, and whose it is."""
    try:
        with driver.chromium() as chromium:
            page = chromium.new_context(viewport=driver.DESKTOP).new_page()
            page.add_init_script(WATCH)
            page.goto(address)
            page.locator(".room-code b").wait_for(timeout=60_000)
            while time.monotonic() < end + 4:
                page.wait_for_timeout(500)
            seen.update({key: tuple(value) for key, value in page.evaluate("window.tiles").items()})
    except Exception as error:
        failures.append(f"the wall: {type(error).__name__} {str(error).splitlines()[0]}")
