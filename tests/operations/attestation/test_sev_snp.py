from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from operations.attestation import sev_snp
from operations.attestation.certificates import EvidenceError, published
from operations.attestation.sev_snp import Tcb
from tests.operations.attestation.evidence import AT, CHIP, MEASUREMENT, NONCE, Amd, signer

DATA = NONCE.ljust(64, b"\0")
LEAST = Tcb(boot_loader=4, tee=0, snp=22, microcode=211)


@pytest.fixture(scope="module")
def amd() -> Amd:
    return Amd()


def judged(amd: Amd, report: bytes, **said: Any) -> list[str]:
    asked = {"measurements": [MEASUREMENT], "tcb_min": LEAST, "report_data": DATA} | said
    wanted = sev_snp.Wanted(**{"root_sha256": amd.ark.sha256, **asked})
    return list(sev_snp.problems(sev_snp.parsed(report), amd.chip.certificate, amd.authorities, wanted=wanted, at=AT))


def test_a_report_that_answers_the_challenge_stands(amd: Amd) -> None:
    assert judged(amd, amd.report()) == []


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ({"policy": 0xB0000}, "its policy lets the host debug it: the memory can be read from outside"),
        ({"policy": 0x70000}, "its policy lets a migration agent move it: its memory may leave this machine"),
        ({"vmpl": 2}, "was asked for at privilege level 2, expected 0"),
        ({"measurement": "00" * 48}, f"measures {'00' * 48}, allowed: {MEASUREMENT}"),
        ({"data": bytes(32)}, "does not answer this challenge: it is a report of another time, or of another machine"),
        ({"data": NONCE + b"\1"}, "does not answer this challenge: it is a report of another time, or of another machine"),
        ({"chip": CHIP[::-1]}, "is of another chip than the certificate"),
    ],
    ids=["debug", "migration", "privilege level", "measurement", "replayed", "more than the challenge", "chip"],
)  # fmt: skip
def test_one_thing_wrong_is_the_one_thing_told(amd: Amd, made: dict[str, Any], said: str) -> None:
    assert judged(amd, amd.report(**made)) == [said]


def test_firmware_other_than_the_certificate_s_is_told(amd: Amd) -> None:
    newer = bytes([5, 0, 0, 0, 0, 0, 22, 211])
    assert judged(amd, amd.report(tcb=newer)) == [
        "reports firmware 5/0/22/211; the chip's certificate is for 4/0/22/211"
    ]


def test_firmware_one_version_too_old_is_refused_and_the_least_is_not(amd: Amd) -> None:
    assert judged(amd, amd.report(), tcb_min=dataclasses.replace(LEAST, microcode=212)) == [
        "microcode has security version 211, at least 212 is needed"
    ]


@pytest.mark.parametrize("place", [0x08, 0x50, 0x90, 0x180, 0x1A0, 0x29F])
def test_one_changed_bit_breaks_the_signature(amd: Amd, place: int) -> None:
    report = bytearray(amd.report())
    report[place] ^= 1
    assert "is not signed by the chip's key" in judged(amd, bytes(report))


def test_a_forger_with_a_root_of_his_own_is_refused(amd: Amd) -> None:
    forger = Amd()
    [said] = judged(forger, forger.report(), root_sha256=amd.ark.sha256)
    assert said == f"the chain ends in CN=ARK-Milan ({forger.ark.sha256}), trusted is {amd.ark.sha256} only"


def test_a_chip_that_another_authority_certified_is_refused(amd: Amd) -> None:
    forged = Amd()
    forged.ask, forged.ark = amd.ask, amd.ark
    assert judged(forged, forged.report()) == ["the certificate CN=SEV-VCEK was not signed by CN=SEV-Milan"]


def test_an_authority_that_may_not_issue_is_refused(amd: Amd) -> None:
    forged = Amd()
    forged.ask = signer("SEV-Milan", forged.ark, curve=False, authority=False)
    forged.chip = signer("SEV-VCEK", forged.ask, authority=False)
    assert "the certificate CN=SEV-Milan may not issue others" in judged(forged, forged.report())


def test_no_measurement_expected_allows_none(amd: Amd) -> None:
    assert judged(amd, amd.report(), measurements=[]) == [f"measures {MEASUREMENT}, allowed: none"]


@pytest.mark.parametrize(
    ("report", "said"),
    [
        (b"", "an SEV-SNP report has 1184 bytes, this has 0"),
        (bytes(1183), "an SEV-SNP report has 1184 bytes, this has 1183"),
        (bytes(1184), "version 0 with signature algorithm 0 is not known; 2 to 5 with 1 are"),
    ],
)
def test_what_is_no_report_is_not_judged(report: bytes, said: str) -> None:
    with pytest.raises(EvidenceError) as caught:
        sev_snp.parsed(report)
    assert str(caught.value) == said


@pytest.mark.parametrize("product", ["milan", "genoa", "turin"])
def test_amd_s_certificates_are_the_pinned_ones(product: str) -> None:
    from operations.attestation.certificates import AMD_ROOTS, chain_problems

    ask, ark = published(f"amd_{product}")
    assert list(chain_problems([ask, ark], root_sha256=AMD_ROOTS[product], at=AT)) == []
