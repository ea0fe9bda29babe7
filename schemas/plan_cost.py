"""What planned hosts cost a month, as far as anybody knows: the known part, the estimated part, and what is left out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

MICRO = 1_000_000
"""Sums are of whole millionths of a dollar, so that they are exact."""


@dataclass(frozen=True, kw_only=True)
class PricedHost:
    """One host as its price is known."""

    fleet: str
    usd_per_month: float | None
    evidence: str
    """`published` or `estimated`; empty without a price."""


@dataclass(frozen=True, kw_only=True)
class PlanCost:
    """What the hosts of one fleet, or all of them, cost in 730 hours on demand: the machines alone."""

    fleet: str
    """Empty: all fleets together."""
    usd_per_month: float | None
    """Sum of the prices that are known; None: none is."""
    usd_per_month_estimated: float
    """The part of it that rests on estimated prices."""
    hosts_unknown: int
    """Hosts whose price nobody knows: they are not in the sum."""


def costs_of(hosts: Iterable[PricedHost]) -> tuple[PlanCost, ...]:
    """Return what hosts cost, by fleet and all together last."""
    found: dict[str, list[PricedHost]] = {}
    for host in hosts:
        found.setdefault(host.fleet, []).append(host)
    everything = [host for fleet in found.values() for host in fleet]
    parts = [(fleet, found[fleet]) for fleet in sorted(found)]
    return tuple(_cost(fleet, of) for fleet, of in [*parts, ("", everything)])


def _cost(fleet: str, hosts: list[PricedHost]) -> PlanCost:
    known = [host for host in hosts if host.usd_per_month is not None]
    return PlanCost(
        fleet=fleet, usd_per_month=_sum_usd(known) if known else None, hosts_unknown=len(hosts) - len(known),
        usd_per_month_estimated=_sum_usd(host for host in known if host.evidence != "published"),
    )  # fmt: skip


def _sum_usd(hosts: Iterable[PricedHost]) -> float:
    return sum(round((host.usd_per_month or 0.0) * MICRO) for host in hosts) / MICRO


def usd_text(usd: float | None, evidence: str = "") -> str:
    """Return a price as people read it: `55.85 (published)`, or `unknown`."""
    if usd is None:
        return "unknown"
    return f"{usd:.2f}" + (f" ({evidence})" if evidence else "")


def cost_text(cost: PlanCost) -> str:
    """Return a sum as people read it: how much of it is estimated, and how many hosts it leaves out."""
    notes = []
    if cost.usd_per_month_estimated:
        notes.append(f"of it {cost.usd_per_month_estimated:.2f} estimated")
    if cost.hosts_unknown:
        notes.append(f"price of {cost.hosts_unknown} host{'s' * (cost.hosts_unknown > 1)} unknown")
    return f"usd_per_month={usd_text(cost.usd_per_month)}" + (f" ({'; '.join(notes)})" if notes else "")
