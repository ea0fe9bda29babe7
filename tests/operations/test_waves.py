from __future__ import annotations

import random
from dataclasses import replace

import pytest

from operations.latency_after import Distances
from operations.planning import files_of, planned
from operations.simulating import fleets_of, under_loss
from operations.waves import NoWaveError, Order, waves_of
from schemas.atlas import PUBLISHED
from schemas.plan import Plan


@pytest.fixture(scope="module")
def plan() -> Plan:
    return planned(files_of("lab")).plan


def validators(plan: Plan) -> list[str]:
    return [host.host for host in plan.hosts_of("validators")]


def test_four_validators_change_one_by_one_with_three_quarters_left(plan: Plan) -> None:
    found = waves_of(plan, validators(plan))
    assert [wave.hosts for wave in found] == [(host,) for host in validators(plan)]
    assert {wave.left for wave in found} == {"75.0 % of voting power"}
    assert [wave.is_canary for wave in found] == [True, False, False, False]


def test_the_leader_goes_last(plan: Plan) -> None:
    found = waves_of(plan, ["sequencers-1", "sequencers-2", "sequencers-3"], Order(last=frozenset({"sequencers-1"})))
    assert found[-1].hosts == ("sequencers-1",)


def test_only_hosts_that_change_are_in_a_wave(plan: Plan) -> None:
    assert [wave.hosts for wave in waves_of(plan, ["validators-3"])] == [("validators-3",)]
    assert waves_of(plan, []) == ()


def test_a_fleet_that_lacks_a_member_already_spares_no_other(plan: Plan) -> None:
    with pytest.raises(NoWaveError) as refused:
        waves_of(plan, ["validators-1"], Order(out=frozenset({"validators-2"})))
    assert str(refused.value) == (
        "fleet 'validators' cannot spare validators-1: 50.0 % of voting power would be left, more than 66.7 % is needed"
    )


def test_the_canary_is_alone_even_where_more_could_go(plan: Plan) -> None:
    one_zone = replace(
        plan, hosts=tuple(replace(h, zone="aws:use1-az1") if h.fleet == "oracles" else h for h in plan.hosts)
    )
    oracles = [host.host for host in plan.hosts_of("oracles")]
    found = waves_of(one_zone, oracles, Order(unavailable_max={"oracles": 2}))
    assert [len(wave.hosts) for wave in found] == [1, 2, 1]


def random_case(plan: Plan, seed: int) -> tuple[Plan, list[str], Order]:
    """A plan of the lab's shape with other sizes, zones and powers, and some of its hosts to change."""
    dice = random.Random(seed)
    hosts = []
    for fleet in ("validators", "sequencers", "oracles"):
        like = plan.hosts_of(fleet)[0]
        for number in range(1, dice.randint(3, 9) + 1):
            region = dice.choice(plan.regions)
            power = dice.randint(1, 20) if fleet == "validators" else 0
            zone = f"{region.region}-{dice.randint(1, 3)}"
            hosts.append(
                replace(like, host=f"{fleet}-{number}", region=region.region, zone=zone, power=power,
                        provider=region.region.partition(":")[0], metro=region.metro)
            )  # fmt: skip
    changed = [host.host for host in hosts if dice.random() < 0.8]
    order = Order(
        unavailable_max={fleet: dice.randint(1, 3) for fleet in ("validators", "sequencers", "oracles")},
        last=frozenset(dice.sample(changed, min(2, len(changed)))),
        out=frozenset(host.host for host in hosts if dice.random() < 0.03),
    )
    kept = tuple(fleet for fleet in plan.fleets if fleet.name != "relayers")
    return replace(plan, hosts=tuple(hosts), fleets=kept), [h for h in changed if h not in order.out], order


def violations(plan: Plan, seed: int) -> list[str]:
    """Judge the waves of one random case by the arithmetic alone."""
    made, changed, order = random_case(plan, seed)
    distances = Distances(made, PUBLISHED)
    asked = {fleet.name: under_loss(fleet, distances) for fleet in fleets_of(made)}
    try:
        waves = waves_of(made, changed, order)
    except NoWaveError:
        return []
    zone = {host.host: host.zone for host in made.hosts}
    found = []
    for wave in waves:
        out = frozenset(wave.hosts) | order.out
        if not asked[wave.fleet].standing(frozenset(), out=out).goes_on:
            found.append(f"seed {seed}: {wave} is below the quorum")
        if len({zone[host] for host in wave.hosts}) > 1:
            found.append(f"seed {seed}: {wave} takes two zones")
        if len(wave.hosts) > (1 if wave.is_canary else order.unavailable_max[wave.fleet]):
            found.append(f"seed {seed}: {wave} takes too many")
    told = [host for wave in waves for host in wave.hosts]
    return found + (
        [f"seed {seed}: {sorted(told)} are not {sorted(changed)}"] if sorted(told) != sorted(changed) else []
    )


def test_200_random_plans_never_fall_below_their_quorum(plan: Plan) -> None:
    assert [told for seed in range(200) for told in violations(plan, seed)] == []


@pytest.mark.soak
def test_10000_random_plans_never_fall_below_their_quorum(plan: Plan) -> None:
    assert [told for seed in range(10_000) for told in violations(plan, seed)] == []
