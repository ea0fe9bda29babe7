"""A stack's resources as rules see them: type, name, URN, properties, place, and the host that each belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any

from policies.values import ABSENT, Unknown, merged, walk
from schemas.atlas import zone_region

HOST = "geofleet:index:Host"
"""Component that owns every resource of one host."""

Properties = Mapping[str, Any]

_ROLE_LABELS = ("geofleet:role", "geofleet-role", "geofleet_role")
"""Tag or label that says a machine's role where no component of ours owns it."""


@dataclass(frozen=True, kw_only=True)
class Owner:
    """The host that a resource belongs to, as far as its component says."""

    host: str
    role: str = ""
    region: str = ""
    """`provider:region`; empty where the component does not say."""


@dataclass(frozen=True, kw_only=True)
class Block:
    """Properties, or a part of them, with the path at which they stand."""

    path: str
    value: Any

    def get(self, path: str) -> Any:
        """Return a property by its dotted path: plain, `Unknown` or `ABSENT`; an empty text is absent too."""
        found = walk(self.value, path)
        return ABSENT if found == "" else found

    def blocks(self, path: str) -> tuple[Block, ...]:
        """Return the elements of a list, or a single block as a list of one; one unknown block if it is unknown."""
        found = self.get(path)
        if found is ABSENT:
            return ()
        if isinstance(found, list):
            return tuple(Block(path=self.at(f"{path}[{n}]"), value=part) for n, part in enumerate(found))
        return (Block(path=self.at(path), value=found),)

    def at(self, path: str) -> str:
        """Return where a path below this one stands in the resource."""
        return f"{self.path}.{path}" if self.path else path


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One resource of any provider."""

    token: str
    """Type, `aws:ec2/instance:Instance`."""
    name: str
    urn: str
    inputs: Any = ABSENT
    """What the program asked for, plain; `ABSENT` where nobody recorded it."""
    outputs: Any = ABSENT
    """What the provider answered; `ABSENT` before it has."""
    provider: Properties = field(default_factory=dict)
    """Configuration of its provider."""
    references: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Property to the URNs of the resources that its value comes from."""
    owner: Owner | None = None

    @cached_property
    def properties(self) -> Block:
        """Return what the resource has."""
        if self.inputs is ABSENT:
            return Block(path="", value=self.outputs if self.outputs is not ABSENT else {})
        return Block(path="", value=merged(self.inputs, self.outputs))

    def get(self, path: str) -> Any:
        """Return a property by its dotted path: plain, `Unknown` or `ABSENT`."""
        return self.properties.get(path)

    def blocks(self, path: str) -> tuple[Block, ...]:
        """Return the elements of a list property."""
        return self.properties.blocks(path)

    @property
    def cloud(self) -> str:
        """Return the provider's short name: `aws`, `gcp`, or whatever the type begins with."""
        return self.token.partition(":")[0]

    @property
    def kind(self) -> str:
        """Return the type's own name: `Instance`."""
        return self.token.rpartition(":")[2]

    @cached_property
    def region(self) -> Any:
        """Return `provider:region`, `Unknown`, or `ABSENT` for what is in no region.

        The resource's own `region` goes before its zone, and that before the
        provider's: a per-resource region would else get past every rule.
        """
        for path in ("region", "availabilityZoneId", "availabilityZone", "zone", "location"):
            found = self.get(path)
            if isinstance(found, Unknown):
                return found
            if isinstance(found, str):
                return self._region_of(path, found)
        found = walk(dict(self.provider), "region")
        return f"{self.cloud}:{found}" if isinstance(found, str) and found else found

    def _region_of(self, path: str, text: str) -> str | Unknown:
        name = text.rpartition("/")[2].lower()  # GCP answers with a link to the region
        if path == "region" or (path == "location" and name.count("-") < 2):
            return f"{self.cloud}:{name}"
        if path == "availabilityZoneId":
            known = zone_region(f"{self.cloud}:{name}")
            return known or Unknown(reason=f"zone {name} is not in the atlas")
        if self.cloud == "gcp":
            return f"gcp:{name.rpartition('-')[0]}"
        return f"{self.cloud}:{name.rstrip('abcdefgh')}"


@dataclass(frozen=True, kw_only=True)
class Resources:
    """All resources of a stack, sorted by URN: the engine's order is not stable."""

    all: tuple[Resource, ...] = ()

    @cached_property
    def _by_token(self) -> Mapping[str, tuple[Resource, ...]]:
        found: dict[str, list[Resource]] = {}
        for resource in self.all:
            found.setdefault(resource.token, []).append(resource)
        return {token: tuple(of_token) for token, of_token in found.items()}

    def of(self, *tokens: str) -> Iterator[Resource]:
        """Yield the resources of some types, type by type; `*` in a type stands for anything."""
        for token in tokens:
            if "*" not in token:
                yield from self._by_token.get(token, ())
                continue
            for known, of_token in sorted(self._by_token.items()):
                if fnmatchcase(known, token):
                    yield from of_token

    @property
    def tokens(self) -> frozenset[str]:
        """Return the types that occur."""
        return frozenset(self._by_token)


def owner_of(urn: str, parents: Mapping[str, str], owners: Mapping[str, Owner]) -> Owner | None:
    """Return the host that a resource belongs to: the nearest of its parents that is one.

    Args:
        urn: The resource's.
        parents: URN to its parent's, of every resource, components too.
        owners: URN of a host's component to what it says.
    """
    seen: set[str] = set()
    while urn and urn not in seen:
        if urn in owners:
            return owners[urn]
        seen.add(urn)
        urn = parents.get(urn, "")
    return None


def owner_from(name: str, properties: Properties) -> Owner:
    """Return a host as its component's properties describe it; what is unknown is left empty."""
    said = {key: properties.get(key) for key in ("role", "region")}
    return Owner(host=name, **{key: value for key, value in said.items() if isinstance(value, str)})


def resources_of(found: Iterable[Resource]) -> Resources:
    """Return resources in a stable order."""
    return Resources(all=tuple(sorted(found, key=lambda resource: resource.urn)))


def role_of(resource: Resource) -> str:
    """Return a machine's role: its host's, else what its tags or labels say; empty if nobody says."""
    if resource.owner is not None and resource.owner.role:
        return resource.owner.role
    for path in ("tags", "labels", "tagsAll"):
        labels = resource.get(path)
        if isinstance(labels, dict):
            for name in _ROLE_LABELS:
                if isinstance(labels.get(name), str):
                    return str(labels[name]).lower()
    return ""


VOTERS = frozenset({"validator", "sequencer", "signer"})
"""Roles whose hosts vote or sign: losing or copying one costs quorum, or stake. An oracle's or relayer's is replaced."""


def is_voter(resource: Resource) -> bool:
    """Return whether a machine is known to vote or sign."""
    return role_of(resource) in VOTERS
