"""SEV-SNP: the report that AMD's processor signs for one machine.

Layout: AMD, SEV Secure Nested Paging Firmware ABI (document 56860), table 23 `ATTESTATION_REPORT`; the extensions of
the chip's certificate: AMD, VCEK Certificate and KDS Interface (document 57230), table 8.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from operations.attestation.certificates import AMD_ROOTS, EvidenceError, chain_problems

REPORT_BYTES = 1184
_SIGNED_BYTES = 0x2A0
_VERSIONS = (2, 3, 4, 5)
_ECDSA_P384 = 1
_DEBUG_BIT = 1 << 19
_MIGRATION_BIT = 1 << 18
_EXTENSIONS = "1.3.6.1.4.1.3704.1"


@dataclass(frozen=True, kw_only=True)
class Tcb:
    """Security versions of what is below the machine; the higher, the newer."""

    boot_loader: int
    tee: int
    snp: int
    microcode: int

    def older_than(self, least: Tcb) -> Iterator[str]:
        """Yield the parts that are older than they must be at least."""
        for part in fields(self):
            found, wanted = getattr(self, part.name), getattr(least, part.name)
            if found < wanted:
                yield f"{part.name.replace('_', ' ')} has security version {found}, at least {wanted} is needed"


@dataclass(frozen=True, kw_only=True)
class SnpReport:
    """What a report says, before anyone believes it."""

    version: int
    policy: int
    vmpl: int
    report_data: bytes
    """64 bytes that the machine chose: the challenge, and what it binds to itself."""
    measurement: str
    """SHA-384 of the machine's first memory, as hexadecimal digits."""
    reported_tcb: bytes
    chip_id: bytes
    signed: bytes
    signature: bytes
    """DER."""

    @property
    def is_debuggable(self) -> bool:
        """Return whether the host may read the machine's memory."""
        return bool(self.policy & _DEBUG_BIT)


def parsed(report: bytes) -> SnpReport:
    """Return what a report of 1,184 bytes says.

    Raises:
        EvidenceError: It is not one, or of a form that nobody here can read.
    """
    if len(report) != REPORT_BYTES:
        raise EvidenceError(f"an SEV-SNP report has {REPORT_BYTES} bytes, this has {len(report)}")
    version, algorithm = _number(report, 0x00, 4), _number(report, 0x34, 4)
    if version not in _VERSIONS or algorithm != _ECDSA_P384:
        raise EvidenceError(f"version {version} with signature algorithm {algorithm} is not known; 2 to 5 with 1 are")
    r, s = _number(report, _SIGNED_BYTES, 72), _number(report, _SIGNED_BYTES + 72, 72)
    return SnpReport(
        version=version,
        policy=_number(report, 0x08, 8),
        vmpl=_number(report, 0x30, 4),
        report_data=report[0x50:0x90],
        measurement=report[0x90:0xC0].hex(),
        reported_tcb=report[0x180:0x188],
        chip_id=report[0x1A0:0x1E0],
        signed=report[:_SIGNED_BYTES],
        signature=encode_dss_signature(r, s),
    )


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a report must say."""

    measurements: Sequence[str]
    """SHA-384 of the images that may run, as hexadecimal digits."""
    tcb_min: Tcb
    """The oldest firmware that is accepted."""
    report_data: bytes
    """The 64 bytes that this challenge asks for."""
    root_sha256: str
    """The trusted root: `AMD_ROOTS` of the product; tests give their own."""


def problems(
    report: SnpReport,
    chip: x509.Certificate,
    authorities: Sequence[x509.Certificate],
    *,
    wanted: Wanted,
    at: datetime.datetime,
) -> Iterator[str]:
    """Yield what speaks against a report: every reason, not the first.

    Args:
        report: As parsed.
        chip: Certificate of the chip (VCEK), from AMD's key distribution service.
        authorities: AMD's certificates for the chip's product, the root last.
        wanted: What it must say.
        at: When it is judged.
    """
    yield from chain_problems([chip, *authorities], root_sha256=wanted.root_sha256, at=at)
    yield from _signature_problems(report, chip)
    if report.is_debuggable:
        yield "its policy lets the host debug it: the memory can be read from outside"
    if report.policy & _MIGRATION_BIT:
        yield "its policy lets a migration agent move it: its memory may leave this machine"
    if report.vmpl != 0:
        yield f"was asked for at privilege level {report.vmpl}, expected 0"
    if report.measurement not in wanted.measurements:
        yield f"measures {report.measurement}, allowed: {', '.join(wanted.measurements) or 'none'}"
    if report.report_data != wanted.report_data:
        yield "does not answer this challenge: it is a report of another time, or of another machine"
    yield from _tcb_problems(report, chip, wanted.tcb_min)


def product_of(chip: x509.Certificate) -> str:
    """Return the product that a chip's certificate is for, in lower case: `milan`, `genoa`, `turin`; else empty."""
    told = _extension(chip, "2")
    return next((name for name in AMD_ROOTS if name.capitalize().encode() in told), "")


def _signature_problems(report: SnpReport, chip: x509.Certificate) -> Iterator[str]:
    key = chip.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        yield "the chip's certificate holds no elliptic-curve key"
        return
    try:
        key.verify(report.signature, report.signed, ec.ECDSA(hashes.SHA384()))
    except InvalidSignature:
        yield "is not signed by the chip's key"


def _tcb_problems(report: SnpReport, chip: x509.Certificate, tcb_min: Tcb) -> Iterator[str]:
    """Compare chip and firmware of the report with those that the certificate was made for."""
    certified = Tcb(
        boot_loader=_extension_number(chip, "3.1"), tee=_extension_number(chip, "3.2"),
        snp=_extension_number(chip, "3.3"), microcode=_extension_number(chip, "3.8"),
    )  # fmt: skip
    raw = report.reported_tcb
    # Turin has its field of the FMC first; products before it start with the boot loader.
    turin = product_of(chip) == "turin"
    places = (1, 2, 3, 7) if turin else (0, 1, 6, 7)
    reported = Tcb(boot_loader=raw[places[0]], tee=raw[places[1]], snp=raw[places[2]], microcode=raw[places[3]])
    if reported != certified:
        yield f"reports firmware {_told(reported)}; the chip's certificate is for {_told(certified)}"
    yield from reported.older_than(tcb_min)
    hardware = _extension(chip, "4")
    if not hardware or report.chip_id[: len(hardware)] != hardware:
        yield "is of another chip than the certificate"


def _told(tcb: Tcb) -> str:
    return "/".join(str(getattr(tcb, part.name)) for part in fields(tcb))


def _extension(chip: x509.Certificate, name: str) -> bytes:
    try:
        value = chip.extensions.get_extension_for_oid(x509.ObjectIdentifier(f"{_EXTENSIONS}.{name}")).value
    except x509.ExtensionNotFound:
        return b""
    return value.value if isinstance(value, x509.UnrecognizedExtension) else b""


def _extension_number(chip: x509.Certificate, name: str) -> int:
    """Return a DER integer of one or two bytes; -1, which equals nothing, where it is missing."""
    value = _extension(chip, name)
    return int.from_bytes(value[2:], "big") if len(value) in (3, 4) and value[0] == 2 else -1


def _number(report: bytes, start: int, count: int) -> int:
    return int.from_bytes(report[start : start + count], "little")
