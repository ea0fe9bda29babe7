from __future__ import annotations

from dataclasses import replace

import pytest

from components.placement.addressing import ADDRESSES, AddressesSpentError, Numbers
from components.placement.world import World
from schemas.errors import InfeasiblePlacementError
from schemas.lock import Lock

EMPTY = Lock(stack="net", spec_sha256="", atlas_version="", subnets={}, next_number={}, next_address={}, placements=())


def test_regions_are_numbered_from_one_and_zones_take_blocks_of_their_own() -> None:
    numbers = Numbers(None)
    places = (
        ("aws:eu-west-2", "aws:euw2-az1"), ("aws:eu-west-1", "aws:euw1-az1"), ("aws:eu-west-2", "aws:euw2-az2"),
        ("aws:eu-west-2", "aws:euw2-az1"),
    )  # fmt: skip
    addresses = [numbers.new_address(region, zone) for region, zone in places]
    assert addresses == ["10.120.1.20", "10.120.2.20", "10.120.1.36", "10.120.1.21"]
    assert [numbers.new_host("oracles"), numbers.new_host("oracles")] == ["oracles-1", "oracles-2"]


def test_a_zone_whose_block_is_full_takes_another() -> None:
    numbers = Numbers(None)
    addresses = [numbers.new_address("aws:eu-west-2", "aws:euw2-az1") for _ in range(12)]
    assert addresses[-2:] == ["10.120.1.30", "10.120.1.36"]


def test_numbers_continue_where_the_lock_ends_also_for_what_is_gone() -> None:
    lock = replace(
        EMPTY, subnets={"aws:eu-west-2": 7}, next_number={"oracles": 5}, next_address={"aws:eu-west-2": 112},
        next_in_zone={"aws:euw2-az1": 103},
    )  # fmt: skip
    numbers = Numbers(lock)
    assert numbers.new_address("aws:eu-west-2", "aws:euw2-az1") == "10.120.7.103"
    assert numbers.new_address("aws:eu-west-2", "aws:euw2-az2") == "10.120.7.116"
    assert numbers.new_address("aws:eu-west-1", "aws:euw1-az1") == "10.120.8.20"
    assert numbers.new_host("oracles") == "oracles-5"


def test_a_lock_from_before_blocks_keeps_its_hosts_and_gives_new_ones_blocks() -> None:
    numbers = Numbers(replace(EMPTY, subnets={"aws:eu-west-2": 1}, next_address={"aws:eu-west-2": 13}))
    assert numbers.new_address("aws:eu-west-2", "aws:euw2-az1") == "10.120.1.20"


def test_the_last_address_is_254_and_then_none_is_left() -> None:
    lock = replace(
        EMPTY, subnets={"aws:eu-west-2": 1}, next_address={"aws:eu-west-2": 256}, next_in_zone={"aws:euw2-az1": 254}
    )
    numbers = Numbers(lock)
    assert numbers.new_address("aws:eu-west-2", "aws:euw2-az1") == "10.120.1.254"
    with pytest.raises(AddressesSpentError) as caught:
        numbers.new_address("aws:eu-west-2", "aws:euw2-az1")
    assert str(caught.value) == "aws:eu-west-2 has given away all blocks of 16 addresses in 10.120.1.0/24"


def test_what_surely_fits_allows_for_every_zones_unfinished_block() -> None:
    assert ADDRESSES == 115
    assert Numbers(replace(EMPTY, next_address={"aws:eu-west-2": 200})).addresses_left() == {"aws:eu-west-2": 0}


def test_there_are_254_subnets() -> None:
    with pytest.raises(AddressesSpentError, match=r"would be region number 255, 10\.120\.0\.0/16 has 254 subnets"):
        Numbers(replace(EMPTY, subnets={"aws:eu-west-2": 254})).new_address("aws:eu-west-1", "aws:euw1-az1")


def test_a_fleet_larger_than_a_subnet_uses_a_second_region(spec, placed, five_regions: World) -> None:
    fleet = "fleets:\n  oracles: {role: oracle, workload: none, count: 116, reports_min: 1}\n"
    plan, _ = placed(spec(fleet), None, five_regions)
    assert len(plan.regions) == 2
    assert len({host.address for host in plan.hosts}) == 116


def test_when_all_subnets_are_full_the_message_says_so(spec, placed, five_regions: World) -> None:
    fleet = "fleets:\n  oracles: {role: oracle, workload: none, count: 116, reports_min: 1}\n"
    with pytest.raises(InfeasiblePlacementError) as caught:
        placed(spec('regions: {allow: ["aws:eu-west-2"]}\n' + fleet), None, five_regions)
    assert str(caught.value) == (
        "spec.yaml:9:10: fleet 'oracles' (116 members) cannot be placed:\n"
        "  these exclude each other:\n"
        "    regions: 'allow' and 'forbid' leave 1 region of 1 provider (spec.yaml:9:10)\n"
        "    addresses: a region's subnet takes 115 hosts over its whole life, and too few are left"
    )
    assert caught.value.remedy == (
        "Allow aws:eu-west-1 under 'regions'. (Then 0.0 ms to agree.) Spread the fleets over more regions."
    )
