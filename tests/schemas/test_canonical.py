from __future__ import annotations

import math

import pytest

from schemas.canonical import canonical_json, sha256_hex
from schemas.roles import Role


def test_one_value_has_one_text_whatever_the_order_of_its_keys() -> None:
    assert canonical_json({"b": [1, 2.5, None, True], "a": "é"}) == '{"a":"é","b":[1,2.5,null,true]}'
    assert canonical_json({"a": 1, "b": 2}) == canonical_json({"b": 2, "a": 1})
    assert canonical_json({"x": {"b": 1, "a": 2}}) == '{"x":{"a":2,"b":1}}'


def test_tuples_and_words_of_enumerations_are_plain() -> None:
    assert canonical_json((Role.ORACLE, ("a",))) == '["oracle",["a"]]'


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_json_does_not_know_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="Out of range float"):
        canonical_json({"a": number})


def test_hashes_are_those_of_the_standard() -> None:
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert sha256_hex("") == sha256_hex(b"") == empty
    assert sha256_hex("é") == sha256_hex("é".encode())
