"""PRX014: signing over the network fits into a block."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.reach import figure
from policies.rule import Parameter, Rule, Weaker
from schemas.report import Finding, Severity
from schemas.terms import SignerTerms

RULE = Rule(
    id="PRX014",
    title="Key shares are near enough to their validator to sign every block",
    judges="each fleet of validators whose keys are split and whose chain's block time the spec gives",
    severity=Severity.MEDIUM,
    severity_in={"production": Severity.HIGH},
    source=(
        "horcrux 214: 30 ms between share and validator is reliable for blocks of a second, 100 to 200 ms barely fast "
        "enough. tmkms 262: 100 ms away, and it stopped signing. Judged by the limit that the spec gives: where shares "
        "are is not in the plan."
    ),
    standards=("SOC 2 A1.1",),
    remedy="Lower 'signer.to_validator_ms_max', or raise the block time; the timeout bears two round trips.",
    keys=("signer",),
    reads_terms=True,
    parameters=(
        Parameter(
            name="share_max", default=0.05, minimum=0.001, maximum=1.0,
            meaning="Round trip between a share and its validator, as a part of the block time.",
        ),
        Parameter(
            name="timeout_round_trips_min", default=2, minimum=1, maximum=100, weaker=Weaker.LOWER,
            meaning="Round trips that fit into the shares' timeout.",
        ),
    ),
)  # fmt: skip


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each fleet with a threshold signer whose block time is known."""
    share_max, trips_min = (RULE.parameter(p.name, view.parameters) for p in RULE.parameters)
    for fleet in view.fleets:
        signer, chain = fleet.terms.signer, view.chain(fleet.terms.chain)
        if signer is None or chain is None:
            continue
        faults = list(_faults(signer, share_max * chain.block_time_ms, trips_min * signer.to_validator_ms_max))
        told = f"shares are within {figure(signer.to_validator_ms_max)} ms of their validator"
        if faults:
            yield RULE.failed(
                fleet.name, f"{told}; {'; '.join(faults)}", shown=f"blocks take {figure(chain.block_time_ms)} ms"
            )
        else:
            yield RULE.passed(fleet.name, f"{told}; blocks take {figure(chain.block_time_ms)} ms")


def _faults(signer: SignerTerms, far_ms: float, timeout_ms: float) -> Iterator[str]:
    if signer.to_validator_ms_max > far_ms:
        yield f"at most {figure(far_ms)} is safe"
    if signer.timeout_ms < timeout_ms:
        yield f"a timeout of {figure(signer.timeout_ms)} ms is less than {figure(timeout_ms)}"
