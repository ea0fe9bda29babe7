"""Renderings by client: the other half of `schemas.workloads.CATALOGUE`."""

from __future__ import annotations

from collections.abc import Sequence

from components.bootstrap.clients.airnode_feed.rendering import AIRNODE_FEED
from components.bootstrap.clients.cometbft.rendering import COMETBFT
from components.bootstrap.clients.confio_relayer.rendering import CONFIO_RELAYER
from components.bootstrap.clients.etcd_sequencer.rendering import ETCD_SEQUENCER
from components.bootstrap.clients.rendering import HostProgram, Rendering
from components.bootstrap.clients.simapp.rendering import SIMAPP
from components.bootstrap.members import validators_of
from schemas.ledger import Ledger
from schemas.plan import Plan
from schemas.workloads import Service

RENDERINGS: dict[str, Rendering] = {
    rendering.workload.client: rendering
    for rendering in (AIRNODE_FEED, COMETBFT, CONFIO_RELAYER, ETCD_SEQUENCER, SIMAPP)
}
"""Client to rendering; a test holds it beside the declarations."""


def rendering_of(service: Service) -> Rendering:
    """Return how a service is rendered."""
    return RENDERINGS[service.workload.client]


def host_programs(services: Sequence[Service]) -> tuple[HostProgram, ...]:
    """Return the programs of our own that services run, each once, sorted by name."""
    found = {program.name: program for service in services for program in rendering_of(service).programs}
    return tuple(found[name] for name in sorted(found))


def genesis_files(plan: Plan, ledger: Ledger) -> dict[str, str]:
    """Return the genesis of every chain that the plan's validators make with a client of the catalogue.

    Raises:
        MissingKeyError: The ledger lacks a key that the genesis names.
    """
    found: dict[str, str] = {}
    for chain in plan.chains:
        clients = sorted({host.client for host in validators_of(plan, chain.chain)} & RENDERINGS.keys())
        makers = {make for client in clients if (make := RENDERINGS[client].genesis)}
        assert len(makers) <= 1, f"{chain.chain} is made by clients of different applications: {clients}"
        for make in makers:
            found[chain.chain] = make(plan, ledger, chain.chain)
    return found
