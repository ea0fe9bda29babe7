from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from policies.redundancy import signer_shares
from schemas.terms import SignerTerms

Make = Callable[..., Any]


def judged(told: Make, view: Make, hosts: Make, threshold: int, shares: int, *survive: str) -> Any:
    signer = SignerTerms(threshold=threshold, shares=shares, survive=survive, to_validator_ms_max=30, timeout_ms=1000)
    return told(signer_shares, view(hosts("aws:euc1-az1"), terms={"validators": {"signer": signer}}))


@pytest.mark.parametrize(("threshold", "shares", "most"), [(2, 3, 1), (3, 5, 2), (4, 5, 1), (4, 7, 3)])
def test_more_than_half_passes_with_what_a_domain_may_hold(
    hosts: Make, view: Make, told: Make, threshold: int, shares: int, most: int
) -> None:
    assert judged(told, view, hosts, threshold, shares, "zone", "region") == [
        ("passed", "validators", f"{threshold} of {shares} shares sign; a domain may hold {most}")
    ]


def test_half_of_the_shares_is_refused(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, 2, 4) == [
        ("critical", "validators", "2 of 4 shares sign | 2 others are enough to sign the other block")
    ]


def test_all_shares_are_refused(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, 3, 3, "provider") == [
        ("critical", "validators", "3 of 3 shares sign | losing one share stops signing")
    ]


def test_no_threshold_survives_one_of_two_providers(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, 3, 5, "region", "provider") == [
        ("critical", "validators", ("3 of 5 shares sign | losing a provider takes 3 of them with 2 shares at most; there "
         "are 2"))
    ]  # fmt: skip


def test_the_fewer_may_be_lost_the_more_domains_it_takes(hosts: Make, view: Make, told: Make) -> None:
    [(level, _, message)] = judged(told, view, hosts, 4, 5, "provider")
    assert (level, message.partition(" | ")[2]) == (
        "critical",
        "losing a provider takes 5 of them with 1 shares at most; there are 2",
    )


def test_a_key_on_its_own_host_is_not_judged(hosts: Make, view: Make, told: Make) -> None:
    assert told(signer_shares, view(hosts("aws:euc1-az1"))) == []
