"""The page "Evidence": one network in detail, as the visitor or a link chooses it."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from recognition.store import read_card, released
from tests.views.page import START_SECONDS

SCRIPT = "from views.pages import evidence; evidence.page()"


def facts(page: AppTest) -> str:
    assert not page.exception
    (found,) = [text.value for text in page.markdown if "SHA-256" in text.value]
    return found


def test_a_link_carries_the_network_and_its_recipe():
    page = AppTest.from_string(SCRIPT, default_timeout=START_SECONDS)
    page.query_params["network"] = "GRU"
    page.query_params["trained"] = "on MNIST alone"
    assert read_card("gru", "book").sha256[:16] in facts(page.run())


def test_one_network_after_another_is_shown_in_detail():
    page = AppTest.from_string(SCRIPT, default_timeout=START_SECONDS).run()
    assert read_card("mlp", "drawn").sha256[:16] in facts(page)
    page.segmented_control(key="network").set_value("ResNet").run()
    page.segmented_control(key="trained").set_value("book").run()
    assert read_card("resnet", "book").sha256[:16] in facts(page)


def test_each_recipe_has_its_table_with_all_its_networks():
    page = AppTest.from_string(SCRIPT, default_timeout=START_SECONDS).run()
    assert [len(table.value) for table in page.table[:2]] == [len(released("drawn")), len(released("book"))]
