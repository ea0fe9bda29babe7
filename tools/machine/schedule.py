"""Run the steps that are due: two at a time, each after those it needs."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

from machine.shell import CancelledError, Processes, Progress, Shell, StepError
from machine.step import Step

from schemas.locations import cache_dir

AT_ONCE = 2
"""One Go build fills two cores for minutes, while the other steps mostly wait for disk and network."""


def run_all(due: Sequence[Step], progress: Progress, processes: Processes) -> dict[str, Exception]:
    """Run steps; return what failed by name, steps that could not start included.

    Raises:
        KeyboardInterrupt: The user ended the setup; every command has been ended and tidied up after.
    """
    pending = list(due)
    running: dict[Future[None], Step] = {}
    failed: dict[str, Exception] = {}
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        try:
            while pending or running:
                for step in _ready(pending, running.values(), failed)[: AT_ONCE - len(running)]:
                    pending.remove(step)
                    running[pool.submit(_run, step, progress, processes)] = step
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    step = running.pop(future)
                    error = future.exception()
                    if error is not None:
                        if not isinstance(error, Exception):
                            raise error
                        failed[step.name] = error
                        progress.say(step.name, f"failed: {str(error).splitlines()[0]}")
                pending = _drop_blocked(pending, failed)
        except BaseException:
            processes.end_all()
            raise
    return failed


def discard_leftovers() -> None:
    """Remove what killed runs left half-made; only while no other setup runs."""
    shutil.rmtree(_scratch_root(), ignore_errors=True)


def _ready(pending: Sequence[Step], running: Iterable[Step], failed: dict[str, Exception]) -> list[Step]:
    """Return the steps whose turn it is; of the Go builds one at a time, since each fills all cores."""
    now = list(running)
    unfinished = {step.name for step in pending} | {step.name for step in now}
    building = any(step.needs_go for step in now)
    ready = []
    for step in pending:
        if unfinished & set(step.after) or failed.keys() & set(step.after) or (building and step.needs_go):
            continue
        ready.append(step)
        building = building or bool(step.needs_go)
    return ready


def _drop_blocked(pending: Sequence[Step], failed: dict[str, Exception]) -> list[Step]:
    """Return the steps that can still run; those after a failed one fail for its sake."""
    left = []
    for step in pending:
        blockers = failed.keys() & set(step.after)
        if blockers:
            failed[step.name] = StepError(f"not tried: it needs {', '.join(sorted(blockers))}, which failed")
        else:
            left.append(step)
    return left if len(left) == len(pending) else _drop_blocked(left, failed)


def _run(step: Step, progress: Progress, processes: Processes) -> None:
    started = time.monotonic()
    shell = Shell(
        step.name,
        log=cache_dir() / "logs" / f"{step.name}.log",
        scratch=_scratch_root() / f"{step.name}-{os.getpid()}",
        progress=progress,
        processes=processes,
    )
    progress.say(step.name, f"{step.what} (about {_duration(step.seconds)} when nothing is cached)")
    try:
        step.run(shell)
    except CancelledError:
        progress.say(step.name, "ended; what was half-made is removed")
        raise
    progress.say(step.name, f"done in {_duration(time.monotonic() - started)}")


def _scratch_root() -> Path:
    return cache_dir() / "tmp"


def _duration(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole} s" if whole < 100 else f"{whole / 60:.0f} min"
