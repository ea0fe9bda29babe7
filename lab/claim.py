"""Which checkout a stack on this machine belongs to: two must not fight over one name.

Names and labels carry the stack's name, and two clones may both have a stack `lab`.
The first to build it writes its path to `/run/geofleet/STACK/checkout`; the other is
refused until the first has taken it down.
"""

from __future__ import annotations

import os
from pathlib import Path

from schemas.errors import BackendError
from schemas.locations import REPOSITORY, run_dir

_NAME = "checkout"


def claim(stack: str) -> None:
    """Say that this checkout builds the stack.

    Raises:
        BackendError: Another checkout does.
    """
    require_unclaimed(stack)
    path = run_dir(stack) / _NAME
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{_NAME}.{os.getpid()}")
    draft.write_text(f"{REPOSITORY}\n", encoding="utf-8")
    draft.replace(path)


def require_unclaimed(stack: str) -> None:
    """Check that no other checkout builds the stack.

    Raises:
        BackendError: One does; it is named.
    """
    holder = _holder(stack)
    if holder is not None and holder != REPOSITORY and holder.exists():
        raise BackendError(
            f"stack '{stack}' on this machine was built from {holder}, this is {REPOSITORY}",
            remedy=f"Take it down there (geofleet down {stack}), or give this one another name.",
        )


def _holder(stack: str) -> Path | None:
    try:
        return Path((run_dir(stack) / _NAME).read_text(encoding="utf-8").strip())
    except OSError:
        return None
