"""Browsers get their files at addresses that change with the content, compressed, to be kept for good."""

from __future__ import annotations

import gzip
import hashlib
import json

import pytest
from starlette.routing import Router

import language
from models import NETWORKS
from recognition import outlier
from recognition.store import read_card, released, trained_recipes
from server import index_page
from server.routes import routes
from tests.page_server import run_async
from ui.drawing import answers
from ui.shared import browser_files


def get(address: str) -> tuple[int, dict[str, str], bytes]:
    """The status, headers and body of what is at an address, which is relative to the page's base."""
    messages = []

    async def send(message):
        messages.append(message)

    scope = {"type": "http", "method": "GET", "path": f"/{address}", "headers": [], "query_string": b""}
    run_async(Router(routes())(scope, None, send))
    head, *rest = messages
    headers = {name.decode(): value.decode() for name, value in head["headers"]}
    return head["status"], headers, b"".join(part["body"] for part in rest)


def fetched(address: str, kind: str) -> bytes:
    """The content of a file of this media type, which browsers may keep."""
    status, headers, body = get(address)
    assert status == 200 and headers["content-type"].partition(";")[0] == kind, address
    assert headers["cache-control"] == "public, max-age=31536000, immutable" and headers["content-encoding"] == "gzip"
    assert int(headers["content-length"]) == len(body)
    return gzip.decompress(body)


@pytest.fixture
def catalog() -> dict:
    answers.catalog.cache_clear()  # of another test's weights
    return json.loads(fetched(answers.catalog(language.SOURCE)[0], "application/json"))


def test_every_module_and_kernel_is_there():
    assert {"answers/answers.js", "page/page.js", "engine/worker.js"} <= set(browser_files.scripts())
    for name in browser_files.scripts():
        kind = {"js": "text/javascript", "wasm": "application/wasm"}[name.rpartition(".")[2]]
        content = fetched(browser_files.script_address(name), kind)
        assert content == (browser_files.FOLDER / name).read_bytes()


def test_the_style_sheets_of_all_pages_are_one_file():
    css = fetched(index_page.styles()[0], "text/css").decode()
    assert all(words in css for words in (".answers", ".st-key-canvas", "#placeholder"))


def test_the_catalog_describes_every_network_that_has_weights(catalog):
    assert {recipe: list(networks) for recipe, networks in catalog["recipes"].items()} == {
        recipe: released(recipe) for recipe in trained_recipes()
    }
    for recipe, networks in catalog["recipes"].items():
        for key, described in networks.items():
            card = read_card(key, recipe)
            assert described["temperature"] == card.temperature
            assert described["facts"].startswith(f"{card.parameters:,} parameters · ")
    assert {key: shown["title"] for key, shown in catalog["networks"].items()} == {
        key: network.title for key, network in NETWORKS.items()
    }
    assert catalog["threshold"] == outlier.THRESHOLD and len(catalog["samples"]) == 10


def test_what_the_catalog_names_is_there_as_its_card_describes_it(catalog):
    files = [("outlier", "drawn", catalog["detector"])]
    files += [(key, recipe, one["url"]) for recipe, all_ in catalog["recipes"].items() for key, one in all_.items()]
    for key, recipe, address in files:
        content = fetched(address, "application/octet-stream")
        assert hashlib.sha256(content).hexdigest() == read_card(key, recipe).serving.sha256
    for address in (*catalog["kernels"], catalog["worker"]):
        assert get(address)[0] == 200


VERSION = browser_files.version()
MLP = browser_files.network_address("mlp", "drawn")


@pytest.mark.parametrize(
    "address",
    [
        browser_files.script_address("engine/worker.js").replace(VERSION, "0" * len(VERSION)),
        browser_files.script_address("engine/nothing.js"),
        browser_files.script_address("engine/build_kernels.mjs"),
        browser_files.script_address("package.json"),
        browser_files.script_address("engine/../../app.py"),
        browser_files.network_address("mlp", "book").replace("book", "drawn"),
        MLP.replace("mlp", "vgg"),
        MLP.replace("drawn", "cake"),
        MLP.replace("drawn", ".."),
        "browser/catalog/0.json",
        "browser/styles/0.css",
    ],
)
def test_another_version_or_name_is_not_found_and_no_browser_keeps_that(address):
    status, headers, body = get(address)
    assert status == 404 and "cache-control" not in headers and b"reload the page" in body
