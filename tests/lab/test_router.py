from __future__ import annotations

import hashlib
import os
import random
import signal
import socket
import statistics
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lab import links, processes, router
from lab.iproute import in_namespace
from schemas.errors import BackendError, EnvironmentMissingError
from schemas.locations import run_dir
from tests.lab.conftest import HOSTS, NETWORK, Lab

pytestmark = pytest.mark.lab


@contextmanager
def _datagrams(lab: Lab, source: str, target: str) -> Iterator[tuple[socket.socket, socket.socket]]:
    """Yield a sender and a receiver of datagrams between two hosts."""
    with (
        in_namespace(lab.namespace(target), lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as receiver,
        in_namespace(lab.namespace(source), lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as sender,
    ):
        receiver.bind((HOSTS[target], 7000))
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        receiver.settimeout(0.5)
        sender.connect((HOSTS[target], 7000))
        yield sender, receiver


def _received(receiver: socket.socket) -> list[bytes]:
    found = []
    try:
        while True:
            found.append(receiver.recv(65536))
    except TimeoutError:
        return found


@pytest.mark.parametrize("asked_ms", [2.0, 30.5, 220.0])
def test_the_round_trip_is_the_one_that_was_asked(lab: Lab, asked_ms: float) -> None:
    links.set_link(lab.stack, 1, 2, round_trip_ms=asked_ms, jitter_ms=0)
    lab.round_trips("a-1", "b-1")  # neighbours
    assert statistics.median(lab.round_trips("a-1", "b-1", count=11, interval_ms=3)) == pytest.approx(asked_ms, abs=0.5)


def test_a_round_trip_within_a_region_is_not_delayed(lab: Lab) -> None:
    assert min(lab.round_trips("a-1", "a-2", count=5)) < 1.0


def test_jitter_is_the_standard_deviation_of_the_round_trip(lab: Lab) -> None:
    links.set_link(lab.stack, 1, 2, round_trip_ms=40, jitter_ms=4)
    found = lab.round_trips("a-1", "b-1", count=300, interval_ms=5)
    assert statistics.stdev(found) == pytest.approx(4, rel=0.25)
    links.set_link(lab.stack, 1, 2, round_trip_ms=40, jitter_ms=0)
    assert statistics.stdev(lab.round_trips("a-1", "b-1", count=100, interval_ms=5)) < 2


def test_jitter_keeps_the_order_of_a_flow(lab: Lab) -> None:
    links.set_link(lab.stack, 1, 2, round_trip_ms=20, jitter_ms=8)
    with _datagrams(lab, "a-1", "b-1") as (sender, receiver):
        for number in range(300):
            sender.send(number.to_bytes(4, "big"))
            time.sleep(0.0003)
        found = [int.from_bytes(data, "big") for data in _received(receiver)]
    assert found == list(range(300))


def test_a_pair_that_was_not_set_is_dropped_and_counted(lab: Lab) -> None:
    links.remove_link(lab.stack, 1, 2)
    before = router.read_router(lab.stack)
    assert lab.round_trips("a-1", "b-1") == []
    after = router.read_router(lab.stack)
    assert before
    assert after
    assert after.counters["unknown"] - before.counters["unknown"] == 2
    assert len(lab.round_trips("a-1", "c-1")) == 2


def test_a_cut_takes_one_way_and_leaves_the_other(lab: Lab) -> None:
    links.cut_way(lab.stack, 1, 2, cut=True)
    with _datagrams(lab, "b-1", "a-1") as (sender, receiver):
        lab.round_trips("b-1", "b-1")
        sender.send(b"there")
        back = _received(receiver)
    with _datagrams(lab, "a-1", "b-1") as (sender, receiver):
        sender.send(b"and back")
        there = _received(receiver)
    assert (back, there) == ([b"there"], [])
    links.cut_way(lab.stack, 1, 2, cut=False)
    assert len(lab.round_trips("a-1", "b-1")) == 2


def test_a_cut_takes_what_is_under_way(lab: Lab) -> None:
    lab.round_trips("a-1", "b-1")  # neighbours
    links.set_link(lab.stack, 1, 2, round_trip_ms=400, jitter_ms=0)
    with _datagrams(lab, "a-1", "b-1") as (sender, receiver):
        sender.send(b"late")
        time.sleep(0.05)
        links.cut_way(lab.stack, 1, 2, cut=True)
        assert _received(receiver) == []
        links.cut_way(lab.stack, 1, 2, cut=False)
        sender.send(b"in time")
        assert _received(receiver) == [b"in time"]


def test_an_isolated_region_reaches_nobody_and_the_others_reach_each_other(lab: Lab) -> None:
    links.isolate_region(lab.stack, 1, [2, 3], cut=True)
    assert lab.round_trips("a-1", "b-1") + lab.round_trips("a-1", "c-1") == []
    assert len(lab.round_trips("b-1", "c-1")) == 2
    assert links.read_link(lab.stack, 1, 2) == links.LinkState(round_trip_ms=20, jitter_ms=0, loss_share=0, cut_ways=2)


def test_loss_takes_the_share_that_was_asked(lab: Lab) -> None:
    links.set_loss(lab.stack, 1, 2, share=0.2)
    with _datagrams(lab, "a-1", "b-1") as (sender, receiver):
        for number in range(2000):
            sender.send(number.to_bytes(4, "big"))
            if number % 50 == 0:
                time.sleep(0.002)
        found = len(_received(receiver))
    assert found / 2000 == pytest.approx(0.8, abs=0.04)  # 4.5 standard deviations


@pytest.mark.parametrize("share", [0.0, 0.01])
def test_tcp_arrives_unharmed_whole_segments_or_split_by_loss(lab: Lab, share: float) -> None:
    links.set_link(lab.stack, 1, 2, round_trip_ms=2, jitter_ms=0)
    for a, b in ((1, 2), (2, 1)):
        links.set_loss(lab.stack, a, b, share=share)
    data = random.Random(7).randbytes(2_000_001)
    server = in_namespace(lab.namespace("b-1"), lambda: socket.create_server((HOSTS["b-1"], 7001)))
    client = in_namespace(lab.namespace("a-1"), lambda: socket.create_connection((HOSTS["b-1"], 7001), timeout=20))
    with server, client:
        connection, _ = server.accept()
        with connection:
            connection.settimeout(20)
            sender = threading.Thread(target=lambda: (client.sendall(data), client.shutdown(socket.SHUT_WR)))
            sender.start()
            received = b"".join(iter(lambda: connection.recv(1 << 20), b""))
            sender.join()
    assert hashlib.sha256(received).digest() == hashlib.sha256(data).digest()
    [answer] = router.ask(lab.stack, ["get 1 2"]) or [""]
    assert (router.words(answer)["lost"] > 0) == (share > 0)


def test_a_full_queue_drops_the_newest_and_stays_within_its_memory(lab: Lab) -> None:
    router.stop_router(lab.stack)
    words = [
        str(lab.router),
        "--tun",
        "wan",
        "--network",
        NETWORK,
        "--control",
        str(run_dir(lab.stack) / "router.sock"),
    ]
    processes.start(lab.stack, router.NAME, [*words, "--limit-mib", "1"], namespace=lab.wan.namespace)
    deadline = time.monotonic() + 5
    while router.read_router(lab.stack) is None and time.monotonic() < deadline:
        time.sleep(0.01)
    links.set_link(lab.stack, 1, 2, round_trip_ms=2000, jitter_ms=0)
    with _datagrams(lab, "a-1", "b-1") as (sender, _):
        for _ in range(1500):
            sender.send(bytes(1400))
        state = router.read_router(lab.stack)
    assert state
    assert state.counters["full"] > 1000
    assert 200_000 < state.counters["queued_bytes"] <= (1 << 20) / 4


def test_a_killed_router_is_seen_started_again_and_knows_nothing(lab: Lab) -> None:
    state = router.read_router(lab.stack)
    assert state
    os.kill(state.pid, signal.SIGKILL)
    while processes.read(lab.stack, router.NAME):
        time.sleep(0.01)
    assert router.read_router(lab.stack) is None
    assert links.read_link(lab.stack, 1, 2) is None
    with pytest.raises(BackendError) as refused:
        links.set_link(lab.stack, 1, 2, round_trip_ms=20, jitter_ms=0)
    assert str(refused.value) == f"no router of {lab.stack} answers"
    started = router.start_router(lab.stack, network_cidr=NETWORK, binary=lab.router)
    assert started.pid != state.pid
    assert links.read_link(lab.stack, 1, 2) is None


def test_a_connection_outlives_a_short_absence_of_the_router(lab: Lab) -> None:
    server = in_namespace(lab.namespace("b-1"), lambda: socket.create_server((HOSTS["b-1"], 7002)))
    client = in_namespace(lab.namespace("a-1"), lambda: socket.create_connection((HOSTS["b-1"], 7002), timeout=20))
    with server, client:
        connection, _ = server.accept()
        with connection:
            connection.settimeout(0.3)
            router.stop_router(lab.stack)
            client.sendall(b"sent without a router")
            with pytest.raises(TimeoutError):
                connection.recv(100)
            lab.mend()
            connection.settimeout(20)
            assert connection.recv(100) == b"sent without a router"


def test_a_running_router_is_kept_with_its_links(lab: Lab) -> None:
    before = router.read_router(lab.stack)
    again = router.start_router(lab.stack, network_cidr=NETWORK, binary=lab.router)
    assert before
    assert (again.pid, again.first_in_first_out) == (before.pid, True)
    assert links.read_link(lab.stack, 1, 2) is not None


def test_a_stopped_router_ends_at_once_and_takes_its_socket_along(lab: Lab) -> None:
    start = time.monotonic()
    router.stop_router(lab.stack)
    assert time.monotonic() - start < 1
    assert not (run_dir(lab.stack) / "router.sock").exists()


def test_a_second_router_cannot_take_the_device_and_says_why(lab: Lab) -> None:
    words = [str(lab.router), "--tun", "wan", "--network", NETWORK, "--control", "/run/geofleet/never.sock"]
    processes.start(lab.stack, "second", words, namespace=lab.wan.namespace)
    deadline = time.monotonic() + 5
    while processes.read(lab.stack, "second") and time.monotonic() < deadline:
        time.sleep(0.01)
    assert processes.log_end(lab.stack, "second") == "geofleet-router: wan: Device or resource busy"
    processes.stop(lab.stack, "second")


@pytest.mark.parametrize(
    "line",
    [" ", "set", "set 1 2", "set 1 2 3", "set 256 1 1 1", "set -1 1 1 1", "cut 1 2", "cut 1 2 2", "list", "list 256",
     "loss 1 2 1000001", "set 1 2 10000000001 0", "stats 1", "reset 1", "x" * 3000, "get 1 999999999999999999999", "%n%n"],
)  # fmt: skip
def test_a_line_that_is_wrong_is_refused_and_the_router_goes_on(lab: Lab, line: str) -> None:
    with pytest.raises(BackendError) as refused:
        router.ask(lab.stack, [line])
    assert str(refused.value).startswith(f"the router of {lab.stack} refused '{line}': error ")
    assert router.read_router(lab.stack)


def test_many_clients_that_say_nothing_do_not_stop_the_packets(lab: Lab) -> None:
    clients = [socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) for _ in range(20)]
    for client in clients:
        client.connect(str(run_dir(lab.stack) / "router.sock"))
    assert len(lab.round_trips("a-1", "b-1")) == 2
    for client in clients:
        client.close()
    assert router.read_router(lab.stack)


def test_a_router_that_is_not_built_is_named_with_its_remedy(lab: Lab) -> None:
    router.stop_router(lab.stack)
    with pytest.raises(EnvironmentMissingError) as refused:
        router.start_router(lab.stack, network_cidr=NETWORK, binary=Path("/nowhere/geofleet-router"))
    assert str(refused.value) == "/nowhere/geofleet-router is not there or cannot be run"
    assert refused.value.remedy == "Build it: make setup."


@pytest.mark.parametrize("network", ["10.120.0.0", "10.0.0.0/8", "10.120.0.0/25", "x/16"])
def test_a_network_that_is_no_prefix_of_16_to_24_bits_is_refused(router_binary: Path, network: str) -> None:
    words = [str(router_binary), "--tun", "wan", "--control", "/run/never", "--network", network]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr == f"geofleet-router: --network {network}: expected a prefix of 16 to 24 bits\n"
