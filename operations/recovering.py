"""`geofleet recover`: the state of a stack made usable again, step by step, never a blind clear.

The order is that of research/reliability.md, section 4: wait for plugins, copy everything, clean what a kill left,
check, fall back to a copy, free the lock of a dead process, then what was under way.
"""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Iterator
from pathlib import Path

from operations.console import say, step
from operations.deployment import TARGET_LAB, configured_target
from operations.engine import prepare_state, pulumi_text
from operations.planning import files_of
from operations.recovery import PROJECT, backup, recover, release_dead_locks
from operations.run_lock import run_lock
from operations.state_checking import StateCheck, check_state
from operations.state_copies import copies, state_file
from schemas.errors import EngineError, UsageError
from schemas.locations import work_dir


def recover_stack(argument: str, *, restore: str = "") -> str:
    """Make a stack's state usable; return what to do next, in a line.

    Args:
        argument: The stack.
        restore: Name of a copy to go back to; empty: the state as it is, or the newest whole copy where it is damaged.

    Raises:
        UsageError: There is no such copy.
        LockedError: A live run, or a live process, holds the stack.
        EngineError: No whole copy is left, or the engine refuses the state.
    """
    files = files_of(argument)
    stack = files.name
    prepare_state()
    with run_lock(stack):  # waits for the engine and the plugins of a dead run
        with step("copy everything aside"):
            say(f"    {_aside(stack)}")
        with step("remove what a kill left: empty side-cars, half-written files"):
            for path in _rubbish(stack):
                say(f"    removed {path.name}")
        with step("check the state"):
            _settle(stack, restore)
        release_dead_locks(stack)
        pending = check_state(state_file(stack), stack=stack, project=PROJECT).pending
        if pending and configured_target(files) != TARGET_LAB:
            return _told_pending(stack)
        recover(stack)
        with step("the engine reads it"):
            pulumi_text(stack, ["stack", "export", "--stack", stack])
    return f"the state is usable; bring the stack to what the spec says: geofleet up {stack}"


def _aside(stack: str) -> Path:
    name = datetime.datetime.now(datetime.UTC).strftime("before-recovery-%Y%m%dT%H%M%S.%fZ")
    folder = work_dir() / "backups" / stack / name
    folder.mkdir(mode=0o700, parents=True)
    for path in state_file(stack).parent.glob(f"{stack}.json*"):
        shutil.copy2(path, folder / path.name)
    return folder


def _rubbish(stack: str) -> Iterator[Path]:
    for path in state_file(stack).parent.glob(f"{stack}.json*"):
        is_empty_side_car = path.suffix == ".attrs" and path.stat().st_size == 0
        if is_empty_side_car or path.suffix == ".tmp":
            path.unlink()
            yield path


def _settle(stack: str, restore: str) -> None:
    """Leave a whole state in place: the present one, the copy that was asked for, or the newest whole one."""
    path = state_file(stack)
    present = check_state(path, stack=stack, project=PROJECT) if path.exists() else StateCheck(faults=("is not there",))
    if present.is_whole and not restore:
        say(f"    whole: {present.resources} resources, {present.pending} operations under way")
        return
    for fault in present.faults:
        say(f"    {path.name} {fault}")
    found = copies(stack)
    chosen = next((copy for copy in found if copy.check.is_whole and restore in ("", copy.path.name)), None)
    if chosen is None:
        listed = "\n".join(f"  {copy.text()}" for copy in found) or "  none"
        if restore:
            raise UsageError(f"there is no whole copy '{restore}' of stack '{stack}'; there are:\n{listed}")
        raise EngineError(
            f"the state of stack '{stack}' {present.faults[0]}, and no copy of it is whole:\n{listed}",
            remedy="For a lab: geofleet down, then up. In a cloud: import each resource by its name; never start empty.",
        )
    if present.is_whole:
        backup(stack)
    temporary = path.with_name(f".{path.name}.restored")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copyfile(chosen.path, temporary)
    temporary.chmod(0o600)
    temporary.replace(path)
    say(
        f"    restored from {chosen.text()}; what was made since is adopted by `up` (lab) or shown by a refresh (cloud)"
    )


def _told_pending(stack: str) -> str:
    return (
        f"operations were under way when the run died; look each up in the cloud before clearing it: "
        f"pulumi refresh --stack {stack} (with `geofleet env {stack}`) asks for each, and never clears blindly"
    )
