"""What a look at something of the lab says, and how it is made right."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from schemas.errors import BackendError

_ATTEMPTS = 4
_PAUSE_S = 0.05


@dataclass(frozen=True, kw_only=True)
class Found:
    """What is there now."""

    exists: bool
    faults: tuple[str, ...] = ()
    """What is missing or wrong, in words for the reader; empty when all is as it should be."""

    @property
    def complete(self) -> bool:
        """Tell whether nothing needs to be done."""
        return self.exists and not self.faults


def settle(what: str, read: Callable[[], Found], repair: Callable[[], None]) -> Found:
    """Repair until a look finds nothing wrong; nothing is done when nothing is wrong.

    A few attempts: a removed namespace takes its links along some milliseconds later, so
    the first attempt may stumble over what is about to vanish.

    Raises:
        BackendError: It cannot be made right; the last reason is kept.
    """
    last: BackendError | None = None
    for attempt in range(_ATTEMPTS):
        found = read()
        if found.complete:
            return found
        if attempt:
            time.sleep(_PAUSE_S * attempt)
        try:
            repair()
        except BackendError as error:
            last = error
    found = read()
    if found.complete:
        return found
    if last:
        raise BackendError(f"{what} cannot be made: {last}", remedy=last.remedy) from last
    raise BackendError(f"{what} does not become right: {'; '.join(found.faults) or 'it is not there'}")
