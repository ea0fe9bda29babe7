"""What `geofleet simulate` prints: worst first, failures that are alike told once; as text or Markdown."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from schemas.roles import Quorum
from schemas.simulation import (
    BrokenPromise,
    Case,
    FleetSimulation,
    Latency,
    LatencyKind,
    LostKind,
    Simulation,
    Standing,
)

WIDTH = 120
"""Characters of a line: also on a terminal, so that what is shared reads the same everywhere."""

ROWS_MAX = 12
"""Rows of one table; with more of them, failures that differ in latency alone are told as one."""

NAMES_MAX = 3
"""Domains that one row names."""

_TAKES = {
    LatencyKind.COMMIT_FLOOR: "commits in",
    LatencyKind.RAFT_COMMIT: "commits in",
    LatencyKind.REPORT_ROUND_TRIP: "gathers its reports in",
    LatencyKind.HUB_ROUND_TRIP: "reaches its hubs in",
}
_COLUMN = {
    LatencyKind.COMMIT_FLOOR: "commit ms, mean / worst",
    LatencyKind.RAFT_COMMIT: "commit ms, mean / worst",
    LatencyKind.REPORT_ROUND_TRIP: "reports ms, mean / worst",
    LatencyKind.HUB_ROUND_TRIP: "to hubs ms, mean / worst",
}
_WORST = {LatencyKind.REPORT_ROUND_TRIP: "member", LatencyKind.HUB_ROUND_TRIP: "hub"}
_GOES_ON = {
    Quorum.BFT: "goes on with {needed} of the voting power",
    Quorum.MAJORITY: "goes on with {needed} members",
    Quorum.THRESHOLD: "goes on with {needed} members",
    Quorum.ANY: "goes on with {needed}",
}
_UNIT = " of voting power"
_PLACES = (LostKind.HOST, LostKind.ZONE, LostKind.REGION, LostKind.METRO, LostKind.PROVIDER)


@dataclass(frozen=True, kw_only=True)
class Row:
    """Failures that are alike, as one line of a table."""

    result: str
    lost: str
    left: str
    latency: str
    upgrade: str


@dataclass(frozen=True, kw_only=True)
class Section:
    """One table of a fleet."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def simulation_text(found: Simulation) -> str:
    """Return the simulation for a terminal."""
    buffer = io.StringIO()
    console = Console(file=buffer, width=WIDTH, highlight=False, markup=False, emoji=False, color_system=None)
    buffer.write(f"{_title(found)}\n")
    for fleet in found.fleets:
        buffer.write("\n")
        buffer.writelines(f"{line}\n" for line in _lines(fleet))
        for section in _sections(fleet):
            buffer.write("\n")
            console.print(_table(section))
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines())


def simulation_markdown(found: Simulation, *, level: int = 1) -> str:
    """Return the simulation as Markdown, for a pull request or a page.

    Args:
        found: The simulation.
        level: Of its heading; each fleet's is one below.
    """
    parts = [f"{'#' * level} {_title(found)}"]
    for fleet in found.fleets:
        first, *rest = _lines(fleet)
        parts.append(f"{'#' * (level + 1)} {fleet.fleet}")
        parts.append(
            "\n".join([f"{first.partition(': ')[2].capitalize()}.", "", *(f"- {line.strip()}" for line in rest)])
        )
        for section in _sections(fleet):
            parts.append(f"**{section.title}**")
            parts.append(_pipes(section))
    return "\n\n".join(parts) + "\n"


def _title(found: Simulation) -> str:
    broken = sum(len(fleet.broken) for fleet in found.fleets)
    told = "every promise holds" if not broken else f"{broken} promise{'s' * (broken != 1)} broken"
    return f"What survives in {found.stack}: {told}"


def _lines(fleet: FleetSimulation) -> Iterator[str]:
    power = f", {fleet.power} voting power" if fleet.quorum is Quorum.BFT else ""
    needed = _GOES_ON[fleet.quorum].format(needed=fleet.as_planned.needed)
    yield f"{fleet.fleet}: {fleet.members} member{'s' * (fleet.members != 1)}{power}; {needed}"
    for broken in fleet.broken:
        yield f"  {_broken(broken)}"
    if fleet.as_planned.latency:
        yield f"  as planned it {latency_text(fleet.as_planned.latency)}"
    upgrade = fleet.upgrade
    told = f" and {latency_text(upgrade.latency)}" if upgrade.latency else ""
    yield f"  with {fleet.upgrade_host} out for an upgrade, its worst, it {upgrade.verdict}{told}"
    for note in fleet.notes:
        yield f"  {note}"


def _broken(broken: BrokenPromise) -> str:
    rule = broken.rule_id or "by no rule"
    lost = " and ".join(f"{domain.kind} {domain.name}" for domain in broken.lost)
    return f"BROKEN {rule} {broken.promise}: losing {lost} leaves {broken.left}; {broken.needed} needed"


def latency_text(latency: Latency) -> str:
    """Return a latency as a reader meets it: `commits in 31.9 ms (worst leader validators-1: 59.8 ms), measured`."""
    who = _WORST.get(latency.kind, "leader")
    worst = f" (worst {who} {latency.worst_at}: {latency.worst_ms:.1f} ms)"
    return f"{_TAKES[latency.kind]} {latency.mean_ms:.1f} ms{worst}, {latency.evidence}"


def _sections(fleet: FleetSimulation) -> Iterator[Section]:
    timed = any(case.after.latency for case in (*fleet.singles, *fleet.pairs)) or fleet.as_planned.latency
    kind = fleet.as_planned.latency.kind if fleet.as_planned.latency else LatencyKind.COMMIT_FLOOR
    columns = ("result", "lost", "left", *([_COLUMN[kind]] if timed else []), f"with {fleet.upgrade_host} out too")
    if fleet.singles:
        yield Section(title="One lost", columns=columns, rows=tuple(_cells(fleet.singles, timed=bool(timed))))
    if fleet.pairs:
        many = "Two" if all(len(case.lost) == 2 for case in fleet.pairs) else "Several"
        tried = f"{fleet.pairs_tried} tried"
        title = f"{many} lost at once, " + (tried if len(fleet.pairs) == fleet.pairs_tried else f"the worst of {tried}")
        yield Section(title=title, columns=columns, rows=tuple(_cells(fleet.pairs, timed=bool(timed))))


def _cells(cases: Sequence[Case], *, timed: bool) -> Iterator[tuple[str, ...]]:
    for row in rows_of(cases):
        yield (row.result, row.lost, row.left, *([row.latency] if timed else []), row.upgrade)


def rows_of(cases: Sequence[Case]) -> list[Row]:
    """Return cases as rows, in their order, those that are alike as one."""
    alike = _alike(cases, with_latency=True)
    if len(alike) > ROWS_MAX:
        alike = _alike(cases, with_latency=False)
    return [
        Row(
            result=group[0].after.verdict, lost=_lost(group), left=_left(group[0].after),
            latency=_range([case.after.latency for case in group]), upgrade=_upgrade(group[0].during_upgrade),
        )
        for group in alike
    ]  # fmt: skip


def _alike(cases: Iterable[Case], *, with_latency: bool) -> list[list[Case]]:
    found: dict[tuple[str, ...], list[Case]] = {}
    for case in cases:
        key = (case.after.verdict, case.after.left, case.during_upgrade.verdict, case.during_upgrade.left)
        told = _range([case.after.latency]) if with_latency else ""
        found.setdefault((*key, told), []).append(case)
    return list(found.values())


def _lost(group: list[Case]) -> str:
    """Return what is lost: places that hold the same members once, by the largest, with the kinds that they are."""
    same: dict[tuple[object, ...], list[Case]] = {}
    for case in group:
        in_places = all(domain.kind in _PLACES for domain in case.lost)
        same.setdefault((case.members_lost, len(case.lost), in_places or case.lost), []).append(case)
    by_kinds: dict[str, list[str]] = {}
    for cases in same.values():
        kinds = [" + ".join(domain.kind for domain in case.lost) for case in cases]
        name = " + ".join(domain.name for domain in cases[0].lost)
        by_kinds.setdefault(", ".join(dict.fromkeys(kinds)), []).append(name)
    return "; ".join(f"{_shortened(names)} ({kinds})" for kinds, names in by_kinds.items())


def _shortened(names: list[str]) -> str:
    rest = len(names) - NAMES_MAX
    return ", ".join(names[:NAMES_MAX]) + (f" and {rest} more" if rest > 0 else "")


def _left(standing: Standing) -> str:
    return standing.left.removesuffix(_UNIT).removesuffix(" members")


def _upgrade(standing: Standing) -> str:
    left = _left(standing)
    # What is left is shown where it is a figure; "no member near ..." only repeats the verdict.
    return f"{standing.verdict}, {left}" if left[0].isdigit() else standing.verdict


def _range(latencies: Sequence[Latency | None]) -> str:
    known = [latency for latency in latencies if latency is not None]
    if not known:
        return "-"
    means = sorted({f"{latency.mean_ms:.1f}" for latency in known}, key=float)
    mean = means[0] if len(means) == 1 else f"{means[0]} to {means[-1]}"
    marks = {latency.evidence for latency in known} - {"measured"}
    told = f" ({', '.join(sorted(marks))})" if marks else ""
    return f"{mean} / {max(latency.worst_ms for latency in known):.1f}{told}"


def _table(section: Section) -> Table:
    table = Table(title=section.title, title_justify="left", title_style="", box=None, pad_edge=False, expand=False)
    for column in section.columns:
        table.add_column(column, no_wrap=column != "lost", overflow="fold")
    for row in section.rows:
        table.add_row(*row)
    return table


def _pipes(section: Section) -> str:
    lines = [section.columns, tuple("---" for _ in section.columns), *section.rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)
