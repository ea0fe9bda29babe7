"""Faults that a test asks for: refusals, slowness, answers that are lost, resources left half made."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from tests.standins.base.ground import Ground
from tests.standins.base.kind import HalfMadeError, RefusedError

Effect = Literal["refuse", "slow", "lose", "half"]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault: which operations it strikes, and what it does to them."""

    name: str
    effect: Effect
    """`refuse` before anything is done; `slow` waits first; `lose` does it, then fails as if the answer
    never came (the engine does not know of the resource); `half` does it, then fails with its ID known."""
    operation: str = "create"
    type: str = ""
    """A type token; empty for every type."""
    where: Mapping[str, Any] = field(default_factory=dict)
    """Inputs, `region` and `name` (of the resource in the program) that must have these values."""
    code: str = "InsufficientInstanceCapacity"
    message: str = "There is no capacity for the request."
    seconds: float = 0.0
    times: int = 0
    """How often it strikes; 0 means always."""

    def fits(self, operation: str, token: str, values: Mapping[str, Any]) -> bool:
        """Return whether it strikes this operation."""
        return (
            operation == self.operation
            and self.type in ("", token)
            and all(values.get(key) == value for key, value in self.where.items())
        )


def write_faults(ground: Ground, faults: Sequence[Fault]) -> None:
    """Put these faults in place of the former ones."""
    path = ground.folder / "control.json"
    new = path.with_suffix(".new")
    new.write_text(json.dumps({"faults": [asdict(fault) for fault in faults]}), encoding="utf-8")
    new.replace(path)


def read_faults(ground: Ground) -> Iterator[Fault]:
    """Yield the faults that tests ask for.

    Raises:
        TypeError: The file names something that faults do not have.
    """
    path = ground.folder / "control.json"
    if path.exists():
        yield from (Fault(**item) for item in json.loads(path.read_text(encoding="utf-8"))["faults"])


class Faults:
    """The faults that strike one operation."""

    def __init__(self, ground: Ground, operation: str, token: str, values: Mapping[str, Any]) -> None:
        self._found = [
            fault
            for fault in read_faults(ground)
            if fault.fits(operation, token, values) and ground.strike(fault.name, fault.times)
        ]

    def before(self) -> None:
        """Wait, or refuse.

        Raises:
            RefusedError: A fault says so.
        """
        for fault in self._found:
            if fault.effect == "slow":
                time.sleep(fault.seconds)
            elif fault.effect == "refuse":
                raise RefusedError(fault.code, fault.message)

    def after(self, identity: str) -> None:
        """Fail though it was done.

        Raises:
            RefusedError: The answer is lost.
            HalfMadeError: The ID is known, but the resource is not ready.
        """
        for fault in self._found:
            if fault.effect == "lose":
                raise RefusedError("RequestTimeout", "the connection was closed before an answer came")
            if fault.effect == "half":
                raise HalfMadeError(identity, f"api error {fault.code}: {fault.message}")
