"""`geofleet plan --front`: what less money, less latency or other promises would come to, by solving each anew.

Each fleet is placed by itself, with the fleets that it must be near to. For each level of survival the fastest
placement is found, then the cheapest, and between them the fastest that stays within a budget, for budgets in even
steps (epsilon constraints). Every point is a proven optimum unless its line says otherwise; points that another beats
in cost, latency and survival at once are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from components.placement.placing import Options, Proof
from components.placement.planning import place
from components.placement.world import world_of
from operations.plan_summary import latency_kind_text
from operations.planning import Planned
from operations.simulating import simulate
from schemas.errors import FleetError
from schemas.front import FleetFront, Front, FrontPoint
from schemas.plan import Plan
from schemas.roles import QUORUM_OF_ROLE, Quorum
from schemas.simulation import Latency
from schemas.spec import Fleet, Network
from schemas.spec.base import Budget
from schemas.spec.losses import Losses, NearFleet
from schemas.spec.machines import Objective, Placement

STEPS = 4
"""Budgets that are tried between the cheapest and the fastest placement."""

LEVELS: tuple[tuple[str, ...], ...] = (
    (), ("zone",), ("zone", "region"), ("zone", "region", "metro"), ("zone", "region", "provider"),
)  # fmt: skip
"""Levels of survival that are tried beside the spec's own."""


def front(found: Planned, *, seconds_max: float = 20.0) -> Front:
    """Return the Pareto front of every fleet that `count` places.

    Args:
        found: The stack.
        seconds_max: Longest time for one placement.

    Raises:
        AtlasError: Atlas and plan lack a hub's region.
    """
    names = [name for name, fleet in sorted(found.spec.network.fleets.items()) if not fleet.members]
    return Front(
        stack=found.files.name, spec_sha256=found.spec.sha256,
        fleets=tuple(_front(found, name, seconds_max) for name in names),
    )  # fmt: skip


def reason(error: FleetError) -> str:
    """Return why a fleet cannot be placed so, in one line: the first of the reasons, without the fleet's own name."""
    lines = [line.strip(" -") for line in str(error).splitlines() if line.strip(" -")]
    first = lines[0].partition("cannot be placed: ")[2] or lines[0]
    return first if not first.endswith(":") and first else (lines[1] if len(lines) > 1 else first)


@dataclass(frozen=True, kw_only=True)
class _Tried:
    """One way to place a fleet."""

    survive: tuple[str, ...]
    objective: Objective
    budget_usd: float | None = None


def _front(found: Planned, name: str, seconds_max: float) -> FleetFront:
    fleet = found.spec.network.fleets[name]
    promised = tuple(kind.value for kind in fleet.survive.domains())
    points: list[FrontPoint] = []
    notes: list[str] = []
    for survive in dict.fromkeys((promised, *LEVELS)):
        try:
            points += _of_level(found, name, survive, seconds_max)
        except FleetError as error:
            told = ", ".join(survive) or "nothing"
            notes.append(f"surviving {told}: {reason(error)}")
    kept = [point for point in points if not any(_beats(other, point) for other in points)]
    ordered = sorted(
        set(kept), key=lambda p: (-len(p.survive), p.survive, p.usd_per_month, p.latency.mean_ms, p.regions)
    )
    return FleetFront(
        fleet=name, latency_kind=latency_kind_text(points[0].latency) if points else "", points=tuple(ordered),
        notes=tuple(notes),
    )  # fmt: skip


def _of_level(found: Planned, name: str, survive: tuple[str, ...], seconds_max: float) -> Iterator[FrontPoint]:
    fastest_by = _latency_objective(found.spec.network.fleets[name])
    fastest = _point(found, name, _Tried(survive=survive, objective=fastest_by), seconds_max)
    cheapest = _point(found, name, _Tried(survive=survive, objective="cost"), seconds_max)
    if fastest is None or cheapest is None:
        return
    between = fastest.usd_per_month - cheapest.usd_per_month
    yield fastest
    for step in range(STEPS, -1, -1) if between > 0 else ():
        # the last budget is the least that keeps the promises: the fastest among the cheapest
        budget = round(cheapest.usd_per_month + between * step / (STEPS + 1) + 0.005, 2)
        point = _point(found, name, _Tried(survive=survive, objective=fastest_by, budget_usd=budget), seconds_max)
        if point is not None:
            yield point


def _latency_objective(fleet: Fleet) -> Objective:
    near_hubs = QUORUM_OF_ROLE[fleet.role] in (Quorum.ANY, Quorum.THRESHOLD) and fleet.near_hubs
    return "hub_latency" if near_hubs or QUORUM_OF_ROLE[fleet.role] is Quorum.ANY else "commit_latency"


def _point(found: Planned, name: str, tried: _Tried, seconds_max: float) -> FrontPoint | None:
    """Return what a fleet comes to; None where its cost or latency is not known.

    Raises:
        InfeasiblePlacementError: It cannot be placed so.
    """
    proofs: list[Proof] = []
    options = Options(world=world_of(found.atlas), seconds_max=seconds_max, on_proof=proofs.append)
    network = _network(found.spec.network, name, tried)
    plan, _ = place(network, stack=found.files.name, spec_sha256=found.spec.sha256, options=options)
    cost = next(cost for cost in plan.costs if cost.fleet == name)
    latency = _latency(plan, name, found)
    if cost.usd_per_month is None or cost.hosts_unknown or latency is None:
        return None
    promised = {kind.value for kind in found.spec.network.fleets[name].survive.domains()}
    return FrontPoint(
        survive=tried.survive, usd_per_month=round(cost.usd_per_month, 2), latency=latency,
        regions=tuple(sorted({host.region for host in plan.hosts_of(name)})), hosts=len(plan.hosts_of(name)),
        proven=all(not proof.gap for proof in proofs if proof.fleet == name),
        as_promised=promised <= set(tried.survive),
    )  # fmt: skip


def _latency(plan: Plan, name: str, found: Planned) -> Latency | None:
    return next(f.as_planned.latency for f in simulate(plan, atlas=found.atlas).fleets if f.fleet == name)


def _network(network: Network, name: str, tried: _Tried) -> Network:
    """Return a network of one fleet, with those that it must be near to, asked for otherwise."""
    fleet = network.fleets[name]
    needed = {near.fleet for near in fleet.near if isinstance(near, NearFleet)}
    changed = fleet.model_copy(
        update={
            "survive": _losses(fleet, tried.survive),
            "placement": Placement(objective=tried.objective),
            "budget": Budget(cost_usd_per_month_max=tried.budget_usd) if tried.budget_usd else None,
        }
    )
    fleets = {other: network.fleets[other] for other in sorted(needed)} | {name: changed}
    return network.model_copy(update={"fleets": fleets, "budget": None})


def _losses(fleet: Fleet, survive: tuple[str, ...]) -> Losses:
    """Return what may be lost: the level's kinds of place, and what else the spec promises."""
    others = {kind: getattr(fleet.survive, kind) for kind in ("operator", "client", "signer_group")}
    return Losses(**others, **dict.fromkeys((kind for kind in survive if kind not in others), 1))


def _beats(one: FrontPoint, other: FrontPoint) -> bool:
    """Return whether a point is at least as good in everything, and better in something."""
    mine = (one.usd_per_month, one.latency.mean_ms)
    theirs = (other.usd_per_month, other.latency.mean_ms)
    no_worse = all(a <= b for a, b in zip(mine, theirs, strict=True)) and set(one.survive) >= set(other.survive)
    return no_worse and (mine != theirs or set(one.survive) > set(other.survive))
