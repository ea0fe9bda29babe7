"""Checks of oracles: what they serve beside the chain and the truth."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from operations.hosts import commands, oracle_checks, prices
from operations.hosts.scripts import Output
from operations.hosts.seen import HostSeen, NotApplicableError, NotReadError, PriceSeen, Seen
from schemas.inventory import InventoryPair

SUBJECT = "oracles-1 ETH-USD"
PAIR = InventoryPair(
    fleet="oracles", pair="ETH-USD", sources_min=3, deviation_bps=50, heartbeat_s=60, rpc="http://10.121.0.2:8545"
)
GOOD = PriceSeen(value=100.0, sources=("a", "b", "c"), reported=100.0, reported_at=960.0, true=100.2)


@pytest.fixture
def oracle(seen: Seen) -> Seen:
    """The recorded stack with one oracle whose price is in order."""
    facts = replace(seen.inventory.hosts[0], host="oracles-1", fleet="oracles", client="airnode-feed", chain="")
    inventory = replace(seen.inventory, hosts=(facts,), pairs=(PAIR,))
    hosts = {"oracles-1": HostSeen(outputs={commands.TIME: Output(status=0, text="1000.5\n")})}
    return Seen(inventory=inventory, hosts=hosts, prices={SUBJECT: GOOD})


def with_price(seen: Seen, price: PriceSeen) -> Seen:
    return replace(seen, prices={SUBJECT: price})


def test_an_oracle_in_order_has_no_problem(oracle: Seen) -> None:
    for check in (oracle_checks.freshness, oracle_checks.sources, oracle_checks.deviation):
        assert check(oracle, SUBJECT) == []


def test_a_price_that_is_not_served_is_told_with_its_reason(oracle: Seen) -> None:
    found = replace(GOOD, value=None, reason="0 sources of 3 that are needed")
    assert oracle_checks.freshness(with_price(oracle, found), SUBJECT) == [
        "serves no price: 0 sources of 3 that are needed"
    ]


@pytest.mark.parametrize(
    ("at", "problem"),
    [
        (0.0, "its price is not on the chain"),
        (939.0, "its report on the chain is 62 s old, allowed: 60 s"),
    ],
)
def test_a_report_that_the_chain_has_not_as_new_is_found(oracle: Seen, at: float, problem: str) -> None:
    assert oracle_checks.freshness(with_price(oracle, replace(GOOD, reported_at=at)), SUBJECT) == [problem]


def test_without_a_chain_only_what_is_served_counts(oracle: Seen) -> None:
    alone = replace(oracle, inventory=replace(oracle.inventory, pairs=(replace(PAIR, rpc=""),)))
    assert oracle_checks.freshness(with_price(alone, replace(GOOD, reported_at=0.0)), SUBJECT) == []


def test_too_few_sources_are_found(oracle: Seen) -> None:
    found = with_price(oracle, replace(GOOD, sources=("a", "b")))
    assert oracle_checks.sources(found, SUBJECT) == ["uses 2 sources, at least 3 are needed"]


def test_a_report_far_from_the_truth_is_found(oracle: Seen) -> None:
    found = with_price(oracle, replace(GOOD, reported=101.0, true=100.0))
    assert oracle_checks.deviation(found, SUBJECT) == [
        "reported 101 when it was worth 100: 100 basis points off, allowed: 50"
    ]


def test_where_nobody_knows_the_truth_there_is_nothing_to_judge(oracle: Seen) -> None:
    with pytest.raises(NotApplicableError):
        oracle_checks.deviation(with_price(oracle, replace(GOOD, true=None)), SUBJECT)


def test_what_could_not_be_read_is_no_pass(oracle: Seen) -> None:
    for seen in (with_price(oracle, PriceSeen(unread="it is away")), replace(oracle, prices={})):
        with pytest.raises(NotReadError):
            oracle_checks.freshness(seen, SUBJECT)


def test_the_chain_is_read_by_the_verifier_itself(oracle: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    state = {"contract": "0xc0", "pairs": {"ETH-USD": {"value": 7, "reason": "", "used": ["a"], "id": "0xfeed"}}}
    host = HostSeen(outputs={commands.PRICES: Output(status=0, text=json.dumps(state))})
    report = (3 * 10**18).to_bytes(32, "big") + (955).to_bytes(32, "big")
    asked = []

    def ask(url: str, body: object = None) -> object:
        asked.append((url, body))
        return {"result": "0x" + report.hex()} if body else {"prices": {"ETH-USD": 3.1}}

    monkeypatch.setattr(prices, "_ask", ask)
    found = prices.seen_prices(replace(oracle.inventory, target="lab"), {"oracles-1": host})[SUBJECT]
    assert found == PriceSeen(value=7.0, sources=("a",), reported=3.0, reported_at=955.0, true=3.1)
    [(rpc, body), (truth, _)] = asked
    assert (rpc, body["params"][0]) == (PAIR.rpc, {"to": "0xc0", "data": "0x67a7cfb7feed"})
    assert truth.endswith(":8090/truth?at=955.0")


def test_an_oracle_that_says_nothing_was_not_read(oracle: Seen) -> None:
    found = prices.seen_prices(oracle.inventory, {"oracles-1": HostSeen()})[SUBJECT]
    assert found.unread.startswith("reading 'prices' failed")


def test_an_oracle_that_has_just_started_is_given_time(oracle: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    first = {"contract": "", "pairs": {"ETH-USD": {"value": None, "reason": "nothing yet", "used": [], "id": "0xfeed"}}}
    then = {"contract": "", "pairs": {"ETH-USD": {"value": 3, "reason": "", "used": ["a"], "id": "0xfeed"}}}
    reports = iter([bytes(64), bytes(64), (3 * 10**18).to_bytes(32, "big") + (955).to_bytes(32, "big")])
    monkeypatch.setattr(prices, "_ask", lambda url, body=None: {"result": "0x" + next(reports).hex()})
    monkeypatch.setattr(prices, "_PAUSE_S", 0)
    feed = replace(oracle.facts("oracles-1"), client_version="3.3.0", beside=())
    inventory = replace(oracle.inventory, hosts=(feed,), target="cloud")
    host = HostSeen(outputs={commands.PRICES: Output(status=0, text=json.dumps(first))})
    said = iter([first, then])

    def look(*_: object) -> dict[str, Output]:
        return {commands.PRICES: Output(status=0, text=json.dumps(next(said)))}

    monkeypatch.setattr(prices, "run_all", look)
    found = prices.settled_prices(inventory, {"oracles-1": host}, lambda *_: Output(status=0, text=""))
    assert (found[SUBJECT].value, found[SUBJECT].reported_at) == (3.0, 955.0)
