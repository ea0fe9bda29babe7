"""RED024: shares of a key can be spread so that no domain signs, and none stops signing."""

from __future__ import annotations

import math
from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.rule import Rule
from schemas.report import Finding, Severity
from schemas.terms import SignerTerms

RULE = Rule(
    id="RED024",
    title="A threshold of key shares is more than half, and what it promises can be kept",
    judges="each fleet of validators whose keys are split",
    severity=Severity.CRITICAL,
    source=(
        "horcrux: more than half of the shares sign, 2 of 3 is recommended (research/peers.md, b.1): with half, two "
        "halves that do not see each other both sign. To lose a domain, it holds at most n - t shares, and at most "
        "t - 1, or it signs alone. Blockscape, 20 May 2020: two active signers of one key, tombstoned."
    ),
    standards=("SOC 2 CC6.1", "ISO 27001:2022 A.8.24"),
    remedy="Choose 2 of 3, or 3 of 5; promise 'provider' only with shares at three providers.",
    keys=("signer",),
    reads_terms=True,
)

_DOMAINS_MAX = {"provider": 2}
"""Domains of a kind that there are: shares are placed with two clouds."""


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each fleet with a threshold signer; where its shares are is not in the plan."""
    for fleet in view.fleets:
        signer = fleet.terms.signer
        if signer is None:
            continue
        faults = list(_faults(signer))
        told = f"{signer.threshold} of {signer.shares} shares sign"
        if faults:
            yield RULE.failed(fleet.name, told, shown="; ".join(faults))
        else:
            yield RULE.passed(fleet.name, f"{told}; a domain may hold {signer.shares - signer.threshold}")


def _faults(signer: SignerTerms) -> Iterator[str]:
    threshold, shares = signer.threshold, signer.shares
    if 2 * threshold <= shares:
        yield f"{shares - threshold} others are enough to sign the other block"
    if threshold >= shares:
        yield "losing one share stops signing"
        return
    # With more than half as threshold this is less than the threshold too: no such domain signs alone.
    most = shares - threshold
    domains = math.ceil(shares / most)
    for kind in signer.survive:
        if domains > _DOMAINS_MAX.get(kind, domains):
            yield f"losing a {kind} takes {domains} of them with {most} shares at most; there are {_DOMAINS_MAX[kind]}"
