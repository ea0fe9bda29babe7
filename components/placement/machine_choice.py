"""Which machine a host gets in a region, and what it costs: the cheapest known one that fits, or the one the spec names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from components.placement.world import World
from schemas.atlas import MachineOffer
from schemas.atlas.machines import Tee, machine_types
from schemas.atlas.pricing import HOURS_PER_MONTH
from schemas.spec import Fleet, MemberSpec, ValidatorFleet
from schemas.spec.base import Budget
from schemas.spec.validators import LocalSigner

MICRO = 1_000_000
"""Prices are compared in whole millionths of a dollar, so that sums are exact."""

KIND_OF_TEE = {Tee.NITRO_ENCLAVES: "nitro", Tee.SEV_SNP: "sev_snp", Tee.TDX: "tdx"}
"""What the spec calls each environment that makes a host confidential; encrypted memory alone (SEV) does not."""


@dataclass(frozen=True, kw_only=True)
class MachineNeed:
    """What one host needs of its machine."""

    vcpu: int = 2
    memory_gib: int = 4
    local_disk_gib: int = 0
    types: Mapping[str, str] = field(default_factory=dict)
    """Provider to the machine type that the spec names, `aws` to `m7i.xlarge`; others get the cheapest that fits."""
    confidential: str = "none"
    """`none`, `preferred` or `required`."""
    kinds: tuple[str, ...] = ()
    """Kinds of confidential computing that will do; empty: any."""


@dataclass(frozen=True, kw_only=True)
class MachineChoice:
    """What a host gets in one region."""

    machine_type: str = ""
    """`aws:c6a.xlarge`; empty where none is known to fit."""
    cost_micro_usd: int | None = None
    """Millionths of a US dollar for 730 hours on demand; None: nobody knows."""
    evidence: str = ""
    """`published` or `estimated`; empty without a price."""
    confidential: str = ""
    """What keeps the machine's own operator out: `nitro`, `sev_snp` or `tdx`; empty: nothing was asked for, or is had."""
    is_sold: bool = True
    """False where what the spec insists on is known not to be sold: hosts cannot be there."""

    @property
    def cost_usd_per_month(self) -> float | None:
        """Return the price in US dollars; None: nobody knows."""
        return None if self.cost_micro_usd is None else self.cost_micro_usd / MICRO


def need_of(fleet: Fleet, member: MemberSpec | None = None) -> MachineNeed:
    """Return what a fleet's host needs, or that of one of its members with needs of its own."""
    machine = (member.machine if member else None) or fleet.machine
    return MachineNeed(
        vcpu=machine.vcpu, memory_gib=machine.memory_gib, local_disk_gib=machine.local_disk_gib,
        types=dict(machine.type.items()), kinds=fleet.confidential_kinds,
        confidential=max(_asked(fleet, member), key=("none", "preferred", "required").index),
    )  # fmt: skip


def _asked(fleet: Fleet, member: MemberSpec | None) -> tuple[str, ...]:
    """Return everything that asks for a confidential machine: the member or its fleet, and a signer on the same host."""
    own = (member.confidential if member else None) or fleet.confidential
    if isinstance(fleet, ValidatorFleet) and isinstance(fleet.signer, LocalSigner):
        return own, fleet.signer.confidential
    return (own,)


def micro_usd(budget: Budget | None) -> int | None:
    """Return a budget in millionths of a dollar; None when there is none."""
    # to the nearest: 2.01 times a million is a little less than 2,010,000 in binary, and nobody means less
    return None if budget is None else round(budget.cost_usd_per_month_max * MICRO)


def machine_in(region: str, need: MachineNeed, world: World) -> MachineChoice:
    """Return what a host gets in a region.

    Where nothing that fits is known, type and price stay unknown: they are never those of another region. A region
    that is known not to sell what the spec insists on (`confidential: required`, a `type`) is not `is_sold`.
    """
    offers = world.offers(region)
    provider = region.partition(":")[0]
    named = need.types.get(provider)
    if named is not None:
        return _named(f"{provider}:{named}", need, offers)
    fitting = [offer for offer in offers if _is_large_enough(offer, need)]
    confidential = [offer for offer in fitting if is_confidential(offer, need.kinds)]
    if need.confidential == "required":
        return _cheapest(confidential, need) if confidential else MachineChoice(is_sold=False)
    if need.confidential == "preferred" and confidential:
        return _cheapest(confidential, need)
    return _cheapest(fitting)


def listed_cost(fleet: Fleet, world: World) -> int:
    """Return what the members of a fleet that lists them cost, those without a price left out."""
    choices = [machine_in(member.region, need_of(fleet, member), world) for member in fleet.members]
    return sum(chosen.cost_micro_usd or 0 for chosen in choices)


def is_confidential(offer: MachineOffer, kinds: Iterable[str]) -> bool:
    """Return whether a machine has one of some kinds of confidential computing; no kinds: any."""
    has = {KIND_OF_TEE[support.tee] for support in offer.tees if support.tee in KIND_OF_TEE}
    return bool(has & set(kinds) if tuple(kinds) else has)


def _named(machine: str, need: MachineNeed, offers: tuple[MachineOffer, ...]) -> MachineChoice:
    """Return the machine that the spec names; a region whose machines are known must have it among them."""
    found = [offer for offer in offers if offer.machine == machine]
    if not found:
        # A type that the tables lack everywhere may be newer than they are; a region of which nothing is known may
        # sell any: then the price alone is unknown.
        may_be_sold = not offers or machine not in machine_types()
        return MachineChoice(machine_type=machine, is_sold=may_be_sold and need.confidential != "required")
    if need.confidential == "required" and not is_confidential(found[0], need.kinds):
        return MachineChoice(machine_type=machine, is_sold=False)
    return _cheapest(found, need if need.confidential != "none" else None)


def _is_large_enough(offer: MachineOffer, need: MachineNeed) -> bool:
    return (
        offer.vcpu >= need.vcpu
        and offer.memory_gib >= need.memory_gib
        and (offer.local_disk_gib or 0) >= need.local_disk_gib
    )


def kind_of(offer: MachineOffer, need: MachineNeed) -> str:
    """Return what a host's machine is made confidential by: of the kinds that will do and are had, the strongest.

    Empty where none is. A whole confidential machine runs any software; an enclave wants its own image, so it comes last.
    """
    has = {KIND_OF_TEE[support.tee] for support in offer.tees if support.tee in KIND_OF_TEE}
    fitting = has & set(need.kinds) if need.kinds else has
    return next((kind for kind in ("sev_snp", "tdx", "nitro") if kind in fitting), "")


def _cheapest(offers: list[MachineOffer], need: MachineNeed | None = None) -> MachineChoice:
    """Return the first of several offers: the atlas has the cheapest first; an unknown machine where there is none.

    With a need, the machine is also made confidential by what fits it.
    """
    if not offers:
        return MachineChoice()
    best = offers[0]
    return MachineChoice(
        machine_type=best.machine, cost_micro_usd=round(best.price.usd_per_hour * HOURS_PER_MONTH * MICRO),
        evidence=best.price.evidence.value, confidential=kind_of(best, need) if need else "",
    )  # fmt: skip
