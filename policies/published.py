"""What a stack's components publish, turned into the view that rules judge. Free of Pulumi: a state file will do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from policies.fleet_view import FleetView, Unknown, view_of
from schemas.atlas import PUBLISHED, Atlas
from schemas.errors import FleetError
from schemas.facts import FactsError, HostFacts

TOKENS = "geofleet:index:"
HOST = f"{TOKENS}Host"
NETWORK = f"{TOKENS}Network"
FLEETS = tuple(f"{TOKENS}{role}Fleet" for role in ("Validator", "Relayer", "Sequencer", "Oracle"))

FACT_NAMES = tuple(HostFacts.__dataclass_fields__)


@dataclass(frozen=True, kw_only=True)
class Component:
    """One of geofleet's components, as plain values."""

    token: str
    urn: str
    name: str
    props: Mapping[str, Any]
    """What could be read."""
    unreadable: Mapping[str, str] = field(default_factory=dict)
    """Property to the reason why it could not be read."""


@dataclass(frozen=True, kw_only=True)
class Published:
    """A stack's view, and which component each subject is."""

    view: FleetView
    urns: Mapping[str, str]
    """Name of a fleet or host to its component's URN."""
    network_urn: str
    concerns_us: bool
    """False for a stack that has none of geofleet's components."""

    def urn_of(self, subject: str) -> str:
        """Return the component that a subject is; the network's for any other subject; empty without one."""
        return self.urns.get(subject, self.network_urn)


def published(components: Iterable[Component], atlas_of: Callable[[str], Atlas] = lambda _: PUBLISHED) -> Published:
    """Return what a stack publishes; the engine's order, which is not stable, does not count.

    Args:
        components: At least all of the tokens above; others are ignored.
        atlas_of: The stack's name to what is known of the world; may raise a `FleetError`, and then no fleet can be
            judged.
    """
    ours = sorted((c for c in components if c.token in (HOST, NETWORK, *FLEETS)), key=lambda c: c.urn)
    facts: list[HostFacts] = []
    unknown: list[Unknown] = []
    for component in ours:
        if component.token == HOST:
            found = _facts(component)
            if isinstance(found, HostFacts):
                facts.append(found)
            else:
                unknown.append(found)
    name, atlas = _stack(ours), PUBLISHED
    try:
        atlas = atlas_of(name) if ours else PUBLISHED
    except FleetError as error:
        unknown.append(Unknown(host=name, fleet="", reason=str(error)))
    # A network without any fleet is itself what has no hosts.
    fleets = [c.name for c in ours if c.token in FLEETS] or [c.name for c in ours if c.token == NETWORK]
    return Published(
        view=view_of(facts, stack=name, unknown=unknown, declared=fleets).judged_with(atlas),
        urns={c.name: c.urn for c in ours if c.token != NETWORK},
        network_urn=next((c.urn for c in ours if c.token == NETWORK), ""),
        concerns_us=bool(ours),
    )


def _facts(component: Component) -> HostFacts | Unknown:
    """Return a host's facts, or why they are unknown."""
    unread = [f"{name} ({why})" for name, why in sorted(component.unreadable.items())]
    if unread:
        return _unknown(component, f"not known: {', '.join(unread)}")
    try:
        return HostFacts.from_props(component.props)
    except FactsError as error:
        return _unknown(component, error.problem)
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        return _unknown(component, f"malformed facts: {type(error).__name__}: {error}")


def _unknown(component: Component, reason: str) -> Unknown:
    fleet = component.props.get("fleet")
    return Unknown(host=component.name, fleet=fleet if isinstance(fleet, str) else "", reason=reason)


def _stack(ours: list[Component]) -> str:
    """Return the stack's name from a URN: `urn:pulumi:STACK::PROJECT::TYPE::NAME`."""
    return ours[0].urn.removeprefix("urn:pulumi:").partition("::")[0] if ours else ""
