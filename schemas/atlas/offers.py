"""What a region sells: machines with their price, and what several of them cost a month."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from schemas.atlas.machines import MachineType, TeeSupport
from schemas.atlas.pricing import AWS_BASE, HOURS_PER_MONTH, Price, PriceEvidence


class Availability(StrEnum):
    """Whether a region is known to sell a machine type."""

    KNOWN = "known"
    """A price list of this region has it."""
    ASSUMED = "assumed"
    """AWS outside us-east-1: no list is at hand; the provider must be asked before deployment."""


@dataclass(frozen=True, kw_only=True)
class Need:
    """What a host needs of a machine."""

    vcpu: int
    memory_gib: float
    local_disk_gib: int = 0
    confidential: bool = False

    def fits(self, machine: MachineType) -> bool:
        """Return whether a machine type has at least this."""
        return (
            machine.vcpu >= self.vcpu
            and machine.memory_gib >= self.memory_gib
            and (machine.local_disk_gib or 0) >= self.local_disk_gib
            and (machine.is_confidential or not self.confidential)
        )


@dataclass(frozen=True, kw_only=True)
class MachineOffer:
    """One machine type in one region, at a price."""

    machine: str
    """`provider:type`."""
    region: str
    vcpu: int
    memory_gib: float
    local_disk_gib: int | None
    """None when it has local disks of a size that nobody says."""
    tees: tuple[TeeSupport, ...]
    availability: Availability
    price: Price

    @property
    def usd_per_month(self) -> float:
        """Return what 730 hours cost on demand: the machine alone, no disk, address or traffic."""
        return self.price.usd_per_hour * HOURS_PER_MONTH

    def order(self) -> tuple[float, int, float, str]:
        """Return what sorts offers: price, then the smaller machine, then the name."""
        return self.price.usd_per_hour, self.vcpu, self.memory_gib, self.machine


@dataclass(frozen=True, kw_only=True)
class MonthlyCost:
    """What machines cost together in 730 hours, in US dollars."""

    usd_per_month: float
    usd_per_month_max: float
    """With every estimate at its upper end."""
    usd_per_month_estimated: float
    """The part of `usd_per_month` that rests on estimated prices."""


def offer_of(machine: MachineType, region: str, price: Price) -> MachineOffer:
    """Return a machine type at a price."""
    is_listed = machine.provider != "aws" or region == AWS_BASE
    return MachineOffer(
        machine=machine.name, region=region, vcpu=machine.vcpu, memory_gib=machine.memory_gib,
        local_disk_gib=machine.local_disk_gib, tees=machine.tees,
        availability=Availability.KNOWN if is_listed else Availability.ASSUMED, price=price,
    )  # fmt: skip


def cost_usd_per_month(offers: Iterable[MachineOffer]) -> MonthlyCost:
    """Return what machines cost together; no machine costs nothing."""
    found = list(offers)
    return MonthlyCost(
        usd_per_month=round(sum(offer.usd_per_month for offer in found), 2),
        usd_per_month_max=round(sum(offer.price.usd_per_hour_max for offer in found) * HOURS_PER_MONTH, 2),
        usd_per_month_estimated=round(
            sum(offer.usd_per_month for offer in found if offer.price.evidence is PriceEvidence.ESTIMATED), 2
        ),
    )
