"""A small lab of its own for every module: three regions, four hosts, a router compiled from this checkout."""

from __future__ import annotations

import itertools
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from lab import links, naming, network, router, sweep
from lab import round_trips as trips
from schemas.locations import REPOSITORY

NETWORK, OPERATOR = "10.120.0.0/16", "10.121.0.0/24"
HOSTS = {"a-1": "10.120.1.10", "a-2": "10.120.1.11", "b-1": "10.120.2.10", "c-1": "10.120.3.10"}
_numbers = itertools.count(1)


@dataclass(frozen=True, kw_only=True)
class Lab:
    """Hosts a-1 and a-2 in region 1, b-1 in region 2, c-1 in region 3; all links 20 ms."""

    wan: network.WideAreaNetwork
    router: Path

    @property
    def stack(self) -> str:
        return self.wan.stack

    def mend(self) -> None:
        """Make everything right, as `up` does."""
        network.ensure_wan(self.wan)
        network.ensure_operator(self.wan)
        router.start_router(self.stack, network_cidr=NETWORK, binary=self.router)
        for number in (1, 2, 3):
            network.ensure_region(self.stack, f"10.120.{number}.0/24")
        for host, address in HOSTS.items():
            network.ensure_host(self.stack, host, address=address)
        router.ask(self.stack, ["reset"])
        for a, b in ((1, 2), (1, 3), (2, 3)):
            links.set_link(self.stack, a, b, round_trip_ms=20, jitter_ms=0)

    def namespace(self, host: str) -> str:
        return naming.host_namespace(self.stack, host)

    def round_trips(self, host: str, target: str, *, count: int = 2, interval_ms: float = 1) -> list[float]:
        """Return the round trips in ms from a host (or the operator) to a host; an echo without answer is left out."""
        path = trips.Path(namespace=naming.host_namespace(self.stack, host), target=HOSTS[target])
        return trips.measure_round_trips([path], count=count, interval_ms=interval_ms, wait_ms=250)[path]


@pytest.fixture(scope="session")
def router_binary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("router") / "geofleet-router"
    source = REPOSITORY / "tools/router/router.c"
    subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", str(target), str(source)], check=True)
    return target


@pytest.fixture(scope="module")
def module_lab(router_binary: Path) -> Iterator[Lab]:
    stack = f"test{os.getpid()}-{next(_numbers)}"
    wan = network.WideAreaNetwork(stack=stack, network_cidr=NETWORK, operator_cidr=OPERATOR)
    made = Lab(wan=wan, router=router_binary)
    try:
        made.mend()
        yield made
    finally:
        sweep.remove_stack(stack, volumes=True)


@pytest.fixture
def lab(module_lab: Lab) -> Lab:
    """The module's lab, made right before every test."""
    module_lab.mend()
    return module_lab
