from __future__ import annotations

import json
from dataclasses import replace

import pytest

from schemas.plan import (
    ExternalMember,
    Near,
    Plan,
    Promises,
    domains_with_external,
    promises_from_props,
    promises_to_props,
    whole,
)
from schemas.plan_text import plan_text
from schemas.roles import Domain

ACME = ExternalMember(
    name="external-1", operator="acme", region="hetzner:fsn1", zone="hetzner:fsn1-a", metro="falkenstein",
    client="cometbft", power=10,
)  # fmt: skip
VAGUE = ExternalMember(name="external-2", operator="beta", region="aws:eu-west-2", metro="london", power=5)

TEXT = """\
plan lab (perps, lab)
atlas 2026-11-24
chain perps-1 engine=cometbft block_time_ms=2000
fleet validators role=validator runs=cometbft 0.38.26 survive=zone,region halt_safely=provider \
between_members_ms_max=60 jitter_ms_max=2.5 near=deribit@aws:eu-west-2<=6ms reports_min=3
region aws:eu-west-2 metro=london cidr=10.120.1.0/24
region gcp:europe-west3 metro=frankfurt cidr=10.120.2.0/24
link aws:eu-west-2 gcp:europe-west3 round_trip_ms=13.5 (measured) jitter_ms=0.52 (estimated)
host validators-1 aws:eu-west-2 aws:euw2-az1 10.120.1.10 machine=2x4 disk_gib=50 power=10 \
type=unknown usd_per_month=unknown
host validators-2 gcp:europe-west3 gcp:europe-west3-a 10.120.2.10 machine=2x4 disk_gib=50 power=10 \
type=unknown usd_per_month=unknown
"""


def test_a_plan_is_one_line_per_decision(plan: Plan) -> None:
    assert plan_text(plan) == TEXT


def test_parts_of_a_plan_are_found_by_name(plan: Plan) -> None:
    assert plan.fleet("validators").quorum.value == "bft"
    assert plan.region("aws:eu-west-2").cidr == "10.120.1.0/24"
    assert [host.host for host in plan.hosts_of("validators")] == ["validators-1", "validators-2"]
    assert plan.link("gcp:europe-west3", "aws:eu-west-2") == plan.link("aws:eu-west-2", "gcp:europe-west3")
    assert plan.link("aws:eu-west-2", "aws:eu-west-2") is None


def test_the_envelope_is_plain_json(plan: Plan) -> None:
    told = json.loads(json.dumps(plan.to_json()))
    assert told["schema"] == "geofleet/plan/v1"
    assert told["fleets"][0]["role"] == "validator"


@pytest.mark.parametrize(
    "promises",
    [
        Promises(),
        Promises(survive=("zone",), reports_min=3),
        Promises(external=(ACME, VAGUE)),
        Promises(near=(Near(hub="a", at="aws:eu-west-2", latency_ms_max=6.5),), per_hub=2, jitter_ms_max=0.5),
    ],
)
def test_promises_come_back_from_properties(promises: Promises) -> None:
    props = promises_to_props(promises)
    assert json.loads(json.dumps(props)) == props, "plain values only: lists, never tuples"
    assert promises_from_props(props) == promises


def test_whole_numbers_of_external_members_are_restored() -> None:
    props = promises_to_props(Promises(external=(ACME,)))
    props["external"][0]["power"] = 10.0
    back = promises_from_props(props)
    assert back.external == (ACME,)
    assert type(back.external[0].power) is int


def test_a_plan_tells_the_members_that_others_run(plan: Plan) -> None:
    fleet = replace(plan.fleets[0], promises=Promises(external=(ACME, replace(VAGUE, power=0))))
    [line] = [line for line in plan_text(replace(plan, fleets=(fleet,))).split("\n") if line.startswith("fleet")]
    assert line.endswith("external=acme@hetzner:fsn1-a*10 external=beta@aws:eu-west-2")


@pytest.mark.parametrize(
    ("kind", "own", "found"),
    [
        (Domain.PROVIDER, {"aws": {"a"}}, {"aws": {"a", "external-2"}, "hetzner": {"external-1"}}),
        (Domain.OPERATOR, {"self": {"a"}}, {"self": {"a"}, "acme": {"external-1"}, "beta": {"external-2"}}),
        (Domain.METRO, {"paris": {"a"}}, {"paris": {"a"}, "falkenstein": {"external-1"}, "london": {"external-2"}}),
        (Domain.SIGNER_GROUP, {"a": {"a"}}, {"a": {"a"}, "external-1": {"external-1"}, "external-2": {"external-2"}}),
    ],
)
def test_members_of_others_are_in_the_domains_that_they_are_said_to_be_in(
    kind: Domain, own: dict[str, set[str]], found: dict[str, set[str]]
) -> None:
    frozen = {name: frozenset(members) for name, members in own.items()}
    told = domains_with_external(frozen, (ACME, VAGUE), kind, {})
    assert told == found
    assert list(told) == sorted(found)


def test_a_member_of_others_whose_zone_or_client_is_unknown_may_be_in_any() -> None:
    zones = {"aws:euw2-az1": frozenset("a"), "aws:euw2-az2": frozenset("b"), "aws:euw1-az1": frozenset("c")}
    region_of = {zone: "aws:eu-west-1" if "euw1" in zone else "aws:eu-west-2" for zone in zones}
    assert domains_with_external(zones, (VAGUE,), Domain.ZONE, region_of) == {
        "aws:euw1-az1": {"c"}, "aws:euw2-az1": {"a", "external-2"}, "aws:euw2-az2": {"b", "external-2"},
        "aws:eu-west-2-unknown": {"external-2"},
    }  # fmt: skip
    clients = {"cometbft": frozenset("ab"), "other": frozenset("c")}
    assert domains_with_external(clients, (VAGUE,), Domain.CLIENT, {}) == {
        "cometbft": {"a", "b", "external-2"}, "other": {"c", "external-2"}, "unknown": {"external-2"},
    }  # fmt: skip


def test_a_whole_number_is_restored_and_nothing_else_is() -> None:
    assert [whole(4.0), whole(4), whole(-1.0)] == [4, 4, -1]
    for value in (4.5, True, "4", None, float("nan")):
        with pytest.raises(ValueError, match="is not a whole number"):
            whole(value)
