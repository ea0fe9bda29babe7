"""One run at a time per stack, and none while a dead run's processes still act.

A run holds `.geofleet/locks/NAME.lock` (flock); the engine inherits it, so the
lock outlives a killed command until its engine has ended. Provider plugins hold
`.geofleet/locks/plugins.lock` in shared mode for as long as they live (see
`lab/__main__.py`): a new run waits for those of a dead one. The kernel lets go
of both when their holders die, whatever killed them.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from operations.console import say
from schemas.errors import LockedError
from schemas.locations import plugins_lock, work_dir

WAIT_S = 90.0
"""How long to wait for a dead run's engine and plugins: one provider call (a host's start) takes seconds."""


@contextmanager
def run_lock(stack: str, *, wait_s: float = 5.0) -> Iterator[int]:
    """Hold a stack's run lock; yields the descriptor that the engine inherits.

    Args:
        stack: Name of the stack.
        wait_s: How long to wait for a live run before giving up.

    Raises:
        LockedError: Another run holds the stack; its process is named.
    """
    path = work_dir() / "locks" / f"{stack}.lock"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _acquire(descriptor, path, stack, wait_s)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        _wait_for_plugins(stack)
        yield descriptor
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, path: Path, stack: str, wait_s: float) -> None:
    deadline, told = time.monotonic() + wait_s, False
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = path.read_text(encoding="ascii").strip()
            alive = holder.isdigit() and Path("/proc", holder).exists()
            if not alive and not told:
                say(f"the run before this one was killed; waiting for its engine to end (at most {WAIT_S:.0f} s)")
                deadline, told = time.monotonic() + WAIT_S, True
            if time.monotonic() > deadline:
                who = f"process {holder}" if alive else "the engine of a run that was killed"
                raise LockedError(
                    f"stack '{stack}' is held by {who}", remedy="Wait until it has ended; never remove the lock."
                ) from None
            time.sleep(0.2)
        else:
            return


def _wait_for_plugins(stack: str) -> None:
    """Wait until no provider plugin of an earlier run is alive: it may still be making things."""
    path = plugins_lock()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        deadline, told = time.monotonic() + WAIT_S, False
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if not told:
                    say("waiting for the provider plugins of another run to end")
                    told = True
                if time.monotonic() > deadline:
                    raise LockedError(
                        f"provider plugins of another run still work ({path} is held); stack '{stack}' is left alone",
                        remedy="Wait until that run has ended, then try again.",
                    ) from None
                time.sleep(0.2)
            else:
                return
    finally:
        os.close(descriptor)
