from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from components.bootstrap import clients
from components.bootstrap.clients.catalogue import RENDERINGS
from schemas.workloads import BASE_PORTS, CATALOGUE, PORT_STRIDE, Assignment, services_of

CLIENTS = sorted(CATALOGUE)


def alone(client: str, *, chain: str = "") -> Assignment:
    return Assignment(client=client, version="1.0.0", chain=chain)


def test_every_declaration_has_its_rendering() -> None:
    assert sorted(RENDERINGS) == CLIENTS
    for client, rendering in RENDERINGS.items():
        assert rendering.workload is CATALOGUE[client]


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_is_a_folder_of_its_name(client: str) -> None:
    [package] = clients.__path__
    assert (Path(package) / client.replace("-", "_") / "rendering.py").is_file()


def test_no_two_clients_share_a_user() -> None:
    taken = Counter(declared.user_id for declared in CATALOGUE.values())
    assert [user for user, times in taken.items() if times > 1] == []
    assert not taken.keys() & {930, 932}, "the operator's and the agent's"
    assert len({declared.user for declared in CATALOGUE.values()}) == len(CATALOGUE)


def test_no_two_services_of_a_host_share_a_port() -> None:
    everything = [alone(client, chain=chain) for client in CLIENTS for chain in ("one-1", "two-1")]
    numbers = Counter(port.number for service in services_of(everything) for port in service.ports) + Counter(
        port.number for port in BASE_PORTS
    )
    assert [number for number, times in numbers.items() if times > 1] == []


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_renders_the_units_that_it_declares(client: str) -> None:
    for chain in ("", "perps-1"):
        [service] = services_of([alone(client, chain=chain)])
        units = RENDERINGS[client].units(service, "10.120.1.10")
        assert set(service.units) <= set(units)
        for unit in service.units:
            assert ("User", service.workload.user) in units[unit]["Service"]
            assert ("NoNewPrivileges", "yes") in units[unit]["Service"]


def test_a_second_service_has_names_and_ports_of_its_own() -> None:
    first, second = services_of([alone("cometbft"), alone("cometbft", chain="perps-1")])
    assert (first.name, second.name) == ("cometbft", "cometbft-perps-1")
    assert second.units == ("cometbft-perps-1.service",)
    assert second.port("rpc") == first.port("rpc") + PORT_STRIDE
    assert [port.name for port in second.ports] == ["p2p of perps-1", "rpc of perps-1", "metrics of perps-1"]


@pytest.mark.parametrize("client", sorted(CATALOGUE))
def test_signs_of_work_can_be_read(client: str) -> None:
    workload = CATALOGUE[client]
    assert not workload.signs or any(port.metrics_path for port in workload.ports), "nothing serves its metrics"
    assert len({sign.tells for sign in workload.signs}) == len(workload.signs), "two metrics tell the same"
