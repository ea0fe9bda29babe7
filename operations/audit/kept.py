"""What earlier commands kept of a deployed stack: the last verification and measurement, and every drill.

What cannot be read is told, never skipped in silence: a reader must not take a damaged file for one that never was.
"""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from pydantic import TypeAdapter, ValidationError

from operations.verification_findings import findings_of
from policies.settings import Settings
from schemas.audit import DrillEvidence, VerificationEvidence
from schemas.canonical import sha256_hex
from schemas.drill import SCHEMA as DRILL_SCHEMA
from schemas.drill import DrillResult
from schemas.errors import ExitCode
from schemas.plan import Plan
from schemas.report import Feed, report
from schemas.status import SCHEMA as STATUS_SCHEMA
from schemas.status import StackStatus

STATUS_FILE = "status.json"

_VERDICTS = {ExitCode.PASSED: "passes", ExitCode.FINDINGS: "refused"}


def verdict_of(code: ExitCode) -> str:
    """Return an exit code of rules as one word or two."""
    return _VERDICTS.get(code, "not evaluated")


@dataclass(kw_only=True)
class Kept:
    """Reader of what is kept of one stack below a folder, `.geofleet`; `notes` fills with what could not be read."""

    folder: Path
    stack: str
    notes: list[str] = field(default_factory=list)

    def status(self) -> StackStatus | None:
        """Return what was measured last; None when nothing was kept, or it cannot be read."""
        path = self.folder / "reports" / self.stack / STATUS_FILE
        if not path.exists():
            return None
        try:
            value = json.loads(path.read_bytes())
            if value.pop("schema") != STATUS_SCHEMA:
                raise ValueError("it is no status")
            return TypeAdapter(StackStatus).validate_python(value)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, ValidationError) as error:
            self._unreadable(path, error)
            return None

    def verification(self, plan: Plan, settings: Settings, day: datetime.date) -> VerificationEvidence | None:
        """Return the last verification that was kept; a newer file that cannot be read stands in its way."""
        files = sorted((self.folder / "reports" / self.stack).glob("[0-9]*T[0-9]*Z.xml"))
        if not files:
            return None
        try:
            content = files[-1].read_bytes()
            found = report(Feed.HOSTS, self.stack, findings_of(files[-1], plan.environment, settings, day=day))
            began = datetime.datetime.strptime(files[-1].stem, "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=datetime.UTC)
        except (OSError, ValueError, KeyError, ElementTree.ParseError) as error:
            self._unreadable(files[-1], error)
            return None
        seen = {finding.where.host for finding in found.findings} - {""}
        planned = {host.host for host in plan.hosts}
        return VerificationEvidence(
            file=self._shown(files[-1]), sha256=sha256_hex(content), began=rfc3339(began), findings=found.findings,
            verdict=verdict_of(found.exit_code), hosts_not_seen=tuple(sorted(planned - seen)),
            hosts_not_planned=tuple(sorted(seen - planned)),
        )  # fmt: skip

    def drills(self) -> tuple[DrillEvidence, ...]:
        """Return every drill that was kept, the oldest first."""
        found = []
        for path in sorted((self.folder / "drills" / self.stack).glob("*/result.json")):
            try:
                content = path.read_bytes()
                value = json.loads(content)
                if value.pop("schema") != DRILL_SCHEMA:
                    raise ValueError("it is no drill")
                found.append(self._drill(path, content, TypeAdapter(DrillResult).validate_python(value)))
            except (OSError, ValueError, KeyError, TypeError, AttributeError, ValidationError) as error:
                self._unreadable(path, error)
        return tuple(sorted(found, key=lambda drill: (drill.began, drill.file)))

    def _drill(self, path: Path, content: bytes, result: DrillResult) -> DrillEvidence:
        return DrillEvidence(
            file=self._shown(path), sha256=sha256_hex(content), scenario=result.scenario, title=result.title,
            target=result.target, began=result.began, verdict=result.verdict.value, problem=result.problem,
            claims=result.claims,
        )  # fmt: skip

    def _unreadable(self, path: Path, error: Exception) -> None:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        self.notes.append(f"{self._shown(path)} cannot be read, so what it holds is not in here: {reason}")

    def _shown(self, path: Path) -> str:
        return str(path.relative_to(self.folder.parent))


def rfc3339(time: datetime.datetime) -> str:
    """Return a time in UTC, to the second: `2026-11-24T18:00:00Z`."""
    return time.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
