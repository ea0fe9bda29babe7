"""What the hosts of a fleet run and carry, from the spec: no choice is made here."""

from __future__ import annotations

from schemas.feeding import EvmTarget, Feeding, PairPlan
from schemas.plan import (
    FEE_DENOMINATION,
    FEE_PER_GAS,
    UNBONDING_PERIOD_S,
    ChainPlan,
    PathPlan,
    PruningPlan,
    Relaying,
)
from schemas.spec import CatalogueClient, CometbftChain, EvmChain, Fleet, Network, ValidatorFleet
from schemas.spec.oracles import OracleFleet
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


def pruning_of(fleet: Fleet) -> PruningPlan | None:
    """Return how much history a fleet's nodes keep; None where the spec does not say."""
    pruning = fleet.pruning if isinstance(fleet, ValidatorFleet) else None
    if pruning is None:
        return None
    return PruningPlan(
        strategy=pruning.strategy, keep_blocks=pruning.keep_blocks, interval_blocks=pruning.interval_blocks
    )


def feeding_of(network: Network, fleet: Fleet) -> Feeding | None:
    """Return what a fleet of oracles reports; None for other roles, and for oracles without pairs."""
    if not isinstance(fleet, OracleFleet) or not fleet.pairs:
        return None
    pairs = tuple(
        PairPlan(
            pair=name,
            sources=tuple(sorted(pair.sources)),
            sources_min=pair.sources_min,
            deviation_bps=pair.deviation_bps,
            heartbeat_s=pair.heartbeat_s,
            age_s_max=float(pair.age_s_max or pair.heartbeat_s),
            outlier_rule=pair.outliers.rule,
            outlier_limit=pair.outliers.limit,
        )
        for name, pair in sorted(fleet.pairs.items())
    )
    chain = network.chains.get(fleet.chain or "")
    if not isinstance(chain, EvmChain):
        return Feeding(pairs=pairs)
    return Feeding(
        pairs=pairs,
        target=EvmTarget(
            chain=str(fleet.chain), chain_number=chain.chain_number, block_time_ms=chain.block_time_ms, rpc=chain.rpc
        ),
    )


def chain_plan(chain: str, known: CometbftChain) -> ChainPlan:
    """Return a chain with what the spec leaves out filled in."""
    unbonding_s = known.unbonding_period_s or UNBONDING_PERIOD_S
    return ChainPlan(
        chain=chain,
        engine=known.engine,
        block_time_ms=known.block_time_ms,
        unbonding_period_s=int(unbonding_s),
        trusting_period_s=int(known.trusting_period_s or unbonding_s * 2 // 3),
        fee_per_gas=known.gas_price.amount if known.gas_price else FEE_PER_GAS,
        fee_denomination=known.gas_price.denomination if known.gas_price else FEE_DENOMINATION,
    )
