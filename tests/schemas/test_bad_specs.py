"""Each bad spec sits beside the exact text that its reader gets.

`GEOFLEET_WRITE_MESSAGES=1 pytest tests/schemas/test_bad_specs.py` writes the texts anew; review them as a diff.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from schemas.codes import CODES
from schemas.diagnostics import InvalidDocumentError
from schemas.loading import load_spec

ROOT = Path(__file__).parents[2]
BAD = sorted((ROOT / "tests" / "specs" / "bad").glob("*.yaml"))
MESSAGES = "\n".join(path.with_suffix(".txt").read_text() for path in BAD if path.with_suffix(".txt").exists())


def refusal(path: Path) -> InvalidDocumentError:
    with pytest.raises(InvalidDocumentError) as caught:
        load_spec(path, source=path.relative_to(ROOT).as_posix())
    return caught.value


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_bad_spec_is_refused_with_its_exact_message(path: Path) -> None:
    message = path.with_suffix(".txt")
    told = f"{refusal(path)}\n"
    if os.environ.get("GEOFLEET_WRITE_MESSAGES"):
        message.write_text(told, encoding="utf-8")
    assert told == message.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_every_mistake_has_a_place_a_known_code_and_a_remedy(path: Path) -> None:
    for found in refusal(path).diagnostics:
        assert found.code in CODES
        assert found.remedy
        assert found.text().startswith(f"tests/specs/bad/{path.name}:{found.mark.line}:{found.mark.column}: error ")
        line = path.read_text().split("\n")[found.mark.line - 1]
        assert found.mark.column <= len(line) + 1


def test_there_are_sixty_bad_specs_and_each_message_has_a_spec() -> None:
    assert len(BAD) >= 60
    texts = {path.stem for path in (ROOT / "tests" / "specs" / "bad").glob("*.txt")}
    assert texts == {path.stem for path in BAD}


@pytest.mark.parametrize(
    "code", [code for code in CODES if code not in {"SPEC100", "SPEC101", "SPEC102", "SPEC107", "SPEC502"}]
)
def test_every_code_has_a_bad_spec(code: str) -> None:
    # Left out: a file's bytes and size (tests/schemas/test_document.py), and migration (tests/operations/test_migrating.py).
    assert re.search(rf"error {code} ", MESSAGES)
