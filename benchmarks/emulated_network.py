"""Measure the lab's wide-area network against the atlas: delays, throughput, and that it fails closed.

    python benchmarks/emulated_network.py [--regions 6] [--samples 100] [--router PATH]

Needs root. It makes a stack of its own (`benchmark-network`), removes it at the end, prints
a table on standard error and JSON on standard output, and exits 1 when a figure is missed.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))

from lab import links, naming, network, router, sweep  # noqa: E402
from lab.iproute import change, in_namespace  # noqa: E402
from lab.round_trips import Path as ProbePath  # noqa: E402
from lab.round_trips import measure_round_trips  # noqa: E402
from schemas.atlas import round_trip  # noqa: E402

STACK = "benchmark-network"
NETWORK, OPERATOR = "10.120.0.0/16", "10.121.0.0/24"
REGIONS = (
    "aws:us-east-1", "aws:eu-central-1", "aws:eu-west-2", "aws:ap-northeast-1", "gcp:us-east4", "gcp:europe-west3",
    "aws:ap-southeast-1", "aws:sa-east-1", "gcp:asia-northeast1", "aws:us-west-2", "gcp:us-central1", "aws:af-south-1",
)  # fmt: skip
P99_IDLE_MS, P99_LOADED_MS, TCP_MBIT_S_MIN, TCP_ROUND_TRIP_MS = 0.5, 1.0, 400.0, 30.0
PROBE_PRIORITY = 40
"""Below the router's 50: the instrument must not disturb what it measures, nor be late itself."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """One figure against its bound."""

    name: str
    value: float
    bound: str
    passed: bool


def build_router(folder: Path) -> Path:
    """Compile the router from this checkout, so that the figures belong to this source."""
    target = folder / "geofleet-router"
    source = REPOSITORY / "tools/router/router.c"
    subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-o", str(target), str(source)], check=True)
    return target


def address(region: int) -> str:
    """Return the one host's address of a region."""
    return f"10.120.{region}.10"


def namespace(region: int) -> str:
    """Return the namespace of a region's host."""
    return naming.host_namespace(STACK, f"host-{region}")


def asked_ms(regions: tuple[str, ...]) -> dict[tuple[int, int], float]:
    """Return the atlas's round trip for every pair of regions, by number, both ways round."""
    numbers = range(1, len(regions) + 1)
    return {(a, b): round_trip(regions[a - 1], regions[b - 1]).value_ms for a, b in itertools.permutations(numbers, 2)}


def set_links(asked: dict[tuple[int, int], float]) -> None:
    """Tell the router every pair's round trip, without jitter."""
    links.set_links(
        STACK, [links.Link(number=a, other=b, round_trip_ms=ms, jitter_ms=0.0) for (a, b), ms in asked.items() if a < b]
    )


def build(regions: tuple[str, ...], binary: Path) -> float:
    """Make the network with one host in each region; return the seconds that it took."""
    sweep.remove_stack(STACK, volumes=True)
    start = time.perf_counter()
    wan = network.WideAreaNetwork(stack=STACK, network_cidr=NETWORK, operator_cidr=OPERATOR)
    network.ensure_wan(wan)
    network.ensure_operator(wan)
    router.start_router(STACK, network_cidr=NETWORK, binary=binary)
    for number in range(1, len(regions) + 1):
        network.ensure_region(STACK, f"10.120.{number}.0/24")
        network.ensure_host(STACK, f"host-{number}", address=address(number))
    return time.perf_counter() - start


def errors_ms(asked: dict[tuple[int, int], float], samples: int) -> tuple[list[float], int]:
    """Return measured minus asked for every echo between regions, in ms, and how many were lost."""
    pairs = {ProbePath(namespace=namespace(a), target=address(b)): (a, b) for a, b in asked}
    measure_round_trips(list(pairs), count=2, interval_ms=1)  # neighbours and caches
    found = measure_round_trips(list(pairs), count=samples, interval_ms=4)
    errors = [ms - asked[pairs[path]] for path, values in found.items() for ms in values]
    return errors, samples * len(pairs) - len(errors)


@contextlib.contextmanager
def busy_cores() -> Iterator[None]:
    """Keep every core busy with a program of ordinary priority."""
    spin = [sys.executable, "-S", "-c", "while True: pass"]
    # The benchmark itself runs in real time, and children inherit that: spinning so they would starve the machine.
    ordinary = ["chrt", "--other", "0", *spin]
    programs = [subprocess.Popen(ordinary) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for program in programs:
            program.kill()
            program.wait()


@contextlib.contextmanager
def traffic(source: int, target: int, mbit_s: float) -> Iterator[None]:
    """Send datagrams of 1,400 bytes between two hosts at a rate, one millisecond's worth at a time."""
    sink = in_namespace(namespace(target), lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    sink.bind((address(target), 9))
    code = (
        "import socket,sys,time\n"
        "s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); due=time.monotonic(); owed=0.0\n"
        "while True:\n"
        f"    owed+={mbit_s * 1000 / 8 / 1400}; due+=0.001\n"
        "    while owed>=1: s.sendto(bytes(1400),(sys.argv[1],9)); owed-=1\n"
        "    time.sleep(max(0,due-time.monotonic()))\n"
    )
    words = [
        "chrt",
        "--other",
        "0",
        "nsenter",
        f"--net=/run/netns/{namespace(source)}",
        sys.executable,
        "-S",
        "-c",
        code,
        address(target),
    ]
    program = subprocess.Popen(words)
    try:
        yield
    finally:
        program.kill()
        program.wait()
        sink.close()


def tcp_mbit_s(source: int, target: int, seconds: float) -> float:
    """Return TCP throughput between two hosts, slow start left out, buffers as the kernel sizes them."""
    server = in_namespace(namespace(target), lambda: socket.create_server((address(target), 5001)))
    client = in_namespace(namespace(source), lambda: socket.create_connection((address(target), 5001), timeout=10))
    connection, _ = server.accept()
    ending = threading.Event()

    def send() -> None:
        block = bytes(1 << 20)
        with contextlib.suppress(OSError):
            while not ending.is_set():
                client.sendall(block)

    sender = threading.Thread(target=send)
    sender.start()
    buffer, received, warm = bytearray(1 << 20), 0, time.monotonic() + 1.5
    while time.monotonic() < warm + seconds:
        size = connection.recv_into(buffer)
        received += size if time.monotonic() >= warm else 0
    ending.set()
    connection.close()
    sender.join()
    client.close()
    server.close()
    return received * 8 / seconds / 1e6


def answers(asked: dict[tuple[int, int], float]) -> int:
    """Return how many echoes between regions are answered, of three per ordered pair."""
    paths = [ProbePath(namespace=namespace(a), target=address(b)) for a, b in asked]
    return sum(len(values) for values in measure_round_trips(paths, count=3, interval_ms=1).values())


def fails_closed(asked: dict[tuple[int, int], float], binary: Path) -> list[Check]:
    """Kill the router, then take the device away too: nothing may pass. Then mend it: all must pass."""
    state = router.read_router(STACK)
    assert state is not None
    os.kill(state.pid, signal.SIGKILL)
    time.sleep(0.1)
    killed = answers(asked)
    operator = ProbePath(namespace=naming.operator_namespace(STACK), target=address(1))
    reached = len(measure_round_trips([operator], count=3, interval_ms=1)[operator])
    change(naming.wan_namespace(STACK), [f"link delete {naming.TUN}"])
    removed = answers(asked)
    network.ensure_wan(network.WideAreaNetwork(stack=STACK, network_cidr=NETWORK, operator_cidr=OPERATOR))
    router.start_router(STACK, network_cidr=NETWORK, binary=binary)
    untold = answers(asked)
    set_links(asked)
    mended = answers(asked)
    everything = 3 * len(asked)
    return [
        Check(name="answers between regions, router killed", value=killed, bound="0", passed=killed == 0),
        Check(name="answers to the operator meanwhile", value=reached, bound="3", passed=reached == 3),
        Check(name="answers, device removed too", value=removed, bound="0", passed=removed == 0),
        Check(name="answers, new router that knows no link", value=untold, bound="0", passed=untold == 0),
        Check(name="answers, links set again", value=mended, bound=str(everything), passed=mended == everything),
    ]


SLEEPER = (
    "import os,time\n"
    "os.sched_setscheduler(0,os.SCHED_FIFO,os.sched_param(50)); late=[]\n"
    "try:\n"
    "    while True: start=time.monotonic(); time.sleep(0.003); late.append(time.monotonic()-start-0.003)\n"
    "except KeyboardInterrupt: late.sort(); print(late[int(len(late)*0.99)]*1000)\n"
)


@contextlib.contextmanager
def bare_sleeper(lateness_ms: list[float]) -> Iterator[None]:
    """Run beside: a program that only sleeps, with the router's priority; append how late it wakes (p99, ms).

    An echo waits for four such wakes. What the machine itself spoils shows here.
    """
    program = subprocess.Popen([sys.executable, "-S", "-c", SLEEPER], stdout=subprocess.PIPE, text=True)
    try:
        yield
    finally:
        program.send_signal(signal.SIGINT)
        lateness_ms.append(float(program.communicate()[0]))


def delay_checks(name: str, asked: dict[tuple[int, int], float], samples: int, bound_ms: float) -> list[Check]:
    """Measure under one condition: p50 with its sign, p99 and the largest error without."""
    lateness_ms: list[float] = []
    with bare_sleeper(lateness_ms):
        errors, lost = errors_ms(asked, samples)
    size = sorted(abs(error) for error in errors)
    p99 = size[int(len(size) * 0.99)]
    return [
        Check(name=f"{name}: p50 error, ms", value=sorted(errors)[len(errors) // 2], bound="-", passed=True),
        Check(name=f"{name}: p99 error, ms", value=p99, bound=f"<= {bound_ms}", passed=p99 <= bound_ms),
        Check(name=f"{name}: largest error, ms", value=size[-1], bound="-", passed=True),
        Check(name=f"{name}: lost echoes", value=lost, bound="0", passed=lost == 0),
        Check(name=f"{name}: p99 of a bare sleeper beside, ms", value=lateness_ms[0], bound="-", passed=True),
    ]


def measure(regions: tuple[str, ...], samples: int, binary: Path) -> list[Check]:
    """Run every measurement in turn."""
    built_s = build(regions, binary)
    asked = asked_ms(regions)
    set_links(asked)
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(PROBE_PRIORITY))
    checks = [Check(name=f"network of {len(regions)} regions and hosts made, s", value=built_s, bound="-", passed=True)]
    checks += delay_checks("idle", asked, samples, P99_IDLE_MS)
    with traffic(1, 2, 50):
        checks += delay_checks("50 Mbit/s beside", asked, samples, P99_LOADED_MS)
    with busy_cores():
        checks += delay_checks("every core busy", asked, samples, P99_LOADED_MS)
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    links.set_link(STACK, 1, 2, round_trip_ms=TCP_ROUND_TRIP_MS, jitter_ms=0)
    mbit_s = tcp_mbit_s(1, 2, 4)
    bound = f">= {TCP_MBIT_S_MIN:g}"
    checks.append(Check(name="TCP at 30 ms, Mbit/s", value=mbit_s, bound=bound, passed=mbit_s >= TCP_MBIT_S_MIN))
    return checks + fails_closed(asked, binary)


def main() -> int:
    """Measure, print, and say whether every figure was reached."""
    parser = argparse.ArgumentParser(description="Measure the emulated wide-area network.")
    parser.add_argument("--regions", type=int, default=6, choices=range(2, len(REGIONS) + 1))
    parser.add_argument("--samples", type=int, default=100, help="echoes per ordered pair and condition")
    parser.add_argument("--router", type=Path, help="use this binary instead of compiling tools/router/router.c")
    options = parser.parse_args()
    load = round(os.getloadavg()[0], 2)
    with tempfile.TemporaryDirectory() as folder:
        try:
            binary = options.router or build_router(Path(folder))
            checks = measure(REGIONS[: options.regions], options.samples, binary)
        finally:
            sweep.remove_stack(STACK, volumes=True)
    for check in checks:
        verdict = "" if check.bound == "-" else "ok" if check.passed else "MISSED"
        print(f"{check.name:50} {check.value:10.3f}  {check.bound:>8}  {verdict}", file=sys.stderr)
    values = {
        check.name: {"value": round(check.value, 4), "bound": check.bound, "passed": check.passed} for check in checks
    }
    result = {"schema": "geofleet/benchmark/v1", "benchmark": "emulated_network", "load_average_at_start": load}
    print(json.dumps({**result, "figures": values}))
    return 0 if all(check.passed for check in checks) else 1


if __name__ == "__main__":
    sys.exit(main())
