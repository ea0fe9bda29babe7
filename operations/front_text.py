"""What `geofleet plan --front` prints: each fleet's choices as a table, the cheapest of each survival first."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from schemas.front import FleetFront, Front, FrontPoint
from schemas.simulation import LatencyKind

WIDTH = 150
"""Characters of a line: also on a terminal, so that what is shared reads the same everywhere."""

LATENCY_WORDS = {
    LatencyKind.COMMIT_FLOOR: "commit floor", LatencyKind.RAFT_COMMIT: "raft commit",
    LatencyKind.REPORT_ROUND_TRIP: "reports", LatencyKind.HUB_ROUND_TRIP: "to hubs",
}  # fmt: skip


def front_text(front: Front) -> str:
    """Return the front of every fleet."""
    return "\n\n".join("\n".join(_fleet(fleet)) for fleet in front.fleets)


def _fleet(fleet: FleetFront) -> Iterator[str]:
    kind = LATENCY_WORDS[fleet.latency_kind] if fleet.latency_kind else "latency"
    yield f"{fleet.fleet}: {_counted(fleet)}"
    table = Table(box=None, pad_edge=False)
    for column in ("", "USD a month", f"{kind} ms, mean / worst", "goes on without any one", "regions"):
        table.add_column(column)
    is_among = fleet.planned is not None and any(_same(point, fleet.planned) for point in fleet.points)
    rows = [fleet.planned] if fleet.planned and not is_among else []
    for point in [*rows, *fleet.points]:
        mark = "planned" if fleet.planned is not None and _same(point, fleet.planned) else ""
        table.add_row(mark, usd_text(point), latency_text(point), survives_text(point), regions_text(point))
    if fleet.planned or fleet.points:
        buffer = io.StringIO()
        console = Console(file=buffer, width=WIDTH, highlight=False, markup=False, emoji=False, color_system=None)
        console.print(table)
        yield from (f"  {line.rstrip()}" for line in buffer.getvalue().rstrip().splitlines())
    for text in besides(fleet):
        yield from textwrap.wrap(text, WIDTH, initial_indent="  ", subsequent_indent="    ")


def besides(fleet: FleetFront) -> list[str]:
    """Return what cannot be survived, and what was not looked at, a line each."""
    told = []
    for unkept in fleet.unkept:
        what = f"no choice goes on without any {' and any '.join(unkept.survive)}" if unkept.survive else "no choice"
        told.append(f"{what}: {unkept.why}")
    return [*told, *(f"note: {note}" for note in fleet.notes)]


def _counted(fleet: FleetFront) -> str:
    count = len(fleet.points)
    told = f"{count} choice{'s' * (count != 1)}"
    if not count:
        return told
    proof = "proven" if all(point.is_proven for point in fleet.points) else "not all proven: those with ? may be beaten"
    return f"{told}, {proof}" + ("" if fleet.is_complete else "; others may lie between them")


def usd_text(point: FrontPoint) -> str:
    """Return a cost as people read it; what is not known is said, never zero."""
    if point.usd_per_month is None:
        return "unknown"
    estimated = point.usd_per_month_estimated
    return f"{point.usd_per_month:,.2f}" + (f" ({estimated:,.2f} estimated)" if estimated else "")


def latency_text(point: FrontPoint) -> str:
    """Return a latency as people read it; a question mark where it is not proven to be the least."""
    if point.latency_mean_ms is None or point.latency_worst_ms is None:
        return "-"
    proof = "" if point.is_proven else "?"
    return f"{point.latency_mean_ms:.1f} / {point.latency_worst_ms:.1f}{proof} ({point.evidence})"


def survives_text(point: FrontPoint) -> str:
    """Return the kinds of place of which any one may be lost."""
    return ", ".join(point.survives) or "-"


def regions_text(point: FrontPoint) -> str:
    """Return where members are: `2 aws:eu-west-1, gcp:europe-west1`."""
    return ", ".join(f"{c.members} {c.region}" if c.members > 1 else c.region for c in point.regions)


def _same(point: FrontPoint, planned: FrontPoint) -> bool:
    return (point.usd_per_month, point.latency_mean_ms, point.survives) == (
        planned.usd_per_month, planned.latency_mean_ms, planned.survives,
    )  # fmt: skip
