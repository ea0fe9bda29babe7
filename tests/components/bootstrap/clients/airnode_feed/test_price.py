"""What an oracle decides, tried in the Node.js that this machine has: the very file that hosts run."""

from __future__ import annotations

import json
import subprocess
from importlib.resources import as_file, files
from typing import Any

import pytest

NOW_S = 1_000
PAIR = {
    "pair": "ETH-USD", "sources_min": 3, "deviation_bps": 50, "heartbeat_s": 60, "age_s_max": 20,
    "outlier_rule": "basis_points", "outlier_limit": 100,
}  # fmt: skip


def run(function: str, *arguments: Any) -> Any:
    with as_file(files("components.bootstrap.clients.airnode_feed").joinpath("oracle_price.mjs")) as path:
        script = (
            f"import * as price from {json.dumps(path.as_uri())};"
            f"console.log(JSON.stringify(price.{function}(...JSON.parse(process.argv[1]))));"
        )
        done = subprocess.run(
            ["node", "--input-type=module", "-e", script, json.dumps(arguments)],
            capture_output=True, text=True, check=True, timeout=60,
        )  # fmt: skip
    return json.loads(done.stdout)


def quotes(*prices: float | None, age_s: float = 1, still_s: float = 1) -> list[dict[str, Any]]:
    said = [
        {"source": f"s{n}", "price": price, "signedAt": NOW_S - age_s, "changedAt": NOW_S - still_s}
        for n, price in enumerate(prices)
    ]
    return [quote if quote["price"] is not None else {"source": quote["source"]} for quote in said]


def test_the_price_is_the_median_of_honest_sources() -> None:
    found = run("decide", PAIR, quotes(100, 101, 100.5, 100.2), NOW_S)
    assert (found["price"], found["used"], found["left"]) == (100.35, ["s0", "s1", "s2", "s3"], {})


@pytest.mark.parametrize("lies", [(105, 108), (95, 92), (105, 95), (1e-9, 1e12)])
def test_two_liars_of_five_change_nothing(lies: tuple[float, float]) -> None:
    found = run("decide", PAIR, quotes(100, 100.1, 100.2, *lies), NOW_S)
    assert found["price"] == 100.1
    assert found["left"] == {"s3": "is an outlier", "s4": "is an outlier"}


def test_by_standard_deviations_two_liars_of_five_do_not_move_the_median_beyond_the_honest() -> None:
    pair = {**PAIR, "outlier_rule": "deviations", "outlier_limit": 1.5}
    assert 100 <= run("decide", pair, quotes(100, 100.1, 100.2, 105, 108), NOW_S)["price"] <= 100.2


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (quotes(100, 100, None, None, None), "has said nothing"),
        (quotes(100, 100.1, 100.2, age_s=21), "is 21 s old"),
        (quotes(100, 100.1, 100.2, still_s=21), "has not moved for 21 s"),
        (quotes(100, 103, 106), "is an outlier"),
        (quotes(0, -1, 100), "has said nothing"),
    ],
    ids=["silent", "old", "frozen", "apart", "no price"],
)
def test_with_too_few_sources_there_is_no_price(given: list[dict[str, Any]], reason: str) -> None:
    found = run("decide", PAIR, given, NOW_S)
    assert found["price"] is None
    assert found["reason"] == f"{len(found['used'])} sources of 3 that are needed"
    assert reason in found["left"].values()


def test_a_source_counts_until_its_age_is_over() -> None:
    assert run("decide", PAIR, quotes(100, 100, 100, age_s=20, still_s=20), NOW_S)["price"] == 100


@pytest.mark.parametrize(
    ("price", "reported", "due"),
    [
        (100, None, True),
        (100, {"value": 0, "at": 0}, True),
        (100.49, {"value": 100, "at": NOW_S - 47}, False),
        (100.51, {"value": 100, "at": NOW_S - 1}, True),
        (99.49, {"value": 100, "at": NOW_S - 1}, True),
        (100, {"value": 100, "at": NOW_S - 48}, True),
    ],
)
def test_a_report_is_due_at_first_after_a_deviation_and_before_the_heartbeat_ends(
    price: float, reported: dict[str, float] | None, due: bool
) -> None:
    assert run("isDue", PAIR, price, reported, NOW_S) is due
