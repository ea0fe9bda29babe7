"""`geofleet plan --front`: each fleet placed again and again, under budgets and stronger promises, and what is best kept.

For each set of losses to survive, the fastest placement is found, then the fastest that costs less, and so on until
there is none (the epsilon-constraint method): with every run proven, every point is on the front.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from components.placement.machine_choice import machine_in, need_of
from components.placement.placing import Options
from components.placement.planning import place
from components.placement.stage import UnprovenError
from components.placement.world import world_of
from operations.console import say, show, show_json
from operations.front_text import front_text
from operations.losses import PLACES
from operations.pictures.files import write_svg
from operations.pictures.front_chart import front_svg
from operations.planning import Planned
from operations.simulating import simulate
from schemas.atlas import Atlas
from schemas.errors import InfeasiblePlacementError
from schemas.front import FleetFront, Front, FrontPoint, RegionCount, Unkept
from schemas.loading.meaning import allowed_regions
from schemas.plan import Plan
from schemas.roles import Role
from schemas.simulation import FleetSimulation, LatencyKind
from schemas.spec import Fleet, Network
from schemas.spec.base import Budget
from schemas.spec.losses import NearFleet
from schemas.spec.machines import Placement

CENT = 0.01
STEPS = 4
"""As often is a budget set just below the last cost, so that nothing lies between; then as often by equal shares of what
is left above the cheapest."""
SECONDS_MAX = 20.0
"""Wall time for one placement."""

_LADDER = ((), ("zone",), ("zone", "region"), ("zone", "region", "metro"), ("zone", "region", "provider"),
           ("zone", "region", "metro", "provider"))  # fmt: skip
"""Losses that are asked for: a region's takes its zones along, a metro's and a provider's their regions."""

_HUB_LATENCY = "hub_latency"


@dataclass(frozen=True, kw_only=True)
class Solved:
    """One run of placement."""

    plan: Plan
    is_proven: bool = True


Solve = Callable[[Network], Solved]
"""Places a network without a lock; raises `InfeasiblePlacementError` as placement does."""


def front_of(found: Planned) -> Front:
    """Return what each fleet of a plan can have of cost, latency and survival.

    Raises:
        AtlasError: Atlas and plan lack a hub's region.
    """
    options = Options(where=found.spec.where, world=world_of(found.atlas), seconds_max=SECONDS_MAX)
    return Front(
        stack=found.plan.stack, spec_sha256=found.spec.sha256, atlas_version=found.atlas.version,
        fleets=tuple(
            fleet_front(found.spec.network, name, plan=found.plan, atlas=found.atlas, solve=solver(options))
            for name in sorted(found.spec.network.fleets)
        ),
    )  # fmt: skip


def show_front(found: Planned, picture: Path | None, output: str) -> None:
    """Show what each fleet of a plan can have, and draw it.

    Args:
        found: The plan.
        picture: Where to draw it; None: not at all.
        output: `text` or `json`.

    Raises:
        UsageError: The picture's name or folder cannot be right.
    """
    front = front_of(found)
    if picture is not None:
        write_svg(picture, lambda: front_svg(front))
        say(f"written: {picture}")
    if output == "json":
        show_json(front.to_json())
    else:
        show(front_text(front))


def solver(options: Options) -> Solve:
    """Return a function that places a network without a lock, and notes whether the result is proven."""

    def solve(network: Network) -> Solved:
        with _Warnings() as told:
            plan, _ = place(network, stack="front", spec_sha256="", options=options)
        return Solved(plan=plan, is_proven=not told.messages)

    return solve


class _Warnings(logging.Handler):
    """Keeps what placement says of a result that is not proven, instead of showing it."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []
        self.log = logging.getLogger("geofleet.placement")

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())

    def __enter__(self) -> _Warnings:
        self.log.addHandler(self)
        self.propagated, self.log.propagate = self.log.propagate, False
        return self

    def __exit__(self, *_: object) -> None:
        self.log.removeHandler(self)
        self.log.propagate = self.propagated


def fleet_front(network: Network, name: str, *, plan: Plan, atlas: Atlas, solve: Solve) -> FleetFront:
    """Return what one fleet can have, placed alone.

    Args:
        network: The spec.
        name: The fleet.
        plan: The plan as it is.
        atlas: What is known of the world.
        solve: How a network is placed.

    Raises:
        AtlasError: Atlas and plan lack a hub's region.
    """
    fleet = network.fleets[name]
    planned = _point(Solved(plan=plan), name, atlas) if plan.hosts_of(name) else None
    search = Search(
        network=network, name=name, atlas=atlas, solve=solve, unpriced=unpriced_regions(network, fleet, atlas)
    )
    notes = list(_reasons_not_to_look(fleet))
    if not notes:
        search.run()
    kinds = [point.latency_kind for point in search.found] + [planned.latency_kind] if planned else []
    return FleetFront(
        fleet=name, role=fleet.role, latency_kind=next((kind for kind in kinds if kind), None),
        planned=planned.point if planned else None, points=best([found.point for found in search.found]),
        is_complete=search.is_complete, unkept=tuple(search.unkept), notes=(*notes, *search.notes()),
    )  # fmt: skip


def _reasons_not_to_look(fleet: Fleet) -> Iterator[str]:
    if fleet.members:
        yield "its members are listed one by one: there is nothing to choose"


@dataclass(frozen=True, kw_only=True)
class _Found:
    point: FrontPoint
    latency_kind: LatencyKind | None


@dataclass(kw_only=True)
class Search:
    """The runs of placement that one fleet's front takes."""

    network: Network
    name: str
    atlas: Atlas
    solve: Solve
    unpriced: frozenset[str] = frozenset()
    """Allowed regions in which nobody knows what the fleet's machine costs: no budget is kept by them."""
    found: list[_Found] = field(default_factory=list)
    unkept: list[Unkept] = field(default_factory=list)
    is_complete: bool = True
    has_unknown_prices: bool = False
    timed_out: int = 0

    def run(self) -> None:
        """Look for the best placements of every set of losses."""
        promised = {kind.value for kind in self._fleet.survive.domains()}
        seen: list[list[FrontPoint]] = []
        for kinds in _levels(promised):
            if any(points and all(set(kinds) <= set(point.survives) for point in points) for points in seen):
                continue  # what was found survives these too: the same would be found again
            if any(set(unkept.survive) <= set(kinds) for unkept in self.unkept):
                continue  # more than what cannot be kept cannot be kept either
            before = len(self.found)
            self._level(kinds)
            seen.append([found.point for found in self.found[before:]])

    @property
    def _fleet(self) -> Fleet:
        return self.network.fleets[self.name]

    def notes(self) -> Iterator[str]:
        """Yield what the reader must know about the runs."""
        if self.has_unknown_prices:
            yield "regions of unknown price are compared by latency only: the fastest point may have no cost"
        if self.timed_out:
            yield f"{self.timed_out} searches ended after {SECONDS_MAX:g} s without a placement"

    def _level(self, kinds: tuple[str, ...]) -> None:
        budget = self._fleet.budget.cost_usd_per_month_max if self._fleet.budget else None
        try:
            fastest = self._placed(kinds, budget)
        except InfeasiblePlacementError as error:
            self.unkept.append(Unkept(survive=kinds, why=reason(error.problem)))
            return
        if fastest is not None and fastest.point.usd_per_month is None:
            self.has_unknown_prices = True
            self.found.append(fastest)
            fastest = self._try(kinds, _UNLIMITED_USD)
        if fastest is not None:
            self.found.append(fastest)
            self._descend(kinds, fastest.point.usd_per_month)

    def _descend(self, kinds: tuple[str, ...], fastest_usd: float | None) -> None:
        """Lower the budget below each placement's cost until the cheapest is reached."""
        cheapest = self._try(kinds, _UNLIMITED_USD, objective="cost")
        if fastest_usd is None or cheapest is None or cheapest.point.usd_per_month is None:
            return
        usd, least_usd, stride = fastest_usd, cheapest.point.usd_per_month, CENT
        for turn in range(2 * STEPS):
            if usd < least_usd + CENT / 2:
                return
            if turn == STEPS:
                stride = max(CENT, (usd - least_usd) / STEPS)
                self.is_complete = self.is_complete and stride == CENT
            found = self._try(kinds, max(least_usd, usd - stride))
            if found is None or found.point.usd_per_month is None:
                break
            self.found.append(found)
            usd = found.point.usd_per_month
        if usd >= least_usd + CENT / 2:  # a search that ended without a placement: the cheapest is known all the same
            self.found.append(cheapest)
            self.is_complete = False

    def _try(self, kinds: tuple[str, ...], budget: float | None, objective: str = "") -> _Found | None:
        try:
            return self._placed(kinds, budget, objective)
        except InfeasiblePlacementError:
            return None

    def _placed(self, kinds: tuple[str, ...], budget: float | None, objective: str = "") -> _Found | None:
        asked = varied(self.network, self.name, survive=kinds, budget_usd=budget, objective=objective)
        if budget is not None:
            asked = without(asked, self.unpriced)
        try:
            return _point(self.solve(asked), self.name, self.atlas)
        except UnprovenError:
            self.timed_out += 1
            return None


def reason(problem: str) -> str:
    """Return why a fleet cannot be placed in one line: without the fleet's name, and without where the spec says it."""
    _, _, rest = problem.partition(" cannot be placed:")
    lines = [re.sub(r" \(\S+:\d+:\d+\)$", "", line.strip()) for line in (rest or problem).splitlines()]
    text = "; ".join(line for line in lines if line)
    return text.replace(":; ", ": ")


_UNLIMITED_USD = 100_000_000.0
"""A budget that only keeps to regions whose prices are known."""


def _levels(promised: set[str]) -> list[tuple[str, ...]]:
    """Return the kinds to survive beyond those promised: nothing, then more and more; none twice."""
    levels: list[tuple[str, ...]] = []
    for kinds in _LADDER:
        more = tuple(kind for kind in kinds if kind not in promised)
        if more not in levels:
            levels.append(more)
    return levels


def varied(network: Network, name: str, *, survive: Iterable[str], budget_usd: float | None, objective: str) -> Network:
    """Return a network with one fleet, and those that it must be near to, under other promises and another aim."""
    fleet = network.fleets[name]
    aim = objective or _aim_of(fleet)
    changed = fleet.model_copy(
        update={
            "survive": fleet.survive.model_copy(update=dict.fromkeys(survive, 1)),
            "placement": Placement.model_validate({"objective": aim}),
            "budget": None if budget_usd is None else Budget(cost_usd_per_month_max=budget_usd),
        }
    )
    wanted = {near.fleet for near in fleet.near if isinstance(near, NearFleet)}
    others = {other: network.fleets[other] for other in sorted(wanted)}
    return network.model_copy(update={"fleets": {**others, name: changed}, "budget": None})


def without(network: Network, regions: Iterable[str]) -> Network:
    """Return a network that forbids some regions more."""
    forbid = tuple(sorted({*network.regions.forbid, *regions}))
    return network.model_copy(update={"regions": network.regions.model_copy(update={"forbid": forbid})})


def unpriced_regions(network: Network, fleet: Fleet, atlas: Atlas) -> frozenset[str]:
    """Return the allowed regions in which nobody knows what a fleet's machine costs."""
    world, need = world_of(atlas), need_of(fleet)
    return frozenset(
        region for region in allowed_regions(network) if machine_in(region, need, world).cost_micro_usd is None
    )


def _aim_of(fleet: Fleet) -> str:
    return _HUB_LATENCY if fleet.role is Role.RELAYER else "commit_latency"


def _point(solved: Solved, name: str, atlas: Atlas) -> _Found:
    plan = solved.plan
    simulated = next(fleet for fleet in simulate(plan, atlas=atlas).fleets if fleet.fleet == name)
    latency = simulated.as_planned.latency
    cost = next(cost for cost in plan.costs if cost.fleet == name)
    where = sorted(host.region for host in plan.hosts_of(name))
    point = FrontPoint(
        usd_per_month=cost.usd_per_month if not cost.hosts_unknown else None,
        usd_per_month_estimated=cost.usd_per_month_estimated,
        latency_mean_ms=latency.mean_ms if latency else None, latency_worst_ms=latency.worst_ms if latency else None,
        evidence=latency.evidence.value if latency else "", survives=survived(simulated),
        regions=tuple(RegionCount(region=region, members=where.count(region)) for region in dict.fromkeys(where)),
        is_proven=solved.is_proven,
    )  # fmt: skip
    return _Found(point=point, latency_kind=latency.kind if latency else None)


def survived(fleet: FleetSimulation) -> tuple[str, ...]:
    """Return the kinds of place of which a fleet goes on without any one."""
    return tuple(
        kind.value for kind in PLACES
        if all(case.after.goes_on for case in fleet.singles if case.lost[0].kind is kind)
    )  # fmt: skip


def best(points: Iterable[FrontPoint]) -> tuple[FrontPoint, ...]:
    """Return the points that no other is at least as good as in all three and better in one; equal ones once."""
    unique = list(dict.fromkeys(points))
    kept: list[FrontPoint] = []
    for point in unique:
        if not any(is_better(other, point) for other in unique) and not any(_same(other, point) for other in kept):
            kept.append(point)
    order = [kind.value for kind in PLACES]
    return tuple(
        sorted(kept, key=lambda p: (len(p.survives), [order.index(kind) for kind in p.survives], *_figures(p)))
    )


def is_better(one: FrontPoint, other: FrontPoint) -> bool:
    """Return whether a point is at least as good as another in cost, latency and survival, and better in one."""
    pairs = list(zip(_figures(one), _figures(other), strict=True))
    more = set(one.survives) >= set(other.survives)
    return more and all(a <= b for a, b in pairs) and (
        any(a < b for a, b in pairs) or set(one.survives) > set(other.survives)
    )  # fmt: skip


def _same(one: FrontPoint, other: FrontPoint) -> bool:
    return _figures(one) == _figures(other) and set(one.survives) == set(other.survives)


def _figures(point: FrontPoint) -> tuple[float, float]:
    """Return cost and latency as they are compared; what is not known is worse than anything."""
    infinite = float("inf")
    return (
        infinite if point.usd_per_month is None else point.usd_per_month,
        infinite if point.latency_mean_ms is None else point.latency_mean_ms,
    )
