"""RED016: every path has relayers enough, in different places."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import Fleet, FleetView, shortened
from policies.rule import Parameter, Rule, Scope, Weaker
from schemas.facts import HostFacts
from schemas.report import Finding, Severity

RULE = Rule(
    id="RED016",
    title="Every path has two relayers at least, in different regions",
    judges="each path that fleets of relayers serve, all of them together",
    severity=Severity.MEDIUM,
    severity_in={"production": Severity.HIGH},
    scope=Scope.STACK,
    source=(
        "IBC: a light client that no relayer updates within its trusting period expires, and the channel is dead until "
        "a vote of the chain revives it (ibc-go 3326, 4795). ICS-018: liveness needs one correct relayer that lives; "
        "so two, in different regions, with wallets of their own (research/peers.md, b.2)."
    ),
    standards=("SOC 2 A1.2",),
    remedy="Add relayers in another region, or serve the path from a second fleet.",
    keys=("paths",),
    reads_terms=True,
    parameters=(
        Parameter(
            name="relayers_min", default=2, minimum=1, maximum=100, weaker=Weaker.LOWER, is_whole=True,
            meaning="Relayers that serve one path.",
        ),
        Parameter(
            name="regions_min", default=2, minimum=1, maximum=50, weaker=Weaker.LOWER, is_whole=True,
            meaning="Regions that they are in.",
        ),
        Parameter(
            name="providers_min", default=1, minimum=1, maximum=10, weaker=Weaker.LOWER, is_whole=True,
            meaning="Providers that they are with.",
        ),
    ),
)  # fmt: skip


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each path."""
    fleets: dict[tuple[str, ...], list[Fleet]] = {}
    for fleet in view.fleets:
        # Packets go both ways, so either end may be called the source.
        for path in sorted({tuple(sorted((path.source, path.destination))) for path in fleet.terms.paths}):
            fleets.setdefault(path, []).append(fleet)
    least = {what: int(RULE.parameter(f"{what}_min", view.parameters)) for what in ("relayers", "regions", "providers")}
    for path, serving in sorted(fleets.items()):
        yield _verdict(" to ".join(path), serving, least)


def _verdict(path: str, serving: list[Fleet], least: dict[str, int]) -> Finding:
    hosts: list[HostFacts] = [host for fleet in serving for host in fleet.hosts]
    have = {
        "relayers": len(hosts),
        "regions": len({host.region for host in hosts}),
        "providers": len({host.provider for host in hosts}),
    }
    lacking = [f"{have[what]} {what}, at least {least[what]} needed" for what in have if have[what] < least[what]]
    if not lacking:
        told = f"{have['relayers']} relayers in {have['regions']} regions serve it"
        return RULE.passed(serving[0].name, f"path {path}: {told}")
    return RULE.failed(
        serving[0].name, f"path {path}: {'; '.join(lacking)}",
        shown=f"served by {shortened(f'{host.host} ({host.region})' for host in hosts)} alone",
    )  # fmt: skip
