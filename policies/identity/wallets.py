"""IDN010: whoever pays has a wallet of its own."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import Fleet, FleetView
from policies.rule import Rule
from schemas.report import Finding, Severity
from schemas.roles import Role

RULE = Rule(
    id="IDN010",
    title="Every relayer and feeder has a wallet of its own on each chain that it pays on",
    judges="each fleet of relayers with paths, and each fleet of oracles with a chain",
    severity=Severity.LOW,
    severity_in={"production": Severity.MEDIUM},
    source=(
        "hermes, start-relaying: 'it is not possible to share a wallet between two instances'; rly 1401: account "
        "sequences mismatch. Wallets are named by reference, never by value; that no two are the same is refused when "
        "the spec is read (SPEC337)."
    ),
    standards=("SOC 2 CC6.1", "ISO 27001:2022 A.5.16"),
    remedy="Name it: 'wallets: {CHAIN: \"store:{host}-CHAIN\"}' (relayers), 'wallet: ...' (oracles).",
    keys=("wallets",),
    reads_terms=True,
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each fleet that pays for transactions."""
    for fleet in view.fleets:
        needed = _chains(fleet)
        if not needed:
            continue
        lacking = sorted(needed - set(fleet.terms.wallets))
        if lacking:
            yield RULE.failed(
                fleet.name, f"no wallet is named on {', '.join(lacking)}",
                shown=f"{fleet.hosts[0].host} can send nothing to {lacking[0]}",
            )  # fmt: skip
        else:
            yield RULE.passed(fleet.name, f"each member has a wallet on {', '.join(sorted(needed))}")


def _chains(fleet: Fleet) -> set[str]:
    terms = fleet.terms
    if fleet.role is Role.ORACLE:
        return {terms.chain} - {""}
    return {end for path in terms.paths for end in (path.source, path.destination)}
