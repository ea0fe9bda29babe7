"""Every failure on paper agrees with the arithmetic of survival, and with counting by hand."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import combinations, product

import pytest

from operations.latency_after import Distances
from operations.losses import pair_of_kinds, single_losses
from operations.simulating import FleetUnderLoss, fleets_of, simulate, under_loss, worst_host
from schemas import atlas
from schemas.atlas import Evidence
from schemas.commit_latency import Voter, bft_commit
from schemas.errors import UsageError
from schemas.plan import ExternalMember, HostPlan, Near, Plan, Promises
from schemas.roles import Quorum
from schemas.simulation import BrokenPromise, Case, LatencyKind, LostDomain, LostKind

FOUR = "aws:euc1-az1 aws:use1-az1 gcp:us-east4-a gcp:northamerica-northeast1-a"


def case(cases: tuple[Case, ...], *names: str) -> Case:
    [found] = [c for c in cases if tuple(domain.name for domain in c.lost) == names]
    return found


def test_four_equal_validators_go_on_without_any_one_region_and_halt_safely_without_a_cloud(make_plan) -> None:
    [fleet] = simulate(make_plan(validators=FOUR)).fleets
    region = case(fleet.singles, "aws:eu-central-1").after
    assert (region.verdict, region.left, region.needed) == (
        "goes on", "75.0 % of voting power", "more than 66.7 %",
    )  # fmt: skip
    assert (region.members_left, region.power_left) == (3, 30)
    cloud = case(fleet.singles, "gcp")
    assert (cloud.after.verdict, cloud.after.left) == ("halts safely", "50.0 % of voting power")
    assert cloud.members_lost == ("validators-3", "validators-4")
    assert cloud.after.latency is None


def test_the_worst_comes_first(make_plan) -> None:
    [fleet] = simulate(make_plan(validators=FOUR)).fleets
    verdicts = [c.after.verdict for c in fleet.singles]
    assert verdicts == sorted(verdicts, key=["halts, can fork", "halts safely", "goes on"].index)
    assert [domain.name for c in fleet.singles[:2] for domain in c.lost] == ["cometbft", "self"]


def test_what_is_lost_together_with_two_thirds_of_the_power_could_decide_alone(make_plan) -> None:
    plan = make_plan(validators=FOUR, powers={"validators-3": 50, "validators-4": 50})
    [fleet] = simulate(plan).fleets
    assert case(fleet.singles, "gcp").after.verdict == "halts, can fork"


def test_half_of_the_oracles_can_report_beside_the_other_half(make_plan) -> None:
    [fleet] = simulate(make_plan(oracles=FOUR)).fleets
    assert case(fleet.singles, "gcp").after.verdict == "goes on, can fork"


def test_an_upgrade_takes_the_host_out_that_is_missed_most(make_plan) -> None:
    [fleet] = simulate(make_plan(validators=FOUR)).fleets
    assert fleet.upgrade_host == "validators-4"
    assert fleet.upgrade.verdict == "goes on"
    assert case(fleet.singles, "validators-1").during_upgrade.verdict == "halts safely"
    assert case(fleet.singles, "validators-1").during_upgrade.power_left == 20
    assert case(fleet.singles, "validators-4").during_upgrade.power_left == 30


def test_the_heaviest_validator_is_missed_most(make_plan) -> None:
    [fleet] = simulate(make_plan(validators=FOUR, powers={"validators-2": 11})).fleets
    assert fleet.upgrade_host == "validators-2"


def test_a_lost_hub_is_told_and_the_nearest_relayer_counts(make_plan) -> None:
    near = Near(hub="virginia", at="aws:us-east-1", latency_ms_max=5.0)
    plan = make_plan(relayers="aws:use1-az1 gcp:us-east4-a", promises={"relayers": Promises(near=(near,))})
    [fleet] = simulate(plan).fleets
    lost = case(fleet.singles, "virginia").after
    assert (lost.verdict, lost.left, lost.needed) == ("halts safely", "no member near virginia", "at least 1 per hub")
    assert fleet.as_planned.latency is not None
    assert fleet.as_planned.latency.kind is LatencyKind.HUB_ROUND_TRIP
    slower = case(fleet.singles, "aws").after.latency
    assert slower is not None
    assert (slower.mean_ms, slower.worst_at, slower.evidence) == (2.574, "virginia", Evidence.MEASURED)


def test_sequencers_wait_for_the_nearest_majority(make_plan) -> None:
    [fleet] = simulate(make_plan(sequencers="aws:use1-az1 gcp:us-east4-a gcp:northamerica-northeast1-a")).fleets
    latency = fleet.as_planned.latency
    assert latency is not None
    assert (latency.kind, latency.worst_ms, latency.worst_at) == (LatencyKind.RAFT_COMMIT, 14.0, "sequencers-3")


def test_the_worst_leader_is_one_that_is_left(make_plan) -> None:
    plan = make_plan(
        validators="aws:euc1-az1 aws:euc1-az1 aws:use1-az1 aws:use1-az2 gcp:us-east4-a aws:usw2-az1 aws:usw2-az2"
    )
    [fleet] = simulate(plan).fleets
    for c in fleet.singles:
        if c.after.latency is not None:
            assert c.after.latency.worst_at not in c.members_lost
    assert case(fleet.singles, "validators-1").after.latency != case(fleet.singles, "validators-2").after.latency


def test_oracles_wait_for_as_many_reports_as_are_needed(make_plan) -> None:
    [fleet] = simulate(make_plan(oracles="aws:use1-az1 gcp:us-east4-a aws:euc1-az1")).fleets
    latency = fleet.as_planned.latency
    assert latency is not None
    assert (latency.kind, latency.worst_at) == (LatencyKind.REPORT_ROUND_TRIP, "oracles-3")
    assert latency.worst_ms == atlas.round_trip("aws:eu-central-1", "aws:us-east-1").value_ms


def test_an_estimate_among_the_round_trips_marks_the_latency(make_plan) -> None:
    [fleet] = simulate(make_plan(sequencers="aws:use1-az1 gcp:europe-west3-a gcp:us-east4-a")).fleets
    assert fleet.as_planned.latency is not None
    assert fleet.as_planned.latency.evidence is not Evidence.MEASURED


def test_a_broken_promise_names_its_rule(make_plan) -> None:
    promises = Promises(survive=("zone", "provider"), halt_safely=("provider",))
    [fleet] = simulate(make_plan(validators=FOUR, promises={"validators": promises})).fleets
    assert fleet.broken == (
        BrokenPromise(
            rule_id="RED003", promise="survive: {provider: 1}",
            lost=(LostDomain(kind=LostKind.PROVIDER, name="aws"),), left="50.0 % of voting power",
            needed="more than 66.7 %",
        ),
    )  # fmt: skip


def test_a_promise_to_halt_safely_that_a_fork_breaks_names_its_rule(make_plan) -> None:
    promises = Promises(halt_safely=("provider",))
    plan = make_plan(
        validators=FOUR, powers={"validators-3": 50, "validators-4": 50}, promises={"validators": promises}
    )  # fmt: skip
    [broken] = simulate(plan).fleets[0].broken
    assert (broken.rule_id, broken.promise, broken.lost[0].name) == ("RED010", "halt_safely: {provider: 1}", "gcp")


def test_members_that_others_run_count_in_the_quorum(make_plan) -> None:
    others = tuple(
        ExternalMember(name=f"external-{k}", operator=f"o{k}", region="aws:eu-west-2", metro="london", power=10)
        for k in (1, 2)
    )
    plan = make_plan(validators=FOUR, promises={"validators": Promises(external=others)})
    [fleet] = simulate(plan).fleets
    assert (fleet.members, fleet.power) == (6, 60)
    assert case(fleet.singles, "gcp").after.left == "66.7 % of voting power"
    assert case(fleet.singles, "o1").members_lost == ("external-1",)
    assert "counts 2 members that others run" in fleet.notes


def test_a_place_that_the_atlas_lacks_leaves_the_latency_unknown_and_says_so(make_plan) -> None:
    other = ExternalMember(name="external-1", operator="o", region="hetzner:fsn1", metro="falkenstein", power=10)
    [fleet] = simulate(make_plan(validators=FOUR, promises={"validators": Promises(external=(other,))})).fleets
    assert fleet.as_planned.latency is None
    assert fleet.notes[0] == "no latency where hetzner:fsn1 takes part: no round trip to there is known"


def test_named_pairs_lose_one_of_each_kind_and_leave_out_what_is_inside(make_plan) -> None:
    [fleet] = simulate(make_plan(validators=FOUR), pairs=[pair_of_kinds("zone+region")]).fleets
    assert fleet.pairs_tried == 12
    assert case(fleet.pairs, "aws:euc1-az1", "aws:us-east-1").after.left == "50.0 % of voting power"


def test_the_worst_pairs_are_harmless_alone(make_plan) -> None:
    [fleet] = simulate(make_plan(validators=FOUR)).fleets
    assert {c.after.verdict for c in fleet.pairs} == {"halts safely"}
    assert len(fleet.pairs) == 6
    assert all(domain.kind is LostKind.ZONE for c in fleet.pairs for domain in c.lost)


def test_what_the_spec_promises_to_survive_together_is_tried_and_named_when_broken(make_plan) -> None:
    kept = Promises(survive_together=(("zone", "zone"),))
    seven = f"{FOUR} aws:usw2-az1 aws:euw2-az1 aws:apne1-az1"
    [fleet] = simulate(make_plan(validators=seven, promises={"validators": kept})).fleets
    assert fleet.broken == ()
    [fleet] = simulate(make_plan(validators=FOUR, promises={"validators": kept})).fleets
    [broken] = fleet.broken
    assert broken.promise == "survive_together: [zone, zone]"
    assert {domain.kind for domain in broken.lost} == {LostKind.ZONE}
    assert (broken.left, broken.needed) == ("50.0 % of voting power", "more than 66.7 %")


def test_three_kinds_can_be_promised_together(make_plan) -> None:
    promised = Promises(survive_together=(("zone", "region", "metro"),))
    [fleet] = simulate(make_plan(validators=FOUR, promises={"validators": promised})).fleets
    [broken] = fleet.broken
    assert len(broken.lost) == 3


def test_what_is_no_pair_is_refused() -> None:
    for text in ("zone", "zone+planet", "zone+zone+zone"):
        with pytest.raises(UsageError) as caught:
            pair_of_kinds(text)
        assert str(caught.value) == f"'{text}' is not a pair of kinds of domain"
        assert caught.value.remedy == (
            "Join two of host, zone, region, metro, provider, operator, client, signer_group: zone+region."
        )


def test_too_many_pairs_are_refused(make_plan) -> None:
    plan = make_plan(oracles=" ".join(["aws:use1-az1"] * 150))
    with pytest.raises(UsageError) as caught:
        simulate(plan, pairs=[(LostKind.HOST, LostKind.HOST)])
    assert str(caught.value) == "host+host makes 22,500 losses of fleet 'oracles'; at most 20,000 are tried"


ZONES = [zone for region in ("aws:us-east-1", "aws:eu-central-1", "gcp:us-east4", "gcp:europe-west3", "gcp:asia-east1")
         for zone in atlas.zones(region)[:3]]  # fmt: skip
KEY = {
    LostKind.HOST: "host", LostKind.ZONE: "zone", LostKind.REGION: "region", LostKind.METRO: "metro",
    LostKind.PROVIDER: "provider", LostKind.OPERATOR: "operator", LostKind.CLIENT: "client",
}  # fmt: skip


def random_plan(chance: random.Random, make_plan) -> Plan:
    def some(count: int) -> str:
        return " ".join(f"{chance.choice(ZONES)}@{chance.choice('abc')}" for _ in range(count))

    sizes = {name: chance.randint(1, 9) for name in ("oracles", "relayers", "sequencers", "validators")}
    powers = {f"validators-{k}": chance.choice([1, 5, 10, 40]) for k in range(1, 10)}
    near = (Near(hub="h", at="aws:us-east-1", latency_ms_max=5.0),) if chance.random() < 0.5 else ()
    promises = {
        "oracles": Promises(reports_min=chance.randint(1, sizes["oracles"])), "relayers": Promises(near=near)
    }  # fmt: skip
    return make_plan(promises=promises, powers=powers, **{name: some(size) for name, size in sizes.items()})


def goes_on_by_hand(plan: Plan, fleet: str, left: list[HostPlan]) -> bool:
    """Count as design section 3 says, from the hosts alone."""
    found = plan.fleet(fleet)
    hosts = plan.hosts_of(fleet)
    if found.quorum is Quorum.BFT:
        return 3 * sum(host.power for host in left) > 2 * sum(host.power for host in hosts)
    if found.quorum is Quorum.MAJORITY:
        return 2 * len(left) > len(hosts)
    if found.quorum is Quorum.THRESHOLD:
        return len(left) >= (found.promises.reports_min or 1)
    virginia = ("aws:us-east-1", "gcp:us-east4")
    return any(host.region in virginia for host in left) if found.promises.near else bool(left)


def decides_by_hand(plan: Plan, fleet: str, lost: list[HostPlan]) -> bool:
    found = plan.fleet(fleet)
    if found.quorum is Quorum.ANY or not lost:
        return False
    return goes_on_by_hand(plan, fleet, lost)


def in_domain(host: HostPlan, domain: LostDomain) -> bool:
    return getattr(host, KEY[domain.kind]) == domain.name


def timed(c: Case) -> tuple[float, float] | None:
    return (c.after.latency.mean_ms, c.after.latency.worst_ms) if c.after.latency else None


def timed_by_hand(hosts: tuple[HostPlan, ...], left: list[HostPlan]) -> tuple[float, float] | None:
    """Return the floor of the members by their own names and places, straight from the atlas."""
    voters = [Voter(name=host.host, place=host.region, power=host.power) for host in left]
    total = sum(host.power for host in hosts)
    found = bft_commit(voters, power_total=total, round_trip_ms=lambda a, b: atlas.round_trip(a, b).value_ms)
    return (found.mean_ms, found.worst_ms) if found else None


def test_simulation_agrees_with_counting_by_hand_on_random_plans(make_plan) -> None:
    chance = random.Random(20261124)
    cases = 0
    for _ in range(120):
        plan = random_plan(chance, make_plan)
        pairs = [(LostKind.ZONE, LostKind.PROVIDER), (LostKind.REGION, LostKind.OPERATOR)]
        for fleet in simulate(plan, pairs=pairs).fleets:
            hosts = plan.hosts_of(fleet.fleet)
            expected = {(KEY[kind], getattr(host, KEY[kind])) for host in hosts for kind in KEY}
            found = {(c.lost[0].kind.value, c.lost[0].name) for c in fleet.singles}
            assert found == expected - {("client", "none")}
            for c in (*fleet.singles, *fleet.pairs):
                lost = [host for host in hosts if any(in_domain(host, domain) for domain in c.lost)]
                left = [host for host in hosts if host not in lost]
                assert set(c.members_lost) == {host.host for host in lost}
                assert c.after.goes_on is goes_on_by_hand(plan, fleet.fleet, left)
                assert c.after.forks_possible is decides_by_hand(plan, fleet.fleet, lost)
                without = [host for host in left if host.host != fleet.upgrade_host]
                assert c.during_upgrade.goes_on is goes_on_by_hand(plan, fleet.fleet, without)
                assert c.after.members_left == len(left)
                assert fleet.fleet != "validators" or timed(c) == timed_by_hand(hosts, left)
                cases += 1
    assert cases > 10_000


def test_no_pair_of_places_is_worse_than_the_worst_that_is_shown(make_plan) -> None:
    chance = random.Random(7)
    for _ in range(40):
        plan = random_plan(chance, make_plan)
        places = (LostKind.ZONE, LostKind.REGION, LostKind.METRO, LostKind.PROVIDER)
        every = simulate(plan, pairs=list(product(places, places)))
        for shown, tried in zip(simulate(plan).fleets, every.fleets, strict=True):
            harmless = {c.lost[0] for c in tried.singles if c.after.goes_on}
            bad = [c for c in tried.pairs if not c.after.goes_on and harmless.issuperset(c.lost)]
            assert bool(bad) == any(not c.after.goes_on for c in shown.pairs)


def asked(plan: Plan, fleet: str) -> FleetUnderLoss:
    [found] = [each for each in fleets_of(plan) if each.name == fleet]
    return under_loss(found, Distances(plan, atlas.PUBLISHED))


def test_no_other_host_is_missed_more_than_the_one_that_is_out(make_plan) -> None:
    chance = random.Random(11)
    for _ in range(40):
        plan = random_plan(chance, make_plan)
        found = asked(plan, "validators")
        losses = single_losses(found.fleet)
        every = frozenset(member.name for member in found.members)

        def least(host: str, found=found, losses=losses, every=every) -> int:
            stands = [
                found.standing(loss.members, out=frozenset({host})) for loss in losses if loss.members != every
            ]  # fmt: skip
            return min((standing.power_left for standing in stands), default=0)

        worst = worst_host(found, losses)
        assert least(worst) == min(least(host.host) for host in found.fleet.hosts)


def test_the_order_of_hosts_changes_nothing(make_plan) -> None:
    plan = make_plan(validators=FOUR, oracles=FOUR)
    turned = replace(plan, hosts=tuple(reversed(plan.hosts)), fleets=tuple(reversed(plan.fleets)))
    assert simulate(turned) == simulate(plan)


def test_pairs_are_counted_once(make_plan) -> None:
    [fleet] = simulate(make_plan(validators=FOUR), pairs=[pair_of_kinds("zone+zone")] * 2).fleets
    assert fleet.pairs_tried == len(list(combinations(range(4), 2)))
