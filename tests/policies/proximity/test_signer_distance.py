from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from policies.proximity import signer_distance
from schemas.terms import ChainTerms, SignerTerms

Make = Callable[..., Any]


def judged(told: Make, view: Make, hosts: Make, to_ms: float, timeout_ms: float, **chosen: Any) -> Any:
    signer = SignerTerms(threshold=2, shares=3, to_validator_ms_max=to_ms, timeout_ms=timeout_ms)
    chain = ChainTerms(chain="perps-1", engine="cometbft", is_made_here=True, block_time_ms=1000)
    terms = {"validators": {"chain": "perps-1", "signer": signer}}
    return told(signer_distance, view(hosts("aws:euc1-az1"), terms=terms, network={"chains": (chain,)}, **chosen))


def test_a_twentieth_of_the_block_time_and_two_round_trips_pass(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, 50, 100) == [
        ("passed", "validators", "shares are within 50 ms of their validator; blocks take 1000 ms")
    ]


@pytest.mark.parametrize(
    ("to_ms", "timeout_ms", "faults"),
    [
        (51, 1000, "at most 50 is safe"),
        (50, 99, "a timeout of 99 ms is less than 100"),
        (60, 100, "at most 50 is safe; a timeout of 100 ms is less than 120"),
    ],
)
def test_far_shares_and_short_timeouts_are_told(
    hosts: Make, view: Make, told: Make, to_ms: float, timeout_ms: float, faults: str
) -> None:
    assert judged(told, view, hosts, to_ms, timeout_ms) == [
        ("medium", "validators", f"shares are within {to_ms} ms of their validator; {faults} | blocks take 1000 ms")
    ]


def test_keys_on_their_own_hosts_and_unknown_chains_are_not_judged(hosts: Make, view: Make, told: Make) -> None:
    assert told(signer_distance, view(hosts("aws:euc1-az1"))) == []
    signer = SignerTerms(threshold=2, shares=3, to_validator_ms_max=900, timeout_ms=1)
    found = view(hosts("aws:euc1-az1"), terms={"validators": {"chain": "x-1", "signer": signer}})
    assert told(signer_distance, found) == []
    chain = ChainTerms(chain="perps-1", engine="cometbft", is_made_here=True, block_time_ms=1000)
    local = view(hosts("aws:euc1-az1"), terms={"validators": {"chain": "perps-1"}}, network={"chains": (chain,)})
    assert told(signer_distance, local) == []


def test_factors_can_be_set(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, 90, 200, parameters={"PRX014": {"share_max": 0.1}})[0][0] == "passed"
    assert judged(told, view, hosts, 50, 100, parameters={"PRX014": {"timeout_round_trips_min": 3}})[0][0] == "medium"
