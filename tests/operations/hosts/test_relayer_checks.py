"""Checks of relayers on readings that follow the forms of the lab's."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from operations.hosts import commands, relayer_checks
from operations.hosts.scripts import Output
from operations.hosts.seen import HostSeen, NotReadError, Seen, Transfer
from schemas.inventory import InventoryChain, InventoryPath
from schemas.workloads import Assignment

HOST = "relayers-1"
PATH = InventoryPath(
    source="alpha", destination="beta", channels=("transfer/channel-0",), hosts=(HOST,), denomination="stake",
    fee_per_gas=0.025,
)  # fmt: skip
METRICS = """# HELP geofleet_relayer_last_round_timestamp_seconds When.
geofleet_relayer_last_round_timestamp_seconds{path="alpha:beta"} 1000
geofleet_relayer_channel_open{path="alpha:beta",channel="transfer/channel-0"} 1
geofleet_relayer_oldest_pending_seconds{path="alpha:beta",from="alpha"} 0
geofleet_relayer_client_age_seconds{path="alpha:beta",chain="alpha",client="07-tendermint-0"} 100
geofleet_relayer_client_expiry_seconds{path="alpha:beta",chain="alpha",client="07-tendermint-0"} 1209500
geofleet_relayer_client_age_seconds{path="alpha:beta",chain="beta",client="07-tendermint-0"} 100
geofleet_relayer_client_expiry_seconds{path="alpha:beta",chain="beta",client="07-tendermint-0"} 1209500
geofleet_relayer_wallet_balance{chain="alpha",denomination="stake"} 9999999
geofleet_relayer_wallet_balance{chain="beta",denomination="stake"} 9999999
"""


def status(chain_id: str, *, at: str = "1970-01-01T00:16:38Z", behind: bool = False, power: int = 0) -> str:
    value = {
        "node_info": {"network": chain_id},
        "sync_info": {"latest_block_time": at, "catching_up": behind},
        "validator_info": {"voting_power": str(power)},
    }
    return json.dumps({"result": value})


@pytest.fixture
def relayer(seen: Seen) -> Seen:
    """The recorded stack with a relayer between two chains that is in order."""
    beside = tuple(Assignment(client="simapp", version="8.8.0", chain=chain) for chain in ("alpha", "beta"))
    facts = replace(
        seen.inventory.hosts[0], host=HOST, client="confio-relayer", client_version="0.12.0", chain="", beside=beside
    )
    chains = tuple(InventoryChain(chain=c, chain_id=f"{c}-1", block_time_ms=1000) for c in ("alpha", "beta"))
    inventory = replace(seen.inventory, hosts=(facts,), chains=chains, paths=(PATH,))
    outputs = {
        commands.RELAYER: Output(status=0, text=METRICS),
        commands.TIME: Output(status=0, text="1001.5\n"),
        "status of simapp-alpha": Output(status=0, text=status("alpha-1")),
        "status of simapp-beta": Output(status=0, text=status("beta-1")),
    }
    transfers = {PATH.name: Transfer(sequence="1", arrived_s=5.0, acknowledged_s=9.0)}
    return Seen(inventory=inventory, hosts={HOST: HostSeen(outputs=outputs)}, transfers=transfers)


def reading(seen: Seen, name: str, text: str) -> Seen:
    outputs = {**seen.hosts[HOST].outputs, name: Output(status=0, text=text)}
    return replace(seen, hosts={HOST: HostSeen(outputs=outputs)})


def test_a_relayer_in_order_has_no_problem(relayer: Seen) -> None:
    assert relayer_checks.transfer(relayer, "alpha:beta") == []
    assert relayer_checks.fitness(relayer, HOST) == []
    assert relayer_checks.followers(relayer, HOST) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('path="alpha:beta"} 1000', 'path="alpha:beta"} 800', "looked at alpha:beta 202 s ago, allowed: 120 s"),
        ("last_round_timestamp_seconds{", "other{", "never got from one end of alpha:beta to the other"),
        ('channel-0"} 1', 'channel-0"} 0', "channel alpha:beta transfer/channel-0 is not open"),
        ('from="alpha"} 0', 'from="alpha"} 300', "a packet from alpha waits for 300 s, allowed: 120 s"),
        ("1209500", "40", "07-tendermint-0 on alpha expires in 40 s of 140, a third must be left"),
        ('"stake"} 9999999', '"stake"} 12', "the wallet has 12 on alpha, at least 1000000 are needed"),
    ],
)
def test_an_unfit_relayer_is_told_by_what_is_wrong(relayer: Seen, old: str, new: str, problem: str) -> None:
    assert old in METRICS
    assert relayer_checks.fitness(reading(relayer, commands.RELAYER, METRICS.replace(old, new, 1)), HOST) == [problem]


def test_a_relayer_that_tells_no_light_clients_is_not_fit(relayer: Seen) -> None:
    text = "\n".join(line for line in METRICS.splitlines() if "client" not in line)
    found = relayer_checks.fitness(reading(relayer, commands.RELAYER, text), HOST)
    assert found == ["tells of 0 light clients, expected 2"]


@pytest.mark.parametrize(
    ("transfer", "problem"),
    [
        (Transfer(problem="alpha refuses the transfer: insufficient fees"), "alpha refuses the transfer: insufficient fees"),
        (Transfer(sequence="7"), "packet 7 of alpha:beta did not arrive, and was not acknowledged"),
        (Transfer(sequence="7", arrived_s=8.2),
         "packet 7 of alpha:beta arrived after 8 s, and was not acknowledged"),
    ],
)  # fmt: skip
def test_a_transfer_that_does_not_come_back_is_a_problem(relayer: Seen, transfer: Transfer, problem: str) -> None:
    assert relayer_checks.transfer(replace(relayer, transfers={PATH.name: transfer}), PATH.name) == [problem]


def test_a_transfer_that_could_not_be_sent_is_not_evaluated(relayer: Seen) -> None:
    with pytest.raises(NotReadError, match="no key here"):
        relayer_checks.transfer(replace(relayer, transfers={PATH.name: Transfer(unread="no key here")}), PATH.name)
    with pytest.raises(NotReadError, match="no transfer was sent along alpha:beta"):
        relayer_checks.transfer(replace(relayer, transfers={}), PATH.name)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (status("other-1"), "simapp-beta is of chain other-1, expected beta-1"),
        (status("beta-1", behind=True), "simapp-beta is still catching up"),
        (status("beta-1", at="1970-01-01T00:16:00Z"), "simapp-beta: the last block is 42 s old, allowed: 15 s"),
        (status("beta-1", power=10), "simapp-beta votes: the key of a full node must be no validator's"),
    ],
)
def test_a_node_that_does_not_follow_is_a_problem(relayer: Seen, text: str, problem: str) -> None:
    assert relayer_checks.followers(reading(relayer, "status of simapp-beta", text), HOST) == [problem]
