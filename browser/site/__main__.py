"""Writes the page without a server: a folder for any file server, which works offline after the first visit.

    python -m browser.site FOLDER [--source URL]

It runs the same modules, style sheets and networks as the page itself, at the same addresses below the folder.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import posixpath
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from jinja2 import Environment
from PIL import Image

import language
from digits.strokes import BRUSH, DEFAULT_BRUSH
from models import DEFAULT_NETWORKS, NETWORKS
from recognition import outlier
from recognition.store import default_recipe, released, verified_serving_file
from ui import shell
from ui.drawing import answers, underlay
from ui.shared import browser_files

HERE = Path(__file__).parent
WORDS = "browser/words/"  # where the translations are
TRANSLATED = re.compile(rf"{WORDS}|browser/catalog/.*-")
ENTRIES = ("site/site.js", "engine/worker.js")  # what they import is written, too
IMPORT = re.compile(r"""\b(?:from|import) ?\(?"(\.[^"]+)\"""")
ICON = HERE.parents[1] / "ui" / "shell" / "icon.png"
ICON_SIDES = (192, 512)  # pixels, as installable pages need them
NAME, DESCRIPTION = "Draw a digit", "Draw a digit, and watch neural networks read it while your pen moves."
GROUND, DARK_GROUND = "#ffffff", "#191917"  # of ui/shell/page.css


def main() -> None:
    """Write the folder that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m browser.site", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="where to write it; made where it is not there")
    parser.add_argument("--source", default="", metavar="URL", help="where the whole program is, for the page's link")
    arguments = parser.parse_args()
    files = contents(arguments.source)
    write(files, arguments.folder)
    whole, first = (sum(len(files[name]) for name in names) / 1e6 for names in (files, first_visit(files)))
    print(f"{arguments.folder}: {len(files)} files, {whole:.1f} MB")
    print(f"A first visit loads {first:.1f} MB, less where texts are compressed.")


def write(files: Mapping[str, bytes], folder: Path) -> None:
    """Write files by their path in a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def contents(source: str = "") -> dict[str, bytes]:
    """Return all files of the page by their path in its folder. source: the address of the whole program, or ""."""
    recipe = default_recipe()
    catalog, described = answers.catalog(language.SOURCE)
    translated = {each: _translated(each) for each in language.LANGUAGES if each != language.SOURCE}
    files = {browser_files.script_address(name): browser_files.scripts()[name] for name in _reached(ENTRIES)}
    files |= {browser_files.script_address(name): browser_files.scripts()[name] for name in browser_files.KERNELS}
    styles = f"{_text('site.css')}\n{shell.styles()}".encode()
    sheet = f"browser/styles/{hashlib.sha256(styles).hexdigest()[: browser_files.SHORT]}.css"
    files[browser_files.script_address(browser_files.CATALOGUE)] = (HERE / "catalogue.js").read_bytes()
    files[browser_files.script_address("language/english.js")] = browser_files.scripts()["language/english.js"]
    files |= {catalog: described, sheet: styles}
    for addresses, contents in translated.values():
        files |= dict(zip(addresses.values(), contents, strict=True))
    for key in (*released(recipe), outlier.DETECTOR.key):
        files[browser_files.network_address(key, recipe)] = verified_serving_file(key, recipe)[0]
    files |= {f"icon-{side}.png": _icon(side) for side in ICON_SIDES}
    files["page.webmanifest"] = _manifest()
    kept = {"first": ["./", *first_visit(files)], "later": sorted(files.keys() - first_visit(files))}
    files["files.json"] = json.dumps(kept, separators=(",", ":")).encode()
    version = hashlib.sha256(files["files.json"]).hexdigest()[: browser_files.SHORT]
    languages = {each: addresses for each, (addresses, _) in translated.items()}
    files["index.html"] = _page(catalog, sheet, version, recipe, source, languages).encode()
    files["offline.js"] = _text("offline.js").encode()
    return files


def first_visit(files: Iterable[str]) -> list[str]:
    """Return those of the page's files that a first visit loads: not the networks shown later, nor the translations."""
    shown = (*DEFAULT_NETWORKS, outlier.DETECTOR.key)
    networks = [name for name in files if name.endswith(".tflite") and Path(name).stem not in shown]
    return [name for name in files if name not in networks and not TRANSLATED.match(name)]


def _translated(spoken: str) -> tuple[dict[str, str], tuple[bytes, bytes]]:
    """The addresses of a language's words and catalog, and what is there."""
    words = browser_files.translations(spoken)
    catalog, described = answers.catalog(spoken)
    described = described.replace(browser_files.version(spoken).encode(), browser_files.version().encode())
    name = f"{WORDS}{hashlib.sha256(words).hexdigest()[: browser_files.SHORT]}-{spoken}.js"
    return {"words": name, "catalog": catalog}, (words, described)


def _reached(entries: Iterable[str]) -> list[str]:
    """The modules that these modules import, and those that they import, and so on."""
    found: list[str] = []
    waiting = list(entries)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.append(name)
        imported = IMPORT.findall(browser_files.scripts()[name].decode())
        waiting += [posixpath.normpath(posixpath.join(posixpath.dirname(name), each)) for each in imported]
    return found


def _page(
    catalog: str, styles: str, version: str, recipe: str, source: str, languages: Mapping[str, Mapping[str, str]]
) -> str:
    template = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(_text("index.html"))
    return template.render(
        name=NAME,
        description=DESCRIPTION,
        grounds=(GROUND, DARK_GROUND),
        catalog=catalog,
        styles=styles,
        version=version,
        module=browser_files.script_address("site/site.js"),
        recipe=recipe,
        networks=[(key, NETWORKS[key].title, key in DEFAULT_NETWORKS) for key in released(recipe)],
        brush=(*BRUSH, DEFAULT_BRUSH),
        invitation=underlay.invitation(True, "Draw here"),
        source=source,
        languages=json.dumps(languages),
        names=json.dumps(language.LANGUAGES),
    )


def _manifest() -> bytes:
    icons = [{"src": f"icon-{side}.png", "sizes": f"{side}x{side}", "type": "image/png"} for side in ICON_SIDES]
    look = {"display": "standalone", "background_color": GROUND, "theme_color": GROUND}
    names = {"name": NAME, "short_name": NAME, "description": DESCRIPTION}
    return json.dumps({**names, "start_url": "./", "scope": "./", **look, "icons": icons}).encode()


def _icon(side: int) -> bytes:
    file = io.BytesIO()
    with Image.open(ICON) as icon:
        icon.convert("RGBA").resize((side, side), Image.Resampling.LANCZOS).save(file, "PNG", optimize=True)
    return file.getvalue()


def _text(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


if __name__ == "__main__":
    main()
