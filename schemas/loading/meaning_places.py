"""Regions, sites and operators: places and names that must exist."""

from __future__ import annotations

import fnmatch
import re

from schemas import atlas
from schemas.diagnostics import Path, nearest
from schemas.loading.judged import Judged, Problems
from schemas.spec import Network


def allowed_regions(network: Network) -> tuple[str, ...]:
    """Return the regions of the atlas that placement may use, sorted."""
    allow, forbid = _matcher(network.regions.allow), _matcher(network.regions.forbid)
    return tuple(name for name in sorted(atlas.regions()) if allow.match(name) and not forbid.match(name))


def is_forbidden(network: Network, region: str) -> bool:
    """Return whether `regions.forbid` names a region."""
    return _matcher(network.regions.forbid).match(region) is not None


def _matcher(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Return one expression that matches what any of the patterns matches; nothing when there are none."""
    return re.compile("|".join(fnmatch.translate(pattern) for pattern in patterns) or r"(?!)")


def place_problems(judged: Judged, allowed: frozenset[str]) -> Problems:
    """Yield what is wrong with the regions that are allowed, and with sites."""
    network = judged.network
    unknown = False
    for list_name in ("allow", "forbid"):
        found = list(pattern_problems(judged, getattr(network.regions, list_name), ("regions", list_name)))
        unknown = unknown or bool(found)
        yield from found
    if not allowed and not unknown:
        yield judged.problem(
            "SPEC314", "no region is left: 'forbid' takes away all that 'allow' gives", ("regions",), of_key=True,
            remedy="Allow more, or forbid less.",
        )  # fmt: skip
    yield from _sites(judged)


def pattern_problems(judged: Judged, patterns: tuple[str, ...], path: Path) -> Problems:
    """Yield each pattern that matches no region."""
    for position, pattern in enumerate(patterns):
        matcher = _matcher((pattern,))
        if not any(matcher.match(name) for name in judged.places):
            yield judged.problem(
                "SPEC301", f"no region of the atlas matches '{pattern}'", (*path, position),
                remedy=nearest(pattern, judged.places),
            )  # fmt: skip


def _sites(judged: Judged) -> Problems:
    holder: dict[str, str] = {}
    for name, site in judged.network.sites.items():
        path: Path = ("sites", name)
        if name in atlas.regions():
            yield judged.problem(
                "SPEC315", f"'{name}' is a region of the atlas, not a site", path, of_key=True,
                remedy="Give the site a name of its own, or remove it and use the region.",
            )  # fmt: skip
        for position, zone in enumerate(site.zones):
            at = (*path, "zones", position)
            if zone.partition(":")[0] != name.partition(":")[0]:
                yield judged.problem(
                    "SPEC316", f"zone '{zone}' is of another provider than its site", at,
                    remedy=f"Write it like {name}-a.",
                )  # fmt: skip
            elif zone in holder or atlas.zone_region(zone) is not None:
                where = holder.get(zone) or atlas.zone_region(zone)
                yield judged.problem(
                    "SPEC316", f"zone '{zone}' is one of '{where}' already", at, remedy="Give each zone one place."
                )
            holder.setdefault(zone, name)
        yield from operator_problems(judged, site.operator, (*path, "operator"))


def operator_problems(judged: Judged, name: str, path: Path) -> Problems:
    """Yield that an operator is not listed, where any is: a misspelt one would count as a failure domain of its own."""
    listed = judged.network.operators
    if listed and name != "self" and name not in listed:
        yield judged.problem(
            "SPEC317", f"operator '{name}' is not under 'operators'", path, remedy=nearest(name, [*listed, "self"])
        )
