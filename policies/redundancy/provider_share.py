"""RED011: good practice on how much one cloud may hold, promised or not."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import Fleet, FleetView
from policies.redundancy.shares import heaviest_share
from policies.rule import Parameter, Rule
from schemas.report import Finding, Severity
from schemas.roles import Domain

RULE = Rule(
    id="RED011",
    title="No cloud holds too large a share of a fleet",
    judges="each fleet of four members or more",
    severity=Severity.LOW,
    severity_in={"production": Severity.MEDIUM},
    source=(
        "Solana at Hetzner, 2 November 2022: one company's terms of service took about 40 % of the nodes and 20 % of "
        "the stake off at once. Two clouds cannot both be below one third, so the advice is two thirds: more than "
        "that can finalise alone."
    ),
    standards=("SOC 2 CC9.2",),
    remedy="Place members with another provider.",
    parameters=(
        Parameter(
            name="share_max", default=2 / 3, minimum=0.0, maximum=1.0,
            meaning="Largest share of voting power (validators) or members (others) with one provider.",
        ),
        Parameter(
            name="members_min", default=4, minimum=1, maximum=1000, meaning="Smaller fleets are not judged.",
            is_whole=True,
        ),
    ),
)  # fmt: skip


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each fleet that is large enough to be spread."""
    share_max = RULE.parameter("share_max", view.parameters)
    members_min = RULE.parameter("members_min", view.parameters)
    for fleet in view.fleets:
        if len(fleet.members()) >= members_min:
            yield _verdict(fleet, share_max)


def _verdict(fleet: Fleet, share_max: float) -> Finding:
    found = heaviest_share(fleet, Domain.PROVIDER)
    held = f"{found.text()}; at most {share_max * 100:.1f} % is good practice"
    if float(found.share) <= share_max:
        return RULE.passed(fleet.name, held)
    return RULE.failed(fleet.name, held, shown=f"if {found.domain} fails or refuses service, all of it goes at once")
