"""The arithmetic of survival (design, section 3): what is left when a domain is lost.

The solver and the rules both use it, so that they can never disagree.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from schemas.roles import Quorum


@dataclass(frozen=True, kw_only=True)
class Member:
    """One member of a fleet as a quorum sees it."""

    name: str
    power: int = 1
    hubs: tuple[str, ...] = ()
    """Hubs that the member serves within its limit (relayers)."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What losing some members does to a fleet."""

    goes_on: bool
    left: str
    """What is left, with its unit: `58.1 % of voting power`, `2 of 3 members`."""
    needed: str
    """What is needed, in the same unit."""


@dataclass(frozen=True, kw_only=True)
class Others:
    """What others run of a fleet, in all and inside one domain."""

    members: int = 0
    power: int = 0
    members_inside: int = 0
    power_inside: int = 0


def outcome(
    quorum: Quorum, members: Iterable[Member], lost: frozenset[str], *, reports_min: int = 1,
    hubs: Iterable[str] = (),
) -> Outcome:  # fmt: skip
    """Return whether a fleet goes on without the members named in `lost`.

    Args:
        quorum: How the fleet decides.
        members: All members, external ones included.
        lost: Names of the members that fail together.
        reports_min: For thresholds, the members needed.
        hubs: For relayers, the hubs that must each keep one member.
    """
    everyone = tuple(members)
    left = [m for m in everyone if m.name not in lost]
    if quorum is Quorum.BFT:
        total = sum(m.power for m in everyone)
        share = Fraction(sum(m.power for m in left), total) if total else Fraction(0)
        return Outcome(
            goes_on=share > Fraction(2, 3), left=f"{_percent(share)} of voting power",
            needed="more than 66.7 %",
        )  # fmt: skip
    if quorum is Quorum.ANY:
        return _any_left(left, tuple(hubs))
    need = reports_min if quorum is Quorum.THRESHOLD else len(everyone) // 2 + 1
    return Outcome(goes_on=len(left) >= need, left=f"{len(left)} of {len(everyone)} members", needed=f"at least {need}")


def _any_left(left: list[Member], hubs: tuple[str, ...]) -> Outcome:
    bare = [hub for hub in hubs if not any(hub in m.hubs for m in left)]
    if bare:
        return Outcome(goes_on=False, left=f"no member near {', '.join(bare)}", needed="at least 1 per hub")
    return Outcome(goes_on=bool(left), left=f"{len(left)} member{'s' * (len(left) != 1)}", needed="at least 1")


def halts_safely(quorum: Quorum, members: Iterable[Member], lost: frozenset[str], *, reports_min: int = 1) -> Outcome:
    """Return whether losing (or being cut off from) a domain can never fork the rest.

    The domain alone holds no signing threshold; for BFT that is at most two thirds
    of the power: with more it would finalise without the rest.
    """
    everyone = tuple(members)
    inside = [m for m in everyone if m.name in lost]
    if quorum is Quorum.BFT:
        total = sum(m.power for m in everyone)
        share = Fraction(sum(m.power for m in inside), total) if total else Fraction(0)
        return Outcome(
            goes_on=share <= Fraction(2, 3), left=f"the domain alone holds {_percent(share)} of voting power",
            needed="at most 66.7 %",
        )  # fmt: skip
    if quorum is Quorum.ANY:
        return Outcome(goes_on=True, left="relaying needs no quorum", needed="nothing")
    need = reports_min if quorum is Quorum.THRESHOLD else len(everyone) // 2 + 1
    return Outcome(
        goes_on=len(inside) < need, left=f"the domain alone holds {len(inside)} of {len(everyone)} members",
        needed=f"fewer than {need}",
    )  # fmt: skip


def members_max_per_domain(quorum: Quorum, count: int, *, reports_min: int = 1) -> int:
    """Return how many members of equal power one domain may hold and still be lost.

    The table of design section 3: ceil(n/3) - 1 for BFT, n minus the quorum for
    majorities and thresholds, n - 1 for any.
    """
    if quorum is Quorum.BFT:
        return math.ceil(count / 3) - 1
    if quorum is Quorum.MAJORITY:
        return count - (count // 2 + 1)
    return count - (reports_min if quorum is Quorum.THRESHOLD else 1)


@dataclass(frozen=True, kw_only=True)
class Own:
    """What this network runs: members of equal power."""

    count: int
    power: int = 1


def members_max_beside(quorum: Quorum, own: Own, others: Others, *, reports_min: int = 1, alone: bool = False) -> int:
    """Return how many members of equal power one domain may hold beside members that others run there.

    Args:
        quorum: How the fleet decides.
        own: Members that this network runs.
        others: What others run, in all and inside the domain.
        reports_min: For thresholds, the members needed.
        alone: Whether the domain must be unable to decide alone, rather than be one that the rest goes on without.

    Returns:
        Negative when what others run there is too much already.
    """
    if quorum is Quorum.BFT:
        total = own.count * own.power + others.power
        most = 2 * total // 3 if alone else (total - 1) // 3
        return (most - others.power_inside) // own.power
    total = own.count + others.members
    if quorum is Quorum.MAJORITY:
        needed = total // 2 + 1
    elif quorum is Quorum.THRESHOLD:
        needed = reports_min
    else:
        return own.count if alone else total - 1 - others.members_inside
    return (needed - 1 if alone else total - needed) - others.members_inside


def groups(domain_of: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Return the members of each domain, domains sorted by name.

    Args:
        domain_of: Member's name to the domain it is in.
    """
    found: dict[str, set[str]] = {}
    for member, domain in domain_of.items():
        found.setdefault(domain, set()).add(member)
    return {domain: frozenset(found[domain]) for domain in sorted(found)}


def _percent(share: Fraction) -> str:
    return f"{float(share) * 100:.1f} %"


def loss_max(quorum: Quorum, total: int, *, reports_min: int = 1) -> int:
    """Return the most weight that may be lost at once while a fleet goes on.

    Args:
        quorum: How the fleet decides.
        total: Weight of all members, external ones included: power for BFT, else one each.
        reports_min: For thresholds, the members needed.
    """
    return total - quorum_weight(quorum, total, reports_min=reports_min)


def quorum_weight(quorum: Quorum, total: int, *, reports_min: int = 1) -> int:
    """Return the least weight with which a fleet goes on; arguments as those of `loss_max`."""
    if quorum is Quorum.BFT:
        return 2 * total // 3 + 1
    if quorum is Quorum.MAJORITY:
        return total // 2 + 1
    return reports_min if quorum is Quorum.THRESHOLD else 1


def alone_max(quorum: Quorum, total: int, *, reports_min: int = 1) -> int:
    """Return the most weight that a domain may hold without being able to decide alone (`halt_safely`)."""
    return total if quorum is Quorum.ANY else quorum_weight(quorum, total, reports_min=reports_min) - 1
