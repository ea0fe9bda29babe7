"""Limits between the members of a fleet, judged by pairs of regions: 79 regions make 3,160 pairs, whatever the fleet."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations

from policies.fleet_view import Fleet
from policies.reach import LIGHT, Proof, Reach, figure
from policies.rule import Rule
from schemas.atlas import Atlas
from schemas.report import Finding, Severity

Measure = Callable[[str, str, float, Atlas], Reach]
"""Origin, target, limit in milliseconds, and the atlas to ask, to what is known of the pair."""


@dataclass(frozen=True, kw_only=True)
class Leg:
    """One way that a limit is about, named as the reader knows it."""

    origin: str
    target: str
    reach: Reach

    def text(self) -> str:
        """Return the way with its figure."""
        return f"{self.origin} to {self.target}: {self.reach.text()}"


def between_members(rule: Rule, fleet: Fleet, limit_ms: float, measure: Measure) -> Iterator[Finding]:
    """Yield what a limit between any two members of a fleet comes to.

    Raises:
        AtlasError: The atlas lacks a region of the fleet.
    """
    yield from verdicts(rule, fleet, limit_ms, list(member_legs(fleet, limit_ms, measure)))


def verdicts(rule: Rule, fleet: Fleet, limit_ms: float, legs: list[Leg]) -> Iterator[Finding]:
    """Yield a failure for what is proven broken, a warning for what is only estimated, else that the limit is kept."""
    broken = _slowest_first(legs, Proof.BROKEN)
    estimated = _slowest_first(legs, Proof.ESTIMATED)
    limit = f"at most {figure(limit_ms)} ms is promised"
    if broken:
        worst = broken[0]
        yield rule.failed(
            fleet.name, f"{_count(broken)} over the limit; {limit}", shown=worst.text(),
            remedy=_nearer(worst.reach),
        )  # fmt: skip
    if estimated:
        warning = rule.failed(
            fleet.name, f"{_count(estimated)} only estimated, which proves no promise; {limit}",
            shown=estimated[0].text(), remedy="Measure it (geofleet verify does), or choose regions with measurements.",
        )  # fmt: skip
        yield dataclasses.replace(warning, severity=Severity.MEDIUM)
    if not broken and not estimated:
        kept = _slowest_first(legs, Proof.KEPT)
        worst_kept = f"at most, {kept[0].text()}" if kept else "there is no pair of members"
        yield rule.passed(fleet.name, f"{worst_kept}; {limit}")


def member_legs(fleet: Fleet, limit_ms: float, measure: Measure, *, within: bool = True) -> Iterator[Leg]:
    """Yield the ways between the regions of a fleet, and within those that have several members.

    Raises:
        AtlasError: The atlas lacks a region of the fleet.
    """
    regions = fleet.regions()
    for region, hosts in regions.items():
        if within and len(hosts) > 1:
            yield _leg(
                f"{hosts[0].host} ({region})",
                f"{hosts[1].host} ({region})",
                measure(region, region, limit_ms, fleet.atlas),
            )
    for one, other in combinations(regions, 2):
        found = measure(one, other, limit_ms, fleet.atlas)
        yield _leg(f"{regions[one][0].host} ({one})", f"{regions[other][0].host} ({other})", found)


def _leg(origin: str, target: str, reach: Reach) -> Leg:
    return Leg(origin=origin, target=target, reach=reach)


def _slowest_first(legs: list[Leg], proof: Proof) -> list[Leg]:
    return sorted((leg for leg in legs if leg.reach.proof is proof), key=lambda leg: -leg.reach.value_ms)


def _count(legs: list[Leg]) -> str:
    return "1 pair of regions is" if len(legs) == 1 else f"{len(legs)} pairs of regions are"


def _nearer(worst: Reach) -> str:
    if worst.basis == LIGHT:
        return "Choose nearer regions: no network can keep this limit between these."
    enough = math.ceil(worst.value_ms) if worst.value_ms >= 10 else math.ceil(worst.value_ms * 10) / 10
    return f"Raise the limit to {figure(enough)} ms, or choose nearer regions."
