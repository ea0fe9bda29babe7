"""NoCloud seeds: the folder from which cloud-init takes a lab host's user data."""

from __future__ import annotations

import contextlib
import shutil

from schemas.locations import seed_dir


def write_seed(stack: str, host: str, user_data: str, *, instance: str) -> None:
    """Write a host's seed; a new `instance` tells cloud-init that this is a first boot."""
    folder = seed_dir(stack, host)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    meta_data = f"instance-id: {stack}-{host}-{instance}\nlocal-hostname: {host}\n"
    for name, text in (("meta-data", meta_data), ("user-data", user_data)):
        draft = folder / f".{name}"
        draft.write_text(text, encoding="utf-8")
        draft.replace(folder / name)


def remove_seed(stack: str, host: str) -> None:
    """Remove a host's seed, and the stack's folder with its last one."""
    folder = seed_dir(stack, host)
    shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError):
        folder.parent.rmdir()
