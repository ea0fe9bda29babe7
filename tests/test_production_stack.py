"""The production and staging stacks keep what they say: checked by hand once, and here for ever."""

from __future__ import annotations

import pytest

from operations.planning import planned
from schemas.plan import Plan
from schemas.roles import Role
from stacks.stack import stack_files

STACKS = ("production", "staging")


@pytest.fixture(scope="module", params=STACKS)
def plan(request: pytest.FixtureRequest) -> Plan:
    found = planned(stack_files(request.param))
    assert found.locked, f"the lock of {request.param} does not fit its spec: geofleet plan {request.param} --write"
    return found.plan


def test_it_is_in_two_clouds_and_seven_regions_at_least_with_all_four_fleets(plan: Plan) -> None:
    assert {region.region.partition(":")[0] for region in plan.regions} == {"aws", "gcp"}
    assert len(plan.regions) >= 7
    assert {Role.VALIDATOR, Role.SEQUENCER, Role.RELAYER, Role.ORACLE} <= {fleet.role for fleet in plan.fleets}


def test_any_region_may_be_lost(plan: Plan) -> None:
    for region in {host.region for host in plan.hosts}:
        left = [host for host in plan.hosts if host.region != region]
        power = sum(host.power for host in left)
        assert 3 * power > 2 * sum(host.power for host in plan.hosts), f"without {region} no block is made"
        sequencers = [host for host in plan.hosts if host.role is Role.SEQUENCER]
        assert 2 * sum(host.role is Role.SEQUENCER for host in left) > len(sequencers), f"without {region} nobody leads"
        assert sum(host.role is Role.ORACLE for host in left) >= 3, f"without {region} too few report"
        assert any(host.role is Role.RELAYER for host in left), f"without {region} nothing is relayed"


def test_without_a_cloud_the_chain_halts_and_never_forks(plan: Plan) -> None:
    power = sum(host.power for host in plan.hosts)
    for provider in ("aws", "gcp"):
        held = sum(host.power for host in plan.hosts if host.provider == provider)
        assert 3 * held <= 2 * power, f"{provider} alone finalises blocks"
        assert any(host.provider != provider and host.role is Role.RELAYER for host in plan.hosts)


def test_validators_are_on_confidential_machines_that_their_region_sells(plan: Plan) -> None:
    validators = [host for host in plan.hosts if host.role is Role.VALIDATOR]
    assert {host.confidential for host in validators} <= {"sev_snp", "tdx"}
    # Amazon sells SEV-SNP in Ohio and Ireland only (EC2 user guide, AMD SEV-SNP).
    assert {host.region for host in validators if host.provider == "aws"} <= {"aws:us-east-2", "aws:eu-west-1"}
