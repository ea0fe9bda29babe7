"""Drills on the live lab: what they claim is so, and whatever happens to them the stack is healed."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from typing import Any

import pytest

from operations.drills import healing
from operations.drills.drilling import drill, scenarios_of
from schemas.drill import DrillResult, Verdict
from schemas.loading.drill_file import Partition, Scenario, scenario_names
from schemas.locations import REPOSITORY
from tests.deployed.conftest import GEOFLEET, geofleet

pytestmark = pytest.mark.lab

SHAPES = ("one", "halves", "one_way", "bridge", "majorities_ring")


def passed(results: tuple[DrillResult, ...]) -> None:
    for result in results:
        broken = [f"{claim.name}: {claim.found}" for claim in result.claims if not claim.held]
        assert result.verdict is Verdict.PASSED, (result.scenario, result.target, result.problem, broken)


def test_a_signer_killed_a_cut_in_halves_and_a_lost_sign_state_end_as_foretold(lab: str) -> None:
    done = geofleet("drill", lab, "kill-a-signer", "partition-halves", "sign-state-lost", "--format", "json")
    assert done.returncode == 0, done.stdout + done.stderr
    results: list[dict[str, Any]] = json.loads(done.stdout)["results"]
    claims = [{claim["name"]: claim["held"] for claim in result["claims"]} for result in results]
    assert claims[1]["geofleet-lab halts (as simulate foretells)"]
    assert claims[2]["validators-1 refuses to sign (lost)"]
    assert all(claim["no double signature"] and claim["no fork"] for claim in claims)
    # a watcher that saw nothing would find nothing
    assert all(result["signatures_seen"] > 50 for result in results)
    kept = sorted((REPOSITORY / ".geofleet" / "drills" / lab).glob("*/timeline.svg"))
    assert len(kept) >= 3


def test_a_drill_that_is_killed_is_healed_by_one_command(lab: str) -> None:
    running = subprocess.Popen(
        [*GEOFLEET, "drill", lab, "partition-one"], cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 60
    while not healing.owed(lab) and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(2)
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert healing.owed(lab) == "partition-one"
    done = geofleet("drill", lab, "--heal")
    assert done.returncode == 0, done.stderr
    assert healing.owed(lab) == ""
    done = geofleet("verify", lab, "--wait", "60")
    assert done.returncode == 0, done.stdout


def test_a_drill_on_a_broken_stack_is_not_carried_out(lab: str) -> None:
    subprocess.run(["podman", "stop", f"gf-{lab}-validators-4"], check=True, capture_output=True)
    try:
        done = geofleet("drill", lab, "kill-a-signer", timeout_s=200)
        assert done.returncode == 4, done.stdout + done.stderr
        assert "not carried out: no block from validators-4 before the drill" in done.stdout
    finally:
        assert geofleet("up", lab).returncode == 0


@pytest.mark.soak
@pytest.mark.parametrize("name", scenario_names())
def test_every_scenario_passes(lab: str, name: str) -> None:
    passed(drill(lab, scenarios_of([name])))


@pytest.mark.soak
@pytest.mark.parametrize("shape", SHAPES)
def test_partitions_of_every_shape_heal_in_under_30_s_twenty_times(lab: str, shape: str) -> None:
    [scenario] = scenarios_of([f"partition-{shape.replace('_', '-')}"])
    for round_ in range(20):
        passed(drill(lab, [_rotated(scenario, round_)]))


def _rotated(scenario: Scenario, by: int) -> Scenario:
    steps = tuple(
        step.model_copy(update={"rotate": by}) if isinstance(step, Partition) else step for step in scenario.steps
    )
    return scenario.model_copy(update={"steps": steps})


@pytest.mark.soak
@pytest.mark.parametrize("how", ["lost", "truncated", "flipped", "rolled-back"])
def test_damaged_sign_states_are_refused_twenty_five_times_each(lab: str, how: str) -> None:
    for _ in range(25):
        passed(drill(lab, scenarios_of([f"sign-state-{how}"])))
