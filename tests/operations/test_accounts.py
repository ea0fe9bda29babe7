from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from operations.accounts import account, new_mnemonic

WORDS = "abandon " * 11 + "about"


def test_a_mnemonic_is_the_account_that_every_wallet_makes_of_it() -> None:
    assert account(WORDS).address == "cosmos19rl4cm2hmr8afy4kldpxz3fka4jguq0auqdal4"


def test_new_mnemonics_are_24_words_and_never_the_same() -> None:
    one, other = new_mnemonic(), new_mnemonic()
    assert len(one.split()) == 24
    assert account(one).address != account(other).address


def test_a_mnemonic_with_a_wrong_word_is_refused() -> None:
    with pytest.raises(ValueError, match="these words are not a mnemonic"):
        account(WORDS.replace("about", "above"))


def test_signatures_verify_and_are_in_the_lower_half() -> None:
    signer = account(WORDS)
    for number in range(8):
        signature = signer.sign(bytes([number]))
        r, s = (int.from_bytes(signature[i : i + 32], "big") for i in (0, 32))
        assert s <= 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0
        signer.key.public_key().verify(encode_dss_signature(r, s), bytes([number]), ec.ECDSA(SHA256()))
