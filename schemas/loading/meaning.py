"""What no model can say: names that must exist, and values that must fit each other."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator

from schemas import atlas
from schemas.diagnostics import Diagnostic, Path, nearest
from schemas.document import Document
from schemas.roles import Role
from schemas.spec import Fleet, Network

ROLES_OF_CLIENT = {"cometbft": (Role.VALIDATOR,)}
"""Which roles a client serves. CometBFT needs the genesis of a chain, and only validators have a chain."""

_ROLE_NEEDS = {Role.VALIDATOR: "chain", Role.ORACLE: "reports_min"}
_ROLE_OF_KEY = {
    "chain": Role.VALIDATOR, "power": Role.VALIDATOR, "reports_min": Role.ORACLE, "per_hub": Role.RELAYER,
}  # fmt: skip


def meaning_problems(document: Document, network: Network) -> Iterator[Diagnostic]:
    """Yield every mistake that spans more than one value."""
    allowed = frozenset(allowed_regions(network))
    yield from _regions(document, network, allowed)
    for name, fleet in network.fleets.items():
        at: Path = ("fleets", name)
        yield from _workload(document, fleet, at)
        yield from _size(document, fleet, at)
        yield from _references(document, network, fleet, at)
        yield from _role_fields(document, fleet, at)
        yield from _members(document, fleet, at, allowed)


def allowed_regions(network: Network) -> tuple[str, ...]:
    """Return the regions that placement may use, sorted."""
    allow, forbid = _matcher(network.regions.allow), _matcher(network.regions.forbid)
    return tuple(name for name in sorted(atlas.regions()) if allow.match(name) and not forbid.match(name))


def _matcher(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Return one expression that matches what any of the patterns matches; nothing when there are none."""
    return re.compile("|".join(fnmatch.translate(pattern) for pattern in patterns) or r"(?!)")


def _regions(document: Document, network: Network, allowed: frozenset[str]) -> Iterator[Diagnostic]:
    known = atlas.regions()
    unknown = False
    for list_name in ("allow", "forbid"):
        for position, pattern in enumerate(getattr(network.regions, list_name)):
            matcher = _matcher((pattern,))
            if not any(matcher.match(name) for name in known):
                unknown = True
                yield document.diagnostic(
                    "SPEC301", f"no region of the atlas matches '{pattern}'", ("regions", list_name, position),
                    remedy=nearest(pattern, known),
                )  # fmt: skip
    if not allowed and not unknown:
        yield document.diagnostic(
            "SPEC314", "no region is left: 'forbid' takes away all that 'allow' gives", ("regions",), of_key=True,
            remedy="Allow more, or forbid less.",
        )  # fmt: skip
    for name, hub in network.hubs.items():
        if hub.at not in known:
            yield document.diagnostic(
                "SPEC301", f"region '{hub.at}' is not in the atlas", ("hubs", name, "at"),
                remedy=nearest(hub.at, known),
            )  # fmt: skip


def _workload(document: Document, fleet: Fleet, at: Path) -> Iterator[Diagnostic]:
    if (fleet.client is None) == (fleet.workload is None):
        said = "says both 'client' and 'workload: none'" if fleet.client else "does not say what its hosts run"
        yield document.diagnostic(
            "SPEC302", said, at, of_key=True,
            remedy="Give 'client: {name, version}', or 'workload: none' if the hosts run nothing yet.",
        )  # fmt: skip
    if fleet.client and fleet.role not in ROLES_OF_CLIENT[fleet.client.name]:
        roles = " or ".join(f"'{role}'" for role in ROLES_OF_CLIENT[fleet.client.name])
        yield document.diagnostic(
            "SPEC312", f"client '{fleet.client.name}' serves role {roles}, not '{fleet.role}'",
            (*at, "client", "name"), remedy="Change the role, or write 'workload: none' instead of 'client'.",
        )  # fmt: skip


def _size(document: Document, fleet: Fleet, at: Path) -> Iterator[Diagnostic]:
    given = [key for key in ("count", "members", "per_hub") if getattr(fleet, key)]
    if len(given) > 1:
        yield document.diagnostic(
            "SPEC303", f"'{given[0]}' and '{given[1]}' both say how many members there are", (*at, given[1]),
            of_key=True, remedy=f"Keep one of {' and '.join(given)}.",
        )  # fmt: skip
    if fleet.per_hub and not fleet.near:
        yield document.diagnostic(
            "SPEC304", "needs at least one hub under 'near'", (*at, "per_hub"), of_key=True,
            remedy="Name the hubs under 'near', or give 'count'.",
        )  # fmt: skip
    size = fleet.count or len(fleet.members)
    if fleet.reports_min and size and fleet.reports_min > size:
        yield document.diagnostic(
            "SPEC309", f"is {fleet.reports_min}, but the fleet has {size} members", (*at, "reports_min"),
            remedy=f"Lower it to {size} or less, or add members.",
        )  # fmt: skip


def _references(document: Document, network: Network, fleet: Fleet, at: Path) -> Iterator[Diagnostic]:
    seen: set[str] = set()
    for position, near in enumerate(fleet.near):
        path = (*at, "near", position, "hub")
        if near.hub not in network.hubs:
            yield document.diagnostic(
                "SPEC305", f"hub '{near.hub}' is not under 'hubs'", path,
                remedy=nearest(near.hub, network.hubs) if network.hubs else "Add it under 'hubs'.",
            )  # fmt: skip
        elif near.hub in seen:
            yield document.diagnostic(
                "SPEC313", f"hub '{near.hub}' is named twice", path, remedy="Keep the stricter limit."
            )
        seen.add(near.hub)
    if fleet.chain is not None and fleet.chain not in network.chains:
        yield document.diagnostic(
            "SPEC306", f"chain '{fleet.chain}' is not under 'chains'", (*at, "chain"),
            remedy=nearest(fleet.chain, network.chains) if network.chains else "Add it under 'chains'.",
        )  # fmt: skip


def _role_fields(document: Document, fleet: Fleet, at: Path) -> Iterator[Diagnostic]:
    key = _ROLE_NEEDS.get(fleet.role)
    if key and getattr(fleet, key) is None:
        yield document.diagnostic(
            "SPEC307", f"a fleet of role '{fleet.role}' needs '{key}'", at, of_key=True,
            remedy=f"Add '{key}:' to the fleet.",
        )  # fmt: skip
    for only, role in _ROLE_OF_KEY.items():
        given = only in fleet.model_fields_set and getattr(fleet, only) is not None
        if given and fleet.role is not role:
            yield document.diagnostic(
                "SPEC308", f"is for role '{role}', not for '{fleet.role}'", (*at, only), of_key=True,
                remedy=f"Remove '{only}', or change the role.",
            )  # fmt: skip
    if fleet.role is not Role.VALIDATOR:
        for position, member in enumerate(fleet.members):
            if "power" in member.model_fields_set:
                yield document.diagnostic(
                    "SPEC308", f"is for role 'validator', not for '{fleet.role}'",
                    (*at, "members", position, "power"), of_key=True, remedy="Remove 'power', or change the role.",
                )  # fmt: skip


def _members(document: Document, fleet: Fleet, at: Path, allowed: frozenset[str]) -> Iterator[Diagnostic]:
    known = atlas.regions()
    for position, member in enumerate(fleet.members):
        path = (*at, "members", position)
        if member.region not in known:
            yield document.diagnostic(
                "SPEC301", f"region '{member.region}' is not in the atlas", (*path, "region"),
                remedy=nearest(member.region, known),
            )  # fmt: skip
            continue
        if member.region not in allowed:
            yield document.diagnostic(
                "SPEC310", f"region '{member.region}' is not allowed by 'regions'", (*path, "region"),
                remedy="Allow it under 'regions', or choose another.",
            )  # fmt: skip
        if member.zone is not None and atlas.zone_region(member.zone) != member.region:
            zones = atlas.zones(member.region)
            yield document.diagnostic(
                "SPEC311", f"zone '{member.zone}' is not a zone of {member.region}", (*path, "zone"),
                remedy=nearest(member.zone, zones) if zones else "The atlas knows no zone there; leave 'zone' out.",
            )  # fmt: skip
