"""What an oracle is told: sources at their own addresses or the lab's, pairs as promised, the chain's endpoints."""

from __future__ import annotations

from dataclasses import replace

import pytest

from components.bootstrap.clients.airnode_feed.config import (
    STAND_IN_CONTRACT,
    Asked,
    ChainConfig,
    Listener,
    NoEndpointError,
    UnknownSourceError,
    feed_config,
    oracle_config,
)
from schemas.feeding import EvmTarget, Feeding, PairPlan
from schemas.plan import FleetPlan, HostPlan, Plan, Promises
from schemas.roles import Role
from schemas.workloads import Assignment, services_of

PAIR = PairPlan(
    pair="ETH-USD", sources=("coinbase", "okx"), sources_min=2, deviation_bps=50, heartbeat_s=60, age_s_max=20,
    outlier_rule="basis_points", outlier_limit=100,
)  # fmt: skip
TARGET = EvmTarget(chain="arbitrum", chain_number=42161, block_time_ms=250, rpc=("https://rpc.example.org",))
HOSTS = tuple(
    HostPlan(
        host=f"oracles-{n}", fleet="oracles", role=Role.ORACLE, provider="aws", region="aws:eu-west-2",
        zone="aws:euw2-az1", metro="london", operator="self", client="airnode-feed", client_version="3.3.0",
        machine="1x1", disk_gib=8, power=0, address=f"10.120.1.1{n}",
    )
    for n in (1, 2)
)  # fmt: skip
[SERVICE] = services_of([Assignment(client="airnode-feed", version="3.3.0")])


def plan(feeding: Feeding | None) -> Plan:
    fleet = FleetPlan(
        name="oracles", role=Role.ORACLE, chain="", client="airnode-feed", client_version="3.3.0",
        promises=Promises(), feeding=feeding,
    )  # fmt: skip
    return Plan(
        stack="s", network="s", environment="lab", spec_sha256="", atlas_version="1", network_cidr="10.120.0.0/16",
        operator_cidr="10.121.0.0/24", chains=(), fleets=(fleet,), regions=(), links=(), hosts=HOSTS,
    )  # fmt: skip


FEEDING = Feeding(pairs=(PAIR,), target=TARGET)


def test_in_a_cloud_exchanges_themselves_are_asked() -> None:
    asked = feed_config(plan(FEEDING), HOSTS[0], SERVICE, stand_ins="").questions
    assert asked == (
        Asked(
            title="coinbase ETH-USD", origin="https://api.coinbase.com", path="/v2/prices/ETH-USD/spot", query=(),
            price_at="data.amount",
        ),
        Asked(
            title="okx ETH-USD", origin="https://www.okx.com", path="/api/v5/market/ticker",
            query=(("instId", "ETH-USD"),), price_at="data.0.last",
        ),
    )  # fmt: skip


def test_in_the_lab_the_stand_ins_are_asked_by_the_same_titles() -> None:
    real = feed_config(plan(FEEDING), HOSTS[0], SERVICE, stand_ins="").questions
    asked = feed_config(plan(FEEDING), HOSTS[0], SERVICE, stand_ins="10.121.0.2").questions
    assert {question.origin for question in asked} == {"http://10.121.0.2:8090"}
    assert [question.path for question in asked] == [
        f"/{question.title.partition(' ')[0]}{question.path}" for question in real
    ]
    assert [question.title for question in asked] == [question.title for question in real]


def test_a_source_that_nobody_knows_is_refused() -> None:
    feeding = Feeding(pairs=(replace(PAIR, sources=("coinbase", "my-exchange")),))
    with pytest.raises(UnknownSourceError) as caught:
        feed_config(plan(feeding), HOSTS[0], SERVICE, stand_ins="")
    assert str(caught.value).startswith("fleet 'oracles' reads prices from my-exchange, which airnode-feed cannot ask")
    assert "binance, bitfinex" in caught.value.remedy


def test_an_oracle_takes_on_loopback_and_serves_at_its_address() -> None:
    config = oracle_config(plan(FEEDING), HOSTS[1], SERVICE, stand_ins="")
    assert (config.take, config.serve) == (
        Listener(address="127.0.0.1", port=8091),
        Listener(address="10.120.1.12", port=9480),
    )
    assert config.pairs == (PAIR,)


def test_in_a_cloud_prices_go_to_the_chain_s_own_endpoints_and_api3_s_contract() -> None:
    assert oracle_config(plan(FEEDING), HOSTS[0], SERVICE, stand_ins="").chain == ChainConfig(
        chain="arbitrum", chain_number=42161, rpc=("https://rpc.example.org",), contract="", is_stand_in=False,
        deploys=False,
    )  # fmt: skip


def test_in_the_lab_the_first_oracle_makes_the_contracts_and_no_other() -> None:
    chains = [oracle_config(plan(FEEDING), host, SERVICE, stand_ins="10.121.0.2").chain for host in HOSTS]
    assert [chain.deploys for chain in chains if chain] == [True, False]
    assert [(chain.rpc, chain.contract) for chain in chains if chain] == [
        (("http://10.121.0.2:8545",), STAND_IN_CONTRACT)
    ] * 2


def test_a_chain_without_an_endpoint_is_refused() -> None:
    feeding = Feeding(pairs=(PAIR,), target=replace(TARGET, rpc=()))
    with pytest.raises(NoEndpointError) as caught:
        oracle_config(plan(feeding), HOSTS[0], SERVICE, stand_ins="")
    assert str(caught.value).startswith("fleet 'oracles' reports to chain 'arbitrum', which has no endpoint")


def test_without_a_chain_prices_are_served_only() -> None:
    assert oracle_config(plan(Feeding(pairs=(PAIR,))), HOSTS[0], SERVICE, stand_ins="").chain is None
    assert feed_config(plan(None), HOSTS[0], SERVICE, stand_ins="").questions == ()
