"""`geofleet down`: hosts, keys, ledger, sign state, genesis and state go together, or not at all."""

from __future__ import annotations

import shutil
from pathlib import Path

from lab.claim import require_unclaimed
from lab.sweep import leftovers, remove_stack
from operations.console import say, step
from operations.deployment import TARGET_LAB, configured_target
from operations.engine import prepare_state, pulumi, pulumi_text, stack_exists
from operations.machine import require_root
from operations.planning import files_of
from operations.recovery import recover
from operations.run_lock import run_lock
from schemas.errors import BackendError, EngineError, FleetError, UsageError
from schemas.locations import secrets_dir, work_dir
from stacks.stack import STACKS, StackFiles


def tear_down(argument: str) -> None:
    """Remove a lab stack and everything that was made for it; the spec and its plan lock stay.

    Raises:
        UsageError: The stack is not the lab's.
        BackendError: Something of it is still there; it is named.
    """
    files = files_of(argument)
    target = configured_target(files)
    if target != TARGET_LAB:
        raise UsageError(
            f"stack '{files.name}' is on target '{target}': keys and sign state there are never removed together by a command",
            remedy="Destroy its resources with pulumi destroy, and keep the keys until the chain has forgotten them.",
        )
    require_root()
    require_unclaimed(files.name)
    prepare_state()
    with run_lock(files.name, wait_s=30) as lock:
        if stack_exists(files.name):
            with step("destroy"):
                _destroy(files.name, lock)
        with step("remove what is left: keys, ledger, sign state, store"):
            remove_stack(files.name, volumes=True)
            _remove_files(files)
    left = leftovers(files.name)
    if left:
        raise BackendError(
            f"something of stack '{files.name}' is still there: {', '.join(left)}",
            remedy="Run the command again; if it stays, remove it by hand.",
        )


def _destroy(stack: str, lock: int) -> None:
    """Destroy through the engine; where its state cannot be used, the sweep by ownership label does it all."""
    try:
        recover(stack)
        run = pulumi(stack, ["destroy", "--yes", "--skip-preview", "--refresh=false"], lock=lock)
        if run.exit_code != 0:
            raise EngineError("\n".join(run.errors) or f"it ended with code {run.exit_code}")
        pulumi_text(stack, ["stack", "rm", stack, "--yes", "--force"])
    except FleetError as error:
        if error.exit_code == error.exit_code.LOCKED:
            raise
        say(f"    the engine could not destroy it ({error}); removing everything that carries its label instead")


def _remove_files(files: StackFiles) -> None:
    pulumi_dir = work_dir() / "state" / ".pulumi"
    for pattern in ("stacks/geofleet", "backups/geofleet", "history/geofleet", "locks/organization/geofleet"):
        for path in (pulumi_dir / pattern).glob(f"{files.name}*"):
            _remove(path, files.name)
    _remove(STACKS / f"Pulumi.{files.name}.yaml", files.name)
    _remove(work_dir() / "backups" / files.name, files.name)
    _remove(work_dir() / "verify" / files.name, files.name)
    files.ledger.unlink(missing_ok=True)
    # last: as long as the secret store is there, a killed `down` is seen to be unfinished
    shutil.rmtree(secrets_dir(files.name), ignore_errors=True)


def _remove(path: Path, stack: str) -> None:
    """Remove a file or folder of exactly this stack: `lab` is not `lab-two`."""
    if path.name != stack and not path.name.startswith((f"{stack}.", f"Pulumi.{stack}.")):
        return
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
