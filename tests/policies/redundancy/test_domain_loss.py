"""What the survival rules have in common, where one rule alone does not show it: `policies.redundancy.domain_loss`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from policies.redundancy import provider_survival, zone_survival
from schemas.roles import Role

Make = Callable[..., Any]


def test_domains_are_counted_by_members_where_votes_have_no_power(hosts: Make, findings: Make) -> None:
    zones = ("aws:euc1-az1", "aws:euw1-az1", "aws:euw1-az1")
    made = hosts(*zones, fleet="sequencers", role=Role.SEQUENCER, powers=(90, 1, 1), survive=("zone",))
    [found] = findings(zone_survival, made)
    assert found.counter_example == (
        "losing aws:euw1-az1 leaves 1 of 3 members; at least 2 are needed (lost: sequencers-2, sequencers-3)"
    )
    assert found.remedy == "Keep at most 1 of the 3 members in one zone: that takes at least 3 zones."


def test_the_least_number_of_domains_is_what_the_members_need(hosts: Make, findings: Make) -> None:
    [found] = findings(zone_survival, hosts(*["aws:euc1-az1"] * 7, survive=("zone",)))
    assert found.remedy == "Keep at most 2 of the 7 members in one zone: that takes at least 4 zones."


def test_three_clouds_are_more_than_there_are(hosts: Make, findings: Make) -> None:
    made = hosts(*["aws:euc1-az1"] * 3, fleet="sequencers", role=Role.SEQUENCER, survive=("provider",))
    [found] = findings(provider_survival, made)
    assert found.remedy == (
        "Keep at most 1 of the 3 members in one provider: that takes at least 3 providers. With two, promise "
        "'halt_safely: {provider: 1}' instead."
    )


def test_two_clouds_are_enough_for_a_threshold(hosts: Make, findings: Make) -> None:
    made = hosts(*["aws:euc1-az1"] * 4, fleet="oracles", role=Role.ORACLE, reports_min=2, survive=("provider",))
    [found] = findings(provider_survival, made)
    assert found.remedy == "Keep at most 2 of the 4 members in one provider: that takes at least 2 providers."


def test_equals_are_told_in_the_order_of_their_names(hosts: Make, findings: Make) -> None:
    made = hosts("aws:euw1-az1", "aws:euc1-az1", "aws:euw2-az1", survive=("zone",))
    [found] = findings(zone_survival, made)
    assert found.counter_example.startswith("losing aws:euc1-az1 leaves ")
