"""Whether a file of the engine's state is whole: what Pulumi's own integrity check asks for, and how much is in it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class StateCheck:
    """What a state file holds, or why it cannot be used."""

    faults: tuple[str, ...]
    """Empty: it is whole."""
    resources: int = 0
    pending: int = 0
    """Operations whose end nobody saw."""
    time: str = ""
    """When it was written, by its own manifest."""

    @property
    def is_whole(self) -> bool:
        """Return whether it can be used."""
        return not self.faults


def check_state(path: Path, *, stack: str, project: str) -> StateCheck:
    """Return what a state file holds.

    Args:
        path: A checkpoint of the file back end.
        stack: Whose it has to be.
        project: Of which project.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return StateCheck(faults=(f"cannot be read: {error}",))
    if not text.strip():
        return StateCheck(faults=("is empty",))
    try:
        latest = json.loads(text)["checkpoint"]["latest"]
    except (ValueError, KeyError, TypeError) as error:
        return StateCheck(faults=(f"is no checkpoint: {type(error).__name__}: {error}",))
    if latest is None:  # a stack that was made and never deployed
        return StateCheck(faults=())
    if not isinstance(latest, Mapping) or not isinstance(latest.get("resources", []), list):
        return StateCheck(faults=("is no checkpoint: 'latest' holds no list of resources",))
    resources = latest.get("resources") or []
    return StateCheck(
        faults=tuple(_faults(resources, f"urn:pulumi:{stack}::{project}::")),
        resources=len(resources),
        pending=len(latest.get("pending_operations") or []),
        time=str((latest.get("manifest") or {}).get("time", "")),
    )


def _faults(resources: Sequence[Any], prefix: str) -> Iterator[str]:
    """Yield what is wrong: resources stand after what they need, and each URN is alive once."""
    seen: set[str] = set()
    alive: Counter[str] = Counter()
    for position, resource in enumerate(resources):
        urn = resource.get("urn") if isinstance(resource, Mapping) else None
        if not isinstance(urn, str) or not resource.get("type"):
            yield f"resource {position} has no URN or no type"
            continue
        if not urn.startswith(prefix):
            yield f"{urn} is of another stack or project"
        if not resource.get("delete"):
            alive[urn] += 1
        needed = [resource.get("parent") or "", *(resource.get("dependencies") or [])]
        yield from (
            f"{urn} needs {other}, which is not there before it" for other in needed if other and other not in seen
        )
        seen.add(urn)
    yield from (f"{urn} is there {count} times" for urn, count in alive.items() if count > 1)
