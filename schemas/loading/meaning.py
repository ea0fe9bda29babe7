"""What no model can say: names that must exist, and values that must fit each other."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator

from schemas import atlas
from schemas.diagnostics import Diagnostic, Path, dotted, nearest
from schemas.document import Document
from schemas.roles import Role
from schemas.spec import Fleet, Network


def meaning_problems(document: Document, network: Network) -> Iterator[Diagnostic]:
    """Yield every mistake that spans more than one value."""
    yield from _unknown_regions(document, network)
    for name, fleet in network.fleets.items():
        at: Path = ("fleets", name)
        yield from _workload(document, fleet, at)
        yield from _size(document, fleet, at)
        yield from _references(document, network, fleet, at)
        yield from _role_fields(document, fleet, at)
        yield from _members(document, network, fleet, at)


def allowed_regions(network: Network) -> tuple[str, ...]:
    """Return the regions that placement may use, sorted."""
    return tuple(
        name
        for name in sorted(atlas.regions())
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in network.regions.allow)
        and not any(fnmatch.fnmatchcase(name, pattern) for pattern in network.regions.forbid)
    )


def _unknown_regions(document: Document, network: Network) -> Iterator[Diagnostic]:
    known = atlas.regions()
    for list_name in ("allow", "forbid"):
        for position, pattern in enumerate(getattr(network.regions, list_name)):
            if not any(fnmatch.fnmatchcase(name, pattern) for name in known):
                path: Path = ("regions", list_name, position)
                yield document.diagnostic(
                    "SPEC301", f"no region of the atlas matches '{pattern}'", path, shown=dotted(path),
                    remedy=nearest(pattern, known),
                )  # fmt: skip
    for name, hub in network.hubs.items():
        if hub.at not in known:
            path = ("hubs", name, "at")
            yield document.diagnostic(
                "SPEC301", f"region '{hub.at}' is not in the atlas", path, shown=dotted(path),
                remedy=nearest(hub.at, known),
            )  # fmt: skip


def _workload(document: Document, fleet: Fleet, at: Path) -> Iterator[Diagnostic]:
    if (fleet.client is None) == (fleet.workload is None):
        said = "says both 'client' and 'workload: none'" if fleet.client else "does not say what its hosts run"
        yield document.diagnostic(
            "SPEC302", said, at, shown=dotted(at), of_key=True,
            remedy="Give 'client: {name, version}', or 'workload: none' if the hosts run nothing yet.",
        )  # fmt: skip


def _size(document: Document, fleet: Fleet, at: Path) -> Iterator[Diagnostic]:
    given = [key for key in ("count", "members", "per_hub") if getattr(fleet, key)]
    if len(given) > 1:
        yield document.diagnostic(
            "SPEC303", f"'{given[0]}' and '{given[1]}' both say how many members there are", (*at, given[1]),
            shown=dotted(at), of_key=True, remedy=f"Keep one of {' and '.join(given)}.",
        )  # fmt: skip
    if fleet.per_hub and not fleet.near:
        yield document.diagnostic(
            "SPEC304", "'per_hub' needs at least one hub under 'near'", (*at, "per_hub"), shown=dotted(at),
            of_key=True, remedy="Name the hubs under 'near', or give 'count'.",
        )  # fmt: skip


def _references(document: Document, network: Network, fleet: Fleet, at: Path) -> Iterator[Diagnostic]:
    for position, near in enumerate(fleet.near):
        if near.hub not in network.hubs:
            path = (*at, "near", position, "hub")
            yield document.diagnostic(
                "SPEC305", f"hub '{near.hub}' is not under 'hubs'", path, shown=dotted(path),
                remedy=nearest(near.hub, network.hubs) if network.hubs else "Add it under 'hubs'.",
            )  # fmt: skip
    if fleet.chain is not None and fleet.chain not in network.chains:
        path = (*at, "chain")
        yield document.diagnostic(
            "SPEC306", f"chain '{fleet.chain}' is not under 'chains'", path, shown=dotted(path),
            remedy=nearest(fleet.chain, network.chains) if network.chains else "Add it under 'chains'.",
        )  # fmt: skip


def _role_fields(document: Document, fleet: Fleet, at: Path) -> Iterator[Diagnostic]:
    needs = {Role.VALIDATOR: "chain", Role.ORACLE: "reports_min"}
    key = needs.get(fleet.role)
    if key and getattr(fleet, key) is None:
        yield document.diagnostic(
            "SPEC307", f"a fleet of role '{fleet.role}' needs '{key}'", at, shown=dotted(at), of_key=True,
            remedy=f"Add '{key}:' to the fleet.",
        )  # fmt: skip
    for only, role in (("reports_min", Role.ORACLE), ("per_hub", Role.RELAYER), ("chain", Role.VALIDATOR)):
        if getattr(fleet, only) is not None and fleet.role is not role:
            yield document.diagnostic(
                "SPEC308", f"'{only}' is for role '{role}', this fleet is a '{fleet.role}'", (*at, only),
                shown=dotted(at), of_key=True, remedy=f"Remove '{only}', or change the role.",
            )  # fmt: skip
    size = fleet.count or len(fleet.members)
    if fleet.reports_min and size and fleet.reports_min > size:
        yield document.diagnostic(
            "SPEC309", f"'reports_min' is {fleet.reports_min}, but the fleet has {size} members",
            (*at, "reports_min"), shown=dotted(at), remedy=f"Lower it to {size} or less, or add members.",
        )  # fmt: skip


def _members(document: Document, network: Network, fleet: Fleet, at: Path) -> Iterator[Diagnostic]:
    allowed = allowed_regions(network)
    for position, member in enumerate(fleet.members):
        path = (*at, "members", position, "region")
        if member.region not in atlas.regions():
            yield document.diagnostic(
                "SPEC301", f"region '{member.region}' is not in the atlas", path, shown=dotted(path),
                remedy=nearest(member.region, atlas.regions()),
            )  # fmt: skip
        elif member.region not in allowed:
            yield document.diagnostic(
                "SPEC310", f"region '{member.region}' is not allowed by 'regions'", path, shown=dotted(path),
                remedy="Allow it under 'regions', or choose another.",
            )  # fmt: skip
        if member.zone is not None and atlas.zone_region(member.zone) != member.region:
            path = (*at, "members", position, "zone")
            zones = atlas.zones(member.region)
            yield document.diagnostic(
                "SPEC311", f"zone '{member.zone}' is not a zone of {member.region}", path, shown=dotted(path),
                remedy=nearest(member.zone, zones) if zones else "The atlas knows no zone there.",
            )  # fmt: skip
