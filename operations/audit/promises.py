"""Each promise of a spec beside what is planned, what rules say of it, and what was measured."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from operations.latency_after import Distances
from policies.catalogue import RULES
from schemas.audit import NOT_MEASURED, DrillEvidence, PromiseEvidence, VerificationEvidence
from schemas.plan import FleetPlan, Plan
from schemas.report import Finding, Status
from schemas.roles import Quorum
from schemas.simulation import FleetSimulation
from schemas.status import RoundTripStatus, StackStatus

_WORST_FIRST = (
    Status.FAILED, Status.NOT_EVALUATED, Status.DEFERRED, Status.WAIVED, Status.PASSED, Status.NOT_APPLICABLE,
)  # fmt: skip


def worst(findings: Iterable[Finding]) -> Status | None:
    """Return the worst status among findings; None without any."""
    found = {finding.status for finding in findings}
    return next((status for status in _WORST_FIRST if status in found), None)


@dataclass(frozen=True, kw_only=True)
class Known:
    """Everything that promises are held against."""

    plan: Plan
    distances: Distances
    findings: tuple[Finding, ...]
    """Of spec and plan."""
    simulated: tuple[FleetSimulation, ...]
    status: StackStatus | None
    verification: VerificationEvidence | None
    drills: tuple[DrillEvidence, ...]


def promises_of(known: Known) -> tuple[PromiseEvidence, ...]:
    """Return every promise of every fleet, in the order of the plan."""
    return tuple(row for fleet in known.plan.fleets for row in _Fleet(known, fleet).rows())


class _Fleet:
    """The promises of one fleet."""

    def __init__(self, known: Known, fleet: FleetPlan) -> None:
        self._known, self._fleet = known, fleet
        self._regions = [host.region for host in known.plan.hosts_of(fleet.name)]

    def rows(self) -> Iterator[PromiseEvidence]:
        promises = self._fleet.promises
        for word, kinds in (("survive", promises.survive), ("halt_safely", promises.halt_safely)):
            for kind in kinds:
                yield self._row(
                    f"{word}: {{{kind}: 1}}", _rule(word, kind), self._worst_loss((kind,)), self._drilled(kind)
                )
        for together in promises.survive_together:
            told = f"survive_together: [{', '.join(together)}]"
            yield self._row(told, _rule("survive_together"), self._worst_loss(together), NOT_MEASURED)
        if promises.between_members_ms_max is not None:
            told = f"between_members_ms_max: {promises.between_members_ms_max:g}"
            yield self._row(told, "PRX001", self._planned_between(), self._measured(lambda trip: trip.measured_ms))
        if promises.jitter_ms_max is not None:
            told = f"jitter_ms_max: {promises.jitter_ms_max:g}"
            measured = self._measured(lambda trip: trip.measured_jitter_ms)
            yield self._row(told, "PRX002", self._planned_jitter(), measured)
        for near in promises.near:
            told = f"near {near.hub} ({near.at}): latency_ms_max: {near.latency_ms_max:g}"
            yield self._row(told, "PRX003", self._planned_near(near.at), self._measured_near(near.at))
        for other in promises.near_fleets:
            told = f"near fleet {other.fleet}: latency_ms_max: {other.latency_ms_max:g}"
            yield self._row(told, "PRX010", "see the rule's finding", NOT_MEASURED)

    def _row(self, promise: str, rule_id: str, planned: str, measured: str) -> PromiseEvidence:
        known, verification = self._known, self._known.verification
        judged = worst(f for f in known.findings if f.rule_id == rule_id and self._is_about(f))
        seen = verification and worst(f for f in verification.findings if f.rule_id == rule_id and self._is_about(f))
        return PromiseEvidence(
            fleet=self._fleet.name, promise=promise, rule_id=rule_id, judged=str(judged or ""), planned=planned,
            measured=measured, verified=f"{seen}, {verification.began}" if seen and verification else "",
        )  # fmt: skip

    def _is_about(self, finding: Finding) -> bool:
        hosts = {host.host for host in self._known.plan.hosts_of(self._fleet.name)}
        return finding.subject == self._fleet.name or bool(hosts & {finding.subject, finding.where.host})

    def _worst_loss(self, kinds: tuple[str, ...]) -> str:
        fleet = next((one for one in self._known.simulated if one.fleet == self._fleet.name), None)
        for case in (*fleet.singles, *fleet.pairs) if fleet else ():
            if sorted(kinds) == sorted(lost.kind for lost in case.lost):
                lost_text = " and ".join(f"{lost.kind} {lost.name}" for lost in case.lost)
                return f"losing {lost_text}: {case.after.verdict}, {case.after.left} left; {case.after.needed} needed"
        return "nothing to lose"

    def _drilled(self, kind: str) -> str:
        """Return the drills that lost a domain of this kind, the last of each; counted are those of this stack."""
        last = {
            (drill.scenario, drill.target): drill for drill in self._known.drills if drill.target.startswith(f"{kind} ")
        }
        told = [f"drill {one.scenario} on {one.target}: {one.verdict}, {one.began}" for one in last.values()]
        return "; ".join(told) or NOT_MEASURED

    def _pairs(self) -> list[tuple[str, str]]:
        return sorted({(min(pair), max(pair)) for pair in combinations(self._regions, 2)})

    def _planned_between(self) -> str:
        figures = [(*self._known.distances.between(*pair), pair) for pair in self._pairs()]
        if not figures:
            return "one member: nothing to measure"
        value_ms, evidence, pair = max(figures, key=lambda figure: figure[0])
        return f"{value_ms:.2f} ms at most ({' to '.join(pair)}; atlas: {evidence})"

    def _planned_jitter(self) -> str:
        links = [link for pair in self._pairs() if (link := self._known.plan.link(*pair))]
        if not links:
            return "all in one region"
        link = max(links, key=lambda one: one.jitter_ms)
        return f"{link.jitter_ms:.2f} ms at most ({link.region} to {link.other}; atlas: {link.jitter_evidence})"

    def _measured(self, figure_of: Callable[[RoundTripStatus], float | None]) -> str:
        """Return the largest figure measured between regions of the fleet, and of how many of its pairs it is."""
        status = self._known.status
        wanted = {pair for pair in self._pairs() if pair[0] != pair[1]}
        found = [
            (figure, trip) for trip in (status.round_trips if status else ())
            if (trip.region, trip.other) in wanted and (figure := figure_of(trip)) is not None
        ]  # fmt: skip
        if not found or status is None:
            return NOT_MEASURED
        value_ms, trip = max(found, key=lambda one: one[0])
        of = f"{len(found)} of {len(wanted)} pairs of regions measured, {status.looked_at or 'date unknown'}"
        return f"{value_ms:.2f} ms at most ({trip.region} to {trip.other}); {of}"

    def _chosen(self, figures: list[tuple[float, str, str]]) -> str:
        """Return the figure that the promise is about: the farthest member's, or the nearest relayer's."""
        near = self._fleet.quorum is Quorum.ANY
        value_ms, told, region = (min if near else max)(figures, key=lambda figure: figure[0])
        return f"{value_ms:.2f} ms{told}, from the {'nearest' if near else 'farthest'} member's region {region}"

    def _planned_near(self, at: str) -> str:
        figures = []
        for region in sorted(set(self._regions)):
            value_ms, evidence = self._known.distances.between(region, at)
            figures.append((value_ms, f" (atlas: {evidence})", region))
        return self._chosen(figures) if figures else "no members"

    def _measured_near(self, at: str) -> str:
        status = self._known.status
        figures = [
            (trip.measured_ms, "", region)
            for trip in (status.round_trips if status else ())
            for region in sorted(set(self._regions))
            if {trip.region, trip.other} == {region, at} and trip.measured_ms is not None
        ]
        complete = len(figures) == len(set(self._regions) - {at})
        if not figures or status is None or not complete:
            return NOT_MEASURED
        return f"{self._chosen(figures)}; {status.looked_at or 'date unknown'}"


def _rule(*keys: str) -> str:
    for wanted in (keys, keys[:1]):
        found = next((rule.id for rule in RULES.values() if rule.keys == wanted), "")
        if found:
            return found
    return ""
