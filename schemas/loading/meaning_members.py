"""Members one by one: where they are, what makes them differ, and those that others run."""

from __future__ import annotations

from schemas import atlas
from schemas.diagnostics import Path, nearest
from schemas.loading.judged import Judged, Problems
from schemas.loading.meaning_fleets import client_problems
from schemas.loading.meaning_places import is_forbidden, operator_problems
from schemas.roles import Quorum
from schemas.spec import ExternalMember, Fleet, MemberSpec

PLACE_KEYS = frozenset({"name", "region", "zone", "power"})
"""What may differ between members that have no name: the lock knows hosts by it."""


def member_problems(judged: Judged, fleet: Fleet, at: Path, allowed: frozenset[str]) -> Problems:
    """Yield what is wrong with each member of a fleet."""
    seen: set[str] = set()
    for position, member in enumerate(fleet.members):
        path: Path = (*at, "members", position)
        yield from _place(judged, member, path, allowed)
        own = member.model_fields_set - PLACE_KEYS
        if own:
            yield from _identity(judged, fleet, member, path)
        if member.name is not None:
            if member.name in seen:
                yield judged.problem(
                    "SPEC323", f"member '{member.name}' is listed twice", (*path, "name"),
                    remedy="Give each member a name of its own.",
                )  # fmt: skip
            seen.add(member.name)
    for position, external in enumerate(fleet.external_members):
        yield from _external(judged, fleet, external, (*at, "external", position))


def _place(judged: Judged, member: MemberSpec, path: Path, allowed: frozenset[str]) -> Problems:
    if member.region not in judged.places:
        yield judged.problem(
            "SPEC301", f"region '{member.region}' is not in the atlas", (*path, "region"),
            remedy=nearest(member.region, judged.places),
        )  # fmt: skip
        return
    site = judged.network.sites.get(member.region)
    if is_forbidden(judged.network, member.region) if site else member.region not in allowed:
        yield judged.problem(
            "SPEC310", f"region '{member.region}' is not allowed by 'regions'", (*path, "region"),
            remedy="Allow it under 'regions', or choose another.",
        )  # fmt: skip
    if member.zone is None:
        return
    zones = site.zones if site else atlas.zones(member.region)
    if member.zone not in zones:
        yield judged.problem(
            "SPEC311", f"zone '{member.zone}' is not a zone of {member.region}", (*path, "zone"),
            remedy=nearest(member.zone, zones) if zones else "No zone is known there; leave 'zone' out.",
        )  # fmt: skip


def _identity(judged: Judged, fleet: Fleet, member: MemberSpec, path: Path) -> Problems:
    if member.name is None:
        keys = sorted(member.model_fields_set - PLACE_KEYS)
        yield judged.problem(
            "SPEC322", f"has its own '{keys[0]}', but no name", path,
            remedy="Add 'name:': without it, its host could become another member's when the list changes.",
        )  # fmt: skip
    if member.operator is not None:
        yield from operator_problems(judged, member.operator, (*path, "operator"))
    if member.client is not None:
        if fleet.workload is not None:
            yield judged.problem(
                "SPEC302", "runs a client, but its fleet says 'workload: none'", (*path, "client"), of_key=True,
                remedy="Remove it, or give the fleet a 'client' too.",
            )  # fmt: skip
        yield from client_problems(judged, member.client, fleet, (*path, "client"))


def _external(judged: Judged, fleet: Fleet, external: ExternalMember, path: Path) -> Problems:
    votes = fleet.quorum is Quorum.BFT
    if votes and external.power is None:
        yield judged.problem(
            "SPEC324", "a validator that others run needs its 'power'", path,
            remedy="Add 'power:': what the quorum needs depends on it.",
        )  # fmt: skip
    elif not votes and external.power is not None:
        yield judged.problem(
            "SPEC324", f"members of role '{fleet.role}' have no voting power", (*path, "power"), of_key=True,
            remedy="Remove 'power': each member counts as one.",
        )  # fmt: skip
    if external.region not in judged.places:
        provider = external.provider
        if provider in {name.partition(":")[0] for name in atlas.regions()}:
            yield judged.problem(
                "SPEC301", f"region '{external.region}' is not in the atlas", (*path, "region"),
                remedy=nearest(external.region, judged.places),
            )  # fmt: skip
        elif external.metro is None:
            yield judged.problem(
                "SPEC325", f"the metropolitan area of '{external.region}' is not known", (*path, "region"),
                remedy="Add 'metro:', such as frankfurt: what is lost with that area depends on it.",
            )  # fmt: skip
    elif external.metro is not None:
        yield judged.problem(
            "SPEC325", f"the metropolitan area of '{external.region}' is known already", (*path, "metro"), of_key=True,
            remedy="Remove 'metro'.",
        )  # fmt: skip
    yield from operator_problems(judged, external.operator, (*path, "operator"))
