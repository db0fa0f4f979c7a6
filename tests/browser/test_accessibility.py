"""axe-core finds nothing serious in any state of any page; what it cannot see: names, one live region, less motion."""

from __future__ import annotations

from pathlib import Path

import axe_playwright_python
import pytest

from tests.browser.driver import DESKTOP, PHONE, Visitor
from tests.drawings import placed

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
PANELS = ("Inside", "Which ink?", "Poke it", "How sure", "How it's built", "Compare training")
PAGES = ("play", "room", "learn", "evidence", "book", "book?lesson=Softmax", "book?lesson=Convolution+and+max-pooling")


def problems(visitor: Visitor) -> list[str]:
    """What axe-core calls serious or critical on the page as it is."""
    if not visitor.page.evaluate("'axe' in window"):
        visitor.page.evaluate(AXE)
    violations = visitor.page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
    serious = [rule for rule in violations if rule["impact"] in ("serious", "critical")]
    return [f"{rule['id']}: {node['html'][:200]}" for rule in serious for node in rule["nodes"]]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("theme", "viewport"),
    [
        pytest.param("light", DESKTOP, id="projector"),
        pytest.param("dark", PHONE, id="phone, dark"),
        pytest.param("dark", DESKTOP, id="projector, dark"),
        pytest.param("light", PHONE, id="phone"),
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


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_serious_in_any_panel(visit, theme):
    visitor = visit(theme=theme)
    visitor.draw(placed(7))
    visitor.wait_for_answer()
    for panel in PANELS:
        visitor.open_panel(panel)
        visitor.page.wait_for_timeout(2500)
        assert problems(visitor) == [], panel


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_nothing_serious_on_any_other_page(visit, path, theme):
    visitor = visit(theme=theme)
    visitor.page.goto(f"{visitor.page.url.rstrip('/')}/{path}")
    visitor.page.locator("h1").wait_for()
    visitor.page.wait_for_timeout(3000)
    assert problems(visitor) == []
    assert visitor.page.locator("h1").count() == 1


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


@pytest.mark.slow
@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_the_bars_move_for_150_ms_and_not_at_all_where_less_motion_is_asked_for(visit, motion):
    visitor = visit()
    visitor.page.emulate_media(reduced_motion=motion)
    visitor.page.evaluate(
        "() => { window.moves = []; const animate = Element.prototype.animate; Element.prototype.animate = "
        "function (...how) { moves.push([this.className, how[1].duration]); return animate.apply(this, how); } }"
    )
    visitor.draw(placed(7))
    visitor.wait_for_answer()
    moves = visitor.page.evaluate("window.moves")
    assert moves and all(move == ["bar", 150] for move in moves) if motion == "no-preference" else moves == []
