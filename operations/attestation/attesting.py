"""`geofleet attest`: whether a host's evidence proves what the stack expects of it."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from operations.attestation import nitro, sev_snp, vtpm
from operations.attestation.certificates import (
    AMD_ROOTS,
    AWS_NITRO_ROOT,
    EvidenceError,
    certificate_of,
    published,
)  # fmt: skip
from operations.attestation.expected import Expected
from policies.attested_rules import NITRO, SEV_SNP, VTPM
from policies.rule import Rule
from schemas.report import Feed, Finding, Report, Status, Where, report

NITRO_FILE = "nitro.cbor"
SNP_FILE = "sev_snp.bin"
CHIP_FILE = "vcek.der"
QUOTE_FILE = "vtpm.quote"
SIGNATURE_FILE = "vtpm.signature"
VALUES_FILE = "vtpm.pcrs.json"
KEY_FILE = "vtpm.key.pem"

_FILE_BYTES_MAX = 64 * 1024


@dataclass(frozen=True, kw_only=True)
class Trust:
    """Roots that are believed, by hash; tests give their own."""

    nitro: str = AWS_NITRO_ROOT
    amd: dict[str, str] = field(default_factory=lambda: dict(AMD_ROOTS))
    amd_folder: Path | None = None
    """Where the certificates between chip and root are; None for those that come with geofleet."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked about one host."""

    stack: str
    host: str
    expected: Expected
    nonce: bytes
    evidence: Path
    """Folder with what the host answered."""
    at: datetime.datetime
    trust: Trust = field(default_factory=Trust)


def attested(question: Question) -> Report:
    """Return the verdict on every kind of evidence that the host must bring.

    What is missing or unreadable is not evaluated, which fails like anything else that nobody could judge.
    """
    kinds: tuple[tuple[Rule, object, Callable[[Question], Iterator[str]], str], ...] = (
        (SEV_SNP, question.expected.sev_snp, _snp, "its SEV-SNP report"),
        (NITRO, question.expected.nitro, _nitro, "its enclave's document"),
        (VTPM, question.expected.vtpm, _vtpm, "its vTPM's quote"),
    )
    found = [
        finding
        for rule, wanted, judge, what in kinds
        if wanted is not None
        for finding in _findings(question, rule, judge, what)
    ]
    return report(Feed.HOSTS, question.stack, found)


def _findings(
    question: Question, rule: Rule, judge: Callable[[Question], Iterator[str]], what: str
) -> Iterator[Finding]:
    def finding(status: Status, message: str) -> Finding:
        return Finding(
            rule_id=rule.id, status=status, severity=rule.severity, subject=question.host,
            message=f"{question.host}: {message}", remedy="" if status is Status.PASSED else rule.remedy,
            where=Where(host=question.host),
        )  # fmt: skip

    try:
        problems = list(judge(question))
    except EvidenceError as error:
        yield finding(Status.NOT_EVALUATED, f"{what} {error}")
        return
    yield from (finding(Status.FAILED, f"{what} {problem}") for problem in problems)
    if not problems:
        yield finding(Status.PASSED, f"{what} proves what {question.stack} expects")


def _snp(question: Question) -> Iterator[str]:
    wanted = question.expected.sev_snp
    assert wanted is not None, "asked for by `attested` only where it is expected"
    seen = sev_snp.parsed(_read(question, SNP_FILE))
    chip = certificate_of(_read(question, CHIP_FILE), what=CHIP_FILE)
    product = sev_snp.product_of(chip)
    if product not in question.trust.amd:
        raise EvidenceError(f"comes with a chip's certificate of no product that is known: {', '.join(AMD_ROOTS)}")
    expected = sev_snp.Wanted(
        measurements=wanted.measurements, tcb_min=wanted.tcb_min.tcb(), report_data=_report_data(question),
        root_sha256=question.trust.amd[product],
    )  # fmt: skip
    authorities = published(f"amd_{product}", folder=question.trust.amd_folder)
    yield from sev_snp.problems(seen, chip, authorities, wanted=expected, at=question.at)


def _report_data(question: Question) -> bytes:
    """Return what a report must carry: the challenge, together with the vTPM's key where the report vouches for it."""
    wanted = question.expected.vtpm
    if wanted is not None and wanted.key_vouched_by == "sev_snp":
        return vtpm.bound_report_data(question.nonce, vtpm.key_of(_read(question, KEY_FILE)))
    return question.nonce.ljust(64, b"\0")


def _nitro(question: Question) -> Iterator[str]:
    wanted = question.expected.nitro
    assert wanted is not None, "asked for by `attested` only where it is expected"
    yield from nitro.problems(
        nitro.parsed(_read(question, NITRO_FILE)), pcrs=wanted.by_number(), nonce=question.nonce, at=question.at,
        root_sha256=question.trust.nitro,
    )  # fmt: skip


def _vtpm(question: Question) -> Iterator[str]:
    wanted = question.expected.vtpm
    assert wanted is not None, "asked for by `attested` only where it is expected"
    quote = vtpm.parsed(_read(question, QUOTE_FILE), _read(question, SIGNATURE_FILE))
    key = vtpm.key_of(_read(question, KEY_FILE))
    yield from vtpm.problems(quote, key, _values(question), pcrs=wanted.by_number(), nonce=question.nonce)


def _values(question: Question) -> dict[int, str]:
    try:
        said = json.loads(_read(question, VALUES_FILE))
        values = {int(register): str(value).lower().removeprefix("0x") for register, value in said.items()}
        if any(len(bytes.fromhex(value)) != 32 for value in values.values()):
            raise EvidenceError(f"comes with a {VALUES_FILE} whose values are not of SHA-256")
    except (ValueError, AttributeError) as error:
        raise EvidenceError(f"comes with a {VALUES_FILE} that is no JSON of register to value: {error}") from error
    return values


def _read(question: Question, name: str) -> bytes:
    try:
        with (question.evidence / name).open("rb") as file:
            content = file.read(_FILE_BYTES_MAX + 1)
    except OSError as error:
        raise EvidenceError(f"is missing: {name} cannot be read: {error.strerror}") from error
    if len(content) > _FILE_BYTES_MAX:
        raise EvidenceError(f"cannot be judged: {name} has more than {_FILE_BYTES_MAX} bytes")
    return content
