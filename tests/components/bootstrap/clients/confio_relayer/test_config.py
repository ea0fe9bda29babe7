from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from typing import Any

import pytest

from components.bootstrap.clients import confio_relayer
from components.bootstrap.clients.confio_relayer.config import BACKUP_DELAY_S, relayer_config
from schemas.ledger import Ledger
from schemas.plan import ChainPlan, PathPlan, Plan, Relaying
from schemas.roles import Role
from schemas.workloads import Assignment, services_of

PATH = PathPlan(source="perps-1", destination="other-1", channels=("transfer/channel-0", "transfer/channel-3"))


@pytest.fixture
def relayed(plan: Plan) -> Plan:
    """Two relayers between two chains, each with a full node of both."""
    beside = tuple(Assignment(client="simapp", version="8.8.0", chain=chain) for chain in ("other-1", "perps-1"))
    hosts = [
        replace(plan.hosts[0], host=f"relayers-{n}", role=Role.RELAYER, client="confio-relayer",
                client_version="0.12.0", beside=beside, address=f"10.120.1.{90 + n}")
        for n in (10, 9)
    ]  # fmt: skip
    fleet = replace(plan.fleets[1], client="confio-relayer", relaying=Relaying(paths=(PATH,)))
    other = ChainPlan(chain="other-1", engine="cometbft", block_time_ms=1000, trusting_period_s=600)
    return replace(plan, hosts=(*hosts, *plan.hosts[1:]), fleets=(plan.fleets[0], fleet), chains=(other, *plan.chains))


def told(plan: Plan, ledger: Ledger, host: str) -> dict[str, Any]:
    found = next(h for h in plan.hosts if h.host == host)
    text = relayer_config(plan, ledger, found, services_of(found.assignments)[0]).to_json()
    value: dict[str, Any] = json.loads(text)
    return value


def test_a_relayer_asks_its_own_node_of_each_chain(relayed: Plan, ledger: Ledger) -> None:
    [path] = told(relayed, ledger, "relayers-9")["paths"]
    assert (path["source"]["rpc"], path["destination"]["rpc"]) == ("http://127.0.0.1:26757", "http://127.0.0.1:26657")
    assert (path["source"]["chain_id"], path["destination"]["trusting_period_s"]) == ("perps-1-x1", 600)


def test_one_relayer_carries_and_makes_the_channels_the_others_wait(relayed: Plan, ledger: Ledger) -> None:
    paths = [told(relayed, ledger, f"relayers-{n}")["paths"][0] for n in (9, 10)]
    assert [(p["rank"], p["delay_s"], p["makes_channels"]) for p in paths] == [
        (0, 0, True),
        (1, BACKUP_DELAY_S, False),
    ]
    assert paths[0]["refresh"] < paths[1]["refresh"] < 1


def test_the_allow_list_is_the_spec_s(relayed: Plan, ledger: Ledger) -> None:
    [path] = told(relayed, ledger, "relayers-9")["paths"]
    assert path["channels"] == [
        {"port": "transfer", "channel": "channel-0"},
        {"port": "transfer", "channel": "channel-3"},
    ]


def test_a_path_to_a_chain_without_a_node_is_left_out(relayed: Plan, ledger: Ledger) -> None:
    hosts = tuple(replace(h, beside=h.beside[:1]) for h in relayed.hosts)
    assert told(replace(relayed, hosts=hosts), ledger, "relayers-9")["paths"] == []


@pytest.mark.skipif(not shutil.which("node"), reason="Node.js is not on this machine; the relayer's archive brings it")
def test_the_relayer_s_program_is_well_formed() -> None:
    [folder] = confio_relayer.__path__
    subprocess.run(["node", "--check", f"{folder}/relayer.mjs"], check=True, capture_output=True)
