from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from components.bootstrap.clients.cometbft.config import node_config
from schemas.ledger import Ledger, Purpose
from schemas.plan import Plan
from schemas.workloads import Assignment, Service, services_of

Config = Callable[..., dict[str, Any]]

SIGNER = services_of([Assignment(client="cometbft", version="0.38.26")])[0]
FOLLOWER = services_of([Assignment(client="cometbft", version="0.38.26", chain="perps-1")])[0]


@pytest.fixture
def config(plan: Plan, ledger: Ledger) -> Callable[..., dict[str, Any]]:
    """`config.toml` of validators-1, or of a full node on relayers-1."""

    def read(service: Service = SIGNER, plan: Plan = plan) -> dict[str, Any]:
        host = next(h for h in plan.hosts if h.host == ("relayers-1" if service.chain else "validators-1"))
        return tomllib.loads(node_config(plan, ledger, host, service=service, chain="perps-1").to_toml())

    return read


def test_validators_are_a_closed_mesh_that_nobody_is_told_of(config: Config, ledger: Ledger) -> None:
    p2p = config()["p2p"]
    keys = [ledger.key(f"validators-{n}", Purpose.NODE) for n in (2, 3, 4)]
    ids = [key.address for key in keys if key]
    assert p2p["persistent_peers"].split(",") == [f"{i}@10.120.1.{10 + n}:26656" for n, i in enumerate(ids, start=1)]
    assert p2p["unconditional_peer_ids"].split(",") == ids
    assert p2p["private_peer_ids"].split(",") == ids
    assert (p2p["pex"], p2p["addr_book_strict"]) == (False, False)


def test_a_full_node_dials_every_validator_and_keeps_to_its_own_folder(config: Config) -> None:
    value = config(FOLLOWER)
    assert len(value["p2p"]["persistent_peers"].split(",")) == 4
    assert value["db_dir"] == "/data/cometbft-perps-1/data"
    assert value["priv_validator_key_file"] == "/run/credentials/cometbft-perps-1.service/observer.json"


def test_a_second_node_on_a_host_has_ports_of_its_own(config: Config) -> None:
    second = services_of([Assignment(client="cometbft", version="1", chain=chain) for chain in ("other-1", "perps-1")])[
        1
    ]
    value = config(second)
    assert value["rpc"]["laddr"] == "tcp://127.0.0.1:26757"
    assert value["p2p"]["laddr"].endswith(":26756")
    assert value["p2p"]["persistent_peers"].endswith(":26656")


def test_each_port_is_reached_by_those_who_need_it(config: Config) -> None:
    value = config()
    assert value["p2p"]["laddr"] == "tcp://10.120.1.10:26656"
    assert value["p2p"]["external_address"] == "10.120.1.10:26656"
    assert value["rpc"]["laddr"] == "tcp://127.0.0.1:26657"
    assert value["instrumentation"] == {"prometheus": True, "prometheus_listen_addr": "10.120.1.10:26660"}


def test_what_must_outlive_the_host_is_on_the_data_volume(config: Config) -> None:
    value = config()
    paths = [
        value["db_dir"],
        value["priv_validator_state_file"],
        value["consensus"]["wal_file"],
        value["p2p"]["addr_book_file"],
    ]
    assert all(path.startswith("/data/cometbft/") for path in paths)


def test_keys_are_read_from_systemd_credentials(config: Config) -> None:
    value = config()
    assert value["priv_validator_key_file"] == "/run/credentials/cometbft.service/consensus.json"
    assert value["node_key_file"] == "/run/credentials/cometbft.service/node.json"


def test_the_spec_s_block_time_is_the_pause_after_a_block(config: Config, plan: Plan) -> None:
    faster = replace(plan, chains=(replace(plan.chains[0], block_time_ms=700),))
    assert config(plan=faster)["consensus"]["timeout_commit"] == "700ms"


def test_a_chain_that_stopped_as_a_whole_can_resume_unless_the_spec_says_otherwise(config: Config, plan: Plan) -> None:
    assert config()["consensus"]["double_sign_check_height"] == 0
    checked = replace(plan, fleets=(replace(plan.fleets[0], double_sign_check_blocks=10), *plan.fleets[1:]))
    assert config(plan=checked)["consensus"]["double_sign_check_height"] == 10
