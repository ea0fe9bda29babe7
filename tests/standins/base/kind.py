"""What a stand-in knows of one resource type, whatever the cloud."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from tests.standins.base.vocabulary import Problem

Cloud = TypeVar("Cloud")


@dataclass(frozen=True, kw_only=True)
class Call(Generic[Cloud]):
    """One operation on one resource; all values plain (no secret marks), none unknown."""

    cloud: Cloud
    """The way to the world: clients, and what is kept beside it."""
    token: str
    name: str
    """The resource's name in the program."""
    region: str
    id: str
    inputs: Mapping[str, Any]
    """What is wanted (at create and update), or was wanted (at read and delete)."""
    state: Mapping[str, Any]
    """The last known outputs; empty at create."""

    def given(self, *names: str) -> dict[str, Any]:
        """Return these inputs, without those that are not given."""
        return {name: self.inputs[name] for name in names if self.inputs.get(name) is not None}


class RefusedError(Exception):
    """The cloud's API refuses; the code and message are those that it gives."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"api error {code}: {message}")
        self.code = code


class HalfMadeError(Exception):
    """The resource exists, but its making did not end: the engine keeps it with the reasons."""

    def __init__(self, identity: str, reason: str) -> None:
        super().__init__(reason)
        self.identity = identity


class Kind(Generic[Cloud]):
    """One resource type. Subclasses are found by their token."""

    token: ClassVar[str]
    replaces: ClassVar[frozenset[str]] = frozenset()
    """Input paths (`subnetId`, `rootBlockDevice.encrypted`) that cannot change in place."""
    generated: ClassVar[str] = "name"
    """The input that gets a generated name when it is not given, if the type has it; empty for none."""
    write_only: ClassVar[frozenset[str]] = frozenset()
    """Inputs that never come back as outputs."""
    documents: ClassVar[frozenset[str]] = frozenset()
    """Inputs that hold JSON: compared by meaning."""
    ordered: ClassVar[frozenset[str]] = frozenset()
    """Lists of plain values whose order matters; elsewhere it does not."""

    def problems(self, inputs: Mapping[str, Any]) -> Iterator[Problem]:
        """Yield what is wrong with inputs beyond names and types; unknown values are left alone."""
        yield from ()

    def replaced_by(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> frozenset[str]:
        """Return the paths that cannot change in place from these old to these new inputs."""
        del old, new
        return self.replaces

    def defaults(self, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return outputs that are known at preview though nobody gives them."""
        del inputs
        return {}

    def create(self, call: Call[Cloud]) -> str:
        """Make it; return its ID."""
        raise NotImplementedError(self.token)

    def read(self, call: Call[Cloud]) -> Mapping[str, Any] | None:
        """Return what the world holds of it, under the names of its outputs; None when it is gone."""
        raise NotImplementedError(self.token)

    def update(self, call: Call[Cloud], changed: frozenset[str]) -> None:
        """Change these top-level inputs in place."""
        raise RefusedError("UnsupportedOperation", f"{self.token} cannot change {', '.join(sorted(changed))} in place")

    def delete(self, call: Call[Cloud]) -> None:
        """Remove it; what is gone already is no error."""
        raise NotImplementedError(self.token)


def kinds_below(base: type[Kind[Any]]) -> dict[str, Kind[Any]]:
    """Return one of each kind that is defined below a class, by token.

    Raises:
        AssertionError: Two claim one token.
    """
    found: dict[str, Kind[Any]] = {}
    waiting = list(base.__subclasses__())
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if "token" in kind.__dict__:
            assert kind.token not in found, f"two kinds for {kind.token}"
            found[kind.token] = kind()
    return found
