"""OPS018: light clients are refreshed, and operators called, long before they expire."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import Fleet, FleetView
from policies.rule import Parameter, Rule, Weaker
from schemas.report import Finding, Severity

RULE = Rule(
    id="OPS018",
    title="Light clients are refreshed at half of their trusting period at the latest",
    judges="each fleet of relayers with paths",
    severity=Severity.MEDIUM,
    severity_in={"production": Severity.HIGH},
    source=(
        "IBC, ADR-026: a client that is not updated within its trusting period expires, and the channel is dead until "
        "a vote. Hermes refreshes at a third; alarm at a third, page at half (research/reliability.md, R12)."
    ),
    standards=("SOC 2 A1.2", "SOC 2 CC7.2"),
    remedy="Lower 'client_refresh' to 0.33; raise 'alarms.client_expiry_s_min'.",
    keys=("client_refresh",),
    reads_terms=True,
    parameters=(
        Parameter(
            name="refresh_max", default=0.5, minimum=0.05, maximum=0.95,
            meaning="Part of the trusting period after which a client is refreshed.",
        ),
        Parameter(
            name="alarm_share_min", default=1 / 3, minimum=0.01, maximum=0.95, weaker=Weaker.LOWER,
            meaning="Part of the shortest trusting period that is left when operators are called, where they are.",
        ),
    ),
)  # fmt: skip


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each fleet with paths."""
    refresh_max, alarm_min = (RULE.parameter(p.name, view.parameters) for p in RULE.parameters)
    for fleet in view.fleets:
        refresh = fleet.terms.client_refresh
        if not fleet.terms.paths or refresh is None:
            continue
        late = f"clients are refreshed at {refresh:.2f} of their trusting period, at most {refresh_max:.2f}"
        faults = [*([late] if refresh > refresh_max else []), *_late_alarm(view, fleet, alarm_min)]
        if faults:
            yield RULE.failed(fleet.name, "; ".join(faults), shown="one failed attempt leaves no time for another")
        else:
            yield RULE.passed(fleet.name, f"clients are refreshed at {refresh:.2f} of their trusting period")


def _late_alarm(view: FleetView, fleet: Fleet, alarm_min: float) -> Iterator[str]:
    alarm_s = fleet.terms.client_expiry_s_min
    ends = {end for path in fleet.terms.paths for end in (path.source, path.destination)}
    chains = [chain for chain in map(view.chain, sorted(ends)) if chain is not None]
    periods = [chain.trusting_period_s for chain in chains if chain.trusting_period_s is not None]
    if alarm_s is not None and periods and alarm_s < alarm_min * min(periods):
        yield f"operators are called {alarm_s:,.0f} s before a client expires, at least {alarm_min * min(periods):,.0f}"
