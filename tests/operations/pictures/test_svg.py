from __future__ import annotations

from xml.etree import ElementTree

import pytest

from operations.pictures.svg import Box, document, identifier, label, line, number, tag, width_of, words, wrapped


def test_text_and_attributes_are_escaped() -> None:
    assert label('a<b & "c"', 1, 2, class_="x") == '<text x="1" y="2" class="x">a&lt;b &amp; "c"</text>'
    assert tag("g", id='"><script>', fill=None) == '<g id="&quot;&gt;&lt;script&gt;"/>'


def test_numbers_are_short_and_never_minus_zero() -> None:
    assert [number(value) for value in (1.0, 1.25, -0.01, 100.0, 99.96)] == ["1", "1.2", "0", "100", "100"]
    assert line([(0, 0.04), (1.5, 2)]) == '<path d="M0 0L1.5 2" fill="none"/>'


def test_a_document_is_xml_with_a_title_and_a_description_for_those_who_do_not_see_it() -> None:
    text = document((10, 20), [tag("rect")], name="map-a", title="A & B", description="what <it> shows")
    root = ElementTree.fromstring(text)
    space = "{http://www.w3.org/2000/svg}"
    told = {element.get("id"): element.text for element in root if element.get("id")}
    assert root.get("role") == "img"
    assert [told[name] for name in str(root.get("aria-labelledby")).split()] == ["A & B", "what <it> shows"]
    assert root[-1].tag == f"{space}rect"


@pytest.mark.parametrize("stack", ["lab", "2 b/c<é", ""])
def test_an_identifier_is_one_word_for_any_stack(stack: str) -> None:
    assert identifier("map", stack).replace("-", "").isascii()
    assert not set(identifier("map", stack)) & set(' "<>/')


def test_boxes_tell_how_much_they_overlap() -> None:
    box = Box(x=0, y=0, width=10, height=10)
    assert box.overlap(Box(x=5, y=8, width=10, height=10)) == 10
    assert box.overlap(Box(x=10, y=0, width=5, height=5)) == 0
    assert box.overlap(Box(x=12, y=0, width=5, height=10), gap=4) == 28
    assert box.nearest(20, -5) == (10, 0)
    assert box.holds(10, 10)
    assert not box.holds(10.1, 10)


DEJAVU_SANS = {
    "gcp:northamerica-northeast1": (176.6, 199.5), "aws:ap-southeast-2": (117.9, 133.5), "89.3 ms": (48.5, 53.4),
    "~87.0 to 114 ms": (101.2, 110.9),
}  # fmt: skip
"""Widths at 12 pixels, regular and bold, from the font's own tables: the widest face that a reader is likely to have."""


@pytest.mark.parametrize("text", DEJAVU_SANS)
def test_text_is_thought_wider_rather_than_narrower(text: str) -> None:
    regular, bold = DEJAVU_SANS[text]
    assert regular <= width_of(text, 12) <= 1.15 * regular
    assert bold <= width_of(text, 12, bold=True) <= 1.15 * bold


def test_remarks_are_broken_into_lines_that_fit() -> None:
    assert wrapped(["one", "two", "three"], 10, 60) == ["one; two", "three"]
    assert wrapped([], 10, 60) == []


def test_words_keep_quotes() -> None:
    assert words('it\'s "so"') == 'it\'s "so"'
