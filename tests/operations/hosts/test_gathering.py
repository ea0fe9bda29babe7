from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from operations.hosts import commands, strangers
from operations.hosts.chains import common_height, wait_s, watched
from operations.hosts.gathering import _clock, neighbour_of, ping_targets, round_trips
from operations.hosts.published import published_configurations, store_url
from operations.hosts.scripts import Output, Shell, UnreachableError
from operations.hosts.seen import HostSeen, Probe, Seen

PING = """PING 10.120.2.11 (10.120.2.11) 56(84) bytes of data.
64 bytes from 10.120.2.11: icmp_seq=1 ttl=62 time=182 ms
64 bytes from 10.120.2.11: icmp_seq=2 ttl=62 time=89.1 ms
64 bytes from 10.120.2.11: icmp_seq=3 ttl=62 time=0.031 ms

--- 10.120.2.11 ping statistics ---
4 packets transmitted, 3 received, 25% packet loss, time 3004ms
rtt min/avg/max/mdev = 0.031/90.4/182/74.3 ms
"""


def test_first_ping_is_not_counted() -> None:
    assert round_trips(PING) == (89.1, 0.031)


def test_silence_is_no_round_trip() -> None:
    assert round_trips("") == ()


def test_every_host_is_tried_by_another(seen: Seen) -> None:
    hosts = seen.inventory.hosts
    tried = [neighbour_of(hosts, facts) for facts in hosts]
    assert sorted(facts.host for facts in tried if facts) == sorted(facts.host for facts in hosts)
    assert all(facts != other for facts, other in zip(hosts, tried, strict=True))


def test_single_host_has_no_neighbour(seen: Seen) -> None:
    assert neighbour_of(seen.inventory.hosts[:1], seen.inventory.hosts[0]) is None


def test_members_and_one_host_of_each_hub_are_pinged(seen: Seen) -> None:
    assert [other.host for other in ping_targets(seen.inventory, seen.facts("validators-1"))] == [
        "validators-2",
        "validators-3",
        "validators-4",
    ]
    # the hub is in the region of relayers-1
    assert [other.host for other in ping_targets(seen.inventory, seen.facts("relayers-2"))] == ["relayers-1"]


def test_quickest_question_tells_the_clock() -> None:
    delays = iter([0.05, 0.04, 0.0])

    def slow(host: str, command: str) -> Output:
        del host, command
        time.sleep(next(delays))
        return Output(status=0, text=f"{time.time_ns() + 80_000_000}\n")

    clock = _clock("h", slow)
    assert clock is not None
    assert clock.uncertainty_ms < 15
    assert clock.offset_ms == pytest.approx(80, abs=10)


def test_clock_of_a_lost_host_is_unknown() -> None:
    def lost(host: str, command: str) -> Output:
        raise UnreachableError("timed out")

    assert _clock("h", lost) is None


@contextmanager
def listening() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_open_and_refused_ports_are_told_apart() -> None:
    with listening() as port:
        found = strangers.ports_open("127.0.0.1", [port], wait_s=1)
    assert found == {port: Probe.OPEN}
    assert strangers.ports_open("127.0.0.1", [port], wait_s=1) == {port: Probe.REFUSED}


def test_store_is_at_the_operators_own_address(seen: Seen) -> None:
    assert store_url(seen.inventory) == "http://10.121.0.2:8080"


def test_store_that_is_away_is_told_per_host() -> None:
    with listening() as port:
        pass
    found = published_configurations(f"http://127.0.0.1:{port}", ["a", "b"])
    assert sorted(found) == ["a", "b"]
    assert "cannot be had" in found["a"].error


def test_health_is_never_asked(seen: Seen) -> None:
    for facts in seen.inventory.hosts:
        assert not any("/health" in command for command in commands.host_commands(facts).values())


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[int]]:
    """Let nodes tell one height after the other, and the last one for ever; returns host to heights, to be filled."""
    heights: dict[str, list[int]] = {}

    def run_all(shell: Shell, host: str, asked: dict[str, str]) -> dict[str, Output]:
        if list(asked) != [commands.NODE]:
            return {name: Output(status=0, text=command) for name, command in asked.items()}
        height = heights[host].pop(0) if len(heights[host]) > 1 else heights[host][0]
        text = f'{{"result": {{"sync_info": {{"latest_block_height": "{height}"}}}}}}'
        return {commands.NODE: Output(status=0, text=text)}

    monkeypatch.setattr("operations.hosts.chains.run_all", run_all)
    monkeypatch.setattr("operations.hosts.chains._BETWEEN_LOOKS_S", 0.01)
    monkeypatch.setattr("operations.hosts.chains.wait_s", lambda chain: 0.2)
    return heights


def no_shell(host: str, command: str) -> Output:
    raise AssertionError(f"{host} was asked: {command}")


def test_growth_is_seen_as_soon_as_it_happens(seen: Seen, told: dict[str, list[int]]) -> None:
    nodes = [facts.host for facts in seen.nodes("geofleet-lab")]
    told.update({host: [5, 5, 6] for host in nodes})
    found = watched(seen.inventory, {facts.host: HostSeen() for facts in seen.inventory.hosts}, no_shell)
    assert {host: node.heights for host, node in found.items()} == dict.fromkeys(nodes, (5, 5, 6))
    assert all("commit?height=6" in node.outputs[commands.COMMIT].text for node in found.values())


def test_standstill_is_watched_to_the_end(seen: Seen, told: dict[str, list[int]]) -> None:
    told.update({facts.host: [5] for facts in seen.nodes("geofleet-lab")})
    found = watched(seen.inventory, {facts.host: HostSeen() for facts in seen.inventory.hosts}, no_shell)
    assert len(found) == len(told) == 4
    for node in found.values():
        assert set(node.heights) == {5}
        assert node.watched_s >= 0.2


def test_unreachable_node_is_not_watched(seen: Seen, told: dict[str, list[int]]) -> None:
    told.update({facts.host: [5, 6] for facts in seen.nodes("geofleet-lab")})
    empty = {facts.host: HostSeen() for facts in seen.inventory.hosts}
    found = watched(seen.inventory, {**empty, "validators-1": HostSeen(unreachable="timed out")}, no_shell)
    assert sorted(found) == ["validators-2", "validators-3", "validators-4"]


def test_common_height_is_that_of_the_slowest() -> None:
    assert common_height([(4, 9), (4, 7), ()]) == 7
    assert common_height([(), ()]) == 0


def test_slow_chain_gets_eight_of_its_blocks(seen: Seen) -> None:
    [chain] = seen.inventory.chains
    assert wait_s(chain) == 15.0
    assert wait_s(type(chain)(chain="c", chain_id="c-1", block_time_ms=6000)) == 48.0
