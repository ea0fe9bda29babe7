"""What a plain (unquoted) YAML scalar means: the YAML 1.2 core schema, and stricter where it is a trap.

`NO` is Norway, `12:30`, `2024-01-01`, `1_000` and `0xff` are text. So is `0600`,
a number in YAML 1.2: written with a leading zero it is a mode, an account or a
postcode, and loses its zero as a number.
"""

from __future__ import annotations

import re

Scalar = str | int | float | bool | None

DIGITS_MAX = 18
"""Integers up to this many digits stay exact in every consumer of 64-bit numbers."""

_NUMBER = re.compile(r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\Z")
_SPECIAL_NUMBERS = frozenset(
    [sign + word for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF")] + [".nan", ".NaN", ".NAN"]
)
_WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_NUMBER_STARTS = frozenset("+-.0123456789")
_FLOAT_MAX = 1e300
_FLOAT_CHARACTERS_MAX = 30


class UnusableNumberError(ValueError):
    """A plain scalar that is a number by YAML, but not one that can be used."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem, self.remedy = problem, remedy


def plain_value(text: str) -> Scalar:
    """Return the value of a plain scalar.

    Raises:
        UnusableNumberError: It is infinite, not a number, or too long to stay exact.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_STARTS:
        return text
    if not _NUMBER.match(text):
        if text in _SPECIAL_NUMBERS:
            raise UnusableNumberError(f"'{text}' is not a number that can be used", "Write a number.")
        return text
    is_whole = text.lstrip("+-").isdigit()
    if len(text.lstrip("+-")) > (DIGITS_MAX if is_whole else _FLOAT_CHARACTERS_MAX):
        raise UnusableNumberError(
            f"a number of more than {DIGITS_MAX} digits",
            "Quote it if it is an identifier; shorten it if it is a quantity.",
        )
    if is_whole:
        return int(text)
    value = float(text)
    if abs(value) > _FLOAT_MAX:
        raise UnusableNumberError(f"'{text}' is not a number that can be used", "Write a smaller number.")
    return value


def is_plain_text(text: str) -> bool:
    """Return whether text, written without quotes, would be read back as that text."""
    try:
        return plain_value(text) == text
    except UnusableNumberError:
        return False
