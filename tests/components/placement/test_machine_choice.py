from __future__ import annotations

from dataclasses import replace

import pytest

from components.placement.machine_choice import MachineNeed, machine_in, micro_usd, need_of
from components.placement.placing import UnsoldMachineError
from components.placement.planning import place, plan_from_lock
from components.placement.world import World, atlas_world
from schemas.atlas import PUBLISHED
from schemas.errors import InfeasiblePlacementError
from schemas.plan import Plan
from schemas.spec.base import Budget
from tests.components.placement.conftest import Place, Spec

WORLD = atlas_world()
NEED = MachineNeed(vcpu=4, memory_gib=16)

RELAYERS = """\
fleets:
  relayers:
    role: relayer
    workload: none
    count: 2
    survive: {{region: 1}}
    {more}
"""
MEMBERS = """\
fleets:
  oracles:
    role: oracle
    workload: none
    reports_min: 1
    {more}
    members: [{{region: "aws:eu-west-2"}}, {{region: "aws:ap-southeast-5"}}]
"""


def test_the_cheapest_known_machine_that_fits_is_chosen_and_its_price_is_the_atlas_s() -> None:
    offer = PUBLISHED.machine_for("gcp:us-east4", vcpu=4, memory_gib=16)
    chosen = machine_in("gcp:us-east4", NEED, WORLD)
    assert (chosen.machine_type, chosen.evidence) == (offer.machine, "published")
    assert chosen.cost_usd_per_month == pytest.approx(offer.usd_per_month)


@pytest.mark.parametrize("region", ["aws:ap-southeast-5", "aws:cn-north-1"])
def test_a_region_without_prices_has_no_price_instead_of_zero(region: str) -> None:
    chosen = machine_in(region, NEED, WORLD)
    assert (chosen.machine_type, chosen.cost_usd_per_month, chosen.evidence) == ("", None, "")
    assert chosen.is_sold


def test_a_need_that_nothing_fits_has_no_price() -> None:
    chosen = machine_in("aws:us-east-1", replace(NEED, memory_gib=1_000_000), WORLD)
    assert (chosen.machine_type, chosen.cost_usd_per_month, chosen.is_sold) == ("", None, True)


def test_local_disk_is_part_of_the_need() -> None:
    with_disk = machine_in("aws:us-east-1", replace(NEED, local_disk_gib=400), WORLD)
    [offer] = [o for o in WORLD.offers("aws:us-east-1") if o.machine == with_disk.machine_type]
    assert (offer.local_disk_gib or 0) >= 400


def test_a_named_type_is_taken_instead_of_the_cheapest() -> None:
    need = replace(NEED, types={"aws": "m7i.xlarge"})
    assert machine_in("aws:us-east-1", need, WORLD).machine_type == "aws:m7i.xlarge"
    assert machine_in("gcp:us-east4", need, WORLD) == machine_in("gcp:us-east4", NEED, WORLD)


def test_a_named_type_in_a_region_without_prices_is_kept_without_a_price() -> None:
    chosen = machine_in("aws:ap-southeast-5", replace(NEED, types={"aws": "m7i.xlarge"}), WORLD)
    assert (chosen.machine_type, chosen.cost_usd_per_month, chosen.is_sold) == ("aws:m7i.xlarge", None, True)


def test_a_named_type_that_the_tables_lack_is_kept_without_a_price() -> None:
    chosen = machine_in("aws:us-east-1", replace(NEED, types={"aws": "z99.huge"}), WORLD)
    assert (chosen.machine_type, chosen.cost_usd_per_month, chosen.is_sold) == ("aws:z99.huge", None, True)


def test_a_region_that_is_known_not_to_sell_the_named_type_is_no_candidate() -> None:
    sells = {region for region in PUBLISHED.regions for o in WORLD.offers(region) if o.machine == "gcp:c3-standard-4"}
    [lacks] = sorted({r for r in PUBLISHED.regions if r.startswith("gcp:")} - sells)[:1]
    assert not machine_in(lacks, replace(NEED, types={"gcp": "c3-standard-4"}), WORLD).is_sold


def test_confidential_machines_are_of_the_kinds_that_will_do() -> None:
    need = replace(NEED, confidential="required", kinds=("tdx",))
    chosen = machine_in("gcp:us-east4", need, WORLD)
    assert chosen.machine_type.startswith("gcp:c3-standard-")
    assert chosen.confidential == "tdx"
    assert not machine_in("aws:us-east-1", need, WORLD).is_sold
    assert not machine_in("aws:ap-southeast-5", replace(need, kinds=()), WORLD).is_sold


def test_preferred_takes_a_confidential_machine_where_there_is_one_and_any_elsewhere() -> None:
    need = replace(NEED, confidential="preferred", kinds=("tdx",))
    assert machine_in("gcp:us-east4", need, WORLD).machine_type.startswith("gcp:c3-standard-")
    assert machine_in("aws:us-east-1", need, WORLD) == machine_in("aws:us-east-1", NEED, WORLD)


def test_a_whole_confidential_machine_comes_before_an_enclave_and_is_had_only_when_asked_for() -> None:
    need = replace(NEED, confidential="required")
    assert machine_in("aws:us-east-2", replace(need, kinds=("sev_snp",)), WORLD).confidential == "sev_snp"
    assert machine_in("aws:us-east-2", replace(need, kinds=("nitro",), vcpu=4), WORLD).confidential == "nitro"
    assert machine_in("aws:us-east-2", NEED, WORLD).confidential == ""


def test_a_local_signer_that_must_be_confidential_makes_its_host_so(spec: Spec) -> None:
    text = (
        "fleets:\n  validators:\n    role: validator\n    chain: net-1\n"
        "    client: {name: cometbft, version: 0.38.26}\n    signer: {kind: local, confidential: required}\n"
    )
    assert need_of(spec(text).network.fleets["validators"]).confidential == "required"


def test_a_plan_prices_every_host_and_says_what_it_does_not_know(spec: Spec, placed: Place) -> None:
    loaded = spec(MEMBERS.format(more="machine: {vcpu: 4, memory_gib: 16}"))
    plan, lock = placed(loaded)
    prices = {host.region: host.cost_usd_per_month for host in plan.hosts}
    assert prices["aws:ap-southeast-5"] is None
    [fleet, whole] = plan.costs
    assert (fleet.fleet, fleet.usd_per_month, fleet.hosts_unknown) == ("oracles", prices["aws:eu-west-2"], 1)
    assert (whole.fleet, whole.usd_per_month, whole.hosts_unknown) == ("", prices["aws:eu-west-2"], 1)
    assert plan_from_lock(loaded.network, lock, spec_sha256=loaded.sha256) == plan


def test_a_fleet_goes_only_where_what_it_insists_on_is_sold(spec: Spec, placed: Place) -> None:
    plan, _ = placed(spec(RELAYERS.format(more="confidential: required\n    confidential_kinds: [tdx]")))
    assert {host.provider for host in plan.hosts} == {"gcp"}
    assert all(host.machine_type.startswith("gcp:c3-standard-") for host in plan.hosts)


def test_what_is_sold_nowhere_is_refused_with_the_reason(spec: Spec) -> None:
    loaded = spec(
        RELAYERS.format(
            more="confidential: required\n    confidential_kinds: [sev_snp]\n    machine: {vcpu: 192, memory_gib: 1536, local_disk_gib: 65536}"
        )
    )
    with pytest.raises(InfeasiblePlacementError) as raised:
        place(loaded.network, stack="net", spec_sha256=loaded.sha256)
    assert "machine: what 'confidential' or 'machine.type' insist on is sold in 0 of" in str(raised.value)
    assert "Write 'confidential: preferred'" in (raised.value.remedy or "")


def test_a_listed_member_where_the_machine_is_not_sold_is_refused_at_its_line(spec: Spec, placed: Place) -> None:
    loaded = spec(MEMBERS.format(more="confidential: required"))
    with pytest.raises(UnsoldMachineError) as raised:
        placed(loaded)
    assert "a member in aws:ap-southeast-5: no confidential machine is known to be sold there" in str(raised.value)
    assert loaded.where("fleets", "oracles", "members", 1, "region") in str(raised.value)


def test_a_made_up_world_knows_no_price(five_regions: World, spec: Spec, placed: Place) -> None:
    plan: Plan = placed(spec(RELAYERS.format(more="").rstrip() + "\n"), world=five_regions)[0]
    assert {host.cost_usd_per_month for host in plan.hosts} == {None}


@pytest.mark.parametrize("cents", [1, 201, 203, 205, 30_660, 99_999_999])
def test_a_budget_of_exactly_the_cost_is_enough(cents: int) -> None:
    """2.01 times a million is 2009999.9999999998 in binary: rounded down it would refuse what costs 2.01."""
    assert micro_usd(Budget(cost_usd_per_month_max=cents / 100)) == cents * 10_000
    assert micro_usd(None) is None
