"""How much of a fleet the heaviest domain of a kind holds."""

from __future__ import annotations

from collections.abc import Mapping
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
    weights = weight_of_members(fleet)
    share = Fraction(sum(weights[name] for name in names), sum(weights.values()) or 1)
    return Share(domain=domain, share=share, unit="voting power" if fleet.quorum is Quorum.BFT else "members")


def weight_of_members(fleet: Fleet) -> Mapping[str, int]:
    """Return each member's voting power, or 1 where votes have none."""
    bft = fleet.quorum is Quorum.BFT
    return {member.name: member.power if bft else 1 for member in fleet.members()}
