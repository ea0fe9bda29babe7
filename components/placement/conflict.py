"""Why a fleet cannot be placed: every limit that blocks, with its arithmetic, its line, and what would help."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import combinations

from components.placement.addressing import ADDRESSES
from components.placement.asking import told_count
from components.placement.budgets import least_cost
from components.placement.machine_choice import MICRO
from components.placement.problem import (
    OF_THE_FLEET,
    Ask,
    can_hold_members,
    domains_of,
    hubs_served,
    is_near_fleet,
    is_within,
    most_in_one,
    problem_of,
)
from components.placement.relaxing import SECONDS_MAX, Probe, remedies_of
from components.placement.world import World
from schemas.atlas import Evidence
from schemas.plan import Near
from schemas.roles import Domain, Quorum
from schemas.spec import Fleet, NearFleet

Where = Callable[..., str]

_QUORUM_NAMES = {Quorum.BFT: "BFT", Quorum.MAJORITY: "majority"}
"""Quorums of which no fleet, however large, goes on with half of its members."""

SHOWN_MAX = 6
"""Names listed before the rest is counted."""


@dataclass(frozen=True, kw_only=True)
class Blocker:
    """One limit of a fleet that can be left out to see whether it blocks."""

    key: str
    """`survive.provider`, `latency.between_members_ms_max`, `near.0`, `regions`, `machine`, `lock`, `addresses`."""
    path: tuple[str | int, ...]
    """Where the spec says it; empty when it does not stand in the spec."""


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """Why one fleet cannot be placed."""

    text: str
    at: str
    """`file:line:column` of the first limit that blocks; empty when unknown."""
    remedy: str


def explained(fleet: Fleet, ask: Ask, world: World, where: Where | None) -> Conflict:
    """Return why a fleet that cannot be placed cannot: each set of limits that excludes every placement by itself.

    Each set is minimal: without any one of its limits a placement would exist, as far as that set goes.
    """
    probe = Probe(fleet=fleet, world=world)
    groups = _blocking_groups(ask, probe)
    count = told_count(fleet, ask.kept_count)
    head = f"fleet '{ask.fleet}' ({_counted(fleet, count)}) cannot be placed: "
    places = {b.key: _place(b, where) for group in groups for b in group}
    first = places[groups[0][0].key]
    if len(groups) == 1 and len(groups[0]) == 1:
        text = head + _told(fleet, groups[0][0], ask, count, world)
    else:
        lines = [head.rstrip()]
        for group in groups:
            if len(group) > 1:
                lines.append("  these exclude each other:")
            indent = "    " if len(group) > 1 else "  "
            for blocker in group:
                place = places[blocker.key]
                lines.append(f"{indent}{_told(fleet, blocker, ask, count, world)}{f' ({place})' if place else ''}")
        text = "\n".join(lines)
    remedies = remedies_of([b.key for group in groups for b in group], ask, probe)
    return Conflict(text=text, at=first, remedy=" ".join(remedies))


def _place(blocker: Blocker, where: Where | None) -> str:
    return where(*blocker.path) if where and blocker.path else ""


def _counted(fleet: Fleet, count: int) -> str:
    return (
        _number(count, "member")
        if fleet.count or fleet.members_per_hub
        else f"at least {count} members, 'count' is left out"
    )


def _blockers(fleet: Fleet, ask: Ask) -> list[Blocker]:
    """Return the fleet's limits; those last in the list are blamed before the first."""
    at: tuple[str | int, ...] = ("fleets", ask.fleet)
    promises = ask.promises
    found = [Blocker(key="addresses", path=())]
    if ask.kept:
        found.append(Blocker(key="lock", path=()))
    found.append(Blocker(key="regions", path=("regions",)))
    if ask.budget_micro_usd is not None:
        found.append(Blocker(key="budget", path=(*(at if fleet.budget else ()), "budget", "cost_usd_per_month_max")))
    if ask.unsold & set(ask.regions):
        found.append(Blocker(key="machine", path=at))
    hubs_at = {near.hub: i for i, near in enumerate(fleet.near) if not isinstance(near, NearFleet)}
    for i, near in enumerate(promises.near):
        found.append(Blocker(key=f"near.{i}", path=(*at, "near", hubs_at.get(near.hub, i))))
    fleets_at = {near.fleet: i for i, near in enumerate(fleet.near) if isinstance(near, NearFleet)}
    for i, places in enumerate(ask.near_places):
        found.append(Blocker(key=f"near_fleet.{i}", path=(*at, "near", fleets_at[places.fleet])))
    for key in ("jitter_ms_max", "between_members_ms_max"):
        if getattr(promises, key) is not None:
            found.append(Blocker(key=f"latency.{key}", path=(*at, "latency", key)))
    found += [
        Blocker(key=f"survive_together.{i}", path=(*at, "survive_together", i))
        for i in range(len(promises.survive_together))
    ]
    for group in ("halt_safely", "survive"):
        found += [Blocker(key=f"{group}.{kind}", path=(*at, group, kind)) for kind in getattr(promises, group)]
    return found


def _blocking_groups(ask: Ask, probe: Probe) -> list[list[Blocker]]:
    """Return minimal sets of limits that exclude every placement, none sharing a limit with another."""
    everything = _blockers(probe.fleet, ask)
    groups: list[list[Blocker]] = []
    blamed: set[str] = set()
    while not probe.is_feasible(probe.without(ask, blamed)):
        dropped = set(blamed)
        for blocker in everything:
            if blocker.key not in dropped and not probe.is_feasible(probe.without(ask, dropped | {blocker.key})):
                dropped.add(blocker.key)
        group = [blocker for blocker in reversed(everything) if blocker.key not in dropped]
        if not group:
            break
        groups.append(group)
        blamed |= {blocker.key for blocker in group}
    assert groups, f"fleet '{ask.fleet}' can be placed, or cannot be without any limit"
    return groups


def _told(fleet: Fleet, blocker: Blocker, ask: Ask, count: int, world: World) -> str:
    """Return one limit in words, with the figures that make it block."""
    key, promises = blocker.key, ask.promises
    head, _, kind = key.partition(".")
    if head == "survive":
        return f"survive {kind}: {_survival(ask, kind, count, world)}"
    if head == "survive_together":
        return _together(promises.survive_together[int(kind)], ask, count, world)
    if head == "halt_safely":
        most = most_in_one(ask, count, alone=True)
        domains = len(_domains(ask, kind, world))
        return (
            f"halt_safely {kind}: more than {most} of {count} members in one {kind} could decide alone, "
            f"so {_at_least(count, most, kind)}; {_allowed(domains, kind)}"
        )
    if head == "latency":
        return _pairs(kind, ask, world)
    if head == "near":
        return _hub(promises.near[int(kind)], ask, world)
    if head == "near_fleet":
        places = ask.near_places[int(kind)]
        within = [region for region in ask.regions if is_near_fleet(region, places, world)]
        return (
            f"near fleet {places.fleet} within {places.latency_ms_max:g} ms: measured so "
            f"{'are ' + _listed(within) if within else 'is no allowed region'}"
        )
    if key == "lock":
        hosts = ask.kept_count
        return f"lock: {hosts} {'host stays' if hosts == 1 else 'hosts stay'} in {_listed(sorted(ask.kept))}"
    if key == "budget":
        least = least_cost(fleet, ask, world, seconds_max=SECONDS_MAX)
        needs = "" if least is None else f", what the fleet promises costs at least {least / MICRO:.2f}"
        return f"budget: its hosts may cost {(ask.budget_micro_usd or 0) / MICRO:.2f} USD a month{needs}"
    if key == "machine":
        sold = [region for region in ask.regions if region not in ask.unsold]
        return (
            f"machine: what 'confidential' or 'machine.type' insist on is sold in {len(sold)} of "
            f"{_number(len(ask.regions), 'allowed region')}{': ' if sold else ''}{_listed(sold)}"
        )
    if key == "regions":
        providers = {world.regions[region].provider for region in ask.regions}
        return f"regions: 'allow' and 'forbid' leave {_number(len(ask.regions), 'region')} of {_number(len(providers), 'provider')}"
    return f"addresses: a region's subnet takes {ADDRESSES} hosts over its whole life, and too few are left"


def _survival(ask: Ask, kind: str, count: int, world: World) -> str:
    domains = len(_domains(ask, kind, world))
    if ask.quorum is Quorum.ANY and ask.promises.near:
        if ask.promises.per_hub == 1:
            return f"every hub needs two members, in different {kind}s; 'per_hub' is 1"
        return f"every hub needs members in at least two {kind}s; {_allowed(domains, kind)} and near enough to one"
    most = most_in_one(ask, count)
    needs = {
        Quorum.BFT: "less than a third of the power may be lost",
        Quorum.MAJORITY: "more than half must be left",
        Quorum.THRESHOLD: f"{ask.promises.reports_min} must be left",
        Quorum.ANY: "one must be left",
    }[ask.quorum]
    if Domain(kind) in OF_THE_FLEET and most >= 1 and count > most and getattr(ask, kind):
        others = f", and {len(ask.promises.external)} are run by others" if ask.promises.external else ""
        return (
            f"all {count} members placed here have {kind.replace('_', ' ')} '{getattr(ask, kind)}'{others}; "
            f"at most {most} may be lost together ({needs})"
        )
    if most < 1:
        return f"{_number(count, 'member')} cannot lose one: {needs}"
    if domains and math.ceil(count / domains) > most:
        heaviest = math.ceil(count / domains)
        name = "cloud" if kind == "provider" else kind
        if domains == 2 and ask.quorum in _QUORUM_NAMES:
            opening = f"with two {name}s no {_QUORUM_NAMES[ask.quorum]} fleet goes on when either is lost"
        else:
            several = "two" if domains == 2 else domains
            opening = f"with {several} {name}s the fleet does not go on when the fullest is lost"
        return f"{opening}: one holds at least {heaviest} of {count} members, and at most {most} may be lost ({needs})"
    return f"at most {most} of {count} members may be lost ({needs}), so {_at_least(count, most, kind)}; {_allowed(domains, kind)}"


def _together(kinds: tuple[str, ...], ask: Ask, count: int, world: World) -> str:
    """Return what losing several domains at once leaves room for."""
    allowed = ", ".join(_allowed(len(_domains(ask, kind, world)), kind) for kind in dict.fromkeys(kinds))
    head = f"survive_together [{', '.join(kinds)}]"
    if ask.quorum is Quorum.ANY and ask.promises.near:
        return f"{head}: every hub needs a member outside of any {_one_each(kinds)}; {allowed}"
    others = f", beside {len(ask.promises.external)} run by others" if ask.promises.external else ""
    return (
        f"{head}: any {_one_each(kinds)} may together hold at most {max(most_in_one(ask, count), 0)} of {count} "
        f"members{others}; {allowed}"
    )


def _one_each(kinds: Iterable[str]) -> str:
    return " and ".join(kind.replace("_", " ") for kind in kinds)


def _pairs(key: str, ask: Ask, world: World) -> str:
    """Return how many pairs of regions keep a limit between members, and how many are not known to."""
    limit = getattr(ask.promises, key)
    known = world.round_trip if key == "between_members_ms_max" else world.jitter
    figures = [known(*pair) for pair in combinations(ask.regions, 2)]
    within = sum(is_within(found, limit) for found in figures)
    unknown = sum(found.evidence is not Evidence.MEASURED for found in figures)
    return (
        f"{key} {limit:g}: any two members must be measured within it; of {_number(len(figures), 'pair')} of allowed "
        f"regions {within} {'is' if within == 1 else 'are'}, {unknown} only estimated"
    )


def _hub(near: Near, ask: Ask, world: World) -> str:
    within = [r for r in ask.regions if hubs_served(r, replace(ask.promises, near=(near,)), world)]
    calm = "" if near.jitter_ms_max is None else f", jitter {near.jitter_ms_max:g} ms"
    head = f"near hub {near.hub} ({near.at}) within {near.latency_ms_max:g} ms{calm}"
    if within:
        return f"{head}: measured so are {_listed(within)}"
    if not ask.regions:
        return f"{head}: no region is allowed"
    if any(is_within(world.round_trip(r, near.at), near.latency_ms_max) for r in ask.regions):
        return f"{head}: regions are measured near enough, but with more jitter, or none is measured"
    figures = {region: world.round_trip(region, near.at) for region in ask.regions}
    best = min(figures, key=lambda region: (figures[region].value_ms, region))
    found = figures[best]
    return f"{head}: no allowed region is measured so near; {best} is nearest with {found.value_ms:g} ms ({found.evidence})"


def _domains(ask: Ask, kind: str, world: World) -> set[str]:
    """Return the domains of a kind that members could be in, by regions and hubs alone."""
    problem = problem_of(replace(ask, kept={}, kept_region={}), max(1, ask.kept_count), world)
    usable = tuple(site for site in problem.sites if can_hold_members(site.region, ask, world))
    return set(domains_of(Domain(kind), ask, usable))


def _at_least(count: int, most: int, kind: str) -> str:
    return f"at least {_number(math.ceil(count / most), kind)} are needed" if most else "none may hold any"


def _allowed(count: int, kind: str) -> str:
    return f"{_number(count, kind)} {'is' if count == 1 else 'are'} allowed"


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _listed(names: Iterable[str]) -> str:
    everything = list(names)
    rest = len(everything) - SHOWN_MAX
    return ", ".join(everything[:SHOWN_MAX]) + (f" and {rest} more" if rest > 0 else "")
