"""The page "The book": what it calls an error of the print is one, and it opens with tables and data and without."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from models import NETWORKS
from tests.browser.driver import DESKTOP, PHONE
from tests.server import ROOT
from tests.views.page import START_SECONDS
from views.pages.book.contents import ERRATA

SCRIPT = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from views.pages.book import contents; contents.page()"


@pytest.fixture
def book():
    return AppTest.from_string(SCRIPT, default_timeout=START_SECONDS)


def test_each_error_of_the_print_is_shown_by_the_code():
    cnn, mlp = (NETWORKS[key].build() for key in ("cnn", "mlp"))
    shown = [
        f"{cnn.count_params():,}",
        f"{mlp.get_layer('logits').count_params():,}",
        " × ".join(map(str, cnn.get_layer("pool_2").output.shape[1:3])),
        str(mlp.get_layer("relu_1").count_params()),
    ]
    assert [code for _, _, code, _ in ERRATA] == shown
    assert all(printed != code for _, printed, code, _ in ERRATA)


def test_it_opens_without_tables_and_without_data(book, monkeypatch, tmp_path):
    monkeypatch.setattr("views.pages.book.retrained.TABLES", tmp_path / "tables.json")
    monkeypatch.setattr("views.pages.book.contents.MNIST_COUNTS", tmp_path / "mnist.json")
    book.run()
    assert not book.exception
    words = " ".join(text.value for text in book.markdown)
    assert "python -m training.tables" in words and "python -m training.mnist" in words


def test_its_tables_stand_beside_the_printed_ones(book, monkeypatch, tmp_path):
    row = {"layers": "64-64-64", "regularizer": "dropout 0.2", "optimizer": "Adam", "activation": "ReLU"}
    row |= {"book_train": 99.75, "book_test": 99.4, "parameters": 80_266, "train": 99.6, "test": 99.2, "seconds": 150.0}
    (tmp_path / "tables.json").write_text(json.dumps({"1.4.1": [row]}))
    monkeypatch.setattr("views.pages.book.retrained.TABLES", tmp_path / "tables.json")
    book.run()
    table = book.dataframe[0].value
    assert not book.exception and table["difference"].tolist() == [-0.2] and table["test %, book"].tolist() == [99.4]


def test_a_learning_rate_too_large_is_said_in_words(book):
    book.run()
    book.slider(key="rate").set_value(2.5).run()
    assert not book.exception
    assert any("diverges" in caption.value for caption in book.caption)
    book.slider(key="rate").set_value(0.1).run()
    book.segmented_control(key="curve").set_value("two minima").run()
    assert any("not in the lowest one" in caption.value for caption in book.caption)


@pytest.mark.parametrize(("viewport", "phone"), [(DESKTOP, False), (PHONE, True)], ids=["projector", "phone"])
def test_it_is_shown_with_its_charts_and_graphs(visit, viewport, phone):
    visitor = visit(viewport, phone=phone)
    visitor.page.goto(visitor.page.url.rstrip("/") + "/book")
    visitor.page.get_by_text("Errors in the print").wait_for()
    visitor.page.locator(".stGraphVizChart svg").nth(2).wait_for()
    visitor.page.locator("[data-testid=stVegaLiteChart] :is(canvas, svg)").nth(2).wait_for()
    assert visitor.page.get_by_test_id("stException").count() == 0
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
