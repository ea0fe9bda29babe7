"""What an auditor keeps of a stack: what was decided, what rules say of it, and what was measured. One document.

What nobody has measured is absent here, and told as not measured; nothing is made up from the plan.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from schemas.canonical import canonical_json, sha256_hex
from schemas.drill import Claim
from schemas.plan import Plan
from schemas.report import Finding, Severity, Status
from schemas.roles import Role
from schemas.simulation import BrokenPromise, Case, Standing
from schemas.status import StackStatus

SCHEMA = "geofleet/evidence/v1"

NOT_MEASURED = "not measured"


@dataclass(frozen=True, kw_only=True)
class RuleEvidence:
    """One rule of the catalogue, and everything that it says of the stack."""

    rule_id: str
    title: str
    severity: Severity
    """As it weighs in this stack's environment, by its settings."""
    standards: tuple[str, ...]
    status: Status
    """The worst among its findings."""
    findings: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True)
class WaiverEvidence:
    """Findings that somebody answers for."""

    rule_id: str
    subject: str
    """`*`: every subject."""
    owner: str
    reason: str
    created: str
    """Day, ISO 8601."""
    expires: str
    """Last day on which it counts."""
    in_force: bool
    """Whether it counted on the day of this document."""
    is_baseline: bool
    """Whether it is of the stack's baseline."""
    place: str
    """`file:line:column`."""


@dataclass(frozen=True, kw_only=True)
class PromiseEvidence:
    """One promise of the spec: what is planned, and what was measured of it."""

    fleet: str
    promise: str
    """As the spec says it: `survive: {zone: 1}`."""
    rule_id: str
    """The rule that judges it; empty when none does."""
    judged: str
    """What that rule says from spec and plan: a finding's status; empty when no rule judges it."""
    planned: str
    """What the plan has, with the evidence of its figures."""
    measured: str
    """What was measured on the deployed stack; `not measured` when nothing was."""
    verified: str
    """What the last verification of the hosts says of the same rule; empty when it does not judge it."""


@dataclass(frozen=True, kw_only=True)
class FleetLosses:
    """What one fleet's worst failures leave of it."""

    fleet: str
    role: Role
    members: int
    as_planned: Standing
    worst: tuple[Case, ...]
    """The worst loss of one domain of each kind, and the worst of several at once; worst first."""
    broken: tuple[BrokenPromise, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class VerificationEvidence:
    """The last verification of the stack's hosts that was kept."""

    file: str
    sha256: str
    began: str
    """RFC 3339, UTC."""
    verdict: str
    """`passes`, `refused` or `not evaluated`."""
    findings: tuple[Finding, ...]
    hosts_not_seen: tuple[str, ...]
    """Hosts of the plan that it did not look at."""
    hosts_not_planned: tuple[str, ...]
    """Hosts that it looked at and that this plan does not have."""


@dataclass(frozen=True, kw_only=True)
class DrillEvidence:
    """One failure that was caused on purpose, and what came of it."""

    file: str
    sha256: str
    scenario: str
    title: str
    target: str
    began: str
    verdict: str
    problem: str
    claims: tuple[Claim, ...]


@dataclass(frozen=True, kw_only=True)
class Version:
    """One program or table, and which version of it."""

    name: str
    version: str
    """`unknown` when nobody can tell."""


@dataclass(frozen=True, kw_only=True)
class Hash:
    """One thing by its content."""

    name: str
    sha256: str
    """Hex; empty when it is not here."""
    note: str = ""
    """Why there is none."""


@dataclass(frozen=True, kw_only=True)
class EvidenceDocument:
    """Everything about one stack on one day."""

    stack: str
    made_at: str
    """RFC 3339, UTC."""
    verdict: str
    """What the rules say of spec and plan: `passes`, `refused` or `not evaluated`."""
    locked: bool
    """Whether the plan is the committed lock's; else hosts were placed in memory for this document."""
    plan: Plan
    rules: tuple[RuleEvidence, ...]
    """All rules of the catalogue, by ID, those with nothing to judge included."""
    waivers: tuple[WaiverEvidence, ...]
    promises: tuple[PromiseEvidence, ...]
    losses: tuple[FleetLosses, ...]
    measurements: StackStatus | None
    """What `geofleet status` or `geofleet up` measured last; None: nothing was kept."""
    verification: VerificationEvidence | None
    """None: no verification was kept."""
    drills: tuple[DrillEvidence, ...]
    versions: tuple[Version, ...]
    hashes: tuple[Hash, ...]
    notes: tuple[str, ...]
    """What the reader must know beside the figures: kept results that could not be read, or are of other hosts."""

    def to_json(self) -> dict[str, Any]:
        """Return the envelope, with the SHA-256 of its own content."""
        content = {"schema": SCHEMA, **asdict(self)}
        return {**content, "content_sha256": content_sha256(content)}


def content_sha256(envelope: dict[str, Any]) -> str:
    """Return the SHA-256 (hex) of a document: of its canonical JSON without `content_sha256` itself.

    Canonical is: keys sorted, no spaces, UTF-8.
    """
    return sha256_hex(canonical_json({key: value for key, value in envelope.items() if key != "content_sha256"}))
