"""`app.toml` of the Cosmos SDK (v0.50) as data; what is not named here keeps the SDK's own default."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

import tomli_w

from schemas.plan import PruningPlan


@dataclass(frozen=True, kw_only=True)
class Api:
    """REST: nobody asks it, so it is off."""

    enable: bool = False


@dataclass(frozen=True, kw_only=True)
class Grpc:
    """Asked by relayers on the same host."""

    address: str
    enable: bool = True


@dataclass(frozen=True, kw_only=True)
class GrpcWeb:
    """For browsers; off."""

    enable: bool = False


@dataclass(frozen=True, kw_only=True)
class AppConfig:
    """One node's `app.toml`."""

    minimum_gas_prices: str
    """What a transaction must offer, such as `0.025stake`: a node that asks nothing relays spam for free."""
    grpc: Grpc
    pruning: str = "default"
    pruning_keep_recent: str = "0"
    pruning_interval: str = "0"
    iavl_cache_size: int = 100_000
    """Nodes of the state tree in memory: an eighth of the default, which is meant for chains of gigabytes."""
    api: Api = field(default_factory=Api)
    grpc_web: GrpcWeb = field(default_factory=GrpcWeb)

    def to_toml(self) -> str:
        """Return the file's text."""
        value = _dashed(asdict(self))
        return tomli_w.dumps(dict(sorted(value.items(), key=lambda item: (isinstance(item[1], dict), item[0]))))


def app_config(*, fee_per_gas: float, denomination: str, grpc_port: int, pruning: PruningPlan | None) -> AppConfig:
    """Return a node's configuration.

    Args:
        fee_per_gas: Least price of a unit of gas, in `denomination`.
        denomination: Coin that fees are paid in.
        grpc_port: Where gRPC answers, on loopback.
        pruning: How much history is kept; None: the SDK's default, the states of 362,880 blocks: three weeks at five
            seconds, which relayers need for proofs while a light client is trusted.
    """
    return AppConfig(
        minimum_gas_prices=f"{Decimal(repr(fee_per_gas)).normalize():f}{denomination}",
        grpc=Grpc(address=f"127.0.0.1:{grpc_port}"),
        pruning=pruning.strategy if pruning else "default",
        pruning_keep_recent=str((pruning and pruning.keep_blocks) or 0),
        pruning_interval=str((pruning and pruning.interval_blocks) or 0),
    )


def _dashed(value: dict[str, Any]) -> dict[str, Any]:
    """Return names as the SDK writes them."""
    return {
        name.replace("_", "-"): _dashed(inner) if isinstance(inner, dict) else inner for name, inner in value.items()
    }
