"""The lab's exchanges: `python exchange_server.py --answers FILE --control FILE --address A:PORT`.

A program of its own, with nothing but the standard library, so that it starts in a moment and outlives the engine.
Every source follows one true price per pair, with a little noise of its own. Both are functions of the time, so
nothing is kept, and a price of a minute ago can be told again. What a source does wrong stands in the control file,
which is read again whenever it changes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

PRICE = "$price"
TRUTH = "/truth"

_STARTS = {"BTC": 90_000.0, "ETH": 3_000.0, "SOL": 150.0, "ATOM": 7.0}
_WAVES = ((47.0, 0.0008), (173.0, 0.0025), (611.0, 0.006), (3607.0, 0.015))
"""Periods in seconds that have no common measure, and how far each moves the price: a pair moves by 50 basis points
every few minutes."""
_NOISE_BPS = 3.0
_IDLE_S = 30


def true_price(pair: str, at_s: float) -> float:
    """Return what a pair (`ETH-USD`) is worth at a time (Unix, in seconds)."""
    base = _STARTS.get(pair.partition("-")[0], 1 + 99 * _share(pair))
    moved = sum(
        size * math.sin(2 * math.pi * (at_s / period_s + _share(f"{pair} {period_s}"))) for period_s, size in _WAVES
    )
    return base * math.exp(moved)


def source_price(source: str, pair: str, at_s: float) -> float:
    """Return what an honest source says: the true price, off by 3 basis points at most, anew every second."""
    noise_bps = _NOISE_BPS * (2 * _share(f"{source} {pair} {int(at_s)}") - 1)
    return true_price(pair, at_s) * (1 + noise_bps / 10_000)


def told_price(source: str, pair: str, at_s: float, fault: Mapping[str, Any]) -> float | None:
    """Return what a source says at a time; None when it refuses.

    Args:
        source: The source.
        pair: The pair.
        at_s: Unix time in seconds.
        fault: What it does wrong: `do`, one of lie, drift, freeze and refuse, `since` (Unix time), and `bps`: how
            far off it is, for a drift how much farther every second. Empty: nothing.
    """
    do, bps, since_s = fault.get("do"), float(fault.get("bps", 0)), float(fault.get("since", at_s))
    if do == "refuse":
        return None
    if do == "freeze":
        return source_price(source, pair, since_s)
    off_bps = {"lie": bps, "drift": bps * max(at_s - since_s, 0)}.get(str(do), 0.0)
    return source_price(source, pair, at_s) * (1 + off_bps / 10_000)


def _share(text: str) -> float:
    """Return a number from 0 to 1 that depends on a text only."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:7], "big") / 2**56


@dataclass
class Market:
    """What the server answers, and what its sources do wrong now."""

    answers: Mapping[str, Mapping[str, Any]]
    """Path and query to `source`, `pair` and `answer`: JSON with `$price` in the price's place."""
    control: Path
    """JSON: source to its fault; no file, no faults."""
    _read_at: tuple[int, int] = (0, 0)
    _faults: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def faults(self) -> Mapping[str, Mapping[str, Any]]:
        """Return source to fault, as the control file has it now."""
        try:
            found = self.control.stat()
            if (found.st_ino, found.st_mtime_ns) != self._read_at:
                self._faults = json.loads(self.control.read_text(encoding="utf-8"))
                self._read_at = (found.st_ino, found.st_mtime_ns)
        except FileNotFoundError:
            self._read_at, self._faults = (0, 0), {}
        return self._faults

    def answer(self, target: str, at_s: float) -> tuple[HTTPStatus, Any]:
        """Return what a path and query is answered with."""
        asked = urlsplit(target)
        if asked.path == TRUTH:
            return self._truth(parse_qs(asked.query), at_s)
        found = self.answers.get(target)
        if found is None:
            return HTTPStatus.NOT_FOUND, {"error": "no such market"}
        price = told_price(found["source"], found["pair"], at_s, self.faults().get(found["source"], {}))
        if price is None:
            return HTTPStatus.SERVICE_UNAVAILABLE, {"error": "try again later"}
        return HTTPStatus.OK, _filled(found["answer"], f"{price:.8g}")

    def _truth(self, query: Mapping[str, list[str]], now_s: float) -> tuple[HTTPStatus, Any]:
        try:
            at_s = float(query["at"][0]) if "at" in query else now_s
        except ValueError:
            return HTTPStatus.BAD_REQUEST, {"error": "at is Unix time in seconds"}
        pairs = sorted({found["pair"] for found in self.answers.values()})
        prices = {pair: true_price(pair, at_s) for pair in pairs}
        return HTTPStatus.OK, {"at": at_s, "prices": prices, "faults": self.faults()}


def _filled(answer: Any, price: str) -> Any:
    if isinstance(answer, dict):
        return {key: _filled(value, price) for key, value in answer.items()}
    if isinstance(answer, list):
        return [_filled(value, price) for value in answer]
    return price if answer == PRICE else answer


class ExchangeServer(ThreadingHTTPServer):
    """Answers each connection in a thread of its own."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], market: Market) -> None:
        super().__init__(address, Handler)
        self.market = market

    def server_bind(self) -> None:
        """Bind only: the base class also looks up its own name, and a network without a resolver lets it wait."""
        TCPServer.server_bind(self)


class Handler(BaseHTTPRequestHandler):
    """GET of a market, or of the truth."""

    protocol_version = "HTTP/1.1"
    server_version = "geofleet-exchanges"
    sys_version = ""
    timeout = _IDLE_S
    server: ExchangeServer

    def do_GET(self) -> None:
        """Send a price."""
        status, answer = self.server.market.answer(self.path, time.time())
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log what was refused only: oracles ask every second."""
        if code == HTTPStatus.NOT_FOUND:
            super().log_request(code, size)


def main(words: list[str]) -> None:
    """Serve until terminated."""
    parser = argparse.ArgumentParser(description="Serve a stack's exchanges.")
    parser.add_argument("--answers", type=Path, required=True)
    parser.add_argument("--control", type=Path, required=True)
    parser.add_argument("--address", required=True, help="IPv4 address and port, as 10.121.0.2:8090")
    options = parser.parse_args(words)
    host, _, port = options.address.rpartition(":")
    market = Market(answers=json.loads(options.answers.read_text(encoding="utf-8")), control=options.control)
    with ExchangeServer((host, int(port)), market) as server:
        server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1:])
