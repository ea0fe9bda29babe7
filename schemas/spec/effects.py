"""What the format accepts and nothing acts on yet: `geofleet check` says so of every spec that uses it.

A field leaves this list in the change that makes it act. Until then nobody may rely on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from schemas.errors import FleetError
from schemas.spec.network import Network

Path = tuple[str | int, ...]

ANY = "*"
"""Stands for any key of a mapping, and any position of a list."""


@dataclass(frozen=True, kw_only=True)
class Effect:
    """One field without effect, or some of its values."""

    at: tuple[str, ...]
    """Where it stands; `*` for any name or position."""
    actor: str
    """What will act on it."""
    only: tuple[str, ...] = ()
    """Values that have no effect; any when empty."""
    is_needed: bool = False
    """Whether deploying without it would build something else than the spec says: then nothing is deployed."""

    @property
    def text(self) -> str:
        """Return the field as people write it: `fleets.*.sentries`."""
        return ".".join(self.at)


@dataclass(frozen=True, kw_only=True)
class Unacted:
    """A field of one spec that has no effect yet."""

    path: Path
    """Where this spec says it."""
    effect: Effect

    def text(self) -> str:
        """Return what to tell the reader."""
        rest = "; it cannot be deployed before" if self.effect.is_needed else ""
        return f"is checked, but has no effect yet: {self.effect.actor} will act on it{rest}"


class NotActedOnError(FleetError):
    """A spec needs something that nothing acts on yet, so what would be built is not what it says."""


_PLACEMENT = "placement"
_CLOUDS = "the back ends of AWS and GCP"
_SOFTWARE = "the workload catalogue"
_OPERATION = "upgrades and planned work"


def _effects(actor: str, *texts: str, is_needed: bool = False) -> Iterator[Effect]:
    for text in texts:
        at, _, only = text.partition(" = ")
        words = tuple(only.split(" | ")) if only else ()
        yield Effect(at=tuple(at.split(".")), actor=actor, only=words, is_needed=is_needed)


EFFECTS: tuple[Effect, ...] = (
    *_effects(
        _PLACEMENT,
        "sites",
    ),
    *_effects(
        _CLOUDS,
        "fleets.*.keys", "fleets.*.members.*.keys",
        is_needed=True,
    ),
    *_effects(
        _SOFTWARE,
        "fleets.*.client.name = custom", "fleets.*.members.*.client.name = custom", "fleets.*.client.url",
        "fleets.*.members.*.client.url", "fleets.*.signer.kind = remote_threshold", "fleets.*.sentries",
        "fleets.*.state_sync", "chains.*.genesis",
        is_needed=True,
    ),
    *_effects(
        _SOFTWARE,
        "chains.*.engine = external", "chains.*.operated = elsewhere", "chains.*.websocket",
        "chains.*.grpc", "chains.*.seeds", "chains.*.finality_s",
        "chains.*.address_prefix", "chains.*.confirmations", "fleets.*.ports",
        "fleets.*.missed_blocks_alarm", "fleets.*.wallets", "fleets.*.gas",
        "fleets.*.members.*.wallets", "fleets.*.alarms", "fleets.*.standby", "fleets.*.batches",
        "fleets.*.signing_key", "fleets.*.wallet", "fleets.*.members.*.wallet",
    ),
    *_effects(_OPERATION, "maintenance", "fleets.*.maintenance", "fleets.*.disruption", "chains.*.upgrades"),
)  # fmt: skip
"""Every field, or value of a field, that has no effect yet."""


def unacted(network: Network) -> tuple[Unacted, ...]:
    """Return every field that a spec sets and nothing acts on yet, in the order of the spec."""
    value = network.model_dump(mode="json", by_alias=True, exclude_unset=True)
    found = [Unacted(path=path, effect=effect) for effect in EFFECTS for path in _places(value, effect, ())]
    return tuple(sorted(found, key=lambda item: [str(part) for part in item.path]))


def _places(value: Any, effect: Effect, path: Path) -> Iterator[Path]:
    """Yield every place of a value that an effect is about, below a path."""
    rest = effect.at[len(path) :]
    if not rest:
        if value not in (None, [], {}) and (not effect.only or value in effect.only):
            yield path
        return
    if isinstance(value, dict):
        for key, inside in value.items():
            if rest[0] in (ANY, key):
                yield from _places(inside, effect, (*path, key))
    elif isinstance(value, list) and rest[0] == ANY:
        for position, inside in enumerate(value):
            yield from _places(inside, effect, (*path, position))


def require_deployable(network: Network) -> None:
    """Refuse a spec that could be built only as something else than it says.

    Raises:
        NotActedOnError: Something that it needs is acted on by nothing yet; the message has all of it.
    """
    needed = [found for found in unacted(network) if found.effect.is_needed]
    if needed:
        lines = [f"{'.'.join(str(part) for part in found.path)} {found.text()}" for found in needed]
        raise NotActedOnError(
            "\n".join(lines), remedy="Check and plan it as it is; to deploy it now, remove these from the spec."
        )
