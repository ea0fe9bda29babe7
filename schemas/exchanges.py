"""Exchanges that prices are read from: where each answers for a pair, and where in its answer the price stands.

A pair's `sources` name these. In a cloud a host asks the exchange itself; in the lab a server on this machine
answers in the same form, below a path that begins with the exchange's name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

PRICE = "$price"
"""Stands in a sample answer where the price is."""

_KRAKEN_NAMES = {"BTC": "XBT", "DOGE": "XDG"}
_KRAKEN_OLD_ASSETS = frozenset({"ETC", "ETH", "LTC", "MLN", "REP", "XBT", "XDG", "XLM", "XMR", "XRP", "ZEC"})
_KRAKEN_OLD_CURRENCIES = frozenset({"CAD", "EUR", "GBP", "JPY", "USD"})


@dataclass(frozen=True, kw_only=True)
class Question:
    """What one exchange is asked for one pair."""

    source: str
    pair: str
    """`BASE-QUOTE`, as the spec writes it."""
    origin: str
    """Scheme and host of the exchange itself."""
    target: str
    """Path and query."""
    price_at: tuple[str, ...]
    """Keys, or positions in lists, that lead to the price in its JSON answer."""

    @property
    def url(self) -> str:
        """Return the address at the exchange itself."""
        return self.origin + self.target

    @property
    def stand_in_target(self) -> str:
        """Return the path and query at the lab's server."""
        return f"/{self.source}{self.target}"

    def sample_answer(self) -> Any:
        """Return an answer of the exchange's form, with `$price` in the price's place."""
        answer: Any = PRICE
        for part in reversed(self.price_at):
            answer = [*[None] * int(part), answer] if part.isdigit() else {part: answer}
        return answer


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One exchange's public API of prices; none needs an account."""

    origin: str
    target: Callable[[str, str], str]
    """Base and quote asset, upper case, to path and query."""
    price_at: Callable[[str, str], str]
    """Base and quote asset to where the price stands: `data.0.last`."""
    reads_dollars_as: str = "USD"
    """What it has in place of US dollars; USDT where it trades against that coin only."""


def _at(path: str) -> Callable[[str, str], str]:
    return lambda base, quote: path


def _kraken_answers(base: str, quote: str) -> str:
    """Kraken answers under its own name of the pair: old assets and old currencies have a letter before them."""
    asset = _KRAKEN_NAMES.get(base, base)
    is_old = asset in _KRAKEN_OLD_ASSETS and quote in _KRAKEN_OLD_CURRENCIES
    return f"result.X{asset}Z{quote}.c.0" if is_old else f"result.{asset}{quote}.c.0"


EXCHANGES: dict[str, Exchange] = {
    "binance": Exchange(
        origin="https://api.binance.com",
        target=lambda base, quote: f"/api/v3/ticker/price?symbol={base}{quote}",
        price_at=_at("price"),
        reads_dollars_as="USDT",
    ),
    "bitfinex": Exchange(
        origin="https://api-pub.bitfinex.com",
        target=lambda base, quote: f"/v2/ticker/t{base}{quote}",
        price_at=_at("6"),
    ),
    "bitstamp": Exchange(
        origin="https://www.bitstamp.net",
        target=lambda base, quote: f"/api/v2/ticker/{(base + quote).lower()}/",
        price_at=_at("last"),
    ),
    "bybit": Exchange(
        origin="https://api.bybit.com",
        target=lambda base, quote: f"/v5/market/tickers?category=spot&symbol={base}{quote}",
        price_at=_at("result.list.0.lastPrice"),
        reads_dollars_as="USDT",
    ),
    "coinbase": Exchange(
        origin="https://api.coinbase.com",
        target=lambda base, quote: f"/v2/prices/{base}-{quote}/spot",
        price_at=_at("data.amount"),
    ),
    "gemini": Exchange(
        origin="https://api.gemini.com",
        target=lambda base, quote: f"/v1/pubticker/{(base + quote).lower()}",
        price_at=_at("last"),
    ),
    "kraken": Exchange(
        origin="https://api.kraken.com",
        target=lambda base, quote: f"/0/public/Ticker?pair={_KRAKEN_NAMES.get(base, base)}{quote}",
        price_at=_kraken_answers,
    ),
    "kucoin": Exchange(
        origin="https://api.kucoin.com",
        target=lambda base, quote: f"/api/v1/market/orderbook/level1?symbol={base}-{quote}",
        price_at=_at("data.price"),
        reads_dollars_as="USDT",
    ),
    "okx": Exchange(
        origin="https://www.okx.com",
        target=lambda base, quote: f"/api/v5/market/ticker?instId={base}-{quote}",
        price_at=_at("data.0.last"),
    ),
}
"""Name of a source to its exchange. One that is not here is one entry, with what its documentation says."""


def question(source: str, pair: str) -> Question:
    """Return what a source is asked for a pair.

    Args:
        source: A key of `EXCHANGES`; any other is a mistake of the caller.
        pair: `BASE-QUOTE`, as `ETH-USD`.
    """
    exchange = EXCHANGES[source]
    base, _, quote = pair.partition("-")
    if quote == "USD":
        quote = exchange.reads_dollars_as
    return Question(
        source=source,
        pair=pair,
        origin=exchange.origin,
        target=exchange.target(base, quote),
        price_at=tuple(exchange.price_at(base, quote).split(".")),
    )
