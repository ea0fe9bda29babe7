"""Zones of a region as one site, where limits do not tell them apart otherwise than by how many each may hold."""

from __future__ import annotations

from dataclasses import replace

from components.placement.problem import Limit, Problem, Site


def merged(problem: Problem) -> Problem:
    """Return the same problem with one site per region, or the problem itself where zones matter more than that.

    What each zone may hold at most becomes part of what its region may; placements by region are the same.
    """
    inside: dict[str, set[int]] = {}
    for position, site in enumerate(problem.sites):
        inside.setdefault(site.region, set()).add(position)
    caps = [site.members_max for site in problem.sites]
    kept: list[Limit] = []
    numbers = {region: number for number, region in enumerate(sorted(inside))}
    for limit in problem.limits:
        regions = {problem.sites[i].region for i in limit.sites}
        whole = frozenset().union(*(inside[region] for region in regions))
        if whole == limit.sites:
            kept.append(replace(limit, sites=frozenset(numbers[region] for region in regions)))
        elif len(limit.sites) == 1 and not limit.at_least:
            (position,) = limit.sites
            caps[position] = min(caps[position], limit.at_most)
        else:
            return problem
    if any(cap < site.members_min for cap, site in zip(caps, problem.sites, strict=True)):
        return problem
    sites = tuple(_merged(problem, inside[region], caps) for region in sorted(inside))
    return replace(problem, sites=sites, limits=tuple(kept))


def _merged(problem: Problem, positions: set[int], caps: list[int]) -> Site:
    first = problem.sites[min(positions)]
    return replace(
        first, members_min=sum(problem.sites[i].members_min for i in positions),
        members_max=min(problem.count, sum(caps[i] for i in positions)),
    )  # fmt: skip
