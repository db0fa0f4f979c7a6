"""The page "Evidence": tables of all networks, and details of the network that the visitor or a link chooses."""

from __future__ import annotations

import json

import pytest
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest

from models import NETWORKS
from recognition.card import TESTS
from recognition.recipes import RECIPES
from recognition.store import read_card, released
from tests.ui.page import START_SECONDS
from ui.evidence import figures

SCRIPT = "from ui.evidence import page; page.page()"


@pytest.fixture(scope="module")
def evidence() -> AppTest:
    """The page as it opens, for tests that only read it."""
    return AppTest.from_string(SCRIPT, default_timeout=START_SECONDS).run()


def facts(page: AppTest) -> str:
    assert not page.exception
    (text,) = [text.value for text in page.markdown if "SHA-256" in text.value]
    return text


def test_the_visitor_or_a_link_chooses_the_network_in_detail(evidence):
    assert read_card("mlp", "drawn").sha256[:16] in facts(evidence)
    page = AppTest.from_string(SCRIPT, default_timeout=START_SECONDS)
    page.query_params["network"] = "GRU"
    page.query_params["trained"] = "on MNIST alone"
    assert read_card("gru", "book").sha256[:16] in facts(page.run())
    page.segmented_control(key="network").set_value("ResNet").run()
    page.segmented_control(key="trained").set_value("book").run()
    assert read_card("resnet", "book").sha256[:16] in facts(page)


@pytest.mark.slow
def test_every_network_of_both_recipes_has_its_details():
    page = AppTest.from_string(SCRIPT, default_timeout=START_SECONDS).run()
    for recipe in RECIPES:
        page.segmented_control(key="trained").set_value(recipe).run()
        for key in released(recipe):
            page.segmented_control(key="network").set_value(NETWORKS[key].title).run()
            assert read_card(key, recipe).sha256[:16] in facts(page)


def test_first_comes_how_many_of_a_thousand_digits_each_network_reads_wrongly():
    page = AppTest.from_string(SCRIPT, default_timeout=START_SECONDS).run()
    for name, recipe in (("drawn", "drawn"), ("mnist", "book")):
        page.segmented_control(key="test").set_value(TESTS[name])
        page.segmented_control(key="trained").set_value(recipe).run()
        (cards,) = [html.proto.body for html in page.get("html") if "mistakes" in html.proto.body]
        for key in released(recipe):
            score = read_card(key, recipe).tests[name]
            card = cards.partition(f"<h3>{NETWORKS[key].title}</h3>")[2].partition("</article>")[0]
            assert f"<b>{1000 * (1 - score.accuracy):.0f}</b> of 1,000 wrong" in card
            assert f"{score.n - score.correct:,} of {score.n:,}" in card


def test_each_recipe_has_a_table_of_all_its_networks(evidence):
    assert [len(table.value) for table in evidence.table[:2]] == [len(released("drawn")), len(released("book"))]


def picture_of(page: AppTest) -> tuple[list[str], list[dict]]:
    """The networks of the first picture, in their order, and what it shows of each under each recipe."""
    assert not page.exception
    chart = page.get("vega_lite_chart")[0].proto
    rows = convert_arrow_bytes_to_pandas_df(chart.datasets[0].data.data).to_dict("records")
    return json.loads(chart.spec)["layer"][0]["encoding"]["y"]["sort"], rows


def test_the_picture_shows_the_chosen_test_with_the_intervals_of_the_cards():
    page = AppTest.from_string(SCRIPT, default_timeout=START_SECONDS)
    page.query_params["test"] = "drawn digits, plain resize"
    row = next(row for row in picture_of(page.run())[1] if row["network"] == "GRU")
    score = read_card("gru", "drawn").tests["drawn_resized"]
    assert (row["low"] / 100, row["high"] / 100) == pytest.approx(score.interval)
    page.segmented_control(key="test").set_value("MNIST test digits").run()
    row = next(row for row in picture_of(page)[1] if row["network"] == "GRU")
    assert row["right"] == pytest.approx(100 * read_card("gru", "drawn").tests["mnist"].accuracy)


def test_the_networks_stand_in_the_chosen_order(evidence):
    orders = {
        "Usual order": list(NETWORKS).index,
        "Most accurate first": lambda key: -max(read_card(key, r).tests["drawn"].accuracy for r in RECIPES),
        "Smallest first": lambda key: read_card(key, "drawn").parameters,
    }
    for name, order in orders.items():
        evidence.segmented_control(key="order").set_value(name).run()
        assert picture_of(evidence)[0] == [NETWORKS[key].title for key in sorted(NETWORKS, key=order)]


def test_a_training_that_was_cut_short_says_so_beside_its_network_and_in_the_table(evidence):
    notes = {(row["network"], row["trained on"]): row["note"] for row in picture_of(evidence)[1]}
    card = read_card("densenet", "book")
    assert notes["DenseNet", "MNIST alone"] == f"{card.training['epochs']} of 200 epochs"
    assert notes["MLP", "MNIST alone"] == "", "the whole of the book's schedule"
    table = evidence.table[1].value
    assert "cut short" in table.set_index("network").loc["DenseNet", "training"]


def test_accuracy_under_corruptions_is_shown_for_both_recipes_with_its_means(tmp_path, monkeypatch):
    rows = {"mlp": {"sha256": "", "correct": {"none": 20, "fog": 10, "stripe": 5}}}
    content = {"n": 20, "corruptions": ["none", "fog", "stripe"], "networks": {"drawn": rows, "book": rows}}
    path = tmp_path / "robustness.json"
    path.write_text(json.dumps(content))
    monkeypatch.setattr(figures, "ROBUSTNESS", path)
    page = AppTest.from_string(
        "from ui.evidence import figures; figures.show_robustness()", default_timeout=START_SECONDS
    ).run()
    assert [caption.value for caption in page.caption] == ["Mean over the corruptions, in %: MLP 37.5."] * 2
    assert "on 20 of MNIST's test digits" in page.markdown[0].value and not page.exception


def test_where_nothing_was_measured_the_page_names_the_command(tmp_path, monkeypatch):
    monkeypatch.setattr(figures, "ROBUSTNESS", tmp_path / "none.json")
    page = AppTest.from_string(
        "from ui.evidence import figures; figures.show_robustness()", default_timeout=START_SECONDS
    ).run()
    assert "python -m training.robustness" in page.info[0].value


def test_the_measured_accuracies_are_those_of_the_weights_that_answer():
    content = json.loads(figures.ROBUSTNESS.read_text(encoding="utf-8"))
    for recipe in RECIPES:
        for key in released(recipe):
            assert content["networks"][recipe][key]["sha256"] == read_card(key, recipe).sha256, "measure it again"
