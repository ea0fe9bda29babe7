"""What scenarios would do to a stack, told before anything is done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from operations.drills.ground import Ground
from operations.drills.running import skipped_because
from operations.planning import files_of, planned
from schemas.errors import FleetError
from schemas.loading.drill_file import Scenario, Step
from schemas.loading.drill_file import Watch as WatchStep


def list_text(stack: str, scenarios: Sequence[Scenario]) -> str:
    """Return each scenario with its targets in this stack and its steps; needs neither root nor a deployed stack.

    Raises:
        FleetError: The stack's spec cannot be read or placed.
    """
    found = planned(files_of(stack))
    ground = Ground(plan=found.plan, atlas=found.atlas)
    return "\n".join(line for scenario in scenarios for line in _lines(ground, scenario))


def _lines(ground: Ground, scenario: Scenario) -> Iterator[str]:
    yield f"{scenario.metadata.name}: {scenario.metadata.title}"
    yield f"  why: {scenario.metadata.why}"
    reason = skipped_because(ground, scenario)
    if reason:
        yield f"  skipped here: {reason}"
        return
    targets = [target.name for target in ground.targets(scenario.each) if target.name]
    if targets:
        yield f"  in turn: {', '.join(targets)}"
    yield f"  steps: {'; '.join(_step_text(ground, step) for step in scenario.steps)}"


def _step_text(ground: Ground, step: Step) -> str:
    if isinstance(step, WatchStep):
        return f"watch for {f'{step.blocks} blocks' if step.blocks else f'{step.seconds:g} s'}"
    on = getattr(step, "on", None)
    if on is None or on.target:
        return step.do.replace("_", " ")
    try:
        return f"{step.do.replace('_', ' ')} {', '.join(ground.chosen(on, ground.targets(None)[0]))}"
    except FleetError as error:
        return f"{step.do} (impossible: {error})"
