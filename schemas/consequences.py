"""What a plan comes to: its price, its round trips, and the worst single failure of each fleet."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class CostPlan:
    """What hosts cost in 730 hours, in US dollars: machines on demand, no disks, addresses or traffic."""

    usd_per_month: float
    """Of the hosts whose price is known."""
    usd_per_month_max: float
    """The same, with every estimated price at its upper end."""
    usd_per_month_estimated: float
    """The part of `usd_per_month` that rests on estimated prices."""
    unknown_hosts: int
    """Hosts whose price nobody knows; they are not in the figures."""


NO_COST = CostPlan(usd_per_month=0.0, usd_per_month_max=0.0, usd_per_month_estimated=0.0, unknown_hosts=0)
"""What no host costs."""


@dataclass(frozen=True, kw_only=True)
class LatencyPlan:
    """Round trips of one fleet, in milliseconds (medians); None where there is nothing to measure."""

    commit_worst_ms: float | None = None
    """Validators: three one-way delays between the worst-placed leader and the nearest members that hold more than
    two thirds of the power. Sequencers: the worst leader's round trip to the nearest majority. Oracles: to the
    nearest `reports_min`. Relayers: the longest round trip to a hub or to a node of a chain."""
    commit_mean_ms: float | None = None
    """The same, mean over leaders (relayers: over members)."""
    commit_evidence: str = ""
    """Weakest evidence among the figures behind it: `measured`, `composed`, `estimated`."""
    between_members_ms: float | None = None
    """Longest round trip between two members in different regions."""
    between_members_evidence: str = ""
    hub_ms: float | None = None
    """Longest round trip from a member to its hub: the nearest for relayers, the farthest for others."""
    hub_evidence: str = ""
    jitter_ms: float | None = None
    """Largest standard deviation of the round trip between two members in different regions."""
    jitter_evidence: str = ""


NO_LATENCY = LatencyPlan()
"""What a single host has to measure."""


@dataclass(frozen=True, kw_only=True)
class FailurePlan:
    """What one loss does to a fleet."""

    kind: str
    """Kind of domain: zone, region, metro, provider."""
    domain: str
    goes_on: bool
    left: str
    """What is left, with its unit: `75.0 % of voting power`."""
    needed: str

    def text(self) -> str:
        """Return it as one phrase: `region aws:eu-central-1: 75.0 % of voting power left, goes on`."""
        ends = "goes on" if self.goes_on else f"stops, {self.needed} needed"
        return f"{self.kind} {self.domain}: {self.left} left, {ends}"
