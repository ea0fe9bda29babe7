"""What hosts do, as a table: one line per host, for `geofleet status` and `geofleet watch`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.table import Table
from rich.text import Text

from schemas.status import HostWork, NodeWork, WorkState

_COLUMNS = ("host", "role", "region", "heights", "block age", "leader", "packets", "waiting", "price age", "state")
_FIGURES = frozenset({"block age", "packets", "waiting", "price age"})
_STYLE = {
    WorkState.WORKING: "",
    WorkState.IDLE: "dim",
    WorkState.STALLED: "yellow",
    WorkState.UNREAD: "yellow",
    WorkState.UNREACHABLE: "red",
}


def work_table(work: Sequence[HostWork], *, title: str = "work") -> Table:
    """Return one line per host; columns that no host has anything for are left out."""
    rows = [_row(host) for host in work]
    kept = [i for i, name in enumerate(_COLUMNS) if name in ("host", "state") or any(row[i] != "-" for row in rows)]
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for i in kept:
        name = _COLUMNS[i]
        table.add_column(name, no_wrap=name != "state", justify="right" if name in _FIGURES else "left")
    for host, row in zip(work, rows, strict=True):
        table.add_row(*(Text(row[i]) for i in kept), style=_STYLE[host.state])
    return table


def leader_problems(work: Sequence[HostWork]) -> Iterator[str]:
    """Yield the fleets in which not exactly one host says that it leads; fleets without leaders are left out."""
    led = [host for host in work if host.leader is not None]
    for fleet in dict.fromkeys(host.fleet for host in led):
        leaders = [host.host for host in led if host.fleet == fleet and host.leader]
        if len(leaders) != 1:
            yield f"fleet {fleet} has {len(leaders)} leaders{': ' if leaders else ''}{', '.join(leaders)}; expected one"


def _row(host: HostWork) -> tuple[str, ...]:
    ages = [node.block_age_s for node in host.nodes if node.block_age_s is not None]
    return (
        host.host,
        str(host.role),
        host.region,
        ", ".join(_height(node, alone=len(host.nodes) == 1) for node in host.nodes) or "-",
        _seconds(max(ages, default=None)),
        "-" if host.leader is None else "leads" if host.leader else "follows",
        "-" if host.packets is None else str(host.packets),
        _seconds(host.oldest_pending_s),
        _seconds(host.price_age_s),
        f"{host.state}: {host.detail}" if host.detail else str(host.state),
    )


def _height(node: NodeWork, *, alone: bool) -> str:
    height = "?" if node.height is None else str(node.height)
    return height if alone else f"{node.chain} {height}"


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f} s"
