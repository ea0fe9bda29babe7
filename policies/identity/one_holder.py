"""IDN001: one key, one live holder, for one purpose."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.rule import Rule, Scope
from schemas.purposes import Purpose
from schemas.report import Finding, Severity, Status

RULE = Rule(
    id="IDN001",
    title="Every key has one live holder and one purpose",
    judges="each key of the stack",
    severity=Severity.CRITICAL,
    scope=Scope.STACK,
    source=(
        "SSV and Ankr, 10 September 2025: 39 validators slashed because their keys were live in two places during "
        "maintenance. Lido and Launchnodes, 11 October 2023: 20 validators. Blockscape, 20 May 2020: two active "
        "signers of one key, tombstoned."
    ),
    standards=("SOC 2 CC6.1",),
    remedy="Make a key of its own for each: geofleet keys create STACK. Stop all but one holder first.",
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one failure for each key with more than one use, or that no key has.

    A sequencers' key is held by its fleet; the record that its hosts keep in etcd makes that one signer.
    """
    uses: dict[str, list[str]] = {}
    for host in view.hosts:
        for purpose, fingerprint in sorted(host.key_fingerprints.items()):
            holder = host.fleet if purpose == Purpose.SEQUENCER else host.host
            use = f"{holder} ({purpose})"
            if use not in uses.setdefault(fingerprint, []):
                uses[fingerprint].append(use)
    if not uses and not view.keys_known:
        yield RULE.finding(
            Status.DEFERRED, view.stack, "no keys exist yet; they are judged at preview",
            remedy="Make them: geofleet keys create STACK.",
        )  # fmt: skip
        return
    shared = {fingerprint: used for fingerprint, used in sorted(uses.items()) if len(used) > 1}
    for fingerprint, used in shared.items():
        yield RULE.failed(
            f"key {fingerprint}", f"is used {len(used)} times; once is allowed",
            shown=f"{' and '.join(used)} hold the same key: two live signers of one key are slashed",
        )  # fmt: skip
    if uses and not shared:
        yield RULE.passed(view.stack, f"{len(uses):,} keys, each with one holder and one purpose")
