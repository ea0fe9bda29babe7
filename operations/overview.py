"""A stack at a glance: hosts, their work, chains, promised beside measured round trips, and what to try next."""

from __future__ import annotations

import io
import os
import sys

from rich.console import Console
from rich.table import Table

from operations.work_table import leader_problems, work_table
from schemas.status import ChainStatus, HostState, RoundTripStatus, StackStatus

_WIDTH_PIPED = 200
"""As `geofleet watch --once`: a narrower one cuts off what a host that runs two nodes is doing."""


def overview_text(status: StackStatus) -> str:
    """Return the status as tables for a terminal; plain text when it is not one."""
    buffer = io.StringIO()
    terminal = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    console = Console(file=buffer, force_terminal=terminal, width=None if terminal else _WIDTH_PIPED, highlight=False)
    console.print(_hosts(status))
    if status.work:
        console.print()
        console.print(work_table(status.work))
    for problem in leader_problems(status.work):
        console.print(problem, style="red", markup=False)
    for chain in status.chains:
        console.print(_chain_line(chain))
    if status.round_trips:
        console.print()
        console.print(_round_trips(status.round_trips))
    console.print()
    console.print(_next(status), markup=False)
    return buffer.getvalue().rstrip()


_WELL = (HostState.RUNNING, HostState.BUILT)


def _hosts(status: StackStatus) -> Table:
    table = Table(title=f"{status.stack} on {status.target}", title_justify="left", box=None, pad_edge=False)
    for column in ("host", "fleet", "region", "zone", "address", "state"):
        table.add_column(column, no_wrap=column != "state")
    for host in status.hosts:
        style = "" if host.state in _WELL else "red"
        state = f"{host.state} ({host.detail})" if host.detail else str(host.state)
        table.add_row(host.host, host.fleet, host.region, host.zone, host.address, state, style=style)
    return table


def _chain_line(chain: ChainStatus) -> str:
    if chain.height is None:
        return f"\nchain {chain.chain} ({chain.chain_id}): no node answers"
    pace = f"{chain.block_time_ms / 1000:.2f} s a block" if chain.block_time_ms else "block time not measured yet"
    return f"\nchain {chain.chain} ({chain.chain_id}): height {chain.height}, {pace}, {chain.validators} validators"


def _round_trips(links: tuple[RoundTripStatus, ...]) -> Table:
    table = Table(title="round trips, ms", title_justify="left", box=None, pad_edge=False)
    table.add_column("from", no_wrap=True)
    table.add_column("to", no_wrap=True)
    for column in ("promised", "evidence", "measured", "jitter measured"):
        table.add_column(column, justify="left" if column == "evidence" else "right")
    for link in links:
        table.add_row(
            link.region,
            link.other,
            f"{link.planned_ms:.2f}",
            link.evidence.value,
            _figure(link.measured_ms),
            _figure(link.measured_jitter_ms),
        )
    return table


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _next(status: StackStatus) -> str:
    stack = status.stack
    first = status.hosts[0].host if status.hosts else "HOST"
    missing = [host.host for host in status.hosts if host.state not in _WELL]
    if missing:
        return f"Not running: {', '.join(missing)}. Bring back what is missing: geofleet up {stack}"
    if status.target != "lab":
        return f"Next:\n  geofleet plan {stack}  where each host is, and what separates them"
    tips = {
        f"geofleet verify {stack}": "every promise, measured on every host",
        f"geofleet watch {stack}": "what every host does, live",
        f"geofleet ssh {stack} {first}": "look around as the operator",
        f"podman rm -f gf-{stack}-{first}": "lose a host; `geofleet verify` names it, `geofleet up` brings it back",
        f"geofleet plan {stack}": "where each host is, and what separates them",
        f"geofleet down {stack}": "remove everything",
    }
    width = max(len(command) for command in tips)
    return "\n".join(["Next:", *(f"  {command:{width}}  {why}" for command, why in tips.items())])
