"""The page "The book": what it prints as the book's is in one table, and each lesson opens and answers the hand."""

from __future__ import annotations

import inspect
import json
import re

import pytest
from streamlit.testing.v1 import AppTest

from models import NETWORKS
from tests.browser.driver import DESKTOP, SMALL_PHONE
from tests.page_server import ROOT
from tests.ui.page import START_SECONDS
from training.tables import TABLES, perceptron
from ui.book.facts import ERRATA, FACTS
from ui.book.page import CONTENTS, LESSONS

SCRIPT = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from ui.book import page; page.page()"
AT_ITS_END = "document.activeElement.value === document.activeElement.max"
ON_ONE_SCREEN = """() => {
  const [picture, pages] = [".lesson-picture", ".st-key-pages"].map((each) =>
    document.querySelector(each).getBoundingClientRect());
  return document.documentElement.scrollWidth <= innerWidth && pages.height && picture.bottom <= pages.top;
}"""
DRAWN = [lesson.title for lesson in LESSONS.values() if isinstance(lesson.part, str)]


@pytest.fixture
def book():
    return AppTest.from_string(SCRIPT, default_timeout=START_SECONDS)


def opened_at(book: AppTest, title: str) -> str:
    """Opens the book at a lesson; returns its text."""
    book.query_params["lesson"] = title
    book.run()
    assert not book.exception
    return " ".join(text.value for text in book.markdown)


def test_the_contents_lead_to_a_lesson_and_a_lesson_to_its_neighbours(book):
    book.run()
    assert {button.label.split("**")[1] for button in book.button} == set(LESSONS)
    assert [header.value for header in book.subheader] == list(CONTENTS)
    first, second, *_ = LESSONS
    shown = []
    for button in (book.button[0], "onward", "back", "contents"):
        (book.button(key=button) if isinstance(button, str) else button).click().run()
        assert not book.exception
        shown.append(book.title[0].value)
    assert shown == [first, second, first, "The book"]


def test_each_lesson_says_what_it_follows():
    for lesson in LESSONS.values():
        assert re.search(r"\d\.\d|both chapters", lesson.follows), lesson.title


@pytest.mark.slow
def test_the_code_confirms_each_printed_error():
    cnn, mlp = (NETWORKS[key].build() for key in ("cnn", "mlp"))
    calculated = [
        f"{cnn.count_params():,}",
        f"{mlp.get_layer('logits').count_params():,}",
        " × ".join(map(str, cnn.get_layer("pool_2").output.shape[1:3])),
        str(mlp.get_layer("relu_1").count_params()),
        " × ".join(map(str, cnn.get_layer("conv_3").output.shape[1:3])),
        "-".join(str(layer.units) for layer in mlp.layers if layer.name.startswith("hidden")),
        f"{FACTS['listing 1.3.2']['units'] * (1 - FACTS['listing 1.3.2']['dropout']):.1f}",
    ]
    assert [erratum.right for erratum in ERRATA][: len(calculated)] == calculated
    three = perceptron((256, 256, 256)).count_params()
    assert f"{mlp.count_params():,}; " in ERRATA[5].why and f"{three:,}" in ERRATA[5].why
    assert all(erratum.printed != erratum.right for erratum in ERRATA)


def test_the_errata_are_in_the_documents_too():
    text = (ROOT / "docs" / "errata.md").read_text(encoding="utf-8")
    rows = [f"| {e.where} | {e.printed} | {e.right} | {e.why} |" for e in ERRATA]
    assert [line for line in text.splitlines() if line.startswith("| ")][1:] == rows
    assert f"{len(DRAWN)} lessons" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_networks_count_what_the_book_counts():
    for key, where in {"mlp": "listing 1.3.3", "cnn": "listing 1.4.2", "rnn": "listing 1.5.2"}.items():
        model = NETWORKS[key].build()
        assert [layer.count_params() for layer in model.layers if layer.count_params()] == FACTS[where]["layers"]
        assert model.count_params() == FACTS[where]["total"]


def test_the_networks_say_where_ours_is_smaller_than_the_books(book):
    opened_at(book, "Its networks")
    depth = inspect.signature(NETWORKS["densenet"].build).parameters["depth"].default
    said = f"DenseNet has depth {depth} here, where the book's has {FACTS['listing 2.4.1']['depth']}"
    assert any(said in caption.value for caption in book.caption)


def test_the_page_opens_without_tables(book, monkeypatch, tmp_path):
    monkeypatch.setattr("ui.book.tables.TABLES", tmp_path / "tables.json")
    assert "python -m training.tables" in opened_at(book, "Its tables, trained again")


def test_the_tables_compare_with_the_printed_ones(book, monkeypatch, tmp_path):
    row = {"layers": "64-64-64", "regularizer": "dropout 0.2", "optimizer": "Adam", "activation": "ReLU"}
    row |= {"book_train": 99.75, "book_test": 99.4, "parameters": 80_266, "train": 99.6, "test": 99.2}
    row |= {"tests": [99.1, 99.2, 99.3]}
    counted = [row | {"most": 40, "needed": needed} for needed in (37, None)]
    (tmp_path / "tables.json").write_text(json.dumps({"1.4.1": [row, *counted]}))
    monkeypatch.setattr("ui.book.tables.TABLES", tmp_path / "tables.json")
    opened_at(book, "Its tables, trained again")
    table = book.dataframe[0].value
    assert table["spread"].tolist() == ["± 0.10 (3 seeds)"] * 3
    assert not book.exception and set(table["difference"]) == {-0.2} and set(table["test %, book"]) == {99.4}
    assert table["epochs"].tolist() == ["", "37", "not reached in 40"]


def test_the_printed_columns_of_the_tables_are_those_of_their_rows():
    names = ("regularizer", "optimizer", "activation", "book_train", "book_test")
    for table, rows in json.loads((ROOT / "weights" / "tables.json").read_text(encoding="utf-8")).items():
        printed = {tuple(getattr(row, name) for name in names) for row in TABLES[table]}
        assert {tuple(row[name] for name in names) for row in rows} <= printed


def test_the_accuracies_of_the_listings_are_in_their_tables_and_with_their_networks():
    for key, table, listing, optimizer in (
        ("mlp", "1.3.3", "1.3.2", "Adam"),
        ("cnn", "1.4.1", "1.4.1", "Adam"),
        ("rnn", "1.5.1", "1.5.1", "SGD"),
    ):
        printed = [row.book_test for row in TABLES[table] if row.optimizer == optimizer]
        assert NETWORKS[key].book_accuracy == FACTS[f"listing {listing}"]["accuracy"], key
        assert FACTS[f"listing {listing}"]["accuracy"] in printed, key


@pytest.mark.slow
def test_whatever_a_lesson_lets_one_move_changes_its_numbers(visit):
    visitor = visit(DESKTOP)
    page, address = visitor.page, visitor.page.url.rstrip("/") + "/book"
    page.goto(f"{address}?lesson={DRAWN[0]}")
    for title in DRAWN:
        page.get_by_role("heading", name=title, exact=True).wait_for()
        page.locator(f'.lesson[data-lesson="{LESSONS[title].part}"][data-drawn]').wait_for()
        before = page.locator(".lesson-words").text_content()
        control = page.locator(".lesson-slider:visible input, .lesson-slider.lesson-quiet input").first
        if control.count():
            control.focus()
            page.keyboard.press("ArrowRight")
            page.keyboard.press("ArrowLeft" if page.evaluate(AT_ITS_END) else "ArrowRight")
        else:
            page.locator(".lesson-choice input").nth(1).check(force=True)
        page.wait_for_function("words => document.querySelector('.lesson-words').textContent !== words", arg=before)
        if title == "A graph of layers":  # what it begins with is also what its other choices say
            assert page.locator(".lesson-choice input[value=Concatenate]").is_checked()
        page.set_viewport_size(SMALL_PHONE)
        page.wait_for_function(ON_ONE_SCREEN)
        page.set_viewport_size(DESKTOP)
        page.get_by_role("button", name="Next", exact=True).click()
    page.locator(".stTable [tabindex]").wait_for()  # it scrolls, also by keyboard
    assert visitor.errors == []
