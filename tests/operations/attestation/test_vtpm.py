from __future__ import annotations

from typing import Any

import pytest

from operations.attestation import vtpm
from operations.attestation.certificates import EvidenceError
from tests.operations.attestation.evidence import BOOT, NONCE, Tpm

VALUES = {0: "01" * 32, 4: BOOT}


def judged(tpm: Tpm, made: tuple[bytes, bytes], **said: Any) -> list[str]:
    asked = {"values": VALUES, "pcrs": {4: BOOT}, "nonce": NONCE, "key": vtpm.key_of(tpm.pem)} | said
    return list(vtpm.problems(vtpm.parsed(*made), **asked))


@pytest.mark.parametrize("is_rsa", [False, True])
def test_a_quote_that_answers_the_challenge_stands(is_rsa: bool) -> None:
    tpm = Tpm(is_rsa=is_rsa)
    assert judged(tpm, tpm.quote(VALUES)) == []


@pytest.mark.parametrize("is_rsa", [False, True])
def test_a_quote_of_another_machine_s_key_is_refused(is_rsa: bool) -> None:
    assert judged(Tpm(is_rsa=is_rsa), Tpm(is_rsa=is_rsa).quote(VALUES)) == [
        "is not signed by the machine's attestation key"
    ]
    assert judged(Tpm(is_rsa=not is_rsa), Tpm(is_rsa=is_rsa).quote(VALUES)) == [
        "is not signed by the machine's attestation key"
    ]


def test_a_replayed_quote_is_refused() -> None:
    tpm = Tpm()
    assert judged(tpm, tpm.quote(VALUES, nonce=bytes(32))) == [
        "does not answer this challenge: it is a quote of another time, or of another machine"
    ]


def test_values_that_were_not_signed_are_refused() -> None:
    tpm = Tpm()
    made = tpm.quote({0: "01" * 32, 4: "66" * 32})
    assert judged(tpm, made) == ["the register values that came with it are not those that it signs"]


def test_another_boot_is_refused_and_a_register_left_out_too() -> None:
    tpm, other = Tpm(), {0: "01" * 32, 4: "66" * 32}
    assert judged(tpm, tpm.quote(other), values=other) == [f"PCR4 is {'66' * 32}, expected {BOOT}"]
    less = {0: "01" * 32}
    assert judged(tpm, tpm.quote(less), values=less) == [f"does not quote PCR4, which is expected to be {BOOT}"]


def test_nothing_expected_is_refused() -> None:
    tpm = Tpm()
    assert judged(tpm, tpm.quote(VALUES), pcrs={}) == [
        "no register is expected to be anything: what was started would not be judged"
    ]


def test_what_no_tpm_made_is_not_judged() -> None:
    tpm = Tpm()
    with pytest.raises(EvidenceError, match="is not a quote that a TPM made: 0x1 0x8018, expected 0xff544347 0x8018"):
        vtpm.parsed(*tpm.quote(VALUES, magic=1))
    message, signature = tpm.quote(VALUES)
    with pytest.raises(EvidenceError, match="the quote ends in the middle of a field"):
        vtpm.parsed(message[:-1], signature)
    with pytest.raises(EvidenceError, match="1 bytes follow the end"):
        vtpm.parsed(message + b"\0", signature)
    with pytest.raises(
        EvidenceError, match="is signed by scheme 0x0000 with hash 0x0000; RSASSA or ECDSA with SHA-256"
    ):
        vtpm.parsed(message, bytes(80))


def test_keys_of_other_kinds_are_not_judged() -> None:
    with pytest.raises(EvidenceError, match="the attestation key is not a public key in PEM"):
        vtpm.key_of(b"nothing")


def test_a_report_binds_challenge_and_key_together() -> None:
    one, other = vtpm.key_of(Tpm().pem), vtpm.key_of(Tpm().pem)
    bound = vtpm.bound_report_data(NONCE, one)
    assert len(bound) == 64
    assert bound not in (vtpm.bound_report_data(NONCE, other), vtpm.bound_report_data(bytes(32), one))
