"""The pictures of the page Evidence in a real Chromium: whole on a phone and on a projector; Vega warns of nothing."""

from __future__ import annotations

import pytest

from models import NETWORKS
from tests.browser.driver import PHONE

PROJECTOR = {"width": 1920, "height": 1080}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "theme"), [(PROJECTOR, "light"), (PHONE, "dark"), ({"width": 360, "height": 640}, "light")]
)
def test_all_pictures_fit_the_window_and_nothing_is_warned_of(visit, size, theme):
    visitor = visit(size, theme=theme)
    warnings: list[str] = []
    visitor.page.on("console", lambda message: warnings.append(message.text) if "WARN" in message.text else None)
    visitor.page.goto(f"{visitor.page.url.rstrip('/')}/evidence")
    for test in ("MNIST test digits", "drawn digits", "drawn digits, plain resize"):
        visitor.page.get_by_role("radio", name=test, exact=True).click()
        picture = visitor.page.locator(".stVegaLiteChart").first
        picture.locator("[aria-label*='Y-network']").first.wait_for(timeout=30_000)
        visitor.page.wait_for_timeout(1500)
        box = picture.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= size["width"]
        assert box["height"] > 40 * len(NETWORKS)
    assert warnings == []
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
