"""What can be lost of a fleet: every domain that holds members of it, and pairs of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from policies.fleet_view import Fleet
from schemas.errors import UsageError
from schemas.roles import Domain
from schemas.simulation import LostDomain, LostKind
from schemas.workloads import NO_WORKLOAD

PAIRS_MAX = 20_000
"""Pairs of one fleet that may be asked for: more would take minutes, and nobody would read them."""

PAIRED_MAX = 40
"""Domains that the worst pairs are sought among: those that hold most members."""

PLACES = (LostKind.ZONE, LostKind.REGION, LostKind.METRO, LostKind.PROVIDER)


@dataclass(frozen=True, kw_only=True)
class Loss:
    """Domains that fail together, and the members that are lost with them."""

    domains: tuple[LostDomain, ...]
    members: frozenset[str]

    @property
    def kind(self) -> LostKind:
        """Return the kind of the first domain."""
        return self.domains[0].kind


def single_losses(fleet: Fleet) -> list[Loss]:
    """Return every single failure that takes members of a fleet, by kind and name.

    Clients only where the fleet runs one; signer groups only where members share one: else they are hosts.
    """
    return [
        Loss(domains=(LostDomain(kind=kind, name=name),), members=members)
        for kind in LostKind
        for name, members in _domains(fleet, kind)
    ]


def _domains(fleet: Fleet, kind: LostKind) -> Iterator[tuple[str, frozenset[str]]]:
    if kind is LostKind.HOST:
        for host in fleet.hosts:
            yield host.host, frozenset({host.host})
        return
    domain = Domain(kind.value)
    found = fleet.domains(domain)
    if domain is Domain.SIGNER_GROUP and all(len(members) == 1 for members in found.values()):
        return
    for name, members in found.items():
        if members and not (domain is Domain.CLIENT and name == NO_WORKLOAD):
            yield name, members


def named_losses(losses: Sequence[Loss], kinds: Sequence[tuple[LostKind, ...]], fleet: str) -> list[Loss]:
    """Return the losses of one domain of each of several kinds at once, leaving out those where one holds another.

    Args:
        losses: Every single failure.
        kinds: Each the kinds that are lost together.
        fleet: The fleet's name, for messages.

    Raises:
        UsageError: They are too many.
    """
    found: dict[tuple[LostDomain, ...], Loss] = {}
    for together in kinds:
        choices = [[loss for loss in losses if loss.kind is kind] for kind in together]
        count = math.prod(len(choice) for choice in choices)
        if count > PAIRS_MAX:
            raise UsageError(
                f"{'+'.join(together)} makes {count:,} losses of fleet '{fleet}'; at most {PAIRS_MAX:,} are tried",
                remedy="Name larger domains: zones instead of hosts, regions instead of zones.",
            )
        for chosen in product(*choices):
            apart = all(not (a.members <= b.members or b.members <= a.members) for a, b in combinations(chosen, 2))
            if apart:
                both = _together(chosen)
                found[both.domains] = both
    return list(found.values())


def worst_pairs(losses: Sequence[Loss], harmless: frozenset[frozenset[str]]) -> list[Loss]:
    """Return the pairs of places that may be worst: each harmless alone, and none inside the other.

    Places that hold the same members are one, named by the smallest kind; pairs that lose the same members too.

    Args:
        losses: Every single failure.
        harmless: Sets of members without which the fleet goes on.
    """
    places: dict[frozenset[str], Loss] = {}
    for kind in PLACES:
        for loss in losses:
            if loss.kind is kind and loss.members in harmless:
                places.setdefault(loss.members, loss)
    heaviest = sorted(
        places.values(), key=lambda loss: (-len(loss.members), PLACES.index(loss.kind), loss.domains[0].name)
    )
    found: dict[frozenset[str], Loss] = {}
    for one, other in combinations(heaviest[:PAIRED_MAX], 2):
        if not (one.members <= other.members or other.members <= one.members):
            both = _together((one, other))
            found.setdefault(both.members, both)
    return list(found.values())


def _together(parts: Sequence[Loss]) -> Loss:
    kinds = list(LostKind)
    ordered = sorted(parts, key=lambda loss: (kinds.index(loss.kind), loss.domains[0].name))
    return Loss(
        domains=tuple(domain for loss in ordered for domain in loss.domains),
        members=frozenset().union(*(loss.members for loss in ordered)),
    )


def pair_of_kinds(text: str) -> tuple[LostKind, LostKind]:
    """Return the two kinds that `zone+region` names.

    Raises:
        UsageError: It names other than two kinds of domain.
    """
    words = text.split("+")
    if len(words) != 2 or any(word not in list(LostKind) for word in words):
        raise UsageError(
            f"'{text}' is not a pair of kinds of domain",
            remedy=f"Join two of {', '.join(LostKind)}: zone+region.",
        )
    return LostKind(words[0]), LostKind(words[1])
