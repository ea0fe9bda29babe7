"""In which order hosts are changed so that no fleet ever falls below its quorum: waves, each with what is left. Pure.

A wave starts only while the fleet has more than its quorum, takes hosts of one zone, and never more than the spec's
`disruption.unavailable_max`. The least weighty host goes first (a canary), the leader last (reliability.md, R7, T24:
Arbitrum stood still for seven hours when hardware failed while its back-ups were down for an upgrade).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from operations.latency_after import Distances
from operations.simulating import FleetUnderLoss, fleets_of, under_loss
from policies.fleet_view import by_number
from schemas.atlas import PUBLISHED, Atlas
from schemas.errors import FleetError
from schemas.plan import HostPlan, Plan


class NoWaveError(FleetError):
    """A fleet cannot spare any host: changing it would stop it."""


@dataclass(frozen=True, kw_only=True)
class Wave:
    """Hosts that are changed at the same time."""

    fleet: str
    number: int
    """Counted within the fleet, from 1."""
    hosts: tuple[str, ...]
    zone: str
    left: str
    """What the quorum has while they are out, with its unit."""
    needed: str
    spare: int
    """Further hosts that may fail during it, whichever they are, while the fleet goes on."""
    is_canary: bool = False


@dataclass(frozen=True, kw_only=True)
class Order:
    """What decides the order beside the quorum."""

    unavailable_max: Mapping[str, int] = field(default_factory=dict)
    """Fleet to the hosts that planned work may take out at once; 1 where it is not said."""
    last: frozenset[str] = frozenset()
    """Hosts that go last: those that lead."""
    out: frozenset[str] = frozenset()
    """Hosts that are out already, and count in no quorum."""


def waves_of(
    plan: Plan, hosts: Iterable[str], order: Order | None = None, atlas: Atlas = PUBLISHED
) -> tuple[Wave, ...]:
    """Return the waves in which hosts are changed, fleet by fleet.

    Args:
        plan: The plan in force.
        hosts: Those that are changed; in any order.
        order: What decides the order.
        atlas: What is known of the world.

    Raises:
        NoWaveError: A fleet goes on with none of its hosts out; nothing of it can be changed without a halt.
    """
    wanted, chosen = frozenset(hosts), order or Order()
    distances = Distances(plan, atlas)
    return tuple(
        wave
        for fleet in fleets_of(plan, atlas)
        for wave in _of_fleet(under_loss(fleet, distances), plan, wanted, chosen)
    )


def _of_fleet(asked: FleetUnderLoss, plan: Plan, wanted: frozenset[str], order: Order) -> Iterator[Wave]:
    name = asked.fleet.name
    waiting = _in_order([host for host in plan.hosts_of(name) if host.host in wanted], order.last)
    most, number = order.unavailable_max.get(name, 1), 0
    while waiting:
        number += 1
        batch = _batch(asked, waiting, most=1 if number == 1 else most, out=order.out)
        waiting = [host for host in waiting if host not in batch]
        out = frozenset(host.host for host in batch)
        standing = asked.standing(frozenset(), out=out | order.out)
        yield Wave(
            fleet=name, number=number, hosts=tuple(host.host for host in batch), zone=batch[0].zone,
            left=standing.left, needed=standing.needed, spare=_spare(asked, out | order.out), is_canary=number == 1,
        )  # fmt: skip


def _in_order(hosts: list[HostPlan], last: frozenset[str]) -> list[HostPlan]:
    return sorted(hosts, key=lambda host: (host.host in last, host.power, host.zone, by_number(host.host)))


def _batch(asked: FleetUnderLoss, waiting: list[HostPlan], *, most: int, out: frozenset[str]) -> list[HostPlan]:
    """Return the next hosts: as many of the first one's zone as the fleet can spare."""
    first = waiting[0]
    found: list[HostPlan] = []
    for host in waiting:
        if len(found) == most or host.zone != first.zone:
            continue
        gone = frozenset(one.host for one in [*found, host]) | out
        if asked.standing(frozenset(), out=gone).goes_on:
            found.append(host)
    if not found:
        standing = asked.standing(frozenset(), out=frozenset({first.host}) | out)
        raise NoWaveError(
            f"fleet '{asked.fleet.name}' cannot spare {first.host}: {standing.left} would be left, "
            f"{standing.needed} is needed",
            remedy="Add a member first, wait until every member is ready, or plan a halt with everybody's consent.",
        )
    return found


def _spare(asked: FleetUnderLoss, out: frozenset[str]) -> int:
    """Return how many further hosts may fail, the weightiest first."""
    gone, count = set(out), 0
    left = sorted((h for h in asked.fleet.hosts if h.host not in out), key=lambda h: (-h.power, by_number(h.host)))
    for host in left:
        gone.add(host.host)
        if not asked.standing(frozenset(), out=frozenset(gone)).goes_on:
            break
        count += 1
    return count
