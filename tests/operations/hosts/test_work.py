"""What a quick look says of hosts, on readings that follow the forms of the lab's."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace

import pytest

from operations.hosts import commands
from operations.hosts.scripts import Output, UnreachableError
from operations.hosts.seen import HostSeen, Seen
from operations.hosts.work import host_work, work_commands, work_of
from schemas.facts import HostFacts
from schemas.inventory import Inventory, InventoryChain
from schemas.status import HostWork, NodeWork, WorkState
from schemas.workloads import NO_WORKLOAD, Assignment

NOW_S = 1000.0
METRICS = """# HELP geofleet_relayer_packets_relayed_total Packets that this instance delivered.
# TYPE geofleet_relayer_packets_relayed_total counter
geofleet_relayer_packets_relayed_total{path="alpha:beta",from="alpha"} 3
geofleet_relayer_packets_relayed_total{path="alpha:beta",from="beta"} 2
# TYPE geofleet_relayer_oldest_pending_seconds gauge
geofleet_relayer_oldest_pending_seconds{path="alpha:beta",from="alpha"} 0
geofleet_relayer_oldest_pending_seconds{path="alpha:beta",from="beta"} 4.5
# TYPE geofleet_relayer_last_round_timestamp_seconds gauge
geofleet_relayer_last_round_timestamp_seconds{path="alpha:beta"} 998.5
"""


def status(chain_id: str, *, at: str = "1970-01-01T00:16:38Z", behind: bool = False) -> Output:
    value = {
        "node_info": {"network": chain_id},
        "sync_info": {"latest_block_height": "42", "latest_block_time": at, "catching_up": behind},
    }
    return Output(status=0, text=json.dumps({"result": value}))


@pytest.fixture
def relayer(seen: Seen) -> HostFacts:
    beside = tuple(Assignment(client="simapp", version="8.8.0", chain=chain) for chain in ("alpha", "beta"))
    return replace(
        seen.inventory.hosts[0], host="relayers-1", client="confio-relayer", client_version="0.12.0", chain="",
        beside=beside,
    )  # fmt: skip


@pytest.fixture
def inventory(seen: Seen, relayer: HostFacts) -> Inventory:
    chains = tuple(InventoryChain(chain=c, chain_id=f"{c}-1", block_time_ms=1000) for c in ("alpha", "beta"))
    return replace(seen.inventory, hosts=(relayer,), chains=chains)


def look(inventory: Inventory, **changed: Output) -> HostWork:
    outputs = {
        commands.TIME: Output(status=0, text="1000.0"),
        "status of simapp-alpha": changed.get("alpha", status("alpha-1")),
        "status of simapp-beta": changed.get("beta", status("beta-1")),
        "metrics of confio-relayer": changed.get("metrics", Output(status=0, text=METRICS)),
    }
    return host_work(inventory, inventory.hosts[0], HostSeen(outputs=outputs), now_s=NOW_S)


def test_a_relayer_that_carries_works(inventory: Inventory) -> None:
    found = look(inventory)
    assert (found.state, found.detail) == (WorkState.WORKING, "")
    assert found.nodes == tuple(NodeWork(chain=chain, height=42, block_age_s=2.0) for chain in ("alpha", "beta"))
    assert (found.packets, found.oldest_pending_s) == (5, 4.5)
    assert (found.leader, found.price_age_s) == (None, None)


def test_what_is_read_is_what_is_asked(relayer: HostFacts) -> None:
    assert list(work_commands(relayer)) == [
        commands.TIME, "status of simapp-alpha", "status of simapp-beta", "metrics of confio-relayer",
    ]  # fmt: skip


def test_before_the_first_packet_there_are_none(inventory: Inventory) -> None:
    lines = [line for line in METRICS.splitlines(keepends=True) if not line.startswith("geofleet_relayer_packets")]
    found = look(inventory, metrics=Output(status=0, text="".join(lines)))
    assert (found.state, found.packets) == (WorkState.WORKING, 0)


def test_a_chain_that_stands_still_is_stalled_by_name(inventory: Inventory) -> None:
    found = look(inventory, beta=status("beta-1", at="1970-01-01T00:16:24.9Z"))
    assert (found.state, found.detail) == (WorkState.STALLED, "the last block of beta is 15 s old, allowed: 15 s")


def test_a_block_as_old_as_allowed_is_not_stalled(inventory: Inventory) -> None:
    assert look(inventory, beta=status("beta-1", at="1970-01-01T00:16:25Z")).state is WorkState.WORKING


@pytest.mark.parametrize(
    ("changed", "detail"),
    [
        ({"alpha": status("alpha-2")}, "its node is of chain alpha-2, expected alpha-1"),
        ({"alpha": status("alpha-1", behind=True)}, "its node of alpha is catching up"),
        (
            {"metrics": Output(status=0, text=METRICS.replace(" 998.5", " 870"))},
            "looked at its paths 130 s ago, allowed: 120 s",
        ),
        (
            {"metrics": Output(status=0, text=METRICS.replace(" 4.5", " 121"))},
            "a packet waits for 121 s, allowed: 120 s",
        ),
    ],
)
def test_work_that_is_too_old_or_elsewhere_is_stalled(
    inventory: Inventory, changed: dict[str, Output], detail: str
) -> None:
    found = look(inventory, **changed)
    assert (found.state, found.detail) == (WorkState.STALLED, detail)


@pytest.mark.parametrize(
    ("changed", "detail"),
    [
        ({"alpha": Output(status=7, text="", complaint="curl: (7)")}, "the node of alpha does not answer"),
        ({"alpha": Output(status=0, text='{"result": {}}')}, "the node of alpha answers without 'sync_info'"),
        (
            {"metrics": Output(status=22, text="", complaint="curl: (22) 500")},
            "confio-relayer: reading 'metrics of confio-relayer' failed: curl: (22) 500",
        ),
        (
            {"metrics": Output(status=0, text=METRICS.replace("packets_relayed_total", "packets_total"))},
            "confio-relayer: it has no metric geofleet_relayer_packets_relayed_total",
        ),
        (
            {"metrics": Output(status=0, text=METRICS.replace(" 4.5", " many"))},
            "confio-relayer: metric geofleet_relayer_oldest_pending_seconds is 'many', no number",
        ),
    ],
)
def test_what_is_missing_is_never_healthy(inventory: Inventory, changed: dict[str, Output], detail: str) -> None:
    found = look(inventory, **changed)
    assert (found.state, found.detail) == (WorkState.UNREAD, detail)


def test_a_metric_that_is_no_number_at_all_is_unread(inventory: Inventory) -> None:
    """NaN compares false with every limit, so it would pass them all."""
    found = look(inventory, metrics=Output(status=0, text=METRICS.replace(" 4.5", " NaN")))
    assert found.state is WorkState.UNREAD


def test_a_host_that_lets_in_and_says_nothing_is_unread(inventory: Inventory) -> None:
    assert host_work(inventory, inventory.hosts[0], HostSeen(), now_s=NOW_S).state is WorkState.UNREAD


def test_a_host_without_workload_is_idle_and_is_still_asked(inventory: Inventory, relayer: HostFacts) -> None:
    idle = replace(relayer, client=NO_WORKLOAD, client_version="", beside=())
    assert list(work_commands(idle)) == [commands.TIME]
    seen = HostSeen(outputs={commands.TIME: Output(status=0, text="1000.0")})
    assert host_work(inventory, idle, seen, now_s=NOW_S).state is WorkState.IDLE


def test_hosts_that_cannot_be_reached_keep_their_place(inventory: Inventory, relayer: HostFacts) -> None:
    def shell(host: str, command: str) -> Output:
        assert shlex.split(command)[0] == "sh"
        raise UnreachableError(f"{host}: No route to host")

    both = replace(inventory, hosts=(relayer, replace(relayer, host="relayers-2")))
    assert [(found.host, found.state, found.detail) for found in work_of(both, shell)] == [
        ("relayers-1", WorkState.UNREACHABLE, "relayers-1: No route to host"),
        ("relayers-2", WorkState.UNREACHABLE, "relayers-2: No route to host"),
    ]
