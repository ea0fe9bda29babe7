"""PRX011: a chain's block time leaves room for the messages that a block takes."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import Fleet, FleetView
from policies.reach import figure
from policies.rule import Parameter, Rule
from schemas.commit_latency import Voter, bft_commit
from schemas.report import Finding, Severity
from schemas.roles import Role

RULE = Rule(
    id="PRX011",
    title="Agreement takes a small part of the block time",
    judges="each fleet of validators whose chain's block time the spec gives",
    severity=Severity.LOW,
    severity_in={"production": Severity.MEDIUM},
    source=(
        "A block takes three message delays to more than two thirds of the power, whoever leads: a floor that no "
        "software goes below. Round trips of a tenth of the block time leave room for processing and bad days "
        "(research/reliability.md, R6); members in regions that the atlas lacks are left out."
    ),
    standards=("SOC 2 A1.1",),
    remedy="Raise 'block_time_ms', or choose nearer regions.",
    keys=("latency",),
    reads_terms=True,
    parameters=(
        Parameter(
            name="share_max", default=0.5, minimum=0.01, maximum=10.0,
            meaning="Largest part of the block time that the three-delay floor takes, with the worst leader.",
        ),
    ),
)  # fmt: skip


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each fleet whose chain's block time is known."""
    share_max = RULE.parameter("share_max", view.parameters)
    for fleet in view.fleets:
        chain = view.chain(fleet.terms.chain)
        if fleet.role is Role.VALIDATOR and chain is not None:
            yield from _verdict(fleet, chain.block_time_ms, share_max)


def _verdict(fleet: Fleet, block_time_ms: float, share_max: float) -> Iterator[Finding]:
    places = {host.host: host.region for host in fleet.hosts}
    places |= {member.name: member.region for member in fleet.promises.external}
    known = fleet.atlas.regions
    voters = [
        Voter(name=member.name, place=places[member.name], power=member.power)
        for member in fleet.members()
        if places[member.name] in known
    ]
    found = bft_commit(
        voters, power_total=sum(voter.power for voter in voters),
        round_trip_ms=lambda one, other: fleet.atlas.round_trip(one, other).value_ms,
    )  # fmt: skip
    if found is None:
        return
    told = (
        f"agreement takes {figure(found.worst_ms)} ms at least; {figure(share_max * block_time_ms)} of a block time of "
        f"{figure(block_time_ms)} ms is good practice"
    )
    if found.worst_ms <= share_max * block_time_ms:
        yield RULE.passed(fleet.name, told)
    else:
        yield RULE.failed(
            fleet.name, told, shown=f"when {found.worst_leader} leads; {figure(found.mean_ms)} ms on average"
        )
