"""What every host publishes about itself: once, as inputs and as registered outputs.

Rules, policy pack, inventory and verification read only these. Every value is
plain and known at preview.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from schemas.errors import FleetError
from schemas.plan import (
    HostPlan,
    Plan,
    Promises,
    assignments_of,
    promises_from_props,
    promises_to_props,
    whole,
)
from schemas.roles import Role
from schemas.workloads import Assignment, Service, Trait, services_of


class FactsError(FleetError):
    """Properties that should be a host's facts are not."""


@dataclass(frozen=True, kw_only=True)
class HostFacts:
    """One host as the rest of the world may know it. No secrets, no unknowns."""

    stack: str
    environment: str
    host: str
    fleet: str
    role: Role
    chain: str
    provider: str
    region: str
    zone: str
    metro: str
    operator: str
    client: str
    client_version: str
    machine: str
    power: int
    address: str
    key_fingerprints: Mapping[str, str] = field(default_factory=dict)
    """Purpose of a key (`consensus`, `node`, `ssh_host`) to its fingerprint `SHA256:...`."""
    promises: Promises = field(default_factory=Promises)
    signer_group: str = ""
    """Members that share a signer, and are lost together; empty: the host has its own."""
    beside: tuple[Assignment, ...] = ()
    """What the host runs beside its client: full nodes of the chains that it works for."""

    @property
    def assignments(self) -> tuple[Assignment, ...]:
        """Return every client that the host runs, its own first."""
        return assignments_of(self.client, self.client_version, self.beside)

    @property
    def services(self) -> tuple[Service, ...]:
        """Return the host's services, that of its own client first."""
        return services_of(self.assignments)

    def node_of(self, chain: str) -> Service | None:
        """Return the service that runs a chain's node on this host; None when it runs none."""
        return next((service for service in self.nodes if (service.chain or self.chain) == chain), None)

    @property
    def nodes(self) -> tuple[Service, ...]:
        """Return the services that run a chain's node."""
        return tuple(
            service for service in self.services if service.has(Trait.COMETBFT_NODE) and (service.chain or self.chain)
        )

    def does(self, trait: Trait) -> bool:
        """Return whether any client of the host does something."""
        return any(service.has(trait) for service in self.services)

    def to_props(self) -> dict[str, Any]:
        """Return the facts as plain resource properties, names as written here."""
        props = asdict(self)
        props["role"] = self.role.value
        props["key_fingerprints"] = dict(sorted(self.key_fingerprints.items()))
        props["promises"] = promises_to_props(self.promises)
        props["beside"] = [asdict(assignment) for assignment in self.beside]
        return props

    @classmethod
    def from_props(cls, props: Mapping[str, Any]) -> HostFacts:
        """Return facts from resource properties; whole numbers may have become floats.

        Raises:
            FactsError: A property is missing or has the wrong form; the message names it.
        """
        missing = [name for name in cls.__dataclass_fields__ if name not in props and name not in _LATER]
        if missing:
            raise FactsError(f"host facts lack {', '.join(missing)}", remedy=_REMEDY)
        try:
            return cls(
                **{name: _text(name, props.get(name, "") if name in _LATER else props[name]) for name in _TEXT_FIELDS},
                role=Role(props["role"]),
                power=whole(props["power"]),
                key_fingerprints={str(k): _text(k, v) for k, v in dict(props["key_fingerprints"]).items()},
                promises=promises_from_props(props["promises"]),
                beside=tuple(
                    Assignment(**{name: _text(name, beside[name]) for name in ("client", "version", "chain")})
                    for beside in props.get("beside", ())
                ),
            )
        except (AttributeError, TypeError, ValueError, KeyError) as error:
            raise FactsError(f"host facts of '{props['host']}' are malformed: {error}", remedy=_REMEDY) from error


_TEXT_FIELDS = tuple(
    name
    for name in HostFacts.__dataclass_fields__
    if name not in ("role", "power", "key_fingerprints", "promises", "beside")
)
_LATER = frozenset({"signer_group", "beside"})
"""Facts that hosts of older versions do not publish: empty there."""

_REMEDY = "Create hosts with geofleet's Host component."


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"'{name}' is {value!r}, expected text")
    return value


def facts_of(plan: Plan, host: HostPlan, key_fingerprints: Mapping[str, str] | None = None) -> HostFacts:
    """Return what one planned host publishes.

    Args:
        plan: The plan that the host belongs to.
        host: The host.
        key_fingerprints: From the key ledger, by purpose; empty before keys exist.
    """
    fleet = plan.fleet(host.fleet)
    return HostFacts(
        stack=plan.stack,
        environment=plan.environment,
        host=host.host,
        fleet=host.fleet,
        role=host.role,
        chain=fleet.chain,
        provider=host.provider,
        region=host.region,
        zone=host.zone,
        metro=host.metro,
        operator=host.operator,
        client=host.client,
        client_version=host.client_version,
        machine=host.machine,
        power=host.power,
        address=host.address,
        key_fingerprints=dict(key_fingerprints or {}),
        promises=fleet.promises,
        signer_group=host.signer_group,
        beside=host.beside,
    )
