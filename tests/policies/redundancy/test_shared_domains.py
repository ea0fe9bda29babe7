"""Domains that are not places: operators (RED005), clients (RED006), signers (RED007); and members that others run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from policies.fleet_view import view_of
from policies.redundancy import (
    client_survival,
    fleet_size,
    halt_safely,
    operator_survival,
    provider_share,
    provider_survival,
    region_survival,
    signer_survival,
    zone_survival,
)
from schemas.facts import HostFacts
from schemas.plan import ExternalMember
from schemas.roles import Role

Make = Callable[..., Any]
FOUR = ("aws:euc1-az1", "aws:euw1-az1", "gcp:europe-west3-a", "gcp:europe-west1-b")


def told(made: list[HostFacts], key: str, *values: str) -> list[HostFacts]:
    """Return hosts of which each has one of the values, in turn."""
    return [replace(host, **{key: values[n % len(values)]}) for n, host in enumerate(made)]


def other(number: int, **given: Any) -> ExternalMember:
    known = {
        "name": f"external-{number}", "operator": f"op-{number}", "region": "hetzner:fsn1", "zone": "hetzner:fsn1-a",
        "metro": "falkenstein", "client": "other", "power": 10,
    }  # fmt: skip
    return ExternalMember(**{**known, **given})


@pytest.mark.parametrize(
    ("rule", "key", "word"),
    [
        (operator_survival, "operator", "operator"),
        (client_survival, "client", "client"),
        (signer_survival, "signer_group", "signer group"),
    ],
)
def test_one_that_holds_a_third_of_the_power_is_named(
    hosts: Make, findings: Make, rule: Any, key: str, word: str
) -> None:
    made = hosts(*FOUR, survive=(key,))
    assert findings(rule, told(made, key, "a", "b", "c", "d")) == []
    [found] = findings(rule, told(made, key, "a", "b", "c"))
    assert (found.rule_id, found.message) == (rule.RULE.id, f"does not survive the loss of one {word}")
    assert found.counter_example == (
        "losing a leaves 50.0 % of voting power; more than 66.7 % is needed (lost: validators-1, validators-4)"
    )
    assert found.remedy == (f"Keep at most 1 of the 4 members in one {word}: that takes at least 4 {word}s.")


def test_a_host_without_signer_group_has_a_signer_of_its_own(hosts: Make, findings: Make) -> None:
    assert findings(signer_survival, hosts(*FOUR, survive=("signer_group",))) == []


def test_a_fleet_that_does_not_promise_it_is_not_judged(hosts: Make) -> None:
    for rule in (operator_survival, client_survival, signer_survival):
        assert list(rule.check(view_of(hosts(*FOUR, survive=("zone",))))) == []


def test_members_of_others_make_each_cloud_small_enough_to_be_lost(hosts: Make, findings: Make) -> None:
    made = hosts(*FOUR, survive=("provider",))
    [found] = findings(provider_survival, made)
    assert "losing aws leaves 50.0 % of voting power" in found.counter_example
    others = tuple(other(n) for n in (1, 2, 3))
    assert findings(provider_survival, hosts(*FOUR, survive=("provider",), external=others)) != []
    spread = (*others[:2], other(3, region="ovh:gra9", zone="", metro="gravelines"))
    assert findings(provider_survival, hosts(*FOUR, survive=("provider",), external=spread)) == []


def test_a_member_of_others_in_our_region_is_lost_with_it(hosts: Make, findings: Make) -> None:
    there = (other(1, region="aws:eu-central-1", zone="", metro="frankfurt"),)
    [found] = findings(region_survival, hosts(*FOUR, survive=("region",), external=there))
    assert found.counter_example == (
        "losing aws:eu-central-1 leaves 60.0 % of voting power; more than 66.7 % is needed "
        "(lost: external-1, validators-1)"
    )
    # Its zone is not known, so it may be in the one that we use.
    [found] = findings(zone_survival, hosts(*FOUR, survive=("zone",), external=there))
    assert "losing aws:euc1-az1 leaves 60.0 %" in found.counter_example
    known = (replace(there[0], zone="aws:euc1-az2"),)
    assert findings(zone_survival, hosts(*FOUR, survive=("zone",), external=known)) == []


def test_what_others_hold_alone_can_be_too_much(hosts: Make, findings: Make) -> None:
    [found] = findings(operator_survival, told(
        hosts(*FOUR, survive=("operator",), external=(other(1, operator="giant", power=40),)), "operator", *"abcd",
    ))  # fmt: skip
    assert found.counter_example == (
        "losing giant leaves 50.0 % of voting power; more than 66.7 % is needed (lost: external-1)"
    )
    [found] = findings(halt_safely, hosts(*FOUR, halt_safely=("provider",), external=(other(1, power=100),)))
    assert "hetzner alone holds 71.4 % of voting power" in found.counter_example


def test_members_of_others_count_in_the_size_and_in_the_share_of_a_cloud(hosts: Make, findings: Make) -> None:
    three = hosts(*FOUR[:3], survive=("region",))
    assert [found.rule_id for found in findings(fleet_size, three)] == ["RED020"]
    assert findings(fleet_size, hosts(*FOUR[:3], survive=("region",), external=(other(1),))) == []
    [found] = findings(provider_share, hosts(*FOUR[:2], *FOUR[:2]))
    assert "aws holds 100.0 % of voting power" in found.message
    assert findings(provider_share, hosts(*FOUR[:2], *FOUR[:2], external=(other(1), other(2)))) == []


def test_voters_of_others_count_one_each(hosts: Make, findings: Make) -> None:
    options = {"role": Role.SEQUENCER, "fleet": "sequencers", "survive": ("region",)}
    there = tuple(other(n, region="aws:eu-central-1", zone="", power=0) for n in (1, 2))
    made = hosts(*FOUR[:3], **options)
    assert findings(region_survival, made) == []
    [found] = findings(region_survival, hosts(*FOUR[:3], external=there, **options))
    assert found.counter_example == (
        "losing aws:eu-central-1 leaves 2 of 5 members; at least 3 are needed "
        "(lost: external-1, external-2, sequencers-1)"
    )
