from __future__ import annotations

from typing import Any

import pytest

from schemas.terms import (
    ChainTerms,
    FleetTerms,
    HubTerms,
    NetworkTerms,
    PairTerms,
    PathTerms,
    RaftTerms,
    SentryTerms,
    SignerTerms,
    TermsError,
    UpgradeTerms,
    WindowTerms,
    terms_from_props,
    terms_to_props,
)

FLEET = FleetTerms(
    chain="perps-1", unavailable_max=2, standby=1, double_sign_check_blocks=10, pruning="custom", keep_blocks=100,
    maintenance=(WindowTerms(cron="30 3 * * 2", duration_minutes=60, timezone="UTC"),
                 WindowTerms(weekdays=("monday",), time="03:30", duration_minutes=5, timezone="Europe/London")),
    raft=RaftTerms(heartbeat_ms=100, election_timeout_ms=500.5, lease_s=2),
    signer=SignerTerms(threshold=2, shares=3, survive=("zone",), to_validator_ms_max=30, timeout_ms=1000),
    sentries=SentryTerms(per_validator=2, regions=("aws:eu-west-1",)), missed_blocks_alarm=5,
    client_expiry_s_min=3600, alarms=("client_expiry_s_min",), paths=(PathTerms(source="a-1", destination="b-1"),),
    client_refresh=0.33, wallets=("a-1",), batches_to="evm-1", cost_usd_per_month_max=90.5,
    pairs=(PairTerms(pair="A-B", sources=("x", "y"), sources_min=2, heartbeat_s=60, age_s_max=30),),
)  # fmt: skip
NETWORK = NetworkTerms(
    chains=(ChainTerms(chain="a-1", engine="cometbft", is_made_here=False, block_time_ms=2000, endpoints=("x.example",),
                       unbonding_period_s=10, trusting_period_s=5,
                       upgrades=(UpgradeTerms(height=7, client="cometbft", version="1.0.0"),)),),
    hubs=(HubTerms(hub="deribit", grade="A"), HubTerms(hub="mine", grade="")), cost_usd_per_month_max=9000,
)  # fmt: skip


def as_the_engine_returns(value: Any) -> Any:
    """Whole numbers come back as floats, tuples as lists."""
    if isinstance(value, dict):
        return {key: as_the_engine_returns(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_the_engine_returns(inner) for inner in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def test_terms_survive_the_engine_whole() -> None:
    assert terms_from_props(FleetTerms, as_the_engine_returns(terms_to_props(FLEET))) == FLEET
    assert terms_from_props(NetworkTerms, as_the_engine_returns(terms_to_props(NETWORK))) == NETWORK
    assert terms_from_props(FleetTerms, terms_to_props(FleetTerms())) == FleetTerms()
    assert terms_from_props(NetworkTerms, {}) == NetworkTerms()


def test_what_is_not_said_is_left_out_and_what_is_newer_is_not_read() -> None:
    assert terms_to_props(FleetTerms()) == {"unavailable_max": 1, "standby": 0, "double_sign_check_blocks": 0}
    assert terms_from_props(FleetTerms, {"standby": 1, "moon_phase": "full"}) == FleetTerms(standby=1)


@pytest.mark.parametrize(
    ("props", "place"),
    [({"standby": "many"}, "standby"), ({"standby": 1.5}, "standby"), ({"pairs": [{"pair": "A-B"}]}, "pairs.0.sources"),
     ({"raft": 7}, "raft"), ({"chain": ["x"]}, "chain")],
)  # fmt: skip
def test_malformed_terms_are_refused_with_their_place(props: dict[str, Any], place: str) -> None:
    with pytest.raises(TermsError) as caught:
        terms_from_props(FleetTerms, props)
    assert caught.value.problem.startswith(f"terms are malformed: {place}: ")
    assert caught.value.remedy == "Create fleets with geofleet's components."


def test_a_chain_is_found_by_its_name() -> None:
    assert NETWORK.chain("a-1") is NETWORK.chains[0]
    assert NETWORK.chain("b-1") is None
