from __future__ import annotations

import pytest

from lab import naming
from schemas.errors import UsageError


def test_names_follow_stack_and_host() -> None:
    assert naming.wan_namespace("lab") == "gf-lab-wan"
    assert naming.container("lab", "validators-1") == "gf-lab-validators-1"
    assert naming.volume("lab", "validators-1") == "gf-lab-validators-1-data"


def test_names_alone_cannot_tell_two_stacks_apart_but_owners_can() -> None:
    assert naming.host_namespace("lab", "rehearsal-v-1") == naming.host_namespace("lab-rehearsal", "v-1")
    assert naming.owner("lab", "rehearsal-v-1") != naming.owner("lab-rehearsal", "v-1")


def test_a_link_name_is_unique_by_address_and_fits_the_kernels_15_characters() -> None:
    assert naming.host_link("10.120.254.254") == "host254-254"
    assert naming.host_link("10.120.1.11") != naming.host_link("10.120.11.1")


def test_gateway_and_operator_are_the_first_two_addresses() -> None:
    assert naming.gateway("10.120.7.0/24") == "10.120.7.1"
    assert naming.operator_address("10.121.0.0/24") == "10.121.0.2"
    assert naming.region_number("10.120.7.0/24") == naming.region_number("10.120.7.10") == 7


@pytest.mark.parametrize("name", ["", "A", "a/b", "a b", "-a", "../x", "a\n"])
def test_a_name_that_could_leave_its_place_is_refused(name: str) -> None:
    with pytest.raises(UsageError) as refused:
        naming.wan_namespace(name)
    assert str(refused.value) == f"'{name}' cannot name a stack or host"
