"""A Pareto front as text."""

from __future__ import annotations

from collections.abc import Iterator

from operations.console import show, show_json
from operations.fronts import front
from operations.planning import files_of, planned
from schemas.front import FleetFront, Front, FrontPoint


def show_front(stack: str, output: str, *, seconds_max: float) -> None:
    """Show a stack's Pareto front as `text` or `json`."""
    found = front(planned(files_of(stack)), seconds_max=seconds_max)
    if output == "json":
        show_json(found.to_json())
    else:
        show(front_text(found))


def front_text(found: Front) -> str:
    """Return one table for each fleet: a point a line."""
    return "\n\n".join("\n".join(_lines(fleet)) for fleet in found.fleets) or "no fleet is placed by its count"


def _lines(fleet: FleetFront) -> Iterator[str]:
    yield f"{fleet.fleet}: cost, {fleet.latency_kind} and survival; no line is worse in all three than another"
    rows = [_row(point) for point in fleet.points]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(5)]
    for row in rows:
        yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    yield from (f"  note: {note}" for note in fleet.notes)


def _row(point: FrontPoint) -> tuple[str, ...]:
    survives = ", ".join(point.survive) or "nothing"
    proof = "" if point.proven else " (not proven best)"
    return (
        f"{'*' if point.as_promised else ' '} survives {survives}",
        f"{point.usd_per_month:,.2f} USD a month",
        f"{point.latency.mean_ms:.1f} ms ({point.latency.evidence}){proof}",
        f"{point.hosts} hosts",
        ", ".join(point.regions),
    )
