"""Copies of a stack's state: the engine's own, and those that geofleet keeps before each change."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from operations.recovery import PROJECT
from operations.state_checking import StateCheck, check_state
from schemas.errors import EngineError
from schemas.locations import work_dir


@dataclass(frozen=True, kw_only=True)
class Copy:
    """One copy of a stack's state."""

    path: Path
    check: StateCheck

    def text(self) -> str:
        """Return it as a line."""
        what = f"{self.check.resources} resources, {self.check.time or 'no time'}"
        return f"{self.path.name}: {what if self.check.is_whole else self.check.faults[0]}"


def copies(stack: str) -> tuple[Copy, ...]:
    """Return the copies of a stack's state, newest first: the engine's own `.bak`, then those of geofleet."""
    kept = sorted((work_dir() / "backups" / stack).glob("*.json"), reverse=True)
    bak = state_file(stack).with_name(f"{stack}.json.bak")
    found = [*([bak] if bak.is_file() else []), *kept]
    return tuple(Copy(path=path, check=check_state(path, stack=stack, project=PROJECT)) for path in found)


def state_file(stack: str) -> Path:
    """Return where the file back end keeps a stack's state."""
    return work_dir() / "state" / ".pulumi" / "stacks" / PROJECT / f"{stack}.json"


def require_state(stack: str) -> None:
    """Refuse to go on as if a stack had never been deployed when only its state is gone.

    Raises:
        EngineError: There is no state, and there are copies of one.
    """
    if not state_file(stack).exists() and copies(stack):
        raise EngineError(
            f"the state of stack '{stack}' is gone, and {len(copies(stack))} copies say that it was deployed; "
            "going on would make everything a second time",
            remedy=f"Bring it back: geofleet recover {stack}.",
        )
