"""How sources become addresses: each exchange's own form, and the same below its name in the lab."""

from __future__ import annotations

import json

import pytest

from schemas.exchanges import EXCHANGES, PRICE, question
from schemas.feeding import Feeding, PairPlan, stand_in_answers


@pytest.mark.parametrize(
    ("source", "pair", "url", "answer"),
    [
        ("coinbase", "ETH-USD", "https://api.coinbase.com/v2/prices/ETH-USD/spot", {"data": {"amount": PRICE}}),
        (
            "kraken", "BTC-USD", "https://api.kraken.com/0/public/Ticker?pair=XBTUSD",
            {"result": {"XXBTZUSD": {"c": [PRICE]}}},
        ),
        (
            "kraken", "ATOM-USD", "https://api.kraken.com/0/public/Ticker?pair=ATOMUSD",
            {"result": {"ATOMUSD": {"c": [PRICE]}}},
        ),
        ("binance", "ETH-USD", "https://api.binance.com/api/v3/ticker/price?symbol=ETHUSDT", {"price": PRICE}),
        ("binance", "ETH-EUR", "https://api.binance.com/api/v3/ticker/price?symbol=ETHEUR", {"price": PRICE}),
        ("okx", "ETH-USD", "https://www.okx.com/api/v5/market/ticker?instId=ETH-USD", {"data": [{"last": PRICE}]}),
        ("bitfinex", "ETH-USD", "https://api-pub.bitfinex.com/v2/ticker/tETHUSD", [None] * 6 + [PRICE]),
    ],
)  # fmt: skip
def test_a_source_is_asked_at_its_own_address_and_answers_in_its_own_form(
    source: str, pair: str, url: str, answer: object
) -> None:
    asked = question(source, pair)
    assert (asked.url, asked.sample_answer()) == (url, answer)
    assert asked.stand_in_target == f"/{source}{asked.target}"


def test_every_exchange_is_asked_over_tls() -> None:
    assert all(exchange.origin.startswith("https://") for exchange in EXCHANGES.values())


def test_a_pair_that_two_fleets_report_is_played_once() -> None:
    pair = PairPlan(
        pair="ETH-USD", sources=("coinbase", "okx"), sources_min=2, deviation_bps=50, heartbeat_s=60, age_s_max=60,
        outlier_rule="none", outlier_limit=None,
    )  # fmt: skip
    feeding = Feeding(pairs=(pair,))
    answers = stand_in_answers([feeding, feeding])
    assert {json.loads(text)["source"] for text in answers.values()} == {"coinbase", "okx"}
    assert len(answers) == 2
