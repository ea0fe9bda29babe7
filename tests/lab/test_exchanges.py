"""The lab's exchanges: sources near one true price, in each exchange's own form, wrong exactly as they are told."""

from __future__ import annotations

import http.client
import itertools
import json
import os
import signal
import threading
import time
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from lab import exchanges
from lab.exchange_server import ExchangeServer, Market, source_price, told_price, true_price
from lab.exchanges import Fault
from lab.iproute import in_namespace
from schemas.errors import BackendError
from schemas.exchanges import EXCHANGES, question
from schemas.feeding import Feeding, PairPlan, stand_in_answers
from tests.lab.conftest import OPERATOR, Lab

NOW_S = 1_750_000_000.0
PAIR = PairPlan(
    pair="ETH-USD", sources=tuple(sorted(EXCHANGES)), sources_min=3, deviation_bps=50, heartbeat_s=60, age_s_max=20,
    outlier_rule="basis_points", outlier_limit=100,
)  # fmt: skip
ANSWERS = stand_in_answers([Feeding(pairs=(PAIR,))])


@pytest.fixture
def market(tmp_path: Path) -> Market:
    return Market(answers={target: json.loads(text) for target, text in ANSWERS.items()}, control=tmp_path / "control")


def _said(market: Market, source: str, at_s: float = NOW_S) -> float:
    """The price in a source's answer, found as oracles find it."""
    what = question(source, "ETH-USD")
    status, answer = market.answer(what.stand_in_target, at_s)
    assert status is HTTPStatus.OK
    for part in what.price_at:
        answer = answer[int(part) if part.isdigit() else part]
    return float(answer)


def _off_bps(price: float, at_s: float = NOW_S) -> float:
    return (price / true_price("ETH-USD", at_s) - 1) * 10_000


@pytest.mark.parametrize("source", sorted(EXCHANGES))
def test_an_honest_source_is_within_three_basis_points_of_the_truth(market: Market, source: str) -> None:
    assert all(abs(_off_bps(_said(market, source, NOW_S + i), NOW_S + i)) <= 3.01 for i in range(50))


def test_sources_differ_from_each_other_and_from_second_to_second() -> None:
    assert len({source_price(source, "ETH-USD", NOW_S) for source in EXCHANGES}) == len(EXCHANGES)
    assert source_price("okx", "ETH-USD", NOW_S) != source_price("okx", "ETH-USD", NOW_S + 1)


def test_the_true_price_moves_by_a_deviation_within_minutes_and_never_jumps() -> None:
    prices = [true_price("ETH-USD", NOW_S + i) for i in range(600)]
    assert max(prices) / min(prices) > 1.005
    assert max(abs(b / a - 1) for a, b in itertools.pairwise(prices)) < 0.0005


@pytest.mark.parametrize(
    ("fault", "after_s", "expected_bps"),
    [
        ({"do": "lie", "bps": 500, "since": NOW_S}, 0, 500),
        ({"do": "lie", "bps": -500, "since": NOW_S}, 9, -500),
        ({"do": "drift", "bps": 10, "since": NOW_S}, 30, 300),
        ({}, 30, 0),
    ],
)
def test_a_source_is_off_as_it_is_told(fault: dict[str, Any], after_s: float, expected_bps: float) -> None:
    price = told_price("okx", "ETH-USD", NOW_S + after_s, fault)
    assert price is not None
    assert abs(_off_bps(price, NOW_S + after_s) - expected_bps) < 3.5


def test_a_frozen_source_repeats_the_price_of_the_moment_it_froze() -> None:
    fault = {"do": "freeze", "since": NOW_S}
    told = {told_price("okx", "ETH-USD", NOW_S + after, fault) for after in (0, 1, 60, 600)}
    assert told == {source_price("okx", "ETH-USD", NOW_S)}


def test_faults_act_with_the_next_question_and_end_with_the_file(market: Market) -> None:
    market.control.write_text(json.dumps({"okx": {"do": "refuse"}}))
    target = question("okx", "ETH-USD").stand_in_target
    assert market.answer(target, NOW_S)[0] is HTTPStatus.SERVICE_UNAVAILABLE
    assert abs(_off_bps(_said(market, "kraken"))) < 3.5
    market.control.unlink()
    assert abs(_off_bps(_said(market, "okx"))) < 3.5


def test_what_is_no_market_is_not_found(market: Market) -> None:
    assert market.answer("/okx/api/v5/market/ticker?instId=DOGE-USD", NOW_S)[0] is HTTPStatus.NOT_FOUND
    assert market.answer("/truth?at=soon", NOW_S)[0] is HTTPStatus.BAD_REQUEST


def test_the_truth_of_a_former_moment_is_told_over_http(market: Market) -> None:
    server = ExchangeServer(("127.0.0.1", 0), market)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=5)
        connection.request("GET", f"/truth?at={NOW_S}")
        found = json.loads(connection.getresponse().read())
        connection.close()
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert found == {"at": NOW_S, "prices": {"ETH-USD": true_price("ETH-USD", NOW_S)}, "faults": {}}


@pytest.mark.lab
def test_hosts_ask_the_exchanges_and_the_operator_knows_the_truth(lab: Lab) -> None:
    started = exchanges.start_exchanges(lab.stack, operator_cidr=OPERATOR, answers=ANSWERS)
    assert exchanges.start_exchanges(lab.stack, operator_cidr=OPERATOR, answers=ANSWERS) == started
    assert exchanges.read_exchanges(lab.stack, operator_cidr=OPERATOR) == ANSWERS

    def ask() -> tuple[int, Any]:
        connection = http.client.HTTPConnection("10.121.0.2", exchanges.PORT, timeout=5)
        connection.request("GET", question("coinbase", "ETH-USD").stand_in_target)
        answer = connection.getresponse()
        found = answer.status, json.loads(answer.read())
        connection.close()
        return found

    status, answer = in_namespace(lab.namespace("c-1"), ask)
    true = exchanges.truth(lab.stack, operator_cidr=OPERATOR)
    assert (status, abs(float(answer["data"]["amount"]) / true.prices["ETH-USD"] - 1) < 0.001) == (200, True)
    exchanges.set_faults(lab.stack, {"coinbase": Fault(do="refuse", since=time.time())})
    assert in_namespace(lab.namespace("c-1"), ask)[0] == 503
    exchanges.set_faults(lab.stack, {})
    assert in_namespace(lab.namespace("c-1"), ask)[0] == 200
    os.kill(started.pid, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while exchanges.read_exchanges(lab.stack, operator_cidr=OPERATOR) is not None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert exchanges.read_exchanges(lab.stack, operator_cidr=OPERATOR) is None
    with pytest.raises(BackendError, match="do not tell the true price"):
        exchanges.truth(lab.stack, operator_cidr=OPERATOR)
    fewer = dict(list(ANSWERS.items())[:2])
    assert exchanges.start_exchanges(lab.stack, operator_cidr=OPERATOR, answers=fewer).pid != started.pid
    assert exchanges.read_exchanges(lab.stack, operator_cidr=OPERATOR) == fewer
    exchanges.stop_exchanges(lab.stack)
    assert exchanges.read_exchanges(lab.stack, operator_cidr=OPERATOR) is None
