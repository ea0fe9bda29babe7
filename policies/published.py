"""What a stack's components publish, turned into the view that rules judge. Free of Pulumi: a state file will do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from policies.fleet_view import FleetView, Unknown, view_of
from policies.resources import HOST, Resource, Resources
from policies.settings import Settings
from schemas.atlas import PUBLISHED, Atlas
from schemas.errors import FleetError
from schemas.facts import FactsError, HostFacts
from schemas.terms import FleetTerms, NetworkTerms, terms_from_props

_Terms = TypeVar("_Terms", FleetTerms, NetworkTerms)
TOKENS = "geofleet:index:"
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
    """False for a stack that has none of geofleet's components, and no resource that a rule judges."""

    def urn_of(self, subject: str) -> str:
        """Return the component that a subject is; the network's for any other subject; empty without one."""
        return self.urns.get(subject, self.network_urn)


def published(
    components: Iterable[Component], atlas_of: Callable[[str], Atlas] = lambda _: PUBLISHED,
    settings_of: Callable[[str], Settings] = lambda _: Settings(), resources: Resources | None = None,
) -> Published:  # fmt: skip
    """Return what a stack publishes; the engine's order, which is not stable, does not count.

    Args:
        components: At least all of the tokens above; others are ignored.
        atlas_of: The stack's name to what is known of the world; may raise a `FleetError`, and then no fleet can be
            judged.
        settings_of: The stack's name to what is set of the rules; may raise a `FleetError`, with the same effect.
        resources: What the stack has at its providers; this alone makes a view of a stack without our components.
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
    made = resources or Resources()
    name, atlas, settings = stack_of([*ours, *made.all]), PUBLISHED, Settings()
    try:
        if ours:
            atlas = atlas_of(name)
        if name:
            settings = settings_of(name)
    except FleetError as error:
        unknown.append(Unknown(host=name, fleet="", reason=str(error)))
    # A network without any fleet is itself what has no hosts.
    fleets = [c.name for c in ours if c.token in FLEETS] or [c.name for c in ours if c.token == NETWORK]
    said = {c.name: found for c in ours if c.token in FLEETS for found in [_terms(c, FleetTerms, unknown)] if found}
    network = [found for c in ours if c.token == NETWORK for found in [_terms(c, NetworkTerms, unknown)] if found]
    view = view_of(facts, stack=name, unknown=unknown, declared=fleets).judged_with(atlas)
    view = replace(view, resources=made, environment=_environment(ours))
    return Published(
        view=settings.applied_to(view.saying(said, network[0] if len(network) == 1 else None)),
        urns={c.name: c.urn for c in ours if c.token != NETWORK},
        network_urn=next((c.urn for c in ours if c.token == NETWORK), ""),
        concerns_us=bool(ours or made.all),
    )


def _terms(component: Component, kind: type[_Terms], unknown: list[Unknown]) -> _Terms | None:
    """Return what a fleet or network says beyond promises; None when it says nothing that can be read."""
    fleet = component.name if component.token in FLEETS else ""
    if "terms" in component.unreadable:
        unknown.append(
            Unknown(host=component.name, fleet=fleet, reason=f"terms are not known: {component.unreadable['terms']}")
        )
        return None
    props = component.props.get("terms")
    if props is None:
        return None
    try:
        return terms_from_props(kind, props)
    except FleetError as error:
        unknown.append(Unknown(host=component.name, fleet=fleet, reason=error.problem))
    except (TypeError, ValueError) as error:
        unknown.append(Unknown(host=component.name, fleet=fleet, reason=f"malformed terms: {error}"))
    return None


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


def stack_of(found: Iterable[Component | Resource]) -> str:
    """Return the stack's name from a URN: `urn:pulumi:STACK::PROJECT::TYPE::NAME`; empty without any."""
    urn = next((one.urn for one in found), "")
    return urn.removeprefix("urn:pulumi:").partition("::")[0]


def _environment(ours: list[Component]) -> str:
    """Return what the network says its environment is; empty if it does not."""
    said = [c.props.get("environment") for c in ours if c.token == NETWORK]
    return next((name for name in said if isinstance(name, str)), "")
