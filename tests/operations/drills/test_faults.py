import pytest

from operations.drills.faults import Faults, cut_pairs, groups
from operations.drills.ground import Ground, Target
from schemas.errors import UsageError
from schemas.loading.drill_file import Each, On
from schemas.roles import Role

FOUR = ["a", "b", "c", "d"]


def pairs(shape: str, hosts: list[str] = FOUR) -> set[str]:
    return {"".join(sorted(pair)) for pair in cut_pairs(shape, hosts)}


def test_one_is_cut_off_from_all_others() -> None:
    assert pairs("one") == {"ab", "ac", "ad"}
    assert pairs("one_way") == {"ab", "ac", "ad"}


def test_halves_do_not_hear_each_other() -> None:
    assert pairs("halves") == {"ac", "ad", "bc", "bd"}


def test_a_bridge_leaves_one_host_that_hears_both_halves() -> None:
    assert pairs("bridge") == {"ad", "bd"}
    assert groups(FOUR, {frozenset(p) for p in ("ad", "bd")}) == (frozenset(FOUR),)


def test_in_a_ring_each_hears_a_majority() -> None:
    hosts = ["a", "b", "c", "d", "e"]
    cut = pairs("majorities_ring", hosts)
    for host in hosts:
        heard = 5 - sum(host in pair for pair in cut)
        assert heard == 3


def test_groups_are_those_that_hear_each_other_directly_or_through_others() -> None:
    cut = {frozenset(pair) for pair in ("ac", "ad", "bc", "bd")}
    assert groups(FOUR, cut) == (frozenset("ab"), frozenset("cd"))
    assert groups(FOUR, set()) == (frozenset(FOUR),)


def test_what_is_foretold_is_what_simulate_says(ground: Ground) -> None:
    one = Faults(ground=ground, target=Target())
    assert one.foretold() == {"geofleet-lab": True, "geofleet-side": True}
    one.down.add("validators-1")
    assert one.foretold() == {"geofleet-lab": True, "geofleet-side": True}
    one.paused.add("validators-2")
    assert one.foretold() == {"geofleet-lab": False, "geofleet-side": True}


def test_a_cut_in_halves_is_foretold_to_halt_and_one_cut_off_is_not(ground: Ground) -> None:
    validators = [host.host for host in ground.fleet_of_role(Role.VALIDATOR)]
    faults = Faults(ground=ground, target=Target(), cut=set(cut_pairs("halves", validators)))
    assert faults.foretold() == {"geofleet-lab": False, "geofleet-side": True}
    faults.cut = set(cut_pairs("one", validators))
    assert faults.foretold() == {"geofleet-lab": True, "geofleet-side": True}


def test_a_bridge_between_halves_is_foretold_to_go_on(ground: Ground) -> None:
    validators = [host.host for host in ground.fleet_of_role(Role.VALIDATOR)]
    faults = Faults(ground=ground, target=Target(), cut=set(cut_pairs("bridge", validators)))
    assert faults.foretold() == {"geofleet-lab": True, "geofleet-side": True}


def test_targets_are_the_domains_that_hold_the_role_with_every_host_in_them(ground: Ground) -> None:
    regions = {target.name: target.hosts for target in ground.targets(Each(domain="region", role=Role.VALIDATOR))}
    assert sorted(regions) == sorted({f"region {host.region}" for host in ground.of_role(Role.VALIDATOR)})
    for name, hosts in regions.items():
        assert hosts == tuple(h.host for h in ground.plan.hosts if f"region {h.region}" == name)


def test_a_host_that_the_stack_has_not_is_named(ground: Ground) -> None:
    with pytest.raises(UsageError, match="stack 'lab' has no host validators-9"):
        ground.chosen(On(hosts=("validators-9",)), Target())


def test_half_of_the_validators_is_the_first_half(ground: Ground) -> None:
    assert ground.chosen(On(role=Role.VALIDATOR, take="half"), Target()) == ("validators-1", "validators-2")
