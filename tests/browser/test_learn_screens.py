"""The page Learn on a phone and on a projector: one sees what has begun, all of it, and nothing jumps."""

from __future__ import annotations

import pytest

from tests.browser import driver

pytestmark = pytest.mark.slow
SMALL, BEAMER, FULL_HD = (
    {"width": width, "height": height} for width, height in ((360, 640), (1024, 768), (1920, 1080))
)
NAVIGATION = 48  # pixels of a phone's window, at its lower end
STATUS_IN_SIGHT = """() => {
  const top = document.querySelector(".learn-status").getBoundingClientRect().top;
  return 0 <= top && top < innerHeight / 2;
}"""


@pytest.mark.parametrize(("viewport", "theme"), [(driver.PHONE, "dark"), (SMALL, "light")], ids=["390", "360"])
def test_on_a_phone_one_sees_what_train_has_begun(learn, viewport, theme):
    learner = learn(viewport, phone=True, theme=theme)
    button = learner.button("Train")
    assert button.bounding_box()["y"] < viewport["height"] - 2 * NAVIGATION, "within reach"
    learner.train(10)
    learner.page.wait_for_timeout(500)
    assert not button.is_visible() and learner.box(".learn-status")["y"] < 100
    learner.wait_for_pictures()
    for part in (".learn-accuracy img", ".learn-held"):
        box = learner.box(part)
        assert box["y"] + box["height"] < viewport["height"] - NAVIGATION
    before = learner.box(".learn-held")
    learner.wait_for_network()
    assert learner.box(".learn-held") == before, "nothing jumps at the end"
    assert before["y"] < learner.box(".st-key-learned")["y"] < button.bounding_box()["y"]
    assert learner.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    button.scroll_into_view_if_needed()
    button.click()
    learner.wait_for("waiting", "starting", "learning")
    learner.page.wait_for_function(STATUS_IN_SIGHT)  # again


@pytest.mark.parametrize("viewport", [driver.DESKTOP, BEAMER, FULL_HD], ids=["1280", "1024", "1920"])
def test_on_a_projector_all_of_it_is_on_one_screen_and_nothing_jumps(learn, viewport):
    learner = learn(viewport)
    learner.page.get_by_text("Teach a trained one").click()
    learner.button("Teach the MLP").wait_for()
    learner.page.wait_for_timeout(2000)
    before = learner.box(".st-key-train")
    learner.train(10, "Teach the MLP")
    learner.wait_for_pictures()
    curves = learner.box(".learn-view")
    learner.wait_for_network()
    assert learner.box(".learn-view") == curves and learner.box(".st-key-train") == before
    for part in (".learn-view", ".st-key-learned", ".st-key-train"):
        box = learner.box(part)
        assert box["y"] + box["height"] <= viewport["height"] and box["x"] + box["width"] <= viewport["width"]
