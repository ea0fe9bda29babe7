"""Two plans of one stack compared: what moved and why, and what it means. Pure."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from operations.simulating import simulate
from policies.fleet_view import by_number
from schemas.atlas import PUBLISHED, Atlas
from schemas.comparison import (
    ChangeKind,
    Comparison,
    Cost,
    FleetComparison,
    HostChange,
    Margin,
    WorstLoss,
)
from schemas.lock import Lock, Placement
from schemas.plan import HostPlan, Plan
from schemas.simulation import FleetSimulation, LostKind
from schemas.spec import Network

COMPARED = (
    LostKind.HOST, LostKind.ZONE, LostKind.REGION, LostKind.METRO, LostKind.PROVIDER, LostKind.OPERATOR,
    LostKind.CLIENT,
)  # fmt: skip
"""Kinds of domain whose worst loss is compared."""

_ATTRIBUTES = {
    "machine": "machine", "machine_type": "machine type", "disk_gib": "disk GiB", "power": "power",
    "operator": "operator", "client": "client", "client_version": "version", "address": "address",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of two plans."""

    name: str
    """Where it is from, as messages name it."""
    lock: Lock
    plan: Plan
    """What the lock comes to; where its own spec is lost, by the present one, and then not `exact`."""
    exact: bool = True


def compare(before: Side, after: Side, network: Network, *, atlas: Atlas = PUBLISHED) -> Comparison:
    """Return what changes from one plan to the other.

    Args:
        before: As it was.
        after: As it is to be.
        network: The spec that `after` is made from: it tells why hosts come and go.
        atlas: What is known of the world.

    Raises:
        AtlasError: The atlas lacks a region of a relayer or of a hub.
    """
    old = {fleet.fleet: fleet for fleet in simulate(before.plan, atlas=atlas).fleets}
    new = {fleet.fleet: fleet for fleet in simulate(after.plan, atlas=atlas).fleets}
    return Comparison(
        stack=after.plan.stack,
        before=before.name,
        after=after.name,
        spec_changed=before.lock.spec_sha256 != after.lock.spec_sha256,
        hosts=tuple(_changes(before, after, network)),
        fleets=tuple(
            _fleet(name, (old.get(name), new.get(name)), before, after) for name in sorted({*old, *new})
        ),
        cost_before=cost_of(before.plan.hosts if before.exact else (), hosts=len(before.lock.placements)),
        cost_after=cost_of(after.plan.hosts, hosts=len(after.plan.hosts)),
        notes=tuple(_notes(before, after)),
    )  # fmt: skip


def _changes(before: Side, after: Side, network: Network) -> Iterator[HostChange]:
    old = {place.host: place for place in before.lock.placements}
    new = {place.host: place for place in after.lock.placements}
    counts = _counts(old.values()), _counts(new.values())
    details = {host.host: host for host in before.plan.hosts if before.exact}
    now = {host.host: host for host in after.plan.hosts}
    for host in sorted({*old, *new}, key=by_number):
        was, becomes = old.get(host), new.get(host)
        if becomes is None and was is not None:
            why = why_left(was, network, counts)
            yield HostChange(kind=ChangeKind.LEFT, host=host, fleet=was.fleet, before=was.zone, after="", why=why)
        elif was is None and becomes is not None:
            why = why_arrived(becomes, network, counts)
            yield HostChange(
                kind=ChangeKind.ARRIVED, host=host, fleet=becomes.fleet, before="", after=becomes.zone, why=why
            )  # fmt: skip
        elif was is not None and becomes is not None:
            yield from _stayed(was, becomes, details.get(host), now.get(host))


def _counts(places: Iterable[Placement]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place in places:
        found[place.fleet] = found.get(place.fleet, 0) + 1
    return found


def _stayed(
    was: Placement, becomes: Placement, details: HostPlan | None, now: HostPlan | None
) -> Iterator[HostChange]:  # fmt: skip
    place = {"host": was.host, "fleet": was.fleet, "before": was.zone, "after": becomes.zone}
    if (was.region, was.zone) != (becomes.region, becomes.zone):
        yield HostChange(kind=ChangeKind.MOVED, **place, why="the two locks have it in different places")
        return
    differences = [
        f"{word} {getattr(details, name) or 'none'} -> {getattr(now, name) or 'none'}"
        for name, word in _ATTRIBUTES.items()
        if details is not None and now is not None and getattr(details, name) != getattr(now, name)
    ]
    if details is None and was.power != becomes.power:
        differences = [f"power {was.power} -> {becomes.power}"]
    if differences:
        yield HostChange(kind=ChangeKind.CHANGED, **place, why=", ".join(differences))


Counts = tuple[Mapping[str, int], Mapping[str, int]]
"""Members of each fleet, before and after."""


def why_left(was: Placement, network: Network, counts: Counts) -> str:
    """Return why a host is gone, by the spec that the plan without it is made from."""
    fleet = network.fleets.get(was.fleet)
    before, after = (count.get(was.fleet, 0) for count in counts)
    if fleet is None:
        return f"the spec has no fleet '{was.fleet}' any more"
    if fleet.members:
        return f"the spec lists no such member in {was.region} any more"
    if any(fnmatch.fnmatchcase(was.region, pattern) for pattern in network.regions.forbid):
        return f"the spec forbids {was.region}"
    if not any(fnmatch.fnmatchcase(was.region, pattern) for pattern in network.regions.allow):
        return f"the spec does not allow {was.region}"
    if after < before:
        return f"the fleet is smaller: {before} -> {after} members"
    return "the two locks were placed apart from each other"


def why_arrived(becomes: Placement, network: Network, counts: Counts) -> str:
    """Return why a host is new, by the spec that the plan with it is made from."""
    fleet = network.fleets.get(becomes.fleet)
    before, after = (count.get(becomes.fleet, 0) for count in counts)
    if before == 0:
        return "the fleet is new"
    if fleet is not None and fleet.members:
        return f"the spec lists a member in {becomes.region}"
    if after > before:
        return f"the fleet is larger: {before} -> {after} members"
    return "in place of one that left"


def _fleet(
    name: str, both: tuple[FleetSimulation | None, FleetSimulation | None], before: Side, after: Side
) -> FleetComparison:
    old, new = both
    return FleetComparison(
        fleet=name,
        members_before=old.members if old else 0,
        members_after=new.members if new else 0,
        margins=tuple(_margins(old, new)),
        latency_before=old.as_planned.latency if old else None,
        latency_after=new.as_planned.latency if new else None,
        cost_before=cost_of(
            before.plan.hosts_of(name) if before.exact else (), hosts=_counts(before.lock.placements).get(name, 0)
        ),
        cost_after=cost_of(after.plan.hosts_of(name), hosts=len(after.plan.hosts_of(name))),
    )


def _margins(old: FleetSimulation | None, new: FleetSimulation | None) -> Iterator[Margin]:
    for kind in COMPARED:
        was, becomes = _worst(old, kind), _worst(new, kind)
        if was is not None or becomes is not None:
            yield Margin(kind=kind, before=was, after=becomes)


def _worst(fleet: FleetSimulation | None, kind: LostKind) -> WorstLoss | None:
    """Return the worst loss of one kind: the first, since simulations have the worst first."""
    for case in fleet.singles if fleet else ():
        if case.lost[0].kind is kind:
            return WorstLoss(domain=case.lost[0].name, verdict=case.after.verdict, left=case.after.left)
    return None


def cost_of(priced: Iterable[HostPlan], *, hosts: int) -> Cost:
    """Return what hosts cost a month.

    Args:
        priced: The hosts, as far as their prices were looked up.
        hosts: How many there are; those beyond `priced` cost nobody knows what.
    """
    known = [host for host in priced if host.cost_usd_per_month is not None]
    return Cost(
        usd_per_month=_sum_usd(known) if known else None, unknown_hosts=hosts - len(known),
        usd_per_month_estimated=_sum_usd(host for host in known if host.price_evidence == "estimated"),
    )  # fmt: skip


def _sum_usd(hosts: Iterable[HostPlan]) -> float:
    return round(sum((host.cost_usd_per_month or 0.0 for host in hosts), 0.0), 2)


def _notes(before: Side, after: Side) -> Iterator[str]:
    if before.lock.atlas_version != after.lock.atlas_version:
        yield f"atlas {before.lock.atlas_version} -> {after.lock.atlas_version}"
    if not before.exact:
        yield (
            f"the spec that {before.name} was made from is not to be found: what was is judged by the present spec's "
            "promises, and its costs are unknown"
        )
        gone = sorted({place.fleet for place in before.lock.placements} - {fleet.name for fleet in after.plan.fleets})
        if gone:
            yield f"not compared, since nobody knows what they promised: {', '.join(gone)}"
