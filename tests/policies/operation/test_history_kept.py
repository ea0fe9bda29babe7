from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from policies.operation import history_kept
from schemas.roles import Role
from schemas.terms import ChainTerms, PathTerms

Make = Callable[..., Any]
PATH = PathTerms(source="perps-1", destination="osmosis-1")
DAYS_21 = 21 * 86_400


def judged(
    told: Make, view: Make, hosts: Make, kept: dict[str, Any], *, block_time_ms: float = 5000, unbonding: Any = DAYS_21,
    path: PathTerms | None = PATH,
) -> Any:  # fmt: skip
    chain = ChainTerms(
        chain="perps-1", engine="cometbft", is_made_here=True, block_time_ms=block_time_ms, unbonding_period_s=unbonding
    )
    made = hosts("aws:euc1-az1"), hosts("aws:euc1-az1", fleet="relayers", role=Role.RELAYER)
    terms = {"validators": {"chain": "perps-1", **kept}, "relayers": {"paths": (path,) if path else ()}}
    return told(history_kept, view(*made, terms=terms, network={"chains": (chain,)}))


@pytest.mark.parametrize("kept", [{}, {"pruning": "default"}, {"pruning": "custom", "keep_blocks": 362_880}], ids=str)
def test_the_default_is_21_days_of_blocks_of_5_seconds(hosts: Make, view: Make, told: Make, kept: Any) -> None:
    assert judged(told, view, hosts, kept) == [
        ("passed", "validators", "keeps 362,880 blocks, 21.0 days; 21.0 are needed")
    ]


@pytest.mark.parametrize(
    "path", [PathTerms(source="perps-1", destination="x"), PathTerms(source="x", destination="perps-1")]
)
def test_with_faster_blocks_it_is_too_short(hosts: Make, view: Make, told: Make, path: PathTerms) -> None:
    assert judged(told, view, hosts, {}, block_time_ms=2000, path=path) == [
        ("low", "validators", ("keeps 362,880 blocks, 8.4 days; 21.0 are needed | a relayer of perps-1 that was down for "
         "longer cannot go on"))
    ]  # fmt: skip


def test_one_block_less_is_told(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, {"pruning": "custom", "keep_blocks": 362_879})[0][0] == "low"


def test_everything_prunes_all_and_nothing_prunes_none(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, {"pruning": "everything"})[0][2].startswith("keeps 2 blocks, 0.0 days")
    assert judged(told, view, hosts, {"pruning": "custom"})[0][2].startswith("keeps 0 blocks, 0.0 days")
    assert judged(told, view, hosts, {"pruning": "nothing"}) == [("passed", "validators", "keeps all history")]


def test_without_a_period_a_path_or_validators_nothing_is_judged(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, {}, block_time_ms=1, unbonding=None) == []
    assert judged(told, view, hosts, {}, block_time_ms=1, path=None) == []
    assert told(history_kept, view(hosts("aws:euc1-az1"), terms={"validators": {"chain": "perps-1"}})) == []
    chain = ChainTerms(chain="a-1", engine="cometbft", is_made_here=True, block_time_ms=1, unbonding_period_s=DAYS_21)
    made = hosts("aws:euc1-az1", fleet="oracles", role=Role.ORACLE, reports_min=1)
    terms = {"oracles": {"chain": "a-1", "paths": (PathTerms(source="a-1", destination="b-1"),)}}
    assert told(history_kept, view(made, terms=terms, network={"chains": (chain,)})) == []
