"""RED001, and with it the arithmetic that RED002 to RED004 share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from policies.fleet_view import view_of
from policies.redundancy import zone_survival
from schemas.errors import AtlasError
from schemas.plan import Near
from schemas.report import Severity, Status
from schemas.roles import Role

FRANKFURT = ("aws:euc1-az1", "aws:euc1-az2", "aws:euc1-az3")
GOOGLE = ("gcp:europe-west3-a", "gcp:europe-west3-b", "gcp:europe-west3-c")
Make = Callable[..., Any]


def test_four_validators_in_four_zones_survive_losing_one(hosts: Make, findings: Make) -> None:
    assert findings(zone_survival, hosts(*FRANKFURT, GOOGLE[0], survive=("zone",))) == []


def test_passing_says_the_worst_loss_and_its_margin(hosts: Make) -> None:
    view = view_of(hosts(*FRANKFURT, GOOGLE[0], survive=("zone",)))
    [found] = zone_survival.check(view)
    assert found.status is Status.PASSED
    assert found.message == (
        "goes on without any one zone: at worst, losing aws:euc1-az1 leaves 75.0 % of voting power; "
        "more than 66.7 % is needed"
    )


def test_a_shared_zone_is_refused_by_name_with_figures_and_hosts(hosts: Make, findings: Make) -> None:
    [found] = findings(zone_survival, hosts(FRANKFURT[0], *FRANKFURT, survive=("zone",)))
    assert (found.rule_id, found.subject, found.severity) == ("RED001", "validators", Severity.CRITICAL)
    assert found.message == "does not survive the loss of one zone"
    assert found.counter_example == (
        "losing aws:euc1-az1 leaves 50.0 % of voting power; more than 66.7 % is needed "
        "(lost: validators-1, validators-2)"
    )
    assert found.remedy == "Keep at most 1 of the 4 members in one zone: that takes at least 4 zones."


def test_exactly_one_third_in_a_zone_is_too_much(hosts: Make, findings: Make) -> None:
    [found] = findings(zone_survival, hosts(*FRANKFURT, survive=("zone",)))
    assert found.counter_example.startswith("losing aws:euc1-az1 leaves 66.7 % of voting power")


def test_a_hair_under_one_third_is_kept_and_at_one_third_refused(hosts: Make, findings: Make) -> None:
    zones = (*FRANKFURT, GOOGLE[0])
    assert findings(zone_survival, hosts(*zones, powers=[333, 333, 333, 1], survive=("zone",))) == []
    [found] = findings(zone_survival, hosts(*zones, powers=[333, 333, 332, 1], survive=("zone",)))
    assert "losing aws:euc1-az1" in found.counter_example
    assert "losing aws:euc1-az2" in found.counter_example
    assert "aws:euc1-az3" not in found.counter_example


def test_uneven_power_is_told_in_power_not_in_members(hosts: Make, findings: Make) -> None:
    [found] = findings(zone_survival, hosts(*FRANKFURT, GOOGLE[0], powers=[40, 10, 10, 10], survive=("zone",)))
    assert found.remedy == "Keep less than a third of the voting power in one zone: at least 4 zones."


def test_a_fleet_that_promises_nothing_is_not_judged(hosts: Make) -> None:
    assert list(zone_survival.check(view_of(hosts(FRANKFURT[0], FRANKFURT[0])))) == []


def test_a_majority_counts_members_and_ignores_power(hosts: Make, findings: Make) -> None:
    options = {"role": Role.SEQUENCER, "fleet": "sequencers", "survive": ("zone",)}
    assert findings(zone_survival, hosts(*FRANKFURT, powers=[9, 1, 1], **options)) == []
    [found] = findings(zone_survival, hosts(FRANKFURT[0], FRANKFURT[0], FRANKFURT[1], **options))
    assert found.counter_example == (
        "losing aws:euc1-az1 leaves 1 of 3 members; at least 2 are needed (lost: sequencers-1, sequencers-2)"
    )


def test_a_threshold_needs_what_the_spec_says(hosts: Make, findings: Make) -> None:
    zones = (*FRANKFURT, FRANKFURT[0])
    options = {"role": Role.ORACLE, "fleet": "oracles", "survive": ("zone",)}
    assert findings(zone_survival, hosts(*zones, reports_min=2, **options)) == []
    [found] = findings(zone_survival, hosts(*zones, reports_min=3, **options))
    assert found.counter_example == (
        "losing aws:euc1-az1 leaves 2 of 4 members; at least 3 are needed (lost: oracles-1, oracles-4)"
    )


def test_many_fatal_domains_are_shown_three_at_a_time(hosts: Make, findings: Make) -> None:
    zones = (*FRANKFURT, *GOOGLE)
    options = {"role": Role.ORACLE, "fleet": "oracles", "survive": ("zone",), "reports_min": 6}
    [found] = findings(zone_survival, hosts(*zones, **options))
    assert found.counter_example.count("losing") == 3
    assert found.counter_example.endswith("; more of them are fatal")
    assert found.remedy == "Add members: with 6 none may be lost, with 7 one may."


def test_one_relayer_left_is_enough_without_hubs(hosts: Make, findings: Make) -> None:
    options = {"role": Role.RELAYER, "fleet": "relayers", "survive": ("zone",)}
    assert findings(zone_survival, hosts(*FRANKFURT[:2], **options)) == []
    [found] = findings(zone_survival, hosts(FRANKFURT[0], FRANKFURT[0], **options))
    assert found.counter_example.startswith("losing aws:euc1-az1 leaves 0 members; at least 1 is needed")


def test_a_light_zone_that_is_a_hubs_only_one_is_found(hosts: Make, findings: Make) -> None:
    near = (
        Near(hub="deribit", at="aws:eu-west-2", latency_ms_max=2),
        Near(hub="eurex", at="aws:eu-central-1", latency_ms_max=2),
    )
    zones = (*FRANKFURT[:2], FRANKFURT[0], "aws:euw2-az1")
    options = {"role": Role.RELAYER, "fleet": "relayers", "survive": ("zone",), "near": near}
    [found] = findings(zone_survival, hosts(*zones, **options))
    assert found.counter_example == (
        "losing aws:euw2-az1 leaves no member near deribit; at least 1 per hub is needed (lost: relayers-4)"
    )
    assert found.remedy == "Give every hub members in at least two zones."
    assert findings(zone_survival, hosts(*zones, "aws:euw2-az2", **options)) == []


def test_members_far_from_a_hub_do_not_stand_in_for_its_only_one(hosts: Make, findings: Make) -> None:
    near = (Near(hub="deribit", at="aws:eu-west-2", latency_ms_max=2),)
    options = {"role": Role.RELAYER, "fleet": "relayers", "survive": ("zone",), "near": near}
    [found] = findings(zone_survival, hosts(FRANKFURT[0], *FRANKFURT[:2], "aws:euw2-az1", **options))
    assert found.counter_example.startswith("losing aws:euw2-az1 leaves no member near deribit")


def test_a_hub_that_nobody_is_near_to_is_bare_after_any_loss(hosts: Make, findings: Make) -> None:
    near = (Near(hub="tse", at="aws:ap-northeast-1", latency_ms_max=2),)
    options = {"role": Role.RELAYER, "fleet": "relayers", "survive": ("zone",), "near": near}
    [found] = findings(zone_survival, hosts(*FRANKFURT[:2], **options))
    assert "leaves no member near tse" in found.counter_example


def test_no_voting_power_at_all_survives_nothing(hosts: Make, findings: Make) -> None:
    [found] = findings(zone_survival, hosts(*FRANKFURT, GOOGLE[0], powers=[0, 0, 0, 0], survive=("zone",)))
    assert "leaves 0.0 % of voting power" in found.counter_example


def test_a_hub_in_an_unknown_region_is_raised_not_guessed(hosts: Make, findings: Make) -> None:
    near = (Near(hub="deribit", at="aws:atlantis-1", latency_ms_max=2),)
    options = {"role": Role.RELAYER, "fleet": "relayers", "survive": ("zone",), "near": near}
    with pytest.raises(AtlasError, match="region 'aws:atlantis-1' is not in the atlas"):
        findings(zone_survival, hosts(*FRANKFURT, **options))
