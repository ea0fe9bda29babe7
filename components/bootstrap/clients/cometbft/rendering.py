"""CometBFT with its key-value application: the declaration made into units, configuration and genesis."""

from __future__ import annotations

from collections.abc import Mapping

from components.bootstrap.clients.cometbft.config import node_config
from components.bootstrap.clients.cometbft.genesis import genesis
from components.bootstrap.clients.cometbft.unit import GUARD, node_unit
from components.bootstrap.clients.rendering import Rendering, UnitSections, View
from schemas import workloads
from schemas.plan import HostPlan
from schemas.workloads import Service


def _units(service: Service, address: str) -> Mapping[str, UnitSections]:
    del address
    [program] = service.workload.programs
    description = f"CometBFT full node of {service.chain}" if service.chain else "CometBFT validator"
    return {service.units[0]: node_unit(service, program=program, description=description, command="start")}


def _files(view: View, host: HostPlan, service: Service) -> Mapping[str, str]:
    chain = service.chain or view.plan.fleet(host.fleet).chain
    config = node_config(view.plan, view.ledger, host, service=service, chain=chain)
    return {
        f"{service.name}/config.toml": config.to_toml(),
        f"{service.name}/genesis.json": view.genesis[chain],
    }


COMETBFT = Rendering(workload=workloads.COMETBFT, units=_units, files=_files, programs=GUARD, genesis=genesis)
