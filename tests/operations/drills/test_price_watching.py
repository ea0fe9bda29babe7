"""What drills claim of prices: served near the truth, or not served; what could not be asked is neither."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lab import exchanges
from lab.exchanges import Fault
from operations.drills import price_watching
from operations.drills.faults import Faults
from operations.drills.ground import Ground, Target
from operations.drills.price_watching import Answer, sources_of
from operations.drills.running import skipped_because
from schemas.errors import UsageError
from schemas.feeding import Feeding, PairPlan
from schemas.loading.drill_file import SCENARIOS, Prices, read_scenario

GOOD = Answer(host="oracles-1", pair="ETH-USD", value=3000.0, reason="", off_bps=12, deviation_bps=50)
PAIR = PairPlan(
    pair="ETH-USD", sources=("binance", "coinbase", "okx"), sources_min=2, deviation_bps=50, heartbeat_s=60,
    age_s_max=20, outlier_rule="none", outlier_limit=None,
)  # fmt: skip


@pytest.fixture
def priced(ground: Ground) -> Ground:
    """The lab's plan, with oracles that report a pair."""
    fleets = tuple(
        replace(fleet, client="airnode-feed", client_version="3.3.0", feeding=Feeding(pairs=(PAIR,)))
        if fleet.name == "oracles" else replace(fleet, feeding=None)
        for fleet in ground.plan.fleets
    )  # fmt: skip
    hosts = tuple(
        replace(host, client="airnode-feed", client_version="3.3.0") if host.fleet == "oracles" else host
        for host in ground.plan.hosts
    )
    return replace(ground, plan=replace(ground.plan, fleets=fleets, hosts=hosts))


@pytest.mark.parametrize(
    ("answer", "served", "problem"),
    [
        (GOOD, True, ""),
        (GOOD, False, "oracles-1 ETH-USD is served: 3000"),
        (replace(GOOD, off_bps=51), True, "oracles-1 ETH-USD is 51 basis points off, allowed: 50"),
        (replace(GOOD, value=None, reason="stale"), True, "oracles-1 ETH-USD is not served: stale"),
        (replace(GOOD, value=None, reason="stale"), False, ""),
        (replace(GOOD, value=None, reason="refused", was_asked=False), False, "oracles-1 ETH-USD: refused"),
        (replace(GOOD, value=None, reason="refused", was_asked=False), True, "oracles-1 ETH-USD: refused"),
    ],
)
def test_an_answer_is_judged_by_what_is_expected(answer: Answer, served: bool, problem: str) -> None:
    assert answer.problem(served=served) == problem


def test_an_oracle_that_cannot_be_asked_is_told(priced: Ground) -> None:
    found = price_watching.answers(replace(priced, plan=replace(priced.plan, stack="nowhere")))
    assert found
    assert not any(answer.was_asked for answer in found)


def test_the_first_sources_go_wrong_and_all_are_honest_again(priced: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[dict[str, Fault]] = []
    monkeypatch.setattr(exchanges, "set_faults", lambda stack, faults: told.append(dict(faults)))
    faults = Faults(ground=priced, target=Target())
    text, _ = faults.apply(Prices(do="prices", how="lie", bps=800, sources=2))
    assert text == "binance, coinbase lie by 800 basis points"
    assert faults.apply(Prices(do="prices", how="freeze"))[0] == "binance, coinbase, okx freeze"
    assert faults.apply(Prices(do="prices", how="honest"))[0] == "all exchanges are honest"
    assert [sorted(faults) for faults in told] == [["binance", "coinbase"], ["binance", "coinbase", "okx"], []]
    assert told[0]["binance"].do == "lie"


def test_a_stack_without_prices_skips_their_scenarios_and_refuses_their_steps(priced: Ground) -> None:
    scenario = read_scenario(SCENARIOS / "prices-frozen.yaml")
    assert skipped_because(priced, scenario) == ""
    fleets = tuple(replace(fleet, feeding=None) for fleet in priced.plan.fleets)
    without = replace(priced, plan=replace(priced.plan, fleets=fleets))
    assert sources_of(without) == ()
    assert skipped_because(without, scenario) == "the stack's oracles report no pairs"
    with pytest.raises(UsageError, match="reads no prices"):
        Faults(ground=without, target=Target()).apply(Prices(do="prices", how="freeze"))
