"""A fleet in a program of someone's own: no `Network` around it, and the caller's options reach its hosts."""

from __future__ import annotations

import pulumi

from components.fleets.fleet import FleetArgs, ValidatorFleet
from components.hosts.aws import AwsBackend
from components.hosts.aws_settings import AwsSettings
from components.hosts.host import HostArgs
from schemas.facts import facts_of
from tests.components.hosts.building import Recorder, in_mock_engine
from tests.components.hosts.plans import ACCOUNT, AWS_ONLY

ADDRESSES: list[str] = []


def program() -> None:
    ground = pulumi.ComponentResource("example:index:Ground", "ground")
    backend = AwsBackend(AwsSettings(account=ACCOUNT))
    backend.prepare(AWS_ONLY, parent=ground)
    plan = AWS_ONLY.fleet("validators")
    hosts = tuple(
        HostArgs(plan=host, facts=facts_of(AWS_ONLY, host, {}), user_data="#cloud-config\n{}\n")
        for host in AWS_ONLY.hosts_of("validators")
    )
    args = FleetArgs(plan=plan, hosts=hosts)
    fleet = ValidatorFleet("validators", args, backend, pulumi.ResourceOptions(protect=True))
    fleet.hosts["validators-1"].address.apply(ADDRESSES.append)


def test_a_fleet_stands_alone() -> None:
    built: Recorder = in_mock_engine(program, stack="example")
    assert sorted(built.of("Instance")) == ["validators-1", "validators-2"]
    assert list(built.of("ValidatorFleet")) == ["validators"]
    assert not built.of("Network")
    assert ADDRESSES == ["10.120.1.20"]
