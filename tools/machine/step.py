"""One thing that the setup makes, and how to know whether it is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from machine import stamps
from machine.shell import Shell


@dataclass(frozen=True, kw_only=True)
class Step:
    """What is made, from what, and how."""

    name: str
    what: str
    """What it installs and why, as the reader sees it before it starts."""
    work: Callable[[Shell], None]
    is_there: Callable[[], bool]
    """Whether the result is in place; quick."""
    inputs: str = ""
    """SHA-256 (hex) over all that decides the result; empty when `is_there` alone tells."""
    stamp: Path | None = None
    after: tuple[str, ...] = ()
    seconds: int = 0
    """About how long it takes with empty caches on two idle cores."""
    disk_gb: float = 0.0
    disk_at: Path = Path("/")
    needs_root: bool = False
    needs_go: str = ""
    """The least Go version, empty when none is needed."""

    def is_due(self) -> bool:
        """Return whether the step has to run."""
        if not self.is_there():
            return True
        return self.stamp is not None and not stamps.is_current(self.stamp, self.inputs)

    def run(self, shell: Shell) -> None:
        """Make the result and stamp it; a failure leaves no stamp and no half-made result.

        Raises:
            StepError: It could not be made.
            CancelledError: The setup is being ended.
        """
        if self.stamp is not None:
            self.stamp.unlink(missing_ok=True)
        try:
            self.work(shell)
        finally:
            shell.discard_scratch()
        if self.stamp is not None:
            stamps.write(self.stamp, self.inputs)
