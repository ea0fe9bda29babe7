"""What a spec says beyond promises and places: figures that rules judge, plain and known at preview.

Fleets publish theirs, the network publishes its own, once each; hosts do not repeat them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from schemas.errors import FleetError


class TermsError(FleetError):
    """Properties that should be a fleet's or a network's terms are not."""


@dataclass(frozen=True, kw_only=True)
class RaftTerms:
    """Timers of an election."""

    heartbeat_ms: float
    election_timeout_ms: float
    lease_s: float


@dataclass(frozen=True, kw_only=True)
class SignerTerms:
    """How a validator's key is split; places of the shares are not in it."""

    threshold: int
    shares: int
    survive: tuple[str, ...] = ()
    """Kinds of domain of which one may be lost while signing goes on."""
    to_validator_ms_max: float
    timeout_ms: float


@dataclass(frozen=True, kw_only=True)
class SentryTerms:
    """Nodes that the world sees instead of validators."""

    per_validator: int
    regions: tuple[str, ...]
    """Regions that they may be in, patterns resolved."""


@dataclass(frozen=True, kw_only=True)
class WindowTerms:
    """A window for planned work: by `cron`, or by `weekdays` and `time`."""

    cron: str = ""
    weekdays: tuple[str, ...] = ()
    time: str = ""
    duration_minutes: int
    timezone: str


@dataclass(frozen=True, kw_only=True)
class PairTerms:
    """One price."""

    pair: str
    sources: tuple[str, ...]
    sources_min: int
    heartbeat_s: float
    age_s_max: float
    """Age at which a source's price is not used any more, `heartbeat_s` where the spec says nothing."""


@dataclass(frozen=True, kw_only=True)
class PathTerms:
    """Two chains between which packets are carried."""

    source: str
    destination: str


@dataclass(frozen=True, kw_only=True)
class FleetTerms:
    """One fleet's; what its role does not have stays empty."""

    chain: str = ""
    """Chain that the fleet makes, orders or reports to."""
    unavailable_max: int = 1
    """Members that planned work may take out at once."""
    maintenance: tuple[WindowTerms, ...] = ()
    """Its windows, or the network's where it names none."""
    standby: int = 0
    """Members that follow without a vote."""
    raft: RaftTerms | None = None
    signer: SignerTerms | None = None
    """Set where a threshold signs."""
    sentries: SentryTerms | None = None
    double_sign_check_blocks: int = 0
    pruning: str = ""
    """Strategy; empty where the client's default holds."""
    keep_blocks: int | None = None
    missed_blocks_alarm: int | None = None
    client_expiry_s_min: float | None = None
    """Time left to a light client at which operators are called."""
    alarms: tuple[str, ...] = ()
    """Names of the alarms that are set."""
    paths: tuple[PathTerms, ...] = ()
    client_refresh: float | None = None
    """Part of the trusting period after which a light client is refreshed (relayers)."""
    wallets: tuple[str, ...] = ()
    """Chains on which every member has a wallet of its own."""
    pairs: tuple[PairTerms, ...] = ()
    batches_to: str = ""
    """Chain that blocks are posted to."""
    cost_usd_per_month_max: float | None = None
    confidential: str = ""
    """`preferred` or `required`: whether hosts must have encrypted memory or enclaves; empty where they need not."""


@dataclass(frozen=True, kw_only=True)
class UpgradeTerms:
    """A change of software at one height."""

    height: int
    client: str
    version: str


@dataclass(frozen=True, kw_only=True)
class ChainTerms:
    """One chain, made here or elsewhere."""

    chain: str
    engine: str
    is_made_here: bool
    block_time_ms: float
    endpoints: tuple[str, ...] = ()
    """Hosts of its RPC endpoints, each once, sorted; URLs may hold keys and are not repeated."""
    unbonding_period_s: float | None = None
    trusting_period_s: float | None = None
    upgrades: tuple[UpgradeTerms, ...] = ()


@dataclass(frozen=True, kw_only=True)
class HubTerms:
    """One hub, by how well it is known where it is."""

    hub: str
    grade: str = ""
    """`A`, `B` or `C` of the atlas; empty for a region that the spec names."""


@dataclass(frozen=True, kw_only=True)
class NetworkTerms:
    """What the spec says of the whole network."""

    chains: tuple[ChainTerms, ...] = ()
    hubs: tuple[HubTerms, ...] = ()
    cost_usd_per_month_max: float | None = None

    def chain(self, name: str) -> ChainTerms | None:
        """Return one chain; None when the spec has none of this name."""
        return next((chain for chain in self.chains if chain.chain == name), None)


_Terms = TypeVar("_Terms", FleetTerms, NetworkTerms)


_ADAPTERS: dict[type, TypeAdapter[Any]] = {}
"""Made when they are first needed: a plan's check never does, and it takes 30 ms."""


def terms_to_props(terms: FleetTerms | NetworkTerms) -> dict[str, Any]:
    """Return terms as plain values, without what is not said."""
    return _plain(asdict(terms))  # type: ignore[no-any-return]  # a mapping stays a mapping


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items() if inner not in (None, (), "")}
    return [_plain(inner) for inner in value] if isinstance(value, tuple) else value


def terms_from_props(kind: type[_Terms], props: Mapping[str, Any]) -> _Terms:
    """Return terms from plain values; whole numbers may arrive as floats, and newer keys are left out.

    Raises:
        TermsError: A value has the wrong form; the message names it.
    """
    adapter: TypeAdapter[_Terms] = _ADAPTERS.setdefault(kind, _ADAPTERS.get(kind) or TypeAdapter(kind))
    try:
        found: _Terms = adapter.validate_python(dict(props))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise TermsError(
            f"terms are malformed: {place}: {first['msg']}", remedy="Create fleets with geofleet's components."
        ) from None
    return found
