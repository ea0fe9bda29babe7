from __future__ import annotations

from schemas.diagnostics import Diagnostic, InvalidDocumentError, Mark, dotted, nearest, told_text


def diagnostic(line_text: str, column: int, end_column: int) -> Diagnostic:
    mark = Mark(line=7, column=column, end_column=end_column)
    return Diagnostic(
        code="SPEC204", message="no", file="a.yaml", mark=mark, path="x", remedy="Do.", line_text=line_text
    )


def test_a_caret_stands_under_the_value() -> None:
    assert diagnostic("count: four", 8, 12).text() == (
        "a.yaml:7:8: error SPEC204 x: no\n    7 | count: four\n      |        ^^^^\n  Do."
    )


def test_a_tab_does_not_move_the_caret() -> None:
    assert diagnostic("a:\tb", 4, 5).text().splitlines()[1:3] == ["    7 | a: b", "      |    ^"]


def test_a_caret_after_the_end_of_the_line_is_shown() -> None:
    assert diagnostic("a:", 3, 4).text().splitlines()[1:3] == ["    7 | a:", "      |   ^"]


def test_a_long_line_is_cut_around_the_value() -> None:
    line = "x" * 500 + "VALUE" + "y" * 500
    shown, carets = diagnostic(line, 501, 506).text().splitlines()[1:3]
    assert len(shown) < 140
    at = carets.index("^")
    assert shown[at : at + 5] == "VALUE"
    assert carets.count("^") == 5


def test_an_empty_line_is_not_shown() -> None:
    assert diagnostic("  ", 1, 2).text() == "a.yaml:7:1: error SPEC204 x: no\n  Do."


def test_mistakes_are_told_in_order_of_place_with_their_number() -> None:
    first, second = diagnostic("", 3, 4), diagnostic("", 1, 2)
    error = InvalidDocumentError([first, second])
    assert error.diagnostics == (second, first)
    assert str(error).endswith("\n2 mistakes found.")
    assert "found." not in str(InvalidDocumentError([first]))


def test_the_nearest_word_is_named_and_all_of_few() -> None:
    assert nearest("cuont", ["count", "chain"]) == "Did you mean 'count'? Allowed: chain, count."
    assert nearest("x", ["b", "a"]) == "Allowed: a, b."
    assert nearest("x", []) == "Nothing is allowed here."


def test_many_words_are_not_all_told() -> None:
    words = [f"region-{n:02d}" for n in range(30)]
    assert nearest("regoin-07", words).startswith("Did you mean 'region-07' or ")
    assert nearest("zzz", words).endswith("region-19, and 10 more.")


def test_paths_and_texts_of_users_are_safe_to_print() -> None:
    assert dotted(("fleets", "eu", "members", 2, "zone")) == "fleets.eu.members[2].zone"
    assert dotted(()) == ""
    assert told_text("a\nb\x1b[31m") == "a\\nb\\x1b[31m"
    assert told_text("x" * 100) == "x" * 57 + "..."
