"""The page Learn in a real Chromium: a network learns before one's eyes, from samples, from drawings, from MNIST."""

from __future__ import annotations

import pytest

from tests.browser.learner import LATE, environment, trainings, wait_until
from tests.browser.test_accessibility import problems
from tests.browser.test_room import choose_prompt, join, press, prompt, send
from tests.page_server import running

pytestmark = pytest.mark.slow


@pytest.fixture
def address(learn_address):
    """Takes the place of the other tests' page, for phones."""
    return learn_address


def test_a_network_learns_before_ones_eyes_and_answers_beside_the_others(learn, place):
    learner = learn()
    learner.train(10)
    learner.wait_for_pictures()
    pictures = learner.page.locator(".learn-view figure img, .learn-layer img")
    assert learner.page.locator(".learn-held li").count() == 30 and learner.read_as_meant() < 15, "it guesses"
    before = [image.get_attribute("src") for image in pictures.all()]
    assert problems(learner) == []
    assert learner.wait_for_network().startswith("MLP Learned for 10 s")
    assert learner.read_as_meant() > 20
    assert all(image.get_attribute("src") != old for image, old in zip(pictures.all(), before, strict=True))
    assert problems(learner) == []
    wait_until(lambda: trainings(place) == [], 20)

    learner.button("Draw for it").click()
    learner.draw(7)
    assert learner.own_answers() == ["7"]
    learner.go_to("Learn")
    learner.button("Throw it away").click()
    learner.page.locator(".st-key-learned").wait_for(state="detached", timeout=LATE)
    learner.go_to("Draw")
    assert learner.own_answers() == []


def test_it_pauses_goes_on_and_stops(learn, place):
    learner = learn()
    learner.train(60)
    learner.wait_for("learning")
    wait_until(lambda: "examples" in learner.status(), 60)
    learner.button("Pause").and_(learner.page.locator(":enabled")).click()
    assert "Paused" in learner.wait_for("paused")
    seen = learner.examples()
    learner.page.wait_for_timeout(3000)
    assert learner.examples() == seen
    learner.button("Go on").click()
    learner.wait_for("learning")
    wait_until(lambda: learner.examples() > seen, 30)
    learner.button("Stop").click()
    assert "Stopped after" in learner.wait_for_network()
    wait_until(lambda: trainings(place) == [], 20)


def test_stopped_in_the_first_second_it_says_so_and_leaves_nothing(learn, place):
    learner = learn()
    learner.train(10)
    learner.button("Stop").click()
    said = learner.wait_for("failed", "done")
    assert "Stopped before it began" in said or "before it could learn much" in said
    wait_until(lambda: trainings(place) == [], 20)


def test_what_one_meant_is_taught_and_undone(learn, place):
    learner = learn()
    learner.go_to("Draw")
    learner.draw(1)
    learner.button("No, I meant").click()
    learner.page.get_by_test_id("stPopoverBody").get_by_text("7", exact=True).click()
    learner.button("Teach it").click()
    learner.button("Teach the MLP").wait_for(timeout=LATE)
    assert learner.page.get_by_text("My drawings (1)").is_visible()
    learner.train(10, "Teach the MLP")
    learner.wait_for_network()
    assert learner.page.locator(".learn-compared thead th").all_inner_texts() == ["digits", "n", "before", "after"]
    learner.button("Undo").click()
    learner.page.locator(".st-key-learned").wait_for(state="detached", timeout=LATE)
    learner.go_to("Draw")
    assert learner.own_answers() == []


def test_the_drawings_of_a_room_are_learned_from_where_its_host_allows_it(learn, visit):
    host = learn()
    host.go_to("Room")
    host.button("Open a room").click()
    host.page.locator(".room-code b").wait_for(timeout=LATE)
    host.go_to("Learn")
    host.button("This room").click()
    host.page.get_by_text("its host has not allowed it").wait_for(timeout=LATE)
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
    host.button("This room").click()
    host.page.get_by_text("all that 1 of 2 participants drew").wait_for(timeout=LATE)
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


def test_without_a_network_mnist_is_a_sentence(learn, without_data, tmp_path):
    learner = learn(address=without_data)
    learner.button("MNIST").click()
    learner.page.get_by_text("MNIST is not on this server").wait_for(timeout=LATE)
    assert learner.button("Train").is_disabled()
    learner.page.get_by_text("Download MNIST with Keras: 11 MB").click()
    learner.page.wait_for_timeout(1000)
    learner.train(10)
    said = learner.wait_for("failed")
    assert "MNIST could not be downloaded; choose another source, or try again later." in said
    wait_until(lambda: trainings(tmp_path) == [], 20)
    assert not list(tmp_path.rglob("mnist*"))


def test_a_file_that_is_not_keras_mnist_is_not_learned_from(learn, without_data, tmp_path):
    (tmp_path / "keras" / "datasets").mkdir(parents=True)
    (tmp_path / "keras" / "datasets" / "mnist.npz").write_bytes(b"something else")
    learner = learn(address=without_data)
    learner.button("MNIST").click()
    learner.page.wait_for_timeout(1000)
    learner.train(10)
    assert "MNIST cannot be read on this server" in learner.wait_for("failed")


def test_mnist_that_is_here_is_learned_from(learn, splits):
    learner = learn()
    learner.button("Samples").click()
    learner.button("MNIST").click()
    learner.page.wait_for_timeout(1000)
    learner.train(10)
    learner.wait_for_network()
    assert "MNIST test digits" in learner.page.locator(".learn-compared tbody th").all_inner_texts()
