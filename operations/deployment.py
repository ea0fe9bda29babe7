"""`geofleet up`: check, plan, preview with the rules, build, verify; and what each refuses."""

from __future__ import annotations

from dataclasses import dataclass, replace

import yaml

from lab.claim import claim
from operations import keys
from operations.checking import judged, require_passed
from operations.cloud_deployment import put_what_the_engine_never_sees
from operations.console import say, step
from operations.engine import PACK_NAME, POLICY_PACK, EngineRun, prepare_state, pulumi
from operations.first_starts import publish_first_starts
from operations.machine import require_lab_machine, require_root
from operations.planning import Planned, files_of, planned, write_lock
from operations.recovery import backup, recover, release_dead_locks
from operations.run_lock import run_lock
from operations.state import ensure_stack, outputs, require_target
from operations.state_copies import require_state
from operations.sweeping import sweep_unplanned
from schemas.errors import EngineError, ExitCode, FleetError, UsageError
from schemas.inventory import Inventory
from schemas.ledger import Ledger
from schemas.spec.effects import require_deployable
from stacks.clouds import cloud_vaults
from stacks.program import inventory
from stacks.stack import STACKS, StackFiles, shown

TARGET_LAB, TARGET_CLOUD = "lab", "cloud"


class PolicyRefusedError(FleetError):
    """The policy pack refused the preview."""

    exit_code = ExitCode.FINDINGS


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """A stack as `up` left it."""

    files: StackFiles
    inventory: Inventory
    ledger: Ledger
    changed: bool


def deploy(argument: str) -> Deployed:
    """Build a stack, or bring back what is missing of it.

    Args:
        argument: The stack's name.

    Returns:
        What was built; nothing of it is verified yet.

    Raises:
        FleetError: Whatever stood in the way; nothing was built unless it is an `EngineError`.
    """
    files = files_of(argument)
    target = configured_target(files)
    if target == TARGET_CLOUD:
        return _deploy_cloud(files)
    if target != TARGET_LAB:
        raise UsageError(
            f"target '{target}' has no back end; 'lab' and 'cloud' have",
            remedy=f"Set it back: pulumi config set geofleet:target lab --stack {files.name}.",
        )
    require_root()
    found = _checked(files)
    require_lab_machine(found.plan)
    prepare_state()
    with run_lock(files.name) as lock:
        claim(files.name)
        ledger = keys.create_keys(files, found.plan)
        require_passed(judged(replace(found, ledger=ledger)))
        require_state(files.name)
        recover(files.name)
        ensure_stack(files.name)
        require_target(outputs(files.name), target, files.name)
        publish_first_starts(found.plan, ledger)
        changed = _build(files.name, lock)
        sweep_unplanned(found.plan)
    return Deployed(files=files, inventory=inventory(found.plan, ledger, target), ledger=ledger, changed=changed)


def _deploy_cloud(files: StackFiles) -> Deployed:
    """Build a stack in its clouds: the engine makes everything but secrets' values, which are put afterwards."""
    found = _checked(files)
    prepare_state()
    with run_lock(files.name) as lock:
        ledger = keys.create_keys(files, found.plan)
        require_passed(judged(replace(found, ledger=ledger)))
        require_state(files.name)
        release_dead_locks(files.name)
        ensure_stack(files.name)
        require_target(outputs(files.name), TARGET_CLOUD, files.name)
        vaults = cloud_vaults(found.plan, stack_config(files))
        changed = _build(files.name, lock)
        put_what_the_engine_never_sees(found.plan, ledger, vaults)
    return Deployed(files=files, inventory=inventory(found.plan, ledger, TARGET_CLOUD), ledger=ledger, changed=changed)


def configured_target(files: StackFiles) -> str:
    """Return the Pulumi config `geofleet:target` of a stack: `lab` unless it says otherwise."""
    return stack_config(files).get("target", TARGET_LAB)


def stack_config(files: StackFiles) -> dict[str, str]:
    """Return a stack's Pulumi configuration: key without `geofleet:` to value; encrypted values are left out."""
    path = STACKS / f"Pulumi.{files.name}.yaml"
    if not path.exists():
        return {}
    value = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    config = value.get("config") or {}
    prefix = "geofleet:"
    return {
        key.removeprefix(prefix): str(found)
        for key, found in config.items()
        if key.startswith(prefix) and not isinstance(found, dict)
    }


def _checked(files: StackFiles) -> Planned:
    with step(f"check and plan {shown(files.spec)}"):
        found = planned(files)
        require_deployable(found.spec.network)
        # without the ledger: keys that the plan's new hosts lack are made below, not a reason to refuse
        require_passed(judged(replace(found, ledger=None)))
        if found.locked:
            return found
        if files.lock.exists() or found.plan.environment != "lab":
            raise UsageError(
                f"{shown(files.lock)} does not fit {shown(files.spec)}",
                remedy=f"Look at what moves (geofleet plan {files.name}), then lock it: "
                f"geofleet plan {files.name} --write.",
            )
        say(f"    first run: the plan is locked in {write_lock(found)}; commit it")
        return found


def _build(stack: str, lock: int) -> bool:
    """Preview with the rules, then build; returns whether anything had to change."""
    with step("preview with the policy pack"):
        preview = pulumi(stack, ["preview", "--policy-pack", POLICY_PACK], lock=lock)
        require_judged(preview, stack, "preview")
    if preview.changes_nothing:
        say("    nothing to change")
        return False
    backup(stack)
    with step("build"):
        run = pulumi(stack, ["up", "--yes", "--skip-preview", "--policy-pack", POLICY_PACK], lock=lock)
        require_judged(run, stack, "up")
    return True


def require_judged(run: EngineRun, stack: str, what: str) -> None:
    """Refuse to go on after an engine command that failed, or that the rules did not see.

    Nothing but the option makes the engine run a local pack: a run without it would pass in silence.

    Raises:
        PolicyRefusedError: The rules refuse it, or never judged it.
        EngineError: It failed.
    """
    _require_success(run, stack, what)
    if PACK_NAME not in run.judged_by:
        judged_by = ", ".join(run.judged_by) or "no policy pack"
        raise PolicyRefusedError(
            f"the {what} was judged by {judged_by}; expected {PACK_NAME}",
            remedy=f"Mend the folder {POLICY_PACK}/ of this checkout (git status), then run it again: geofleet up {stack}.",
        )


def _require_success(run: EngineRun, stack: str, what: str) -> None:
    if run.exit_code == 0:
        return
    if run.policy_violations:
        shown_violations = "\n".join(run.policy_violations)
        raise PolicyRefusedError(
            f"the policy pack refuses the {what}:\n{shown_violations}",
            remedy="Mend the spec; geofleet check says where.",
        )
    told = "\n".join(run.errors) or f"it ended with code {run.exit_code}; its own messages are above"
    raise EngineError(
        f"pulumi {what} failed: {told}",
        remedy=f"Mend what it says and run it again: geofleet up {stack} goes on from here.",
    )
