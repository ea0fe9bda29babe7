"""The page and its pictures are what the lab's plan gives now."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from operations.simulation_page import FOLDER, PAGE, page, pictures

STALE = "stale: python -m operations.simulation_page"


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), STALE


def test_its_pictures_are_fresh_and_there_are_no_others() -> None:
    drawn = pictures()
    assert {path: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.svg"))} == drawn, STALE


def test_the_page_shows_every_picture() -> None:
    shown = re.findall(r"!\[[^]]+\]\(([^)]+)\)", PAGE.read_text(encoding="utf-8"))
    assert {PAGE.parent / name for name in shown} == set(pictures())


def test_the_pictures_are_well_formed() -> None:
    for svg in pictures().values():
        assert ElementTree.fromstring(svg).get("role") == "img"
