from __future__ import annotations

import tomllib

from components.bootstrap.cometbft_config import Peer, cometbft_config

PEERS = [Peer(node_id="aa", address="10.120.2.10"), Peer(node_id="bb", address="10.120.3.10")]


def config(**changes: object) -> dict[str, object]:
    values = {"host": "validators-1", "address": "10.120.1.10", "peers": PEERS, "block_time_ms": 2000} | changes
    return tomllib.loads(cometbft_config(**values).to_toml())  # type: ignore[arg-type]


def test_peers_are_a_closed_mesh() -> None:
    p2p = config()["p2p"]
    assert p2p["persistent_peers"] == "aa@10.120.2.10:26656,bb@10.120.3.10:26656"
    assert p2p["unconditional_peer_ids"] == "aa,bb"
    assert (p2p["pex"], p2p["addr_book_strict"]) == (False, False)


def test_each_port_is_reached_by_those_who_need_it() -> None:
    value = config()
    assert value["p2p"]["laddr"] == "tcp://10.120.1.10:26656"
    assert value["p2p"]["external_address"] == "10.120.1.10:26656"
    assert value["rpc"]["laddr"] == "tcp://127.0.0.1:26657"
    assert value["instrumentation"] == {"prometheus": True, "prometheus_listen_addr": "10.120.1.10:26660"}


def test_what_must_outlive_the_host_is_on_the_data_volume() -> None:
    value = config()
    paths = [
        value["db_dir"],
        value["priv_validator_state_file"],
        value["consensus"]["wal_file"],
        value["p2p"]["addr_book_file"],
    ]
    assert all(path.startswith("/data/cometbft/") for path in paths)


def test_keys_are_read_from_systemd_credentials() -> None:
    value = config()
    assert value["priv_validator_key_file"] == "/run/credentials/cometbft.service/consensus.json"
    assert value["node_key_file"] == "/run/credentials/cometbft.service/node.json"


def test_the_spec_s_block_time_is_the_pause_after_a_block() -> None:
    assert config(block_time_ms=700)["consensus"]["timeout_commit"] == "700ms"


def test_a_chain_that_stopped_as_a_whole_can_resume() -> None:
    assert config()["consensus"]["double_sign_check_height"] == 0
