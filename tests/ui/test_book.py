"""The page "The book": its list of printed errors is correct, and it opens with and without tables and data."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from models import NETWORKS
from tests.browser.driver import DESKTOP, PHONE
from tests.page_server import ROOT
from tests.ui.page import START_SECONDS
from ui.book.page import ERRATA, STEPS

SCRIPT = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from ui.book import page; page.page()"


@pytest.fixture
def book():
    return AppTest.from_string(SCRIPT, default_timeout=START_SECONDS)


def opened_at(book: AppTest, step: str) -> str:
    """Opens the book at a step; returns its text."""
    book.session_state["lesson"] = step
    book.run()
    assert not book.exception
    return " ".join(text.value for text in book.markdown)


def test_each_step_opens_and_leads_to_the_next(book):
    book.run()
    for place, step in enumerate(STEPS, 1):
        assert not book.exception and [header.value for header in book.header] == [step]
        if place < len(STEPS):
            book.button(key="onward").click().run()


@pytest.mark.slow
def test_the_code_confirms_each_printed_error():
    cnn, mlp = (NETWORKS[key].build() for key in ("cnn", "mlp"))
    calculated = [
        f"{cnn.count_params():,}",
        f"{mlp.get_layer('logits').count_params():,}",
        " × ".join(map(str, cnn.get_layer("pool_2").output.shape[1:3])),
        str(mlp.get_layer("relu_1").count_params()),
    ]
    assert [code for _, _, code, _ in ERRATA] == calculated
    assert all(printed != code for _, printed, code, _ in ERRATA)


def test_the_page_opens_without_tables_and_data(book, monkeypatch, tmp_path):
    monkeypatch.setattr("ui.book.page.TABLES", tmp_path / "tables.json")
    monkeypatch.setattr("ui.book.page.MNIST_COUNTS", tmp_path / "mnist.json")
    words = ""
    for step in ("The digits", "Its tables, trained again"):
        words += opened_at(book, step)
    assert "python -m training.tables" in words and "python -m training.mnist" in words


def test_the_tables_compare_with_the_printed_ones(book, monkeypatch, tmp_path):
    row = {"layers": "64-64-64", "regularizer": "dropout 0.2", "optimizer": "Adam", "activation": "ReLU"}
    row |= {"book_train": 99.75, "book_test": 99.4, "parameters": 80_266, "train": 99.6, "test": 99.2, "seconds": 150.0}
    (tmp_path / "tables.json").write_text(json.dumps({"1.4.1": [row]}))
    monkeypatch.setattr("ui.book.page.TABLES", tmp_path / "tables.json")
    opened_at(book, "Its tables, trained again")
    table = book.dataframe[0].value
    assert not book.exception and table["difference"].tolist() == [-0.2] and table["test %, book"].tolist() == [99.4]


def test_divergence_and_local_minima_are_explained(book):
    opened_at(book, "Gradient descent")
    book.slider(key="rate").set_value(2.5).run()
    assert not book.exception
    assert any("diverges" in caption.value for caption in book.caption)
    book.slider(key="rate").set_value(0.1).run()
    book.segmented_control(key="curve").set_value("two minima").run()
    assert any("not in the lowest one" in caption.value for caption in book.caption)


@pytest.mark.slow
@pytest.mark.parametrize(("viewport", "phone"), [(DESKTOP, False), (PHONE, True)], ids=["projector", "phone"])
def test_the_page_shows_its_charts_and_diagrams(visit, viewport, phone):
    visitor = visit(viewport, phone=phone)
    address = visitor.page.url.rstrip("/") + "/book?lesson="
    visitor.page.goto(address + "Residual+and+dense+blocks")
    visitor.page.locator(".stGraphVizChart svg").nth(2).wait_for()
    for step in ("Activation+functions", "Softmax", "Its+tables%2C+trained+again"):
        visitor.page.goto(address + step)
        visitor.page.locator("[data-testid=stVegaLiteChart] :is(canvas, svg)").first.wait_for()
    assert visitor.page.get_by_test_id("stException").count() == 0
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
