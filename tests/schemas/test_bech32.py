from __future__ import annotations

import pytest

from schemas.bech32 import bech32, bech32_bytes, with_prefix

KNOWN = "cosmos19rl4cm2hmr8afy4kldpxz3fka4jguq0auqdal4"
BYTES = bytes.fromhex("28ff5c6d57d8cfd492b6fb42614536ed648e01fd")


def test_an_address_is_its_twenty_bytes() -> None:
    assert bech32("cosmos", BYTES) == KNOWN
    assert bech32_bytes(KNOWN) == BYTES


@pytest.mark.parametrize("length", [0, 1, 19, 20, 32])
def test_bytes_come_back(length: int) -> None:
    data = bytes(range(length))
    assert bech32_bytes(bech32("x", data)) == data


def test_another_prefix_is_the_same_account() -> None:
    assert with_prefix(KNOWN, "cosmosvaloper") == "cosmosvaloper19rl4cm2hmr8afy4kldpxz3fka4jguq0ae5egnx"


@pytest.mark.parametrize("text", ["", "cosmos", "cosmos1", KNOWN[:-1] + "5", KNOWN.upper(), KNOWN.replace("9", "b", 1)])
def test_what_is_not_an_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not bech32|is wrong"):
        bech32_bytes(text)
