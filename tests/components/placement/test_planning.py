from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from components.placement.placing import Options, UnplaceableSiteError
from components.placement.planning import LockMisfitError, place, plan_from_lock
from components.placement.world import World, atlas_world
from schemas.errors import InfeasiblePlacementError
from schemas.loading import LoadedSpec, load_spec, load_spec_text
from schemas.lock import Lock
from schemas.plan import Plan
from schemas.plan_text import plan_text

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "plans"
LAB = ROOT / "stacks" / "lab.yaml"
GOOD = sorted((ROOT / "tests" / "specs" / "good").glob("*.yaml"))

VALIDATORS = """\
fleets:
  validators:
    role: validator
    chain: net-1
    workload: none
    count: {count}
    survive: {{zone: 1, region: 1}}
    halt_safely: {{provider: 1}}
"""


def fleets_of(plan: Plan) -> dict[str, list[tuple[str, str]]]:
    return {fleet.name: [(h.region, h.zone) for h in plan.hosts_of(fleet.name)] for fleet in plan.fleets}


def where(lock: Lock) -> dict[str, tuple[str, str, str]]:
    return {p.host: (p.region, p.zone, p.address) for p in lock.placements}


@pytest.mark.parametrize("path", [LAB, *GOOD], ids=lambda path: path.stem)
def test_a_plan_is_the_golden_one(path: Path) -> None:
    """`GEOFLEET_WRITE_PLANS=1 pytest tests/components/placement` writes them anew; review them as a diff."""
    loaded = load_spec(path)
    plan, _ = place(loaded.network, stack=path.stem, spec_sha256=loaded.sha256)
    golden = GOLDEN / f"{path.stem}.txt"
    if os.environ.get("GEOFLEET_WRITE_PLANS"):
        golden.write_text(plan_text(plan), encoding="utf-8")
    assert plan_text(plan) == golden.read_text(encoding="utf-8")


def test_every_golden_plan_has_a_spec() -> None:
    assert {path.stem for path in GOLDEN.glob("*.txt")} == {path.stem for path in [LAB, *GOOD]}


def test_the_lab_has_every_role_in_five_regions_with_a_pair_in_one_metro_of_two_clouds() -> None:
    loaded = load_spec(LAB)
    plan, _ = place(loaded.network, stack="lab", spec_sha256=loaded.sha256)
    assert len(plan.hosts) == 14
    assert {fleet.role.value for fleet in plan.fleets} == {"validator", "sequencer", "relayer", "oracle"}
    assert len(plan.regions) == 5
    in_virginia = {region.region for region in plan.regions if region.metro == "virginia"}
    assert in_virginia == {"aws:us-east-1", "gcp:us-east4"}
    runs = {fleet.name: fleet.client for fleet in plan.fleets}
    assert runs == {
        "validators": "simapp", "side": "simapp", "sequencers": "none", "relayers": "confio-relayer", "oracles": "none",
    }  # fmt: skip
    beside = {host.host: [node.chain for node in host.beside] for host in plan.hosts if host.beside}
    both = ["geofleet-lab", "geofleet-side"]
    assert beside == {"relayers-1": both, "relayers-2": both}


def shuffled(value: object, dice: random.Random) -> object:
    """Return YAML data with every mapping and list in another order."""
    if isinstance(value, dict):
        keys = list(value)
        dice.shuffle(keys)
        return {key: shuffled(value[key], dice) for key in keys}
    if isinstance(value, list):
        items = [shuffled(item, dice) for item in value]
        dice.shuffle(items)
        return items
    return value


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_the_file_does_not_change_a_plan(seed: int) -> None:
    loaded = load_spec(LAB)
    plan, _ = place(loaded.network, stack="lab", spec_sha256="")
    other = load_spec_text(as_yaml(shuffled(yaml.safe_load(LAB.read_text()), random.Random(seed))))
    assert place(other.network, stack="lab", spec_sha256="")[0] == plan
    assert loaded.network != other.network, "the counterexample must differ in order"


def as_yaml(value: object) -> str:
    return yaml.safe_dump(value, sort_keys=False)


def test_names_of_fleets_and_hubs_do_not_change_where_hosts_go() -> None:
    text = LAB.read_text()
    loaded = load_spec(LAB)
    plan, _ = place(loaded.network, stack="lab", spec_sha256="")
    names = {
        "validators": "zz-last",
        "sequencers": "aa-first",
        "relayers": "mm",
        "oracles": "bb",
        "side": "ss",
        "virginia": "zz",
    }
    data = yaml.safe_load(text)
    data["fleets"] = {names[name]: fleet for name, fleet in data["fleets"].items()}
    data["hubs"] = {names[name]: hub for name, hub in data["hubs"].items()}
    data["fleets"]["mm"]["near"][0]["hub"] = "zz"
    renamed, _ = place(load_spec_text(yaml.safe_dump(data)).network, stack="lab", spec_sha256="")
    assert fleets_of(renamed) == {names[name]: places for name, places in fleets_of(plan).items()}


def test_a_lock_that_fits_gives_the_same_plan_without_the_solver() -> None:
    loaded = load_spec(LAB)
    plan, lock = place(loaded.network, stack="lab", spec_sha256=loaded.sha256)
    assert plan_from_lock(loaded.network, lock, spec_sha256=loaded.sha256, stack="lab") == plan
    assert place(loaded.network, stack="lab", spec_sha256=loaded.sha256, lock=lock) == (plan, lock)


def test_importing_planning_loads_no_solver() -> None:
    code = "import sys, components.placement.planning; sys.exit('highspy' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def grown(spec, placed, five_regions: World, counts: list[int]) -> list[Lock]:
    lock, locks = None, []
    for count in counts:
        _, lock = placed(spec(VALIDATORS.format(count=count)), lock, five_regions)
        locks.append(lock)
    return locks


def test_adding_a_member_moves_no_other(spec, placed, five_regions: World) -> None:
    four, five = (where(lock) for lock in grown(spec, placed, five_regions, [4, 5]))
    assert four.items() < five.items()
    assert five.keys() - four.keys() == {"validators-5"}


def test_removing_a_member_removes_one_and_its_number_and_address_never_return(
    spec, placed, five_regions: World
) -> None:
    five, four, again = grown(spec, placed, five_regions, [5, 4, 5])
    [gone] = where(five).keys() - where(four).keys()
    assert where(four).items() < where(five).items()
    [new] = where(again).keys() - where(four).keys()
    assert new == "validators-6"
    assert gone not in where(again)
    assert where(again)[new][2] not in {place[2] for place in where(five).values()}
    assert where(again)[new][0] == where(five)[gone][0], "the only free region is the one that was left"
    assert again.subnets == five.subnets, "subnets keep their numbers"


def test_the_host_whose_loss_costs_least_leaves_the_most_remote_one(spec, placed, five_regions: World) -> None:
    # The regions stand in a row, so an end of it leaves: not the one of GCP, or AWS would hold three quarters.
    five, four = grown(spec, placed, five_regions, [5, 4])
    [gone] = where(five).keys() - where(four).keys()
    assert where(five)[gone][0] == "aws:eu-central-1"


def test_new_figures_of_the_atlas_move_no_locked_host(spec, placed, world, five_regions: World) -> None:
    four, _ = grown(spec, placed, five_regions, [4, 5])
    before = where(four)
    regions = dict.fromkeys(five_regions.regions, 3)
    unlike = world(regions, {}, version="newer")
    assert where(placed(spec(VALIDATORS.format(count=4)), None, unlike)[1]) != before, "the counterexample"
    plan, lock = placed(spec(VALIDATORS.format(count=5)), four, unlike)
    assert before.items() < where(lock).items()
    assert plan.atlas_version == lock.atlas_version == "newer"


def test_a_count_that_is_left_out_is_the_least_that_keeps_the_promises(spec, placed) -> None:
    text = VALIDATORS.replace("    count: {count}\n", "").format()
    plan, _ = placed(spec(text))
    assert len(plan.hosts) == 4
    free = text.replace("    survive: {zone: 1, region: 1}\n    halt_safely: {provider: 1}\n", "")
    assert len(placed(spec(free))[0].hosts) == 1


def test_a_count_that_is_left_out_never_shrinks_by_itself(spec, placed) -> None:
    _, lock = placed(spec(VALIDATORS.format(count=5)))
    plan, _ = placed(spec(VALIDATORS.replace("    count: {count}\n", "").format()), lock)
    assert len(plan.hosts) == 5


def test_a_host_leaves_a_region_that_is_not_allowed_any_more_and_the_others_stay(
    spec, placed, five_regions: World
) -> None:
    [four] = grown(spec, placed, five_regions, [4])
    forbidden = four.placements[0].region
    text = f'regions: {{forbid: ["{forbidden}"]}}\n' + VALIDATORS.format(count=4)
    _, lock = placed(spec(text), four, five_regions)
    left = {host: place for host, place in where(four).items() if place[0] != forbidden}
    assert left.items() < where(lock).items()
    assert where(lock).keys() - left.keys() == {"validators-5"}


def test_a_fleet_that_leaves_the_spec_leaves_its_numbers_behind(spec, placed) -> None:
    both = VALIDATORS.format(count=4) + "  spare: {role: sequencer, workload: none, count: 3}\n"
    _, lock = placed(spec(both))
    _, without = placed(spec(VALIDATORS.format(count=4)), lock)
    _, again = placed(spec(both), without)
    assert {p.host for p in again.placements if p.fleet == "spare"} == {"spare-4", "spare-5", "spare-6"}


def test_regions_without_known_zones_are_used_only_when_named_in_full(spec, placed, world) -> None:
    bare = world({"aws:il-central-1": 0}, {})
    fleet = "fleets:\n  oracles: {role: oracle, workload: none, count: 2, reports_min: 1}\n"
    plan, _ = placed(spec('regions: {allow: ["aws:il-central-1"]}\n' + fleet), world=bare)
    assert {host.zone for host in plan.hosts} == {"aws:il-central-1-unknown"}
    survives = fleet.replace("reports_min: 1", "reports_min: 1, survive: {zone: 1}")
    with pytest.raises(InfeasiblePlacementError, match="survive zone"):
        placed(spec('regions: {allow: ["aws:il-central-1"]}\n' + survives), world=bare)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"spec_sha256": "0" * 64}, "the spec has changed since the plan lock was written"),
        ({"stack": "other"}, "the plan lock is of stack 'other', not 'lab'"),
        ({"subnets": {}}, "has no subnet"),
        ({"placements": ()}, "it has no host of fleet 'oracles'"),
    ],
)
def test_a_lock_that_does_not_fit_is_refused_with_a_remedy(change: dict[str, object], message: str) -> None:
    loaded = load_spec(LAB)
    _, lock = place(loaded.network, stack="lab", spec_sha256=loaded.sha256)
    with pytest.raises(LockMisfitError) as caught:
        plan_from_lock(loaded.network, replace(lock, **change), spec_sha256=loaded.sha256, stack="lab")  # type: ignore[arg-type]
    assert message in str(caught.value)
    assert caught.value.remedy == "Write it anew: geofleet plan lab --write."


@pytest.mark.parametrize(
    ("host", "change", "message"),
    [
        ("validators-1", {"fleet": "sequencers"}, "it has 4 hosts of fleet 'sequencers', the spec wants 3"),
        ("validators-1", {"power": 99}, "validators-1 has power 99, the spec wants 10"),
        ("oracles-1", {"region": "gcp:us-east4"}, "are not the members that the spec lists"),
        ("oracles-1", {"address": "10.120.77.10"}, "oracles-1 has address 10.120.77.10, outside"),
        ("relayers-1", {"region": "aws:moon-1"}, "relayers-1 is in aws:moon-1, which is not in the atlas"),
        ("relayers-1", {"fleet": "ghosts"}, "it has hosts of fleet 'ghosts', which the spec has not"),
    ],
)
def test_an_edited_lock_is_refused_by_what_is_wrong_with_it(host: str, change: dict[str, str], message: str) -> None:
    loaded = load_spec(LAB)
    _, lock = place(loaded.network, stack="lab", spec_sha256=loaded.sha256)
    edited = tuple(replace(p, **change) if p.host == host else p for p in lock.placements)  # type: ignore[arg-type]
    with pytest.raises(LockMisfitError) as caught:
        plan_from_lock(loaded.network, replace(lock, placements=edited), spec_sha256=loaded.sha256)
    assert message in str(caught.value)


def test_another_stacks_lock_is_refused() -> None:
    loaded: LoadedSpec = load_spec(LAB)
    _, lock = place(loaded.network, stack="lab", spec_sha256=loaded.sha256)
    with pytest.raises(LockMisfitError) as caught:
        place(loaded.network, stack="prod", spec_sha256=loaded.sha256, lock=lock)
    assert str(caught.value) == "the plan lock is of stack 'lab', not 'prod'"


def test_the_lab_is_planned_in_no_time() -> None:
    loaded = load_spec(LAB)
    began = time.process_time()
    place(loaded.network, stack="lab", spec_sha256=loaded.sha256, options=Options(world=atlas_world()))
    assert time.process_time() - began < 2.0


def random_fleet(dice: random.Random) -> str:
    role = dice.choice(["validator", "sequencer", "oracle"])
    needs = {"validator": ", chain: net-1", "sequencer": "", "oracle": ", reports_min: 1"}[role]
    survive = dice.choice(["", ", survive: {zone: 1}", ", survive: {region: 1}"])
    count = dice.randrange(1, 8, 2) if role == "sequencer" else dice.randint(1, 7)
    return f"{{role: {role}, workload: none, count: {count}{needs}{survive}}}"


@pytest.mark.parametrize("seed", range(3))
def test_over_a_random_history_no_locked_host_moves_and_no_number_returns(
    seed: int, spec, placed, five_regions: World
) -> None:
    dice = random.Random(seed)
    lock: Lock | None = None
    steps = 0
    while steps < 12:
        loaded = spec("fleets:\n" + "".join(f"  f{i}: {random_fleet(dice)}\n" for i in range(dice.randint(1, 3))))
        try:
            _, new = placed(loaded, lock, five_regions)
        except InfeasiblePlacementError:
            continue
        if lock is not None:
            before, after = where(lock), where(new)
            assert all(before[host] == after[host] for host in before.keys() & after.keys())
            for fleet in loaded.network.fleets:
                old = {host for host in before if host.startswith(f"{fleet}-")}
                now = {host for host in after if host.startswith(f"{fleet}-")}
                assert len(old & now) == min(len(old), len(now)), "no host is replaced for the sake of a better place"
                assert all(int(host.rpartition("-")[2]) >= lock.next_number.get(fleet, 1) for host in now - old)
        lock = new
        steps += 1


def test_a_member_at_a_site_is_refused_at_its_place_until_placement_knows_sites(spec, placed) -> None:
    text = 'sites:\n  "equinix:ld4": {coordinates: {latitude: 51.5, longitude: -0.6}, metro: london}\n'
    fleet = 'fleets:\n  oracles: {role: oracle, workload: none, reports_min: 1, members: [{region: "equinix:ld4"}]}\n'
    with pytest.raises(UnplaceableSiteError) as caught:
        placed(spec(text + fleet))
    assert str(caught.value).endswith(
        "fleet 'oracles' has a member at 'equinix:ld4': members at sites cannot be placed yet"
    )


def test_members_that_others_run_need_not_be_near_this_fleets_hubs(spec, placed) -> None:
    fleet = (
        "fleets:\n  validators:\n    role: validator\n    chain: net-1\n    workload: none\n    count: 4\n"
        '    external: [{operator: alice, region: "aws:eu-north-1", power: 10}]\n'
        "    near: [{hub: deribit, latency_ms_max: 20}]\n"
    )
    plan, _ = placed(spec(fleet))
    assert len(plan.hosts) == 4
