"""What the hosts of a fleet run and carry, from the spec: no choice is made here."""

from __future__ import annotations

from schemas.plan import PathPlan, Relaying
from schemas.spec import CatalogueClient, Fleet, Network, ValidatorFleet
from schemas.spec.relayers import RelayerFleet
from schemas.workloads import CATALOGUE, Assignment, Trait


def beside_of(network: Network, fleet: Fleet) -> tuple[Assignment, ...]:
    """Return the full nodes that a fleet's hosts run beside their client: one for each chain that relayers touch.

    A chain's full node is of the same client and version as its validators: those
    of the first fleet by name that makes it. Chains operated elsewhere have none.
    """
    client = fleet.client
    if not isinstance(client, CatalogueClient) or Trait.RELAYER not in CATALOGUE[client.name].traits:
        return ()
    relaying = relaying_of(fleet)
    makers = {chain: _maker(network, chain) for chain in (relaying.chains if relaying else ())}
    return tuple(
        Assignment(client=maker.name, version=maker.version, chain=chain) for chain, maker in makers.items() if maker
    )


def _maker(network: Network, chain: str) -> CatalogueClient | None:
    clients = [
        fleet.client
        for _, fleet in sorted(network.fleets.items())
        if isinstance(fleet, ValidatorFleet) and fleet.chain == chain
    ]
    return next((client for client in clients if isinstance(client, CatalogueClient)), None)


def relaying_of(fleet: Fleet) -> Relaying | None:
    """Return what a fleet of relayers carries; None for other roles, and for relayers without paths."""
    if not isinstance(fleet, RelayerFleet) or not fleet.paths:
        return None
    return Relaying(
        paths=tuple(
            PathPlan(source=path.source, destination=path.destination, channels=path.channels) for path in fleet.paths
        ),
        clear_interval_blocks=fleet.clear_interval_blocks,
        clear_on_start=fleet.clear_on_start,
        client_refresh=fleet.client_refresh,
    )
