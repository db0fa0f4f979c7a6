"""The scripts and networks that run in browsers: each at an address with its hash, compressed once, kept for good."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

import language
from recognition.store import WeightsError
from server import index_page
from server.compression import FOR_GOOD, Compressed
from ui.drawing import answers
from ui.learn import state
from ui.shared import browser_files

HEADERS = {
    "cache-control": FOR_GOOD,
    "content-encoding": "gzip",
    "vary": "accept-encoding",
}
NOT_FOUND = Response("This file is not here, or no longer; reload the page.", 404, media_type="text/plain")
_compressed = Compressed()


async def script(request: Request) -> Response:
    """GET browser/VERSION/NAME: a module or kernel; 404 for another name, or a version that is not this server's."""
    name, folder = request.path_params["name"], request.path_params["version"]
    spoken = browser_files.language_of(folder)
    if spoken is None or name not in browser_files.scripts():
        return NOT_FOUND
    key = f"{folder}/{name}" if name == browser_files.CATALOGUE else name  # all others are the same in every language
    content = await _compressed.get(key, lambda: browser_files.scripts(spoken)[name])
    return Response(content, headers=HEADERS, media_type=browser_files.media_type(name))


async def catalog(request: Request) -> Response:
    """GET browser/catalog/HASH.json: what browsers have to know of all networks."""
    name = request.path_params["name"]
    spoken = name.removesuffix(".json").partition("-")[2] or language.SOURCE
    if spoken not in (*language.LANGUAGES, language.PSEUDO):
        return NOT_FOUND
    address, content = answers.catalog(spoken)
    if not address.endswith("/" + name):
        return NOT_FOUND
    return Response(await _compressed.get(address, lambda: content), headers=HEADERS, media_type="application/json")


async def styles(request: Request) -> Response:
    """GET browser/styles/HASH.css: the style sheets of all pages."""
    address, content = index_page.styles()
    if not address.endswith("/" + request.path_params["name"]):
        return NOT_FOUND
    return Response(await _compressed.get(address, lambda: content), headers=HEADERS, media_type="text/css")


async def network(request: Request) -> Response:
    """GET browser/net/HASH/RECIPE/KEY.tflite: a network's LiteRT file; 404 for one that is not shipped."""
    key, recipe, sha256 = (request.path_params[name] for name in ("key", "recipe", "sha256"))
    try:
        content = await _compressed.get(f"{recipe}/{key}/{sha256}", lambda: browser_files.network(key, recipe, sha256))
    except (WeightsError, ValueError):
        return NOT_FOUND
    return Response(content, headers=HEADERS, media_type="application/octet-stream")


async def own(request: Request) -> Response:
    """GET browser/own/NAME.tflite: the network that a visitor has trained; 404 once it is gone."""
    content = state.exported(request.path_params["name"])
    if content is None:
        return NOT_FOUND
    return Response(content, headers={"cache-control": "private, max-age=3600"}, media_type="application/octet-stream")
