"""Oracle fleets: prices from many sources, reported by many members."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.roles import Role
from schemas.spec.base import ChainId, Count, Model, Name, PairName, Seconds, SecretReference
from schemas.spec.fleets import FleetBase
from schemas.spec.members import ExternalMember, MemberSpec


class Outliers(Model):
    """Which sources are left out before the median is taken."""

    rule: Literal["none", "deviations", "basis_points"]
    """`deviations`: farther than `limit` standard deviations from the mean; `basis_points`: farther from the median."""
    limit: Annotated[float, Field(gt=0, le=10_000, examples=[1.5])] | None = None
    """How far, in standard deviations or basis points."""


class Pair(Model):
    """One price: where it comes from, and when it is reported."""

    sources: Annotated[tuple[Name, ...], Field(min_length=1, max_length=50)]
    """Exchanges or services that the price is read from."""
    sources_min: Annotated[int, Field(ge=2, le=50, examples=[3])]
    """Sources that must answer, or no price is reported: two at least, three for safety."""
    deviation_bps: Annotated[int, Field(ge=1, le=10_000, examples=[50])]
    """Change since the last report that causes a new one, in basis points."""
    heartbeat_s: Annotated[int, Field(ge=1, le=604_800, examples=[60])]
    """Longest time between two reports, in seconds; each pair has its own."""
    age_s_max: Seconds | None = None
    """Age at which a source's price is not used any more, in seconds; left out: `heartbeat_s`."""
    outliers: Outliers = Outliers(rule="deviations", limit=1.5)
    """How sources that disagree with the others are left out."""


class OracleMember(MemberSpec):
    """One oracle, when the fleet lists them one by one."""

    wallet: SecretReference | None = None
    """This member's feeder wallet, instead of the fleet's `wallet`."""


class OracleFleet(FleetBase):
    """Oracles: they serve while enough of them report."""

    role: Literal[Role.ORACLE]
    """Always `oracle`."""
    chain: ChainId | None = None
    """The chain that they report to, under `chains`."""
    members: Annotated[tuple[OracleMember, ...], Field(max_length=1000)] = ()
    """The members one by one, instead of `count`."""
    external: Annotated[tuple[ExternalMember, ...], Field(max_length=1000)] = ()
    """Oracles that others run and that report the same prices: they count in every quorum."""
    reports_min: Count
    """Members that must report: the threshold of the quorum."""
    pairs: dict[PairName, Pair] = Field(default_factory=dict, max_length=500)
    """Prices that are reported, by pair of assets."""
    wallet: SecretReference | None = None
    """Feeder wallet, by reference: `{host}` stands for each host's name, since no two share a wallet."""
