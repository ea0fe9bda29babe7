"""`geofleet drill`: scenarios on a deployed stack, one run at a time, each kept with its picture."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from operations.console import say
from operations.drills import healing
from operations.drills.ground import Ground
from operations.drills.junit import junit_text
from operations.drills.running import Run, skipped_because
from operations.machine import require_root
from operations.pictures.drill_timeline import timeline_svg
from operations.planning import files_of, planned
from operations.run_lock import run_lock
from operations.state import deployed_inventory
from schemas.drill import DrillResult, Verdict
from schemas.errors import BackendError, ExitCode, UsageError
from schemas.loading.drill_file import SCENARIOS, Scenario, read_scenario, scenario_names
from schemas.locations import work_dir


def ground_of(stack: str) -> Ground:
    """Return what drills of a stack act on.

    Raises:
        UsageError: The stack is not deployed, not in the lab, or its plan lock does not fit.
    """
    require_root()
    found, inventory = planned(files_of(stack)), deployed_inventory(stack)
    if inventory.target != "lab":
        raise UsageError(
            f"stack '{stack}' is on target '{inventory.target}'; drills act on the lab only",
            remedy="Rehearse it: the lab builds the same spec as a stack of its own; then drill that.",
        )
    if not found.locked:
        raise UsageError(f"the spec of '{stack}' has changed since it was deployed", remedy=f"geofleet up {stack}")
    return Ground(plan=found.plan, atlas=found.atlas)


def scenarios_of(names: Sequence[str]) -> tuple[Scenario, ...]:
    """Return scenarios by name, or by the path of a file; all that are shipped when none is named.

    Raises:
        UsageError: There is no such scenario.
        InvalidDocumentError: One of them is wrong.
    """
    return tuple(_scenario(name) for name in (names or scenario_names()))


def _scenario(name: str) -> Scenario:
    if name.endswith((".yaml", ".yml")):
        return read_scenario(Path(name).resolve())
    if name not in scenario_names():
        raise UsageError(
            f"there is no scenario '{name}'",
            remedy=f"There are: {', '.join(scenario_names())}. Your own: name its file, NAME.yaml.",
        )
    return read_scenario(SCENARIOS / f"{name}.yaml")


def drill(stack: str, scenarios: Iterable[Scenario]) -> tuple[DrillResult, ...]:
    """Run scenarios on a stack, each against all its targets, and keep what was found.

    A drill that was killed before is healed first.

    Raises:
        UsageError: The stack is not deployed in the lab.
        LockedError: Another run holds the stack.
    """
    ground, results = ground_of(stack), []
    with run_lock(stack):
        if healing.owed(stack):
            _heal(ground)
        for scenario in scenarios:
            reason = skipped_because(ground, scenario)
            if reason:
                say(f"==> {scenario.metadata.name}: skipped, {reason}")
                continue
            for target in ground.targets(scenario.each):
                say(f"==> {scenario.metadata.name}{': ' + target.name if target.name else ''}")
                result = Run(ground=ground, scenario=scenario, target=target, say=say)()
                results.append(result)
                say(f"    {result.verdict}; kept in {keep(result)}")
    return tuple(results)


def heal(stack: str) -> None:
    """Put a stack right after a drill that was killed.

    Raises:
        BackendError: Something could not be put right; all of it is named.
    """
    ground = ground_of(stack)
    with run_lock(stack):
        _heal(ground)


def _heal(ground: Ground) -> None:
    say(f"    healing what is left of the drill {healing.owed(ground.stack) or '(none is noted)'}")
    problems = healing.heal(ground)
    if problems:
        raise BackendError(
            "not everything could be put right:\n" + "\n".join(f"  - {problem}" for problem in problems),
            remedy=f"Bring back what is missing, then heal again: geofleet up {ground.stack}.",
        )


def keep(result: DrillResult) -> str:
    """Write a run's record and its picture below `.geofleet/drills/STACK`; return the folder as it is shown."""
    words = [result.began.replace(":", "").replace("+0000", "Z"), result.scenario, *result.target.split()]
    folder = work_dir() / "drills" / result.stack / "-".join(word.replace(":", "-") for word in words)
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    (folder / "result.json").write_text(json.dumps(result.to_json(), indent=1) + "\n", encoding="utf-8")
    (folder / "timeline.svg").write_text(timeline_svg(result), encoding="utf-8")
    (folder / "junit.xml").write_text(junit_text((result,)), encoding="utf-8")
    return str(folder.relative_to(work_dir().parent))


def results_text(results: Sequence[DrillResult]) -> str:
    """Return all runs, one line each, and what was broken below its run."""
    lines = []
    for result in results:
        name = f"{result.scenario}{' ' + result.target if result.target else ''}"
        lines.append(f"{result.verdict:8}{name:48} {result.duration_s:7.1f} s")
        lines += [f"        {c.name}: expected {c.expected}, found {c.found}" for c in result.claims if not c.held]
        lines += [f"        not carried out: {result.problem}"] if result.problem else []
    return "\n".join(lines) or "no scenario fits this stack"


def exit_code(results: Sequence[DrillResult]) -> ExitCode:
    """Return 1 when a claim was broken, 4 when a run could not be carried out or none was, else 0."""
    if any(result.verdict is Verdict.FAILED for result in results):
        return ExitCode.FINDINGS
    if not results or any(result.verdict is Verdict.BROKEN for result in results):
        return ExitCode.NOT_EVALUATED
    return ExitCode.PASSED
