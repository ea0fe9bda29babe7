"""How much of a fleet the heaviest domain of a kind holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from policies.fleet_view import Fleet
from policies.redundancy.domain_loss import heaviest_first
from schemas.roles import Domain, Quorum


@dataclass(frozen=True, kw_only=True)
class Share:
    """What one domain holds."""

    domain: str
    share: Fraction
    unit: str
    """`voting power`, or `members` where votes have none."""

    def text(self) -> str:
        """Return who holds how much."""
        return f"{self.domain} holds {float(self.share) * 100:.1f} % of {self.unit}"


def heaviest_share(fleet: Fleet, kind: Domain) -> Share:
    """Return the domain of a kind that holds most of a fleet, by voting power where it votes by power."""
    domain, names = heaviest_first(fleet, fleet.members(), kind)[0]
    unit = "voting power" if fleet.quorum is Quorum.BFT else "members"
    return Share(domain=domain, share=share_of(fleet, names), unit=unit)


def share_of(fleet: Fleet, names: Iterable[str]) -> Fraction:
    """Return how much of a fleet some members hold; 0 of one in which nobody has power."""
    weights = weight_of_members(fleet)
    total = sum(weights.values())
    return Fraction(sum(weights[name] for name in names), total) if total else Fraction()


def weight_of_members(fleet: Fleet) -> Mapping[str, int]:
    """Return each member's voting power, or 1 where votes have none."""
    members = fleet.members()
    return (
        {member.name: member.power for member in members}
        if fleet.quorum is Quorum.BFT
        else dict.fromkeys((member.name for member in members), 1)
    )
