"""What a stack expects of its confidential machines: `stacks/NAME.attestation.yaml`, committed and reviewed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationError

from operations.attestation.sev_snp import Tcb
from schemas.diagnostics import Diagnostic, InvalidDocumentError
from schemas.document import Document, read_file
from schemas.errors import UsageError
from schemas.spec.base import FORMS, Model
from schemas.structure import Format, structure_problems
from stacks.stack import shown

SCHEMA = "geofleet/attestation/v1"
SHA384 = r"^[0-9a-f]{96}$"
SHA256 = r"^[0-9a-f]{64}$"
REGISTER = r"^pcr([0-9]|[12][0-9]|3[01])$"
_FORMS = FORMS | {
    SHA384: ("a SHA-384 in 96 hexadecimal digits", "PCR0 of the image"),
    REGISTER: ("a register from pcr0 to pcr31", "pcr0"),
    SHA256: ("a SHA-256 in 64 hexadecimal digits", "the value of a register"),
}

_Sha384 = Annotated[str, StringConstraints(pattern=SHA384)]
_Sha256 = Annotated[str, StringConstraints(pattern=SHA256)]
_Version = Annotated[int, Field(ge=0, le=255)]
_Register = Annotated[str, StringConstraints(pattern=REGISTER)]


class TcbLeast(Model):
    """Oldest firmware of AMD's processor that is accepted."""

    boot_loader: _Version
    tee: _Version
    snp: _Version
    microcode: _Version

    def tcb(self) -> Tcb:
        """Return it as reports are compared with."""
        return Tcb(boot_loader=self.boot_loader, tee=self.tee, snp=self.snp, microcode=self.microcode)


class SnpExpected(Model):
    """What an SEV-SNP machine may be."""

    measurements: Annotated[tuple[_Sha384, ...], Field(min_length=1, max_length=64)]
    tcb_min: TcbLeast


class NitroExpected(Model):
    """What runs in an enclave."""

    pcrs: Annotated[dict[_Register, _Sha384], Field(min_length=1, max_length=32)]

    def by_number(self) -> dict[int, str]:
        """Return register to value."""
        return _by_number(self.pcrs)


class VtpmExpected(Model):
    """What was started."""

    pcrs: Annotated[dict[_Register, _Sha256], Field(min_length=1, max_length=24)]
    key_vouched_by: Literal["sev_snp", "cloud"]
    """Who says that the key is this machine's: its own report, or the cloud's interface (from which you took it)."""

    def by_number(self) -> dict[int, str]:
        """Return register to value."""
        return _by_number(self.pcrs)


def _by_number(pcrs: dict[str, str]) -> dict[int, str]:
    return {int(register.removeprefix("pcr")): value for register, value in pcrs.items()}


class Expected(Model):
    """What evidence a fleet's hosts must bring; every kind that is named."""

    sev_snp: SnpExpected | None = None
    nitro: NitroExpected | None = None
    vtpm: VtpmExpected | None = None


class _File(Model):
    format: Literal["geofleet/attestation/v1"] = Field(alias="schema")
    fleets: Annotated[dict[str, Expected], Field(min_length=1, max_length=100)]


_FORMAT = Format(model=_File, family="ATTEST", forms=_FORMS)


def path_of(spec: Path) -> Path:
    """Return where a stack says what it expects, whether the file exists or not."""
    return spec.with_name(f"{spec.stem}.attestation.yaml")


def read_expected(path: Path) -> dict[str, Expected]:
    """Return fleet to what its hosts must prove.

    Raises:
        UsageError: There is no such file.
        InvalidDocumentError: It is wrong; every mistake is named with its place.
    """
    if not path.exists():
        raise UsageError(
            f"{shown(path)} does not exist: nobody says what the machines of this stack may run",
            remedy="docs/confidential.md shows such a file, and where its figures come from.",
        )
    return expected_in(read_file(path, source=shown(path)))


def expected_in(document: Document) -> dict[str, Expected]:
    """Return what a document says; see `read_expected` for what it raises."""
    try:
        file = _File.model_validate_json(json.dumps(document.value))
    except ValidationError as error:
        raise InvalidDocumentError(structure_problems(document, error, _FORMAT)) from None
    problems = [
        document.diagnostic(
            "ATTEST301", f"fleet '{fleet}' names no kind of evidence", ("fleets", fleet),
            remedy="Name sev_snp, nitro or vtpm; or leave the fleet out.",
        )
        for fleet, one in file.fleets.items() if one == Expected()
    ]  # fmt: skip
    problems += [
        document.diagnostic(
            "ATTEST302", f"a report is to vouch for the vTPM's key of fleet '{fleet}', and none is expected",
            ("fleets", fleet, "vtpm", "key_vouched_by"), remedy="Expect sev_snp too, or say `cloud`.",
        )
        for fleet, one in file.fleets.items() if one.vtpm and one.vtpm.key_vouched_by == "sev_snp" and not one.sev_snp
    ]  # fmt: skip
    problems += _zeros(document, file)
    if problems:
        raise InvalidDocumentError(problems)
    return file.fleets


def _zeros(document: Document, file: _File) -> Iterator[Diagnostic]:
    """Yield expected values of all zeros: every enclave in debug mode has them."""
    for fleet, one in file.fleets.items():
        places: list[tuple[tuple[str | int, ...], str]] = []
        if one.nitro:
            places += [(("nitro", "pcrs", register), value) for register, value in one.nitro.pcrs.items()]
        if one.sev_snp:
            places += [(("sev_snp", "measurements", n), value) for n, value in enumerate(one.sev_snp.measurements)]
        for path, value in places:
            if not int(value, 16):
                yield document.diagnostic(
                    "ATTEST303", "all zeros are what any enclave in debug mode has", ("fleets", fleet, *path),
                    remedy="Take the value that the build of the image prints.",
                )  # fmt: skip
