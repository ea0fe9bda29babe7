"""What `geofleet plan --diff` prints: hosts that come, go and change, then what it means; nothing is one line."""

from __future__ import annotations

from collections.abc import Iterator

from operations.simulation_text import latency_text
from schemas.comparison import ChangeKind, Comparison, Cost, FleetComparison, HostChange, Margin, WorstLoss
from schemas.simulation import Latency

_SIGNS = {ChangeKind.LEFT: "-", ChangeKind.ARRIVED: "+", ChangeKind.MOVED: ">", ChangeKind.CHANGED: "~"}
_NO_CHANGE = "survival, latency and cost stay as they are"
_UNIT = " of voting power"


def is_same(found: Comparison) -> bool:
    """Return whether no host comes, goes, moves or changes, and nothing else does."""
    return not found.hosts and not any(list(_consequences(fleet)) for fleet in found.fleets)


def comparison_text(found: Comparison) -> str:
    """Return the comparison for a terminal; one line when nothing moves."""
    if is_same(found):
        return _same(found)
    lines = [_title(found)]
    width = max((len(change.host) for change in found.hosts), default=0)
    lines += [
        f"  {_SIGNS[change.kind]} {change.host:{width}}  {_place(change)}: {change.why}" for change in found.hosts
    ]
    for fleet, told in _by_fleet(found):
        lines += [fleet, *(f"  {line}" for line in told)]
    lines += [f"in all: {line}" for line in _in_all(found)]
    lines += [f"note: {note}" for note in found.notes]
    return "\n".join(lines)


def comparison_markdown(found: Comparison) -> str:
    """Return the comparison as Markdown, for a pull request."""
    if is_same(found):
        return f"{_same(found)}\n"
    parts = [f"### {_title(found)}"]
    if found.hosts:
        rows = ["| | host | place | why |", "| --- | --- | --- | --- |"]
        rows += [f"| {change.kind} | {change.host} | {_place(change)} | {change.why} |" for change in found.hosts]
        parts.append("\n".join(rows))
    for fleet, told in _by_fleet(found):
        parts.append(f"**{fleet}**" if told else fleet)
        parts += ["\n".join(f"- {line}" for line in told)] if told else []
    parts += [f"**in all**: {line}" for line in _in_all(found)]
    if found.notes:
        parts.append("\n".join(f"> {note}" for note in found.notes))
    return "\n\n".join(parts) + "\n"


def _by_fleet(found: Comparison) -> Iterator[tuple[str, list[str]]]:
    """Yield each fleet for which something changes, with what does, and last the others."""
    same = []
    for fleet in found.fleets:
        told = list(_consequences(fleet))
        if told or fleet.members_before != fleet.members_after:
            yield f"{fleet.fleet}: {_members(fleet)}", told or [_NO_CHANGE]
        else:
            same.append(fleet.fleet)
    if same:
        yield f"{', '.join(same)}: {_NO_CHANGE}", []


def _same(found: Comparison) -> str:
    if found.spec_changed:
        return f"{found.stack}: nothing moves; the spec has changed since {found.before}, so write the lock anew"
    return f"{found.stack}: nothing moves ({found.before} holds what {found.after} gives)"


def _title(found: Comparison) -> str:
    counts = {kind: sum(change.kind is kind for change in found.hosts) for kind in ChangeKind}
    told = ", ".join(f"{count} {kind}" for kind, count in counts.items() if count) or "no host moves"
    return f"{found.stack}, from {found.before} to {found.after}: {told}"


def _place(change: HostChange) -> str:
    if change.kind is ChangeKind.MOVED:
        return f"{change.before} -> {change.after}"
    return change.after or change.before


def _members(fleet: FleetComparison) -> str:
    before, after = fleet.members_before, fleet.members_after
    return f"{after} members" if before == after else f"{before} -> {after} members"


def _consequences(fleet: FleetComparison) -> Iterator[str]:
    for margin in fleet.margins:
        if _told(margin.before) != _told(margin.after):
            yield _margin(margin)
    if fleet.latency_before != fleet.latency_after:
        yield f"{_latency(fleet.latency_before)} -> {_latency(fleet.latency_after)}"
    if fleet.cost_before != fleet.cost_after:
        yield _cost(fleet.cost_before, fleet.cost_after)


def _told(loss: WorstLoss | None) -> tuple[str, str]:
    return (loss.verdict, loss.left) if loss else ("", "")


def _margin(margin: Margin) -> str:
    return f"worst {margin.kind.replace('_', ' ')} lost: {_loss(margin.before)} -> {_loss(margin.after)}"


def _loss(loss: WorstLoss | None) -> str:
    return f"{loss.verdict} with {loss.left.removesuffix(_UNIT)} ({loss.domain})" if loss else "none"


def _latency(latency: Latency | None) -> str:
    return latency_text(latency) if latency else "latency unknown"


def _in_all(found: Comparison) -> Iterator[str]:
    """Yield what all hosts cost, where that changes and is not what the one fleet's line says already."""
    if len(found.fleets) > 1 and found.cost_before != found.cost_after:
        yield _cost(found.cost_before, found.cost_after)


def _cost(before: Cost, after: Cost) -> str:
    return f"costs {cost_text(before)} -> {cost_text(after)}{_difference(before, after)}"


def cost_text(cost: Cost) -> str:
    """Return a cost as a reader meets it; what is not known is said, never zero."""
    if cost.usd_per_month is None:
        return "unknown" if cost.unknown_hosts else "nothing"
    unknown = cost.unknown_hosts
    estimated = f" ({cost.usd_per_month_estimated:,.2f} of it estimated)" if cost.usd_per_month_estimated else ""
    more = f" and {unknown} host{'s' * (unknown != 1)} of unknown price" if unknown else ""
    return f"{cost.usd_per_month:,.2f} USD a month{estimated}{more}"


def _difference(before: Cost, after: Cost) -> str:
    if before.usd_per_month is None or after.usd_per_month is None or before.unknown_hosts or after.unknown_hosts:
        return ""
    return f" ({after.usd_per_month - before.usd_per_month:+,.2f} USD)"
