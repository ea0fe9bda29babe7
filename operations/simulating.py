"""Every failure of a plan's domains, one by one and in pairs, and what survives. Pure: nothing is lost in earnest.

The arithmetic is `schemas.survival`, as rules, placement and drills have it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from operations.latency_after import Distances, LatencyAfter
from operations.losses import Loss, named_losses, single_losses, worst_pairs
from policies.catalogue import RULES
from policies.fleet_view import Fleet, by_number
from schemas.atlas import PUBLISHED, Atlas
from schemas.facts import facts_of
from schemas.plan import Plan
from schemas.roles import Quorum
from schemas.simulation import BrokenPromise, Case, FleetSimulation, LostKind, Simulation, Standing
from schemas.survival import Member, halts_safely, outcome
from schemas.workloads import NO_WORKLOAD

PAIRS_KEPT = 50
"""Worst pairs of a fleet that are kept when no kinds were named."""


def simulate(plan: Plan, *, pairs: Sequence[tuple[LostKind, LostKind]] = (), atlas: Atlas = PUBLISHED) -> Simulation:
    """Return what survives each failure.

    Args:
        plan: What was decided.
        pairs: Kinds of domain of which one each is lost at the same time; left out: the worst pairs of places.
        atlas: What is known of the world: the one that the plan was made with.

    Raises:
        UsageError: The pairs of a fleet are too many.
        AtlasError: Atlas and plan lack a hub's region.
    """
    distances = Distances(plan, atlas)
    return Simulation(
        stack=plan.stack,
        spec_sha256=plan.spec_sha256,
        atlas_version=plan.atlas_version,
        pairs=tuple(f"{one}+{other}" for one, other in pairs),
        fleets=tuple(_simulated(fleet, distances, pairs) for fleet in fleets_of(plan, atlas)),
    )


def fleets_of(plan: Plan, atlas: Atlas = PUBLISHED) -> tuple[Fleet, ...]:
    """Return the fleets of a plan that have hosts, as rules see them, sorted by name."""
    return tuple(
        Fleet(
            name=fleet.name, role=fleet.role, environment=plan.environment, promises=fleet.promises, atlas=atlas,
            hosts=tuple(sorted((facts_of(plan, host) for host in hosts), key=lambda host: by_number(host.host))),
        )
        for fleet in sorted(plan.fleets, key=lambda fleet: fleet.name)
        if (hosts := plan.hosts_of(fleet.name))
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class FleetUnderLoss:
    """One fleet, and how it stands without some of its members."""

    fleet: Fleet
    members: tuple[Member, ...]
    latency: LatencyAfter

    def standing(self, lost: frozenset[str], *, out: frozenset[str] = frozenset()) -> Standing:
        """Return how the fleet stands.

        Args:
            lost: Members that fail together; they could also be cut off, and then decide by themselves.
            out: Members that are out as planned, and decide nothing.
        """
        fleet, gone = self.fleet, lost | out
        after = outcome(fleet.quorum, self.members, gone, reports_min=fleet.reports_min, hubs=fleet.hubs)
        apart = halts_safely(fleet.quorum, self.members, lost - out, reports_min=fleet.reports_min)
        left = [member for member in self.members if member.name not in gone]
        return Standing(
            goes_on=after.goes_on, forks_possible=not apart.goes_on, left=after.left, needed=after.needed,
            members_left=len(left), power_left=self.power(left),
            latency=self.latency.of(left) if after.goes_on else None,
        )  # fmt: skip

    def power(self, members: Sequence[Member]) -> int:
        """Return the voting power of members; 0 for roles that do not vote by power."""
        return sum(member.power for member in members) if self.fleet.quorum is Quorum.BFT else 0

    def slowest_ms(self, gone: frozenset[str]) -> float:
        """Return the latency with the worst leader or hub, without some members; 0.0 where there is none."""
        latency = self.standing(frozenset(), out=gone).latency
        return latency.worst_ms if latency else 0.0

    def badness(self, standing: Standing) -> tuple[object, ...]:
        """Return what sorts standings, worst first."""
        latency = standing.latency
        return (
            not standing.forks_possible, standing.goes_on, standing.power_left, standing.members_left, standing.left,
            -latency.worst_ms if latency else 0.0,
        )  # fmt: skip


def under_loss(fleet: Fleet, distances: Distances) -> FleetUnderLoss:
    """Return a fleet that can be asked how it stands.

    Raises:
        AtlasError: The atlas lacks a relayer's region.
    """
    members = fleet.members()
    return FleetUnderLoss(fleet=fleet, members=members, latency=LatencyAfter(fleet, members, distances))


def _simulated(
    fleet: Fleet, distances: Distances, pairs: Sequence[tuple[LostKind, LostKind]]
) -> FleetSimulation:  # fmt: skip
    asked = under_loss(fleet, distances)
    losses = single_losses(fleet)
    host = worst_host(asked, losses)
    out = frozenset({host})
    singles = _worst_first(asked, [_case(asked, loss, out) for loss in losses])
    promised = [tuple(LostKind(kind) for kind in kinds) for kinds in fleet.promises.survive_together]
    tried = named_losses(losses, [*pairs, *promised], fleet.name)
    if not pairs:
        tried = list({loss.domains: loss for loss in [*worst_pairs(losses, _harmless(asked, losses)), *tried]}.values())
    several = _worst_first(asked, [_case(asked, loss, out) for loss in tried])
    return FleetSimulation(
        fleet=fleet.name,
        role=fleet.role,
        quorum=fleet.quorum,
        members=len(asked.members),
        power=asked.power(asked.members),
        as_planned=asked.standing(frozenset()),
        upgrade_host=host,
        upgrade=asked.standing(frozenset(), out=out),
        singles=tuple(singles),
        pairs=tuple(several if pairs else _least_that_harm(several)),
        pairs_tried=len(tried),
        broken=(*_broken(fleet, singles), *_broken_together(fleet, several)),
        notes=tuple(_notes(asked)),
    )


def _case(asked: FleetUnderLoss, loss: Loss, out: frozenset[str]) -> Case:
    return Case(
        lost=loss.domains,
        members_lost=tuple(sorted(loss.members, key=by_number)),
        after=asked.standing(loss.members),
        during_upgrade=asked.standing(loss.members, out=out),
    )


def _worst_first(asked: FleetUnderLoss, cases: list[Case]) -> list[Case]:
    kinds = list(LostKind)
    return sorted(
        cases,
        key=lambda case: (
            asked.badness(case.after),
            asked.badness(case.during_upgrade),
            [-kinds.index(domain.kind) for domain in case.lost],
            [by_number(domain.name) for domain in case.lost],
        ),
    )


def _least_that_harm(cases: list[Case]) -> list[Case]:
    """Return the worst pairs: those that do harm, without those of which a part does it already; else the worst one."""
    kept: list[tuple[frozenset[str], Case]] = []
    for case in sorted(cases, key=lambda case: len(case.members_lost)):
        lost, verdict = frozenset(case.members_lost), case.after.verdict
        if verdict != "goes on" and not any(less < lost and other.after.verdict == verdict for less, other in kept):
            kept.append((lost, case))
    chosen = [case for _, case in kept]
    return [case for case in cases if case in chosen][:PAIRS_KEPT] or cases[:1]


def _harmless(asked: FleetUnderLoss, losses: Sequence[Loss]) -> frozenset[frozenset[str]]:
    """Return the sets of members without which the fleet goes on: only together they may stop it."""
    return frozenset(loss.members for loss in losses if asked.standing(loss.members).goes_on)


def worst_host(asked: FleetUnderLoss, losses: Sequence[Loss]) -> str:
    """Return the host whose absence hurts most: it leaves least when the worst domain fails as well.

    Counted is what the quorum counts: voting power, members, or members near the hub that has fewest. Among
    equals it is the one with which most failures are that bad, then the one without which the fleet is slowest,
    then the first.
    """
    every = frozenset(member.name for member in asked.members)
    domains = [loss.members for loss in losses if loss.members != every and loss.kind is not LostKind.HOST]
    counts = _counted(asked)
    wholes = [sum(count.values()) for count in counts]
    lefts = [[sum(count.values()) - sum(count.get(name, 0) for name in lost) for lost in domains] for count in counts]

    def harm(host: str) -> tuple[int, int, int]:
        weights = [count.get(host, 0) for count in counts]
        alone = min(whole - weight for whole, weight in zip(wholes, weights, strict=True))
        both = [
            left - (0 if host in lost else weight)
            for per_domain, weight in zip(lefts, weights, strict=True)
            for lost, left in zip(domains, per_domain, strict=True)
        ]
        least = min(both, default=alone)
        return least, alone, -both.count(least)

    harms = {host.host: harm(host.host) for host in asked.fleet.hosts}
    worst = min(harms.values())
    equals = [host for host, found in harms.items() if found == worst]
    return min(equals, key=lambda host: (-asked.slowest_ms(frozenset({host})), by_number(host)))


def _counted(asked: FleetUnderLoss) -> list[dict[str, int]]:
    """Return what the quorum counts of each member: one count, or one for each hub."""
    fleet = asked.fleet
    if fleet.hubs:
        return [{member.name: int(hub in member.hubs) for member in asked.members} for hub in fleet.hubs]
    bft = fleet.quorum is Quorum.BFT
    return [{member.name: member.power if bft else 1 for member in asked.members}]


def _broken(fleet: Fleet, singles: Sequence[Case]) -> Iterator[BrokenPromise]:
    """Yield the promises that single failures break, each with its worst failure."""
    for word, kinds in (("survive", fleet.promises.survive), ("halt_safely", fleet.promises.halt_safely)):
        for kind in kinds:
            for case in singles:
                [lost] = case.lost
                after = case.after
                kept = after.goes_on if word == "survive" else not after.forks_possible
                if lost.kind == kind and not kept:
                    yield BrokenPromise(
                        rule_id=_rule(word, kind), promise=f"{word}: {{{kind}: 1}}", lost=case.lost, left=after.left,
                        needed=after.needed,
                    )  # fmt: skip
                    break


def _broken_together(fleet: Fleet, several: Sequence[Case]) -> Iterator[BrokenPromise]:
    """Yield the promises about losses at the same time that are broken, each with its worst failure."""
    for kinds in fleet.promises.survive_together:
        for case in several:
            if sorted(kinds) == sorted(domain.kind for domain in case.lost) and not case.after.goes_on:
                yield BrokenPromise(
                    rule_id=_rule("survive_together"), promise=f"survive_together: [{', '.join(kinds)}]",
                    lost=case.lost, left=case.after.left, needed=case.after.needed,
                )  # fmt: skip
                break


def _rule(*keys_of_it: str) -> str:
    """Return the ID of the rule that judges a promise; empty when none does."""
    for keys in (keys_of_it, keys_of_it[:1]):
        found = next((rule.id for rule in RULES.values() if rule.keys == keys), "")
        if found:
            return found
    return ""


def _notes(asked: FleetUnderLoss) -> Iterator[str]:
    fleet = asked.fleet
    unknown = asked.latency.unknown_places()
    if unknown:
        yield f"no latency where {', '.join(unknown)} takes part: no round trip to there is known"
    if all(host.client == NO_WORKLOAD for host in fleet.hosts):
        yield "runs no workload yet, so no client can fail"
    if fleet.promises.external:
        yield f"counts {len(fleet.promises.external)} members that others run"
