from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from policies.redundancy import provider_third
from schemas.plan import ExternalMember
from schemas.roles import Role

Make = Callable[..., Any]


def others(**power: int) -> tuple[ExternalMember, ...]:
    return tuple(
        ExternalMember(name=f"external-{n}", operator=f"op-{n}", region=f"{name}:one", metro=name, power=held)
        for n, (name, held) in enumerate(power.items(), start=1)
    )


@pytest.mark.parametrize(
    ("hetzner", "level", "text"),
    [
        (40, "medium", ("hetzner holds 40.0 % of voting power; less than 33.3 % goes on without it | "
         "if hetzner refuses service, the chain halts")),
        (30, "low", ("hetzner holds 33.3 % of voting power; less than 20.0 % is good practice | "
         "if hetzner refuses service, all of it goes at once")),
    ],
)  # fmt: skip
def test_a_provider_with_a_third_is_refused_and_one_with_a_fifth_advised_against(
    hosts: Make, view: Make, told: Make, hetzner: int, level: str, text: str
) -> None:
    rest = (20, 20, 10, 10) if hetzner == 40 else (20, 20, 11, 10)
    made = hosts(
        "aws:euc1-az1",
        "gcp:europe-west2-a",
        powers=rest[:2],
        external=others(hetzner=hetzner, ovh=rest[2], latitude=rest[3]),
    )
    [(found, subject, message)] = told(provider_third, view(made))
    expected = text if hetzner == 40 else text.replace("33.3", "33.0", 1)
    assert (found, subject, message) == (level, "validators", expected)


def test_exactly_a_third_is_refused_and_exactly_a_fifth_advised_against(hosts: Make, view: Make, told: Make) -> None:
    third = hosts("aws:euc1-az1", "gcp:europe-west2-a", powers=(15, 15), external=others(hetzner=20, ovh=10))
    assert [level for level, _, _ in told(provider_third, view(third))] == ["medium"]
    fifth = others(hetzner=20, ovh=20, latitude=20)
    made = hosts("aws:euc1-az1", "gcp:europe-west2-a", powers=(20, 20), external=fifth)
    assert [level for level, _, _ in told(provider_third, view(made))] == ["low"]


def test_many_providers_below_a_fifth_pass(hosts: Make, view: Make, told: Make) -> None:
    rest = others(hetzner=10, ovh=10, latitude=10, equinix=10)
    made = hosts("aws:euc1-az1", "gcp:europe-west2-a", powers=(10, 10), external=rest)
    assert told(provider_third, view(made)) == [
        ("passed", "validators", "aws holds 16.7 % of voting power; less than 20.0 % is good practice")
    ]


def test_three_providers_are_too_few_to_be_judged(hosts: Make, view: Make, told: Make) -> None:
    made = hosts("aws:euc1-az1", "gcp:europe-west2-a", external=others(hetzner=90))
    assert told(provider_third, view(made)) == []
    assert len(told(provider_third, view(made, parameters={"RED013": {"providers_min": 3}}))) == 1


def test_fleets_that_do_not_vote_by_power_are_not_judged(hosts: Make, view: Make, told: Make) -> None:
    made = hosts("aws:euc1-az1", role=Role.ORACLE, fleet="oracles", reports_min=1, external=others(a=1, b=1, c=1, d=1))
    assert told(provider_third, view(made)) == []


def test_a_platform_team_can_set_the_shares(hosts: Make, view: Make, told: Make) -> None:
    made = hosts("aws:euc1-az1", "gcp:europe-west2-a", powers=(15, 15), external=others(hetzner=20, ovh=10))
    chosen = {"RED013": {"share_max": 0.5, "share_good": 0.4}}
    assert [level for level, _, _ in told(provider_third, view(made, parameters=chosen))] == ["passed"]
