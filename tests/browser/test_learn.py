"""The page Learn in a real Chromium: a network learns while the visitor watches, and nothing of it outlives the visit.

Each training starts TensorFlow, which takes 10 seconds and more; the rarer ways through the page are left to the night.
"""

from __future__ import annotations

import re

import pytest

from learning.job import ABANDONED_SECONDS
from learning.training import FOLDER_PREFIX
from tests.browser import driver
from tests.browser.learner import TIMEOUT, environment, trainings
from tests.browser.lesson import choose_prompt, join, press, prompt, send
from tests.browser.test_accessibility import problems
from tests.learning.test_process import wait_until
from tests.page_server import running

pytestmark = pytest.mark.slow
SMALL, BEAMER, FULL_HD = (
    {"width": width, "height": height} for width, height in ((360, 640), (1024, 768), (1920, 1080))
)
NAVIGATION = 48  # pixels of a phone's window, at its lower end
STATUS_IN_SIGHT = """() => {
  const top = document.querySelector(".learn-status").getBoundingClientRect().top;
  return 0 <= top && top < innerHeight / 2;
}"""


@pytest.fixture
def address(learn_address):
    """Takes the place of the other tests' page, for phones."""
    return learn_address


def test_a_network_learns_and_predicts_beside_the_others_until_it_is_thrown_away(learn, place):
    learner = learn()
    learner.train(10)
    learner.wait_for_snapshot()
    assert learner.page.locator(".learn-digits.held li").count() == 30
    before = learner.pictures()
    assert problems(learner) == []
    assert learner.wait_for_network().startswith(("MLP Learned for 10 s", "MLP Not yet"))
    assert learner.correct() > 20
    ended = learner.pictures()
    assert all(now != old for now, old in zip(ended, before, strict=True))
    assert problems(learner) == []
    learner.page.get_by_role("slider", name="Look back").press("Home")
    wait_until(lambda: learner.correct() < 15, 30)  # it guessed
    assert all(now != old for now, old in zip(learner.pictures(), ended, strict=True))
    learner.page.get_by_role("slider", name="Look back").press("End")
    another = learner.page.locator(".learn-digits.held button").nth(4)
    another.click()
    followed = learner.page.get_by_role("heading", name="Followed: this 4, held out, is read as")
    followed.wait_for(timeout=TIMEOUT)
    assert another.get_attribute("aria-pressed") == "true"
    bars = learner.page.locator(".learn-followed li span")
    widths = bars.evaluate_all("bars => bars.map((bar) => parseFloat(bar.style.width))")
    assert len(widths) == 10 and abs(sum(widths) - 100) < 2
    wait_until(lambda: learner.pictures()[-1] != ended[-1], 30)  # what this digit excites
    wait_until(lambda: trainings(place) == [], 20)

    learner.button("Draw for it").click()
    learner.draw(7)
    assert learner.own_predictions() == ["7"]
    learner.go_to("Learn")
    learner.button("Throw it away").click()
    learner.page.locator(".st-key-learned").wait_for(state="detached", timeout=TIMEOUT)
    learner.go_to("Draw")
    assert learner.own_predictions() == []


def test_a_label_is_taught_to_a_network_that_fills_the_projector_and_answers_in_every_panel_until_it_is_undone(learn):
    learner = learn()
    learner.go_to("Draw")
    learner.draw(1)
    learner.button("No, I meant").click()
    learner.page.get_by_role("group", name="Which digit").get_by_role("button", name="7").click()
    learner.button("Teach it").click()
    learner.button("Teach the MLP").wait_for(timeout=TIMEOUT)
    assert learner.page.get_by_text("My drawings (1)").is_visible()
    learner.train(10, "Teach the MLP")
    learner.wait_for_network()
    assert learner.page.locator(".learn-compared thead th").all_inner_texts() == ["digits", "n", "before", "after"]
    look_back_on_a_projector(learner.page)

    learner.go_to("Draw")
    open_panels_of(learner.page, "Your MLP")
    learner.go_to("Play")
    learner.page.locator(".st-key-played .card", has_text="Your MLP").wait_for(timeout=TIMEOUT)
    learner.go_to("Learn")
    learner.button("Undo").click()
    learner.page.locator(".st-key-learned").wait_for(state="detached", timeout=TIMEOUT)
    learner.go_to("Draw")
    assert learner.own_predictions() == []


def look_back_on_a_projector(page) -> None:
    page.keyboard.press("p")
    view, words = page.locator(".learn-view[data-projector]"), page.locator(".learn-view header p")
    view.wait_for()
    box, window = view.bounding_box(), page.viewport_size
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, window["width"], window["height"])
    assert words.inner_text().startswith("after 10.0 s")
    page.keyboard.press("Home")
    page.wait_for_function("words => words.textContent.startsWith('after 0.0 s')", arg=words.element_handle())
    page.keyboard.press("Escape")
    view.wait_for(state="detached")


def open_panels_of(page, network: str) -> None:
    """Open each panel of Draw, and wait until it is about a network."""
    page.get_by_role("radio", name="Journey").click()
    page.get_by_role("radio", name=network).click(timeout=TIMEOUT)
    page.get_by_label(re.compile(f"Journey of .*{network}")).wait_for(timeout=TIMEOUT)
    page.locator(".journey[data-read]:not([data-problem])").wait_for(timeout=TIMEOUT)
    page.get_by_role("radio", name="Which ink?").click()
    page.get_by_role("button", name=f"Over the drawing: {network}").wait_for(timeout=TIMEOUT)
    page.get_by_role("radio", name="How it is built").click()
    page.get_by_text("269,322 parameters", exact=True).wait_for(timeout=TIMEOUT)


def test_stopped_at_once_it_says_so_and_leaves_nothing(learn, place):
    learner = learn()
    learner.train(10)
    learner.button("Stop").click()
    said = learner.wait_for("failed", "done")
    assert "Stopped before it began" in said or "before it could learn much" in said
    wait_until(lambda: trainings(place) == [], 20)


@pytest.mark.nightly
@pytest.mark.parametrize(("viewport", "theme"), [(driver.PHONE, "dark"), (SMALL, "light")], ids=["390", "360"])
def test_on_a_phone_the_training_takes_the_place_of_the_controls(learn, viewport, theme):
    learner = learn(viewport, phone=True, theme=theme)
    button = learner.button("Train")
    assert button.bounding_box()["y"] < viewport["height"] - 2 * NAVIGATION, "within reach"
    learner.train(10)
    learner.page.wait_for_timeout(500)
    assert not button.is_visible() and learner.box(".learn-status")["y"] < 100
    learner.wait_for_snapshot()
    for part in (".learn-followed h3", ".learn-digits.held"):
        box = learner.box(part)
        assert box["y"] + box["height"] < viewport["height"] - NAVIGATION
    before = learner.box(".learn-digits.held")
    learner.wait_for_network()
    assert learner.box(".learn-digits.held") == before, "nothing jumps at the end"
    assert before["y"] < learner.box(".st-key-learned")["y"] < button.bounding_box()["y"]
    assert learner.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    button.scroll_into_view_if_needed()
    button.click()
    learner.wait_for("waiting", "starting", "learning")
    learner.page.wait_for_function(STATUS_IN_SIGHT)  # again


@pytest.mark.nightly
@pytest.mark.parametrize("viewport", [driver.DESKTOP, BEAMER, FULL_HD], ids=["1280", "1024", "1920"])
def test_on_a_projector_all_of_it_is_on_one_screen_and_nothing_jumps(learn, viewport):
    learner = learn(viewport)
    learner.page.get_by_text("Teach a trained one").click()
    learner.button("Teach the MLP").wait_for()
    learner.page.wait_for_timeout(2000)
    before = learner.box(".st-key-train")
    learner.train(10, "Teach the MLP")
    learner.wait_for_snapshot()
    curves = learner.box(".learn-view")
    learner.wait_for_network()
    assert learner.box(".learn-view") == curves and learner.box(".st-key-train") == before
    for part in (".learn-view", ".st-key-train"):
        box = learner.box(part)
        assert box["y"] + box["height"] <= viewport["height"] and box["x"] + box["width"] <= viewport["width"]


@pytest.mark.nightly
def test_it_pauses_goes_on_and_stops(learn, place):
    learner = learn()
    learner.train(60)
    learner.wait_for("learning")
    wait_until(lambda: "examples" in learner.status())
    learner.button("Pause").and_(learner.page.locator(":enabled")).click()
    assert "Paused" in learner.wait_for("paused")
    seen = learner.examples()
    learner.page.wait_for_timeout(3000)
    assert learner.examples() == seen
    learner.button("Go on").click()
    learner.wait_for("learning")
    wait_until(lambda: learner.examples() > seen)
    learner.button("Stop").click()
    assert "Stopped after" in learner.wait_for_network()
    wait_until(lambda: trainings(place) == [], 20)


@pytest.mark.nightly
def test_the_drawings_of_a_room_are_learned_from_if_its_host_allows_it(learn, visit):
    host = learn()
    host.go_to("Room")
    host.button("Open a room").click()
    host.page.locator(".room-code b").wait_for(timeout=TIMEOUT)
    host.go_to("Learn")
    host.button("This room").click()
    host.page.get_by_text("its host has not allowed it").wait_for(timeout=TIMEOUT)
    assert host.button("Train").is_disabled()
    host.go_to("Room")
    host.button("Settings").click()
    host.page.get_by_text("Train on the drawings later").click()
    host.page.wait_for_timeout(1500)
    host.page.keyboard.press("Escape")
    phones = [join(visit, host.page) for _ in range(2)]
    for digit in (7, 1):
        choose_prompt(host.page, "One digit", digit)
        press(host.page, "Next round")
        for phone in phones:
            prompt(phone, f"Draw a {digit}")
            send(phone, digit)
    host.go_to("Learn")
    host.button("Samples").click()
    host.page.get_by_text("all that 1 of 2 participants drew").wait_for(timeout=TIMEOUT)
    host.train(10)
    host.wait_for_network()
    assert host.page.locator(".learn-compared td").first.inner_text() == "2", "held out by participant"


@pytest.fixture
def without_data(tmp_path):
    """A server that has no MNIST and reaches nothing."""
    nowhere = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
    variables = environment(tmp_path) | nowhere | {"KERAS_HOME": str(tmp_path / "keras")}
    variables.pop("DIGIT_DATA", None)
    with running(environment=variables) as server:
        yield server.address


@pytest.mark.nightly
def test_mnist_that_cannot_be_downloaded_or_read_is_a_sentence(learn, without_data, tmp_path):
    learner = learn(address=without_data)
    learner.button("MNIST").click()
    learner.page.get_by_text("MNIST is not on this server").wait_for(timeout=TIMEOUT)
    assert learner.button("Train").is_disabled()
    learner.page.get_by_text("Download MNIST with Keras: 11 MB").click()
    learner.page.wait_for_timeout(1000)
    learner.train(10)
    said = learner.wait_for("failed")
    assert "MNIST could not be downloaded; choose another source, or try again later." in said
    wait_until(lambda: trainings(tmp_path) == [], 20)
    assert not list(tmp_path.rglob("mnist*"))
    (tmp_path / "keras" / "datasets").mkdir(parents=True, exist_ok=True)
    (tmp_path / "keras" / "datasets" / "mnist.npz").write_bytes(b"something else")
    learner.train(30)
    learner.page.get_by_text("MNIST cannot be read on this server").wait_for(timeout=TIMEOUT)


@pytest.mark.nightly
def test_a_reload_ends_the_training_and_the_next_one_waits_for_that(learn, place):
    learner = learn()
    learner.train(300)
    learner.wait_for_snapshot()
    (before,) = place.glob(f"{FOLDER_PREFIX}*")
    learner.page.reload()
    learner.page.get_by_text("Three experiments").wait_for(timeout=TIMEOUT)
    learner.train(10)
    learner.page.get_by_text("1 other training comes first").wait_for(timeout=TIMEOUT)
    wait_until(lambda: not before.exists(), ABANDONED_SECONDS + 20)
    learner.wait_for_network()
    wait_until(lambda: trainings(place) == [], 20)


@pytest.mark.nightly
def test_a_training_goes_on_while_another_page_is_shown(learn, place):
    learner = learn()
    learner.train(10)
    learner.go_to("Evidence")
    wait_until(lambda: trainings(place) == [])
    learner.go_to("Learn")
    assert "Learned for 10 s" in learner.wait_for_network()


@pytest.mark.nightly
@pytest.mark.parametrize("end", ["stop", "kill"])
def test_the_end_of_the_server_ends_the_training(learn, tmp_path, end):
    with running(environment=environment(tmp_path)) as server:
        learner = learn(address=server.address)
        learner.train(300)
        learner.wait_for_snapshot()
        assert len(trainings(tmp_path)) == 2, "a process and its folder"
        getattr(server, end)()
        wait_until(lambda: trainings(tmp_path) == [], 0.8 * ABANDONED_SECONDS)  # after which it would end anyway
        learner.page.close()
