"""The files that browsers run, and their addresses: modules and kernels of browser/, and the networks' LiteRT files.

An address contains a hash of what it leads to, so that browsers keep the file and never show an old one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from models import NETWORKS
from recognition.outlier import DETECTOR
from recognition.recipes import check_recipe
from recognition.store import WeightsError, read_card, verified_serving_file

FOLDER = Path(__file__).resolve().parents[2] / "browser"
MEDIA_TYPES = {".js": "text/javascript", ".wasm": "application/wasm"}
SHORT = 16  # hexadecimal digits of a hash in an address
KERNELS = ("engine/kernels-relaxed.wasm", "engine/kernels.wasm")  # the faster one first


@cache
def scripts() -> Mapping[str, bytes]:
    """Return the contents of all modules and kernels by their path in browser/."""
    paths = sorted(path for path in FOLDER.glob("*/*") if path.parent.name != "node_modules")
    return {path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in paths if path.suffix in MEDIA_TYPES}


@cache
def version() -> str:
    """Return a hash of all modules and kernels, which import one another by relative addresses."""
    return hashlib.sha256(b"".join(name.encode() + content for name, content in scripts().items())).hexdigest()[:SHORT]


def media_type(name: str) -> str:
    """Return the media type of a module or kernel."""
    return MEDIA_TYPES[Path(name).suffix]


def script_address(name: str) -> str:
    """Return the address of a module or kernel, relative to the page's base."""
    return f"browser/{version()}/{name}"


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
