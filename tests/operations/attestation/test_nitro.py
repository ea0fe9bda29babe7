from __future__ import annotations

import datetime
from typing import Any

import cbor2
import pytest

from operations.attestation import nitro
from operations.attestation.certificates import AWS_NITRO_ROOT, EvidenceError, fingerprint, published
from tests.operations.attestation.evidence import AT, NONCE, PCR, Aws, signer


@pytest.fixture(scope="module")
def aws() -> Aws:
    return Aws()


def judged(aws: Aws, document: bytes, **said: Any) -> list[str]:
    asked = {"pcrs": {0: PCR, 2: PCR}, "nonce": NONCE, "at": AT, "root_sha256": aws.root.sha256} | said
    return list(nitro.problems(nitro.parsed(document), **asked))


def test_a_document_that_answers_the_challenge_stands(aws: Aws) -> None:
    assert judged(aws, aws.document()) == []


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ({"nonce": b""}, "does not answer this challenge: it is a document of another time, or of another enclave"),
        ({"pcrs": {0: PCR, 1: PCR, 2: "11" * 48}}, f"PCR2 is {'11' * 48}, expected {PCR}"),
        ({"pcrs": {0: PCR}}, f"PCR2 is missing, expected {PCR}"),
        ({"pcrs": {0: "00" * 48, 2: "00" * 48}},
         "is of an enclave in debug mode: all its registers are zeros, and its console can be read"),
        ({"at": AT - datetime.timedelta(seconds=301)},
         "was made at 2026-11-24 11:54:59 UTC, 301 s ago; at most 300 s"),
    ],
    ids=["replayed", "image", "register", "debug", "old"],
)  # fmt: skip
def test_one_thing_wrong_is_the_one_thing_told(aws: Aws, made: dict[str, Any], said: str) -> None:
    assert judged(aws, aws.document(**made)) == [said]


def test_five_minutes_are_just_young_enough(aws: Aws) -> None:
    assert judged(aws, aws.document(at=AT - datetime.timedelta(seconds=300))) == []


def test_nothing_expected_is_refused(aws: Aws) -> None:
    [said] = judged(aws, aws.document(), pcrs={})
    assert said == "no register is expected to be anything: what runs in the enclave would not be judged"


def test_a_forger_with_a_root_of_his_own_is_refused(aws: Aws) -> None:
    forger = Aws()
    [said] = judged(forger, forger.document(), root_sha256=aws.root.sha256)
    assert said == f"the chain ends in CN=aws.nitro-enclaves ({forger.root.sha256}), trusted is {aws.root.sha256} only"


def test_a_changed_payload_breaks_the_signature(aws: Aws) -> None:
    tag = cbor2.loads(aws.document(pcrs={0: "22" * 48, 2: PCR}))
    protected, head, payload, signature = tag.value
    forged = cbor2.dumps(cbor2.CBORTag(18, [protected, head, payload.replace(b"\x22" * 48, b"\xcd" * 48), signature]))
    assert judged(aws, forged) == ["is not signed by the module's key"]


def test_a_certificate_that_has_ended_is_told(aws: Aws) -> None:
    late = Aws(root=aws.root)
    late.module = signer("i-0.eu-central-1.aws", late.zone, authority=False, days=29)
    assert judged(late, late.document()) == [
        (
            "the certificate CN=i-0.eu-central-1.aws is valid from 2026-10-25 12:00 to 2026-11-23 12:00, "
            "judged for 2026-11-24 12:00 UTC"
        )
    ]


def test_another_algorithm_or_digest_is_not_judged(aws: Aws) -> None:
    with pytest.raises(EvidenceError, match=r"^is signed by another algorithm than ES384$"):
        nitro.parsed(aws.document(algorithm=-7))
    with pytest.raises(EvidenceError, match=r"^does not measure by SHA-384$"):
        nitro.parsed(aws.document(digest="SHA256"))


@pytest.mark.parametrize("junk", [b"", b"\x00", b"\xff" * 40, cbor2.dumps([1, 2]), cbor2.dumps("text"),
                                  cbor2.dumps(cbor2.CBORTag(18, [b"", {}, b"", b""]))])  # fmt: skip
def test_what_is_no_document_is_not_judged(junk: bytes) -> None:
    with pytest.raises(EvidenceError, match=r"is (not a document of|signed by another)"):
        nitro.parsed(junk)


def test_the_pinned_root_is_the_one_that_comes_along() -> None:
    [root] = published("aws_nitro")
    assert fingerprint(root) == AWS_NITRO_ROOT
