"""What can be lost of a fleet, and what is no loss of its own."""

from __future__ import annotations

from dataclasses import replace

from operations.losses import named_losses, single_losses
from operations.simulating import fleets_of
from schemas.simulation import LostKind


def test_every_kind_of_domain_and_every_host_can_be_lost(make_plan) -> None:
    [fleet] = fleets_of(make_plan(validators="aws:euc1-az1@ana aws:use1-az1@ben"))
    found = [(loss.kind, loss.domains[0].name, sorted(loss.members)) for loss in single_losses(fleet)]
    assert found == [
        (LostKind.HOST, "validators-1", ["validators-1"]),
        (LostKind.HOST, "validators-2", ["validators-2"]),
        (LostKind.ZONE, "aws:euc1-az1", ["validators-1"]),
        (LostKind.ZONE, "aws:use1-az1", ["validators-2"]),
        (LostKind.REGION, "aws:eu-central-1", ["validators-1"]),
        (LostKind.REGION, "aws:us-east-1", ["validators-2"]),
        (LostKind.METRO, "frankfurt", ["validators-1"]),
        (LostKind.METRO, "virginia", ["validators-2"]),
        (LostKind.PROVIDER, "aws", ["validators-1", "validators-2"]),
        (LostKind.OPERATOR, "ana", ["validators-1"]),
        (LostKind.OPERATOR, "ben", ["validators-2"]),
        (LostKind.CLIENT, "cometbft", ["validators-1", "validators-2"]),
    ]


def test_no_client_can_fail_where_none_runs(make_plan) -> None:
    [fleet] = fleets_of(make_plan(oracles="aws:euc1-az1 aws:use1-az1"))
    assert LostKind.CLIENT not in {loss.kind for loss in single_losses(fleet)}


def test_a_shared_signer_is_lost_as_one(make_plan) -> None:
    plan = make_plan(validators="aws:euc1-az1 aws:use1-az1 aws:usw2-az1")
    shared = tuple(replace(host, signer_group="s" if host.host != "validators-3" else "") for host in plan.hosts)
    [fleet] = fleets_of(replace(plan, hosts=shared))
    groups = [sorted(loss.members) for loss in single_losses(fleet) if loss.kind is LostKind.SIGNER_GROUP]
    assert ["validators-1", "validators-2"] in groups


def test_a_domain_inside_another_makes_no_pair_with_it(make_plan) -> None:
    [fleet] = fleets_of(make_plan(oracles="aws:euc1-az1 aws:use1-az1 gcp:us-east4-a"))
    pairs = named_losses(single_losses(fleet), [(LostKind.ZONE, LostKind.PROVIDER)], "oracles")
    assert sorted(tuple(domain.name for domain in pair.domains) for pair in pairs) == [
        ("aws:euc1-az1", "gcp"), ("aws:use1-az1", "gcp"), ("gcp:us-east4-a", "aws"),
    ]  # fmt: skip
