"""What every check of meaning has in hand: the spec, and the file that says where its values stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from schemas import atlas
from schemas.diagnostics import Diagnostic, Path
from schemas.document import Document
from schemas.spec import Network
from schemas.spec.fleet import Fleet

Problems = Iterator[Diagnostic]


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A spec whose structure is right."""

    document: Document
    network: Network

    @cached_property
    def places(self) -> frozenset[str]:
        """Return every region that a member can be in: the atlas's, and the spec's sites."""
        return frozenset(atlas.regions()) | self.network.sites.keys()

    def problem(self, code: str, message: str, path: Path, *, remedy: str, of_key: bool = False) -> Diagnostic:
        """Return a located mistake about the value (or key) at `path`."""
        return self.document.diagnostic(code, message, path, remedy=remedy, of_key=of_key)

    def fleets(self) -> Iterator[tuple[str, Fleet, Path]]:
        """Yield every fleet with its name and its path."""
        for name, fleet in self.network.fleets.items():
            yield name, fleet, ("fleets", name)


def size_of(fleet: Fleet) -> int | None:
    """Return how many members the spec gives a fleet, those of others left out; None when placement decides."""
    return fleet.count or len(fleet.members) or None


def listed(words: Iterator[str] | list[str]) -> str:
    """Return words in quotes, with commas and an `and`."""
    quoted = [f"'{word}'" for word in words]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)
