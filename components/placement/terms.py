"""From the spec to what rules judge beyond promises and places; makes no choice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

from schemas import atlas
from schemas.loading.meaning import allowed_regions
from schemas.spec import (
    AtlasHub,
    Chain,
    CometbftChain,
    Fleet,
    Hub,
    Maintenance,
    Network,
    OracleFleet,
    Pair,
    RelayerFleet,
    Sentries,
    SequencerFleet,
    ValidatorFleet,
)
from schemas.spec.validators import ThresholdSigner
from schemas.terms import (
    ChainTerms,
    FleetTerms,
    HubTerms,
    NetworkTerms,
    PairTerms,
    PathTerms,
    RaftTerms,
    SentryTerms,
    SignerTerms,
    UpgradeTerms,
    WindowTerms,
)


def network_terms(network: Network) -> NetworkTerms:
    """Return what a spec says of the whole network."""
    return NetworkTerms(
        chains=tuple(_chain(name, chain) for name, chain in sorted(network.chains.items())),
        hubs=tuple(HubTerms(hub=name, grade=_grade(hub)) for name, hub in sorted(network.hubs.items())),
        cost_usd_per_month_max=network.budget.cost_usd_per_month_max if network.budget else None,
    )


def fleet_terms(network: Network, fleet: Fleet) -> FleetTerms:
    """Return what a spec says of one fleet beyond its promises."""
    of_role: dict[str, Any] = {}
    if isinstance(fleet, ValidatorFleet):
        of_role = _validator(network, fleet)
    elif isinstance(fleet, RelayerFleet):
        of_role = _relayer(fleet)
    elif isinstance(fleet, SequencerFleet):
        of_role = _sequencer(fleet)
    elif isinstance(fleet, OracleFleet):
        of_role = _oracle(fleet)
    return FleetTerms(
        chain=fleet.chain_id or "",
        unavailable_max=fleet.disruption.unavailable_max,
        maintenance=tuple(_window(window) for window in fleet.maintenance or network.maintenance),
        cost_usd_per_month_max=fleet.budget.cost_usd_per_month_max if fleet.budget else None,
        confidential="" if fleet.confidential == "none" else fleet.confidential,
        **of_role,
    )


def _validator(network: Network, fleet: ValidatorFleet) -> dict[str, Any]:
    signer, sentries = fleet.signer, fleet.sentries
    return {
        "signer": SignerTerms(
            threshold=signer.threshold, shares=signer.shares,
            survive=tuple(kind.value for kind in signer.survive.domains()),
            to_validator_ms_max=signer.to_validator_ms_max, timeout_ms=signer.timeout_ms,
        ) if isinstance(signer, ThresholdSigner) else None,
        "sentries": SentryTerms(
            per_validator=sentries.per_validator, regions=_regions(network, sentries)
        ) if sentries else None,
        "double_sign_check_blocks": fleet.double_sign_check_blocks,
        "pruning": fleet.pruning.strategy if fleet.pruning else "",
        "keep_blocks": fleet.pruning.keep_blocks if fleet.pruning else None,
        "missed_blocks_alarm": fleet.missed_blocks_alarm,
    }  # fmt: skip


def _regions(network: Network, sentries: Sentries) -> tuple[str, ...]:
    """Return the regions that sentries may be in, sorted."""
    usable = allowed_regions(network)
    patterns = sentries.regions or ("*",)
    return tuple(region for region in usable if any(fnmatchcase(region, pattern) for pattern in patterns))


def _relayer(fleet: RelayerFleet) -> dict[str, Any]:
    alarms = fleet.alarms.model_dump(exclude_none=True)
    chains = {chain for path in fleet.paths for chain in (path.source, path.destination)}
    return {
        "paths": tuple(PathTerms(source=path.source, destination=path.destination) for path in fleet.paths),
        "client_refresh": fleet.client_refresh,
        "alarms": tuple(sorted(alarms)),
        "client_expiry_s_min": fleet.alarms.client_expiry_s_min,
        "wallets": tuple(
            chain for chain in sorted(chains)
            if _has_wallet(fleet.wallets.get(chain), [member.wallets.get(chain) for member in fleet.members])
        ),
    }  # fmt: skip


def _sequencer(fleet: SequencerFleet) -> dict[str, Any]:
    raft = fleet.raft
    return {
        "standby": fleet.standby,
        "raft": RaftTerms(
            heartbeat_ms=raft.heartbeat_ms, election_timeout_ms=raft.election_timeout_ms, lease_s=raft.lease_s
        ) if raft else None,
        "batches_to": fleet.batches.chain if fleet.batches else "",
    }  # fmt: skip


def _oracle(fleet: OracleFleet) -> dict[str, Any]:
    own = fleet.chain is not None and _has_wallet(fleet.wallet, [member.wallet for member in fleet.members])
    return {
        "pairs": tuple(_pair(name, pair) for name, pair in sorted(fleet.pairs.items())),
        "wallets": (fleet.chain,) if own else (),
    }


def _has_wallet(shared: str | None, members: Iterable[str | None]) -> bool:
    """Return whether every member has a wallet; that no two share one is judged when the spec is read (SPEC337)."""
    listed = list(members)
    return shared is not None or (bool(listed) and all(listed))


def _pair(name: str, pair: Pair) -> PairTerms:
    return PairTerms(
        pair=name, sources=pair.sources, sources_min=pair.sources_min, heartbeat_s=pair.heartbeat_s,
        age_s_max=pair.age_s_max or pair.heartbeat_s,
    )  # fmt: skip


def _window(window: Maintenance) -> WindowTerms:
    return WindowTerms(
        cron=window.cron or "", weekdays=tuple(window.weekdays), time=window.time or "",
        duration_minutes=window.duration_minutes, timezone=window.timezone,
    )  # fmt: skip


def _chain(name: str, chain: Chain) -> ChainTerms:
    known: Mapping[str, Any] = {}
    if isinstance(chain, CometbftChain):
        known = {"unbonding_period_s": chain.unbonding_period_s, "trusting_period_s": chain.trusting_period_s}
    return ChainTerms(
        chain=name, engine=chain.engine, is_made_here=chain.operated == "here",
        block_time_ms=chain.block_time_ms, endpoints=tuple(sorted(set(_hosts(chain.rpc)))),
        upgrades=tuple(
            UpgradeTerms(height=upgrade.height, client=upgrade.client, version=upgrade.version)
            for upgrade in chain.upgrades
        ),
        **known,
    )  # fmt: skip


def _hosts(urls: Iterable[str]) -> Iterator[str]:
    for url in urls:
        yield urlsplit(url).hostname or ""


def _grade(hub: Hub) -> str:
    known = atlas.hubs().get(hub.atlas) if isinstance(hub, AtlasHub) else None
    return known.grade.value if known else ""
