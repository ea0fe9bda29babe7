"""Small random fleets: placement and the oracle in `brute_force.py` agree, whatever is promised."""

from __future__ import annotations

import importlib.util
import random
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from components.placement.placing import Options
from components.placement.planning import place
from components.placement.world import World
from schemas import atlas
from schemas.atlas import Availability, Evidence, MachineOffer, Price, PriceEvidence, RoundTrip
from schemas.atlas.pricing import HOURS_PER_MONTH
from schemas.canonical import canonical_json
from schemas.errors import InfeasiblePlacementError
from schemas.loading import load_spec_text
from schemas.plan import Plan
from schemas.spec.effects import EFFECTS


def _oracle():  # type: ignore[no-untyped-def]  # tests are collected by path: there is no package to import it from
    spec = importlib.util.spec_from_file_location("brute_force", Path(__file__).with_name("brute_force.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["brute_force"] = module
    spec.loader.exec_module(module)
    return module


oracle = _oracle()

_NOT_YET = {effect.text for effect in EFFECTS}
ACTS_ON = frozenset(
    name
    for name, field in (("together", "fleets.*.survive_together"), ("margin", "fleets.*.latency.margin_percent"))
    if field not in _NOT_YET
)
"""What placement acts on of all that the oracle knows: the rest joins by itself when its effect is listed no more."""

SHORT, LONG, BATCH = 200, 10_000, 50


def spec_of(case, *, fleet: str = "fleet", turned: bool = False) -> str:  # type: ignore[no-untyped-def]
    """Return a case as a spec, which is JSON here: that is YAML too."""
    wants = case.fleet
    order = (lambda values: list(values)[::-1]) if turned else list
    said = {
        "role": wants.role, "workload": "none", "operator": wants.operator, "survive": dict.fromkeys(wants.survive, 1),
        "halt_safely": dict.fromkeys(wants.halt_safely, 1), "reports_min": wants.reports_min,
        "count": wants.count, "per_hub": wants.per_hub, "chain": "net-1" if wants.role == "validator" else None,
        "power": list(wants.power) if isinstance(wants.power, tuple) else wants.power or None,
        "latency": {
            key: value
            for key, value in (
                ("between_members_ms_max", wants.between_ms_max), ("jitter_ms_max", wants.jitter_ms_max),
                ("margin_percent", wants.margin_percent or None),
            )
            if value is not None
        },
        "near": order({"hub": hub.name, "latency_ms_max": hub.ms_max} for hub in wants.near),
        "external": order(
            {
                key: value
                for key, value in (
                    ("operator", other.operator), ("region", other.region), ("zone", other.zone),
                    ("metro", "" if other.region in oracle.REGIONS else other.metro), ("client", other.client),
                    ("power", other.power),
                )
                if value
            }
            for other in wants.elsewhere
        ),
    }  # fmt: skip
    said["survive_together"] = [list(kinds) for kinds in wants.together]
    said["placement"] = {"objective": wants.objective}
    if wants.budget_cents is not None:
        said["budget"] = {"cost_usd_per_month_max": wants.budget_cents / 100 * HOURS_PER_MONTH}
    members = {key: value for key, value in said.items() if value not in (None, {}, [])}
    return canonical_json(
        {
            "apiVersion": "geofleet/v1", "kind": "Network", "metadata": {"name": "net", "environment": "lab"},
            "chains": {"net-1": {"engine": "cometbft"}},
            "hubs": dict(order((hub.name, {"at": hub.at}) for hub in wants.near)),
            "regions": {"allow": order(case.zones)}, "fleets": {fleet: members},
        }
    )  # fmt: skip


def world_of(case) -> World:  # type: ignore[no-untyped-def]
    def figure(found: tuple[float, bool]) -> RoundTrip:
        kind = Evidence.MEASURED if found[1] else Evidence.ESTIMATED
        return RoundTrip(
            value_ms=found[0], evidence=kind, statistic="median", method="made up", date="2026-11-24", source="test"
        )

    def offers(region: str) -> tuple[MachineOffer, ...]:
        if region not in case.cents:
            return ()
        usd = case.cents[region] / 100
        price = Price(
            usd_per_hour=usd, evidence=PriceEvidence.PUBLISHED, method="made up", date="2026-11-24", source="test",
            usd_per_hour_max=usd,
        )  # fmt: skip
        return (
            MachineOffer(
                machine=f"{region.partition(':')[0]}:small", region=region, vcpu=2, memory_gib=4, local_disk_gib=0, tees=(),
                availability=Availability.KNOWN, price=price,
            ),
        )  # fmt: skip

    return World(
        version="made up", regions={name: atlas.region(name) for name in oracle.REGIONS},
        zones=lambda name: case.zones.get(name, ()),
        round_trip=lambda one, other: figure(case.trip(one, other)),
        jitter=lambda one, other: figure(case.jitter(one, other)), offers=offers,
    )  # fmt: skip


def planned(case, **how: object) -> Plan | None:  # type: ignore[no-untyped-def]
    """Return the plan of a case; None when it is refused."""
    loaded = load_spec_text(spec_of(case, **how))  # type: ignore[arg-type]
    try:
        return place(loaded.network, stack="net", spec_sha256=loaded.sha256, options=Options(world=world_of(case)))[0]
    except InfeasiblePlacementError:
        return None


def placement_of(plan: Plan):  # type: ignore[no-untyped-def]
    return tuple(sorted((host.zone, host.power) for host in plan.hosts))


def judge(seed: int) -> str:
    """Return what became of a case: `placed` or `refused`; fails where the two disagree."""
    case = oracle.made_up(random.Random(seed), ACTS_ON)
    expected, plan = oracle.solutions(case), planned(case)
    told = f"seed {seed}: {case}"
    if plan is None:
        assert not expected, f"refused, but {expected[0]} keeps every promise; {told}"
        return "refused"
    found = placement_of(plan)
    if case.fleet.count is None and len(found) > oracle.COUNT_MAX and not case.fleet.per_hub:
        assert not expected, f"{len(found)} members, {len(expected[0])} suffice; {told}"
        assert oracle.keeps_promises(case, found), f"{found} breaks a promise; {told}"
        return "placed"
    assert found in expected, f"{found} is not one of the {len(expected)} that keep every promise; {told}"
    judge_best(case, expected, found, told)
    return "placed"


def judge_best(case, expected, found, told: str) -> None:  # type: ignore[no-untyped-def]
    """Check that a placement is the best by its fleet's objective; the cheapest of those that agree as fast."""

    def cost(placed) -> int:  # type: ignore[no-untyped-def]
        return int(oracle.cents(case, placed))

    if case.fleet.objective == "cost":
        least = min(map(cost, expected))
        assert cost(found) == least, f"costs {cost(found)}, {least} is enough; {told}"
    elif case.fleet.role != "relayer" and not (case.fleet.role == "oracle" and case.fleet.near):
        times = [oracle.agreement_us(case, placed) for placed in expected]
        took = oracle.agreement_us(case, found)
        if min(times) >= oracle.NEVER:
            return  # those whose place is known are no quorum: nobody can tell how long it takes
        assert took == min(times), f"agrees in {float(took)} us, {float(min(times))} is possible; {told}"
        least = min(cost(placed) for placed, time in zip(expected, times, strict=True) if time == took)
        assert cost(found) == least, f"as fast is had for {least}, not {cost(found)}; {told}"


def test_the_oracle_and_placement_agree_on_small_fleets() -> None:
    became = [judge(seed) for seed in range(SHORT)]
    assert SHORT / 5 < became.count("placed") < SHORT * 4 / 5, "both must be tried"


@pytest.mark.soak
@pytest.mark.parametrize("first", range(0, LONG, BATCH))
def test_the_oracle_and_placement_agree_on_many_small_fleets(first: int) -> None:
    for seed in range(first, first + BATCH):
        judge(1_000_000 + seed)


def test_names_and_the_order_in_the_file_change_nothing() -> None:
    tried = 0
    for seed in range(SHORT // 2):
        case = oracle.made_up(random.Random(seed), ACTS_ON)
        plan = planned(case)
        if plan is None:
            continue
        renamed = replace(
            case.fleet, operator=f"z{case.fleet.operator}",
            near=tuple(replace(hub, name=f"a{9 - i}") for i, hub in enumerate(case.fleet.near)),
            elsewhere=tuple(replace(other, operator=f"z{other.operator}") for other in case.fleet.elsewhere),
        )  # fmt: skip
        other = planned(replace(case, fleet=renamed), fleet="another", turned=True)
        assert other is not None, f"seed {seed}"
        assert [host.zone for host in other.hosts] == [host.zone for host in plan.hosts], f"seed {seed}"
        tried += 1
    assert tried > SHORT // 10


def relaxed(chance: random.Random, case):  # type: ignore[no-untyped-def]
    """Return a case that asks for less, in one way."""
    fleet = case.fleet
    ways = [replace(fleet, margin_percent=0), replace(fleet, budget_cents=None), replace(fleet, together=())]
    ways += [replace(fleet, survive=tuple(kind for kind in fleet.survive if kind != left)) for left in fleet.survive]
    ways += [replace(fleet, halt_safely=()), replace(fleet, between_ms_max=None), replace(fleet, jitter_ms_max=None)]
    ways += [replace(fleet, near=tuple(replace(hub, ms_max=hub.ms_max + 15) for hub in fleet.near))]
    if fleet.between_ms_max is not None:
        ways.append(replace(fleet, between_ms_max=fleet.between_ms_max + 20))
    return replace(case, fleet=chance.choice([way for way in ways if way != fleet] or [fleet]))


def judge_relaxing(seed: int) -> bool:
    """Check that asking for less never costs more where cost is the objective; return whether it was tried."""
    chance = random.Random(seed)
    case = oracle.made_up(chance, ACTS_ON)
    case = replace(case, fleet=replace(case.fleet, objective="cost"))
    if case.fleet.count is None or (before := planned(case)) is None:
        return False
    easier = relaxed(chance, case)
    after = planned(easier)
    assert after is not None, f"seed {seed}: refused when less is asked: {easier}"
    cost, least = (oracle.cents(case, placement_of(plan)) for plan in (before, after))
    assert least <= cost, f"seed {seed}: {least} is more than {cost} though less is asked: {easier}"
    return True


def test_relaxing_a_limit_never_raises_the_cost() -> None:
    assert sum(judge_relaxing(seed) for seed in range(SHORT, 2 * SHORT)) > SHORT / 8


@pytest.mark.soak
@pytest.mark.parametrize("first", range(0, LONG // 4, BATCH))
def test_relaxing_a_limit_never_raises_the_cost_of_many_fleets(first: int) -> None:
    for seed in range(first, first + BATCH):
        judge_relaxing(2_000_000 + seed)
