"""simapp: the declaration made into units, configuration and genesis. Everything of CometBFT is CometBFT's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from components.bootstrap.clients.cometbft.config import node_config
from components.bootstrap.clients.cometbft.unit import GUARD, node_unit
from components.bootstrap.clients.rendering import Rendering, UnitSections, View
from components.bootstrap.clients.simapp.app_config import app_config
from components.bootstrap.clients.simapp.genesis import genesis
from schemas import workloads
from schemas.plan import HostPlan
from schemas.workloads import Service


def _units(service: Service, address: str) -> Mapping[str, UnitSections]:
    del address
    [program] = service.workload.programs
    description = f"simapp full node of {service.chain}" if service.chain else "simapp validator"
    return {service.units[0]: node_unit(service, program=program, description=description, command="start")}


def _files(view: View, host: HostPlan, service: Service) -> Mapping[str, str]:
    fleet = view.plan.fleet(host.fleet)
    chain = service.chain or fleet.chain
    known = next(c for c in view.plan.chains if c.chain == chain)
    config = node_config(view.plan, view.ledger, host, service=service, chain=chain)
    app = app_config(
        fee_per_gas=known.fee_per_gas,
        denomination=known.fee_denomination,
        grpc_port=service.port("grpc"),
        # A full node beside a relayer keeps what proofs need, whatever the validators keep.
        pruning=None if service.chain else fleet.pruning,
    )
    return {
        f"{service.name}/app.toml": app.to_toml(),
        f"{service.name}/config.toml": replace(config, proxy_app="").to_toml(),
        f"{service.name}/genesis.json": view.genesis[chain],
    }


SIMAPP = Rendering(workload=workloads.SIMAPP, units=_units, files=_files, programs=GUARD, genesis=genesis)
