"""What hosts cost, as far as anybody knows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from policies.fleet_view import FleetView
from schemas.facts import HostFacts


@dataclass(frozen=True, kw_only=True)
class Known:
    """The cost of some hosts, in US dollars a month."""

    usd_per_month: float
    """Of those whose price is known."""
    unknown: tuple[str, ...]
    """Hosts whose price nobody knows."""
    estimated: tuple[str, ...]
    """Hosts whose price is estimated."""

    def text(self) -> str:
        """Return the cost as a reader meets it, never without what it lacks."""
        least = f", and {len(self.unknown)} hosts without a price" if self.unknown else ""
        return f"{self.usd_per_month:,.2f} US dollars a month{least}"


def cost_of(view: FleetView, hosts: Iterable[HostFacts]) -> Known:
    """Return what hosts cost."""
    found = {host.host: view.costs.get(host.host) for host in hosts}
    return Known(
        usd_per_month=sum(cost.usd_per_month or 0.0 for cost in found.values() if cost),
        unknown=tuple(host for host, cost in found.items() if cost is None or cost.usd_per_month is None),
        estimated=tuple(host for host, cost in found.items() if cost is not None and cost.evidence == "estimated"),
    )
