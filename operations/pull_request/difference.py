"""What a pull request means for each stack that it touches: survival, latency, cost, rules, and in which waves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from operations.checking import judged
from operations.comparing_plans import Side, compare
from operations.planning import Planned, planned
from operations.pull_request.affected import affected
from operations.pull_request.revisions import revision, stacks_in
from operations.pull_request.weaker import weaker_promises
from operations.waves import NoWaveError, Order, waves_of
from schemas.change import AffectedStack, Change, ChangedStack, PlannedWave
from schemas.comparison import ChangeKind, Comparison
from schemas.errors import ExitCode, FleetError
from schemas.locations import REPOSITORY
from schemas.report import Finding, Report, Status
from stacks.stack import StackFiles

_VERDICTS = {ExitCode.PASSED: "passes", ExitCode.FINDINGS: "refused"}


@dataclass(frozen=True, kw_only=True)
class _Judged:
    planned: Planned
    report: Report


def difference(base: str, repository: Path = REPOSITORY) -> Change:
    """Return what each affected stack comes to, before and after.

    Raises:
        UsageError: There is no such revision.
        EnvironmentMissingError: This is no git checkout.
    """
    touched = affected(base, repository)
    with revision(base, repository) as before:
        old, new = stacks_in(before), stacks_in(repository)
        stacks = tuple(_changed(one, old.get(one.stack), new.get(one.stack), base) for one in touched.stacks)
    return Change(base=base, stacks=stacks)


def _changed(one: AffectedStack, old: StackFiles | None, new: StackFiles | None, base: str) -> ChangedStack:
    nothing = ChangedStack(
        stack=one.stack, change=one.change, reasons=one.reasons, verdict="deleted", problem="", comparison=None,
        new=(), gone=(), kept=(), waived=(), weaker=(), waves=(), waves_problem="",
    )  # fmt: skip
    if new is None:
        return nothing
    try:
        after = _judged(new)
    except FleetError as error:
        return replace(nothing, verdict="not evaluated", problem=f"{error}\n{error.remedy}".strip())
    before, problem = _before(old)
    now, then = _failing(after.report), _failing(before.report) if before else {}
    found = replace(
        nothing,
        verdict=_VERDICTS.get(after.report.exit_code, "not evaluated"),
        problem=problem,
        new=tuple(finding for key, finding in now.items() if key not in then),
        gone=tuple(finding for key, finding in then.items() if key not in now),
        kept=tuple(finding for key, finding in now.items() if key in then),
        waived=after.report.with_status(Status.WAIVED),
    )
    if before is None:
        return found
    compared = _compared(before.planned, after.planned, base)
    waves, waves_problem = _waves(before.planned, after.planned, compared)
    return replace(
        found, comparison=compared, waves=waves, waves_problem=waves_problem,
        weaker=weaker_promises(before.planned.plan, after.planned.plan),
    )  # fmt: skip


def _judged(files: StackFiles) -> _Judged:
    found = planned(files)
    return _Judged(planned=found, report=judged(found))


def _before(old: StackFiles | None) -> tuple[_Judged | None, str]:
    if old is None:
        return None, ""
    try:
        return _judged(old), ""
    except FleetError as error:
        return None, f"the base cannot be judged, so every finding counts as new: {str(error).splitlines()[0]}"


def _failing(report: Report) -> dict[tuple[str, str], Finding]:
    """Return what fails or could not be judged, by rule and subject: lines move, findings stay the same."""
    shown = report.with_status(Status.FAILED, Status.NOT_EVALUATED)
    return {(finding.rule_id, finding.subject): finding for finding in shown}


def _compared(before: Planned, after: Planned, base: str) -> Comparison:
    name = after.files.spec.name
    return compare(
        Side(name=f"{base}:{name}", lock=before.lock, plan=before.plan),
        Side(name=name, lock=after.lock, plan=after.plan),
        after.spec.network,
        atlas=after.atlas,
    )


def _waves(before: Planned, after: Planned, compared: Comparison) -> tuple[tuple[PlannedWave, ...], str]:
    """Return the waves in which hosts that stay are changed: replaced, or given other software."""
    hosts = _hosts(compared, (ChangeKind.CHANGED, ChangeKind.MOVED))
    most = {name: fleet.disruption.unavailable_max for name, fleet in after.spec.network.fleets.items()}
    try:
        found = waves_of(before.plan, hosts, Order(unavailable_max=most), before.atlas)
    except NoWaveError as error:
        return (), str(error)
    return tuple(
        PlannedWave(
            fleet=wave.fleet, number=wave.number, hosts=wave.hosts, left=wave.left, needed=wave.needed, spare=wave.spare
        )
        for wave in found
    ), ""


def _hosts(compared: Comparison, kinds: Iterable[ChangeKind]) -> list[str]:
    wanted = set(kinds)
    return [change.host for change in compared.hosts if change.kind in wanted]


def exit_code(found: Change) -> ExitCode:
    """Return what the pull request's check says: 1 when a stack is refused, 4 when one could not be judged, else 0.

    A stack that was refused at its base as well is refused still: a pull request does not mend it by leaving it.
    """
    verdicts = {one.verdict for one in found.stacks}
    if "refused" in verdicts:
        return ExitCode.FINDINGS
    return ExitCode.NOT_EVALUATED if "not evaluated" in verdicts else ExitCode.PASSED
