"""Every code of a mistake has a wrong example that gives it, and a right one that is a spec."""

from __future__ import annotations

import pytest

from operations.code_examples import WITHOUT_EXAMPLE, shown_mistake
from operations.mistake_examples import BASE, EXAMPLES
from schemas.codes import CODES
from schemas.diagnostics import InvalidDocumentError
from schemas.loading import load_spec_text


def test_every_code_has_an_example_or_a_reason_for_none() -> None:
    assert set(CODES) - WITHOUT_EXAMPLE == set(EXAMPLES)


@pytest.mark.parametrize("code", EXAMPLES)
def test_the_wrong_lines_give_the_code_and_the_right_ones_are_a_spec(code: str) -> None:
    found = EXAMPLES[code]
    assert BASE.count(found.at) == 1
    load_spec_text(found.spec(found.good))
    with pytest.raises(InvalidDocumentError) as caught:
        load_spec_text(found.spec(found.bad))
    assert code in [mistake.code for mistake in caught.value.diagnostics]
    shown = shown_mistake(code)
    assert f" {code} " in shown.message
    assert shown.bad != shown.good
