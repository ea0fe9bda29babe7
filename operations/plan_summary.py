"""What a plan comes to: per fleet its machines, cost, latency and worst single failure; as simulation has them."""

from __future__ import annotations

import io
from collections.abc import Iterable

from rich.console import Console
from rich.table import Table

from components.placement.placing import Proof
from operations.losses import PLACES
from operations.simulating import simulate
from schemas.atlas import Atlas
from schemas.plan import HostPlan, Plan
from schemas.plan_cost import PlanCost
from schemas.simulation import Case, FleetSimulation, Latency, LatencyKind, LostKind

WIDTH = 150
"""Characters of a line: also on a terminal, so that what is shared reads the same everywhere."""

_TAKES = {
    LatencyKind.COMMIT_FLOOR: "commit floor",
    LatencyKind.RAFT_COMMIT: "raft commit",
    LatencyKind.REPORT_ROUND_TRIP: "reports",
    LatencyKind.HUB_ROUND_TRIP: "to hubs",
}


def plan_summary(plan: Plan, atlas: Atlas) -> str:
    """Return one line per fleet and one for all of them.

    Raises:
        AtlasError: Atlas and plan lack a hub's region.
    """
    simulated = {fleet.fleet: fleet for fleet in simulate(plan, atlas=atlas).fleets}
    table = Table(box=None, pad_edge=False)
    for column in (
        "fleet",
        "hosts",
        "machine types",
        "USD a month",
        "latency ms, mean / worst",
        "worst single failure of a place",
    ):
        table.add_column(column, justify="right" if column == "hosts" else "left")
    for cost in plan.costs:
        hosts = plan.hosts_of(cost.fleet) if cost.fleet else plan.hosts
        found = simulated.get(cost.fleet)
        machines = machines_text(hosts) if cost.fleet else ""
        table.add_row(
            cost.fleet or "in all", str(len(hosts)), machines, _usd(cost, len(hosts)),
            latency_text(found.as_planned.latency) if found else "", worst_text(found) if found else "",
        )  # fmt: skip
    buffer = io.StringIO()
    console = Console(file=buffer, width=WIDTH, highlight=False, markup=False, emoji=False, color_system=None)
    console.print(table)
    return "\n".join(line.rstrip() for line in buffer.getvalue().rstrip().splitlines())


def proof_text(proofs: Iterable[Proof]) -> str:
    """Return how well places are proven: `placed: validators (commit_latency) proven best`; empty without any."""
    parts = []
    for proof in proofs:
        by = f" ({proof.objective})" if proof.objective else ""
        how = f"best within {proof.gap * 100:.1f} %, not proven further in time" if proof.gap else "proven best"
        parts.append(f"{proof.fleet}{by} {how}")
    return f"placed: {'; '.join(parts)}" if parts else ""


def machines_text(hosts: tuple[HostPlan, ...]) -> str:
    """Return the machine types of hosts with their number: `2 aws:c7a.medium, 1 unknown`."""
    count: dict[str, int] = {}
    for host in hosts:
        kind = host.machine_type or "unknown"
        count[kind] = count.get(kind, 0) + 1
    return ", ".join(f"{number} {kind}" for kind, number in sorted(count.items()))


def latency_text(latency: Latency | None) -> str:
    """Return a latency as `commit floor 93.4 / 101.2 (measured)`; what is not known is said."""
    if latency is None:
        return "none, or unknown"
    return f"{_TAKES[latency.kind]} {latency.mean_ms:.1f} / {latency.worst_ms:.1f} ({latency.evidence})"


def worst_text(fleet: FleetSimulation) -> str:
    """Return the worst loss of one host or place, and what it leaves; worst first is how simulation sorts."""
    places = (LostKind.HOST, *PLACES)
    case: Case | None = next((case for case in fleet.singles if case.lost[0].kind in places), None)
    if case is None:
        return "none"
    lost = case.lost[0]
    return f"{lost.kind} {lost.name}: {case.after.verdict}, {case.after.left}"


def _usd(cost: PlanCost, hosts: int) -> str:
    if cost.usd_per_month is None:
        return "unknown"
    notes = [f"{cost.usd_per_month_estimated:.2f} estimated"] if cost.usd_per_month_estimated else []
    if cost.hosts_unknown:
        notes.append(f"{cost.hosts_unknown} of {hosts} unknown")
    return f"{cost.usd_per_month:.2f}" + (f" ({', '.join(notes)})" if notes else "")
