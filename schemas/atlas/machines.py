"""Machine types: what they have, which confidential computing they support, and where that is known."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property

from schemas.atlas.tables import raw_rows, rows


class Tee(StrEnum):
    """A trusted execution environment."""

    SEV = "sev"
    """Encrypted memory; the host is not attested."""
    SEV_SNP = "sev-snp"
    TDX = "tdx"
    NITRO_ENCLAVES = "nitro-enclaves"
    """A part of the machine that its own operator cannot read."""


CONFIDENTIAL = (Tee.SEV_SNP, Tee.TDX)
"""What makes a whole machine confidential: encrypted and attested."""

ARCHITECTURE = "amd64"
"""What node software is built for; other types are listed and never offered."""


@dataclass(frozen=True, kw_only=True)
class TeeSupport:
    """One environment that a machine type supports."""

    tee: Tee
    grade: str
    """A: the provider's own page."""
    source: str
    note: str
    """What is not known, above all in which regions and zones: to be asked of the provider before deployment."""


@dataclass(frozen=True, kw_only=True)
class MachineType:
    """One machine type of a provider."""

    name: str
    """`provider:type`, such as `aws:c6a.xlarge`."""
    family: str
    vcpu: int
    memory_gib: float
    local_disk_gib: int | None
    """Local disks that come with it; 0 for none, None when there are some and nobody says how large."""
    architecture: str
    source: str

    @cached_property
    def provider(self) -> str:
        """Return the provider's short name."""
        return self.name.partition(":")[0]

    @cached_property
    def tees(self) -> tuple[TeeSupport, ...]:
        """Return the environments that the type supports, as far as families tell."""
        return tuple(
            TeeSupport(tee=Tee(row["tee"]), grade=row["grade"], source=row["source"], note=row["note"])
            for row in _tee_rows()
            if row["provider"] == self.provider and self._fits(row)
        )

    @cached_property
    def is_confidential(self) -> bool:
        """Return whether the type can run as a confidential machine."""
        return any(support.tee in CONFIDENTIAL for support in self.tees)

    def _fits(self, row: dict[str, str]) -> bool:
        if self.vcpu < int(row["vcpu_min"]) or self.architecture != ARCHITECTURE:
            return False
        if row["tee"] == Tee.TDX and "-standard-" not in self.name:
            return False
        return row["families"] == "*" or self.family in row["families"].split()


@cache
def _tee_rows() -> list[dict[str, str]]:
    return rows("tees")


@cache
def machine_types() -> dict[str, MachineType]:
    """Return every machine type by name, sorted."""
    return {
        name: MachineType(
            name=name, family=family, vcpu=int(vcpu), memory_gib=float(memory),
            local_disk_gib=int(disk) if disk else None, architecture=architecture, source=source,
        )
        for name, family, vcpu, memory, disk, architecture, source in raw_rows("machines")
    }  # fmt: skip
