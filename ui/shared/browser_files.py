"""The files that browsers run, and their addresses: modules and kernels of browser/, and the networks' LiteRT files.

An address contains a hash of what it leads to, so that browsers keep the file and never show an old one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import language
from models import NETWORKS
from recognition.outlier import DETECTOR
from recognition.recipes import check_recipe
from recognition.store import WeightsError, read_card, verified_serving_file

FOLDER = Path(__file__).resolve().parents[2] / "browser"
MEDIA_TYPES = {".js": "text/javascript", ".wasm": "application/wasm"}
SHORT = 16  # hexadecimal digits of a hash in an address
CATALOGUE = "language/catalogue.js"
KERNELS = ("engine/kernels-relaxed.wasm", "engine/kernels.wasm")  # the faster one first


@cache
def scripts(spoken: str = language.SOURCE) -> Mapping[str, bytes]:
    """Return the contents of all modules and kernels by their path in browser/, with translations into a language."""
    if spoken != language.SOURCE:
        return {**scripts(), CATALOGUE: translations(spoken)}
    paths = sorted(path for path in FOLDER.glob("*/*") if path.parent.name != "node_modules")
    return {path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in paths if path.suffix in MEDIA_TYPES}


@cache
def version(spoken: str = language.SOURCE) -> str:
    """Return the folder of all modules and kernels, which import one another by relative addresses: HASH or HASH-de."""
    content = b"".join(name.encode() + content for name, content in scripts(spoken).items())
    name = hashlib.sha256(content).hexdigest()[:SHORT]
    return name if spoken == language.SOURCE else f"{name}-{spoken}"


def language_of(folder: str) -> str | None:
    """Return the language whose modules are in this folder; None if there is no such folder, or no longer."""
    spoken = folder.partition("-")[2] or language.SOURCE
    known = spoken in language.LANGUAGES or spoken == language.PSEUDO
    return spoken if known and folder == version(spoken) else None


def translations(spoken: str) -> bytes:
    """Return the module that takes the place of browser/language/catalogue.js."""
    known = language.catalogue(spoken)
    messages = {
        message.id[0] if isinstance(message.id, tuple) else message.id: message.string
        for message in known
        if message.id and message.string and any(path.startswith("browser/") for path, _ in message.locations)
    }
    tag, percent = json.dumps(spoken), json.dumps(language.percent_pattern(0, spoken))
    plural = f"(n) => Number({known.plural_expr})"  # C, whose operators mean the same in JavaScript
    return (
        f"export default {{ language: {tag}, percent: {percent}, plural: {plural}, messages: "
        f"{json.dumps(messages, ensure_ascii=False)} }};\n"
    ).encode()


def media_type(name: str) -> str:
    """Return the media type of a module or kernel."""
    return MEDIA_TYPES[Path(name).suffix]


def script_address(name: str) -> str:
    """Return the address of a module or kernel in the current language, relative to the page's base."""
    return f"browser/{version(language.current())}/{name}"


def network_address(key: str, recipe: str) -> str:
    """Return the address of a network's LiteRT file, relative to the page's base; raises WeightsError without one."""
    return f"browser/net/{_sha256(key, recipe)}/{recipe}/{key}.tflite"


def network(key: str, recipe: str, sha256: str) -> bytes:
    """Return the content of a LiteRT file.

    Raises ValueError for an unknown network, recipe or hash, WeightsError for a missing or altered file.
    """
    if (key not in NETWORKS and key != DETECTOR.key) or sha256 != _sha256(key, check_recipe(recipe)):
        raise ValueError("unknown network or hash")
    return verified_serving_file(key, recipe)[0]


def _sha256(key: str, recipe: str) -> str:
    exported = read_card(key, recipe).serving
    if exported is None:
        raise WeightsError(f"the card of {key}, recipe {recipe}, describes no LiteRT file")
    return exported.sha256[:SHORT]
