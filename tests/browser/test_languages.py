"""The pages in other languages: all that is read is translated, and nothing is cut off."""

from __future__ import annotations

from pathlib import Path

import pytest

from language import PSEUDO
from tests.browser.driver import DESKTOP, PROJECTOR, SMALL_PHONE

PATHS = ("?", "?panel=Journey&", "play?", "room?", "learn?", "evidence?", "book?")
READY = ".bars, .journey, .play, .stMainBlockContainer h1:has-text('‹')"
LOOK = Path(__file__).with_name("look.js").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "size",
    [SMALL_PHONE, pytest.param(DESKTOP, marks=pytest.mark.nightly), pytest.param(PROJECTOR, marks=pytest.mark.nightly)],
    ids=["small phone", "laptop", "projector"],
)
def test_every_sentence_is_translated_and_half_as_long_again_it_still_fits(visit, address, size):
    page = visit(size, phone=size is SMALL_PHONE, path=f"/?lang={PSEUDO}").page
    for path in PATHS:
        page.goto(f"{address}/{path}lang={PSEUDO}")
        page.locator(READY).locator("visible=true").first.wait_for()
        page.wait_for_timeout(2000)
        assert page.evaluate(LOOK) == {"plain": [], "cut": [], "wide": 0}, path
