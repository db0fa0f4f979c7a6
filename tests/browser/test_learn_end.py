"""However a visit ends, its training ends too, and nothing of it stays on the server."""

from __future__ import annotations

import pytest

from learning.job import ABANDONED_SECONDS
from tests.browser.learner import LATE, environment, trainings, wait_until
from tests.page_server import running
from ui.learn.process import FOLDER_PREFIX

pytestmark = pytest.mark.slow


def test_a_reload_ends_the_training_and_the_next_one_waits_for_that(learn, place):
    learner = learn()
    learner.train(300)
    learner.wait_for_pictures()
    (before,) = place.glob(f"{FOLDER_PREFIX}*")
    learner.page.reload()
    learner.page.get_by_text("Three experiments").wait_for(timeout=LATE)
    learner.train(10)
    learner.page.get_by_text("1 other training comes first").wait_for(timeout=LATE)
    wait_until(lambda: not before.exists(), ABANDONED_SECONDS + 20)
    learner.wait_for_network()
    wait_until(lambda: trainings(place) == [], 20)


def test_a_closed_tab_ends_the_training(learn, place):
    learner = learn()
    learner.train(300)
    learner.wait_for_pictures()
    learner.page.close()
    wait_until(lambda: trainings(place) == [], ABANDONED_SECONDS + 20)


def test_a_training_goes_on_while_one_looks_at_another_page(learn, place):
    learner = learn()
    learner.train(10)
    learner.go_to("Evidence")
    wait_until(lambda: trainings(place) == [], LATE / 1000)
    learner.go_to("Learn")
    assert "Learned for 10 s" in learner.wait_for_network()


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_the_end_of_the_server_ends_the_training(learn, tmp_path, end):
    with running(environment=environment(tmp_path)) as server:
        learner = learn(address=server.address)
        learner.train(300)
        learner.wait_for_pictures()
        assert len(trainings(tmp_path)) == 2, "a process and its folder"
        getattr(server, end)()
        wait_until(lambda: trainings(tmp_path) == [], 0.8 * ABANDONED_SECONDS)  # then it would end anyway
        learner.page.close()
