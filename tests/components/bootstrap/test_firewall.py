from __future__ import annotations

import shutil
import subprocess

import pytest

from components.bootstrap.firewall import ruleset
from schemas.workloads import Assignment

COMETBFT = Assignment(client="cometbft", version="0.38.26")


def accepted(client: str) -> list[str]:
    assignments = () if client == "none" else (Assignment(client=client, version="1"),)
    text = ruleset(assignments, network_cidr="10.120.0.0/16", operator_cidr="10.121.0.0/24")
    return [line.strip() for line in text.splitlines() if "dport" in line]


def test_a_validator_opens_its_own_ports_to_those_who_need_them() -> None:
    assert accepted("cometbft") == [
        'ip saddr 10.121.0.0/24 tcp dport 22 accept comment "ssh"',
        'ip saddr 10.121.0.0/24 tcp dport 9100 accept comment "node_exporter"',
        'ip saddr 10.120.0.0/16 tcp dport 26656 accept comment "p2p"',
        'ip saddr 10.121.0.0/24 tcp dport 26660 accept comment "metrics"',
    ]


def test_a_host_without_workload_opens_the_base_ports_only() -> None:
    assert [line.split()[5] for line in accepted("none")] == ["22", "9100"]


def test_rpc_is_never_opened() -> None:
    assert not [line for line in accepted("cometbft") if "26657" in line]


def test_everything_else_is_dropped() -> None:
    text = ruleset((COMETBFT,), network_cidr="10.120.0.0/16", operator_cidr="10.121.0.0/24")
    assert "hook input priority filter; policy drop;" in text
    assert "hook forward priority filter; policy drop;" in text
    assert "ip daddr 169.254.169.254 meta skuid != 0 drop" in text


@pytest.mark.lab
@pytest.mark.skipif(not shutil.which("nft"), reason="nft is not installed on this machine; the hosts have it")
def test_nft_loads_the_rules_twice() -> None:
    text = ruleset((COMETBFT,), network_cidr="10.120.0.0/16", operator_cidr="10.121.0.0/24")
    command = ["unshare", "--net", "nft", "--file", "-"]
    subprocess.run(command, input=text + text, text=True, check=True, capture_output=True)
