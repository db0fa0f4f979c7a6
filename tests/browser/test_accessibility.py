"""axe-core finds nothing serious in any state of any page; the canvas has a name, and there is one live region."""

from __future__ import annotations

from pathlib import Path

import axe_playwright_python
import pytest

from tests.browser.driver import DESKTOP, PHONE, Visitor
from tests.drawings import placed

pytestmark = pytest.mark.slow

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
PANELS = ("Journey", "Which ink?", "How it is built")
THEMES = ("light", pytest.param("dark", marks=pytest.mark.nightly))
PAGES = ("play", "room", "learn", "evidence", "book", "book?lesson=Perceptron", "book?lesson=A+graph+of+layers")


def problems(visitor: Visitor) -> list[str]:
    """The serious and critical violations that axe-core finds on the page."""
    if not visitor.page.evaluate("'axe' in window"):
        visitor.page.evaluate(AXE)
    violations = visitor.page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
    serious = [rule for rule in violations if rule["impact"] in ("serious", "critical")]
    return [f"{rule['id']}: {node['html'][:200]}" for rule in serious for node in rule["nodes"]]


@pytest.mark.parametrize(
    ("theme", "viewport"),
    [
        pytest.param("light", DESKTOP, id="projector"),
        pytest.param("dark", PHONE, id="phone, dark"),
        pytest.param("dark", DESKTOP, id="projector, dark", marks=pytest.mark.nightly),
        pytest.param("light", PHONE, id="phone", marks=pytest.mark.nightly),
    ],
)
def test_nothing_serious_before_and_after_an_answer_and_in_doubt(visit, theme, viewport):
    visitor = visit(viewport, theme=theme)
    visitor.wait_for_invitation()
    assert problems(visitor) == []
    visitor.draw(placed(7))
    visitor.wait_for_answer()
    assert problems(visitor) == []
    visitor.click("Samples and photos")
    visitor.click("a house")
    visitor.page.get_by_role("heading", name="Not a digit?").wait_for()
    visitor.page.wait_for_timeout(800)
    assert problems(visitor) == []


@pytest.mark.parametrize("theme", THEMES)
def test_nothing_serious_in_any_panel(visit, theme):
    visitor = visit(theme=theme)
    visitor.draw(placed(7))
    visitor.wait_for_answer()
    for panel in PANELS:
        visitor.open_panel(panel)
        visitor.page.wait_for_timeout(2500)
        assert problems(visitor) == [], panel
    visitor.open_panel("Bars")
    visitor.click("Grab")
    visitor.page.wait_for_timeout(1000)
    assert problems(visitor) == [], "a grabbed digit"


@pytest.mark.parametrize("theme", THEMES)
def test_nothing_serious_on_any_other_page(visit, theme):
    visitor = visit(theme=theme)
    address = visitor.page.url.rstrip("/")
    for path in PAGES:
        visitor.page.goto(f"{address}/{path}")
        visitor.page.locator("h1").wait_for()
        visitor.page.wait_for_timeout(3000)
        assert problems(visitor) == [], path
        assert visitor.page.locator("h1").count() == 1, path


def test_the_canvas_has_a_name_and_answers_go_through_one_live_region_that_stays(visit):
    visitor = visit()
    assert visitor.canvas.get_attribute("aria-label").startswith("Canvas: draw a digit")
    region = visitor.page.get_by_role("status").element_handle()
    for digit in "73":
        visitor.canvas.focus()
        visitor.page.keyboard.press(digit)
        visitor.page.wait_for_function(
            f"region => region.isConnected && region.textContent === 'All four say {digit}'", arg=region
        )
    assert visitor.page.locator("[aria-live], [role=status]").count() == 1
