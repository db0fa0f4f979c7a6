"""The steps of a host and a phone in a room, in a real Chromium."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.browser import driver
from tests.drawings import placed

LATE = 60_000  # milliseconds


def code(host) -> str:
    return host.locator(".room-code b").inner_text()


def scanned(host) -> str:
    """The path and query of the QR code."""
    link = urlsplit(host.locator(".room-code img").get_attribute("alt").split()[-1])
    return f"{link.path}?{link.query}"


def join(visit, host):
    """A phone that scans the code and taps once."""
    phone = visit(driver.PHONE, phone=True, path=scanned(host))
    phone.click("Join the room")
    phone.page.locator(".room-strip").wait_for(timeout=LATE)
    return phone


def name(phone) -> str:
    return phone.page.locator(".room-strip header b").inner_text()


def prompt(phone, words: str) -> None:
    phone.page.locator(".room-strip .prompt", has_text=words).wait_for(timeout=LATE)


def send(phone, digit: int, size: float = 180) -> None:
    phone.draw_by_touch(placed(digit, size))
    button = phone.page.get_by_role("button", name="Send to the wall")
    button.and_(phone.page.locator(":enabled")).wait_for(timeout=LATE)
    button.click()
    phone.page.locator(".room-strip .result img").wait_for(timeout=LATE)
    phone.wait_for_invitation()


def tiles(host, count: int) -> list[str]:
    """The wall's tiles when there are so many: what each shows in words."""
    expect(host.locator(".tile")).to_have_count(count, timeout=LATE)
    return [tile.get_attribute("title") for tile in host.locator(".tile").all()]


def press(host, label: str) -> None:
    host.get_by_role("button", name=label, exact=True).click()
    host.wait_for_timeout(1500)


def begin_round(host, phones, number: int, kind: str, digit: int | None = None) -> None:
    """Chooses a prompt, and begins the round with this number, until all phones show it."""
    choose_prompt(host, kind, digit)
    host.get_by_role("button", name="Next round", exact=True).click()
    host.locator(f'.wall-stage[data-round="{number}"]').wait_for(timeout=LATE)
    for phone in phones:
        phone.page.locator(f'.room-strip[data-round="{number}"]').wait_for(timeout=LATE)


def switch(host, label: str) -> None:
    """Turns one of the settings."""
    host.get_by_role("button", name="Settings").click()
    host.get_by_text(label).click()
    host.wait_for_timeout(1000)
    host.keyboard.press("Escape")


def reveal(*walls) -> None:
    """Presses Reveal on the first, and waits until the show is over on all walls."""
    walls[0].get_by_role("button", name="Reveal", exact=True).click()
    for wall in walls:
        expect(wall.locator(".wall-sentence")).not_to_be_empty(timeout=LATE)


def choose_prompt(host, kind: str, digit: int | None = None) -> None:
    host.get_by_role("combobox", name="Prompt of the next round").click()
    host.get_by_role("option", name=kind).click()
    if digit is not None:
        host.get_by_role("combobox", name="Digit", exact=True).click()
        host.get_by_role("option", name=str(digit), exact=True).click()
    host.wait_for_timeout(1000)
