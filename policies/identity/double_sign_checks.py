"""IDN011: a validator that starts looks for its own votes first."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.rule import Parameter, Rule, Weaker
from schemas.report import Finding, Severity
from schemas.roles import Role
from schemas.workloads import NO_WORKLOAD

RULE = Rule(
    id="IDN011",
    title="Starting validators look back for votes of their own key",
    judges="each fleet of validators with keys on their own hosts that runs a workload",
    severity=Severity.LOW,
    source=(
        "cometbft docs, validators: double_sign_check_height 10. Persistence Core-1, 6 November 2022: validators came "
        "back without their signing state and were tombstoned. Kusama, October 2024: a restart signed against what "
        "was final. The look-back is a second line: the sign state on its volume is the first."
    ),
    standards=("SOC 2 CC6.1",),
    remedy="Set 'double_sign_check_blocks: 10'.",
    keys=("double_sign_check_blocks",),
    reads_terms=True,
    parameters=(
        Parameter(
            name="blocks_min", default=10, minimum=0, maximum=1000, weaker=Weaker.LOWER, is_whole=True,
            meaning="Blocks that a starting validator looks back.",
        ),
    ),
)  # fmt: skip


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each fleet that signs on its own hosts."""
    blocks_min = int(RULE.parameter("blocks_min", view.parameters))
    for fleet in view.fleets:
        runs = {host.client for host in fleet.hosts} != {NO_WORKLOAD}
        if fleet.role is not Role.VALIDATOR or not runs or fleet.terms.signer is not None:
            continue
        blocks = fleet.terms.double_sign_check_blocks
        told = f"looks back {blocks} of at least {blocks_min} blocks"
        if blocks >= blocks_min:
            yield RULE.passed(fleet.name, told)
        else:
            yield RULE.failed(fleet.name, told, shown="a copy that is already live is noticed by the chain only")
