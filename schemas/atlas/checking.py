"""`geofleet atlas check`: whether everything that the atlas says can be so.

Each check is a function of the tables, so that a test can plant a mistake in a copy
and see it found. A finding fails; a note is worth knowing and does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

from schemas.atlas import table_checks
from schemas.atlas.atlas import PUBLISHED, VERSION, Atlas
from schemas.atlas.distance import fastest_possible_ms
from schemas.atlas.evidence import Evidence, RoundTrip
from schemas.atlas.regions import region
from schemas.atlas.table_checks import Finding, Tables, published_tables
from schemas.errors import ExitCode

SCHEMA = "geofleet/atlas-check/v1"


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """One check and what it found."""

    name: str
    claim: str
    """What holds when nothing is found."""
    examined: int
    """Rows or pairs that were looked at."""
    findings: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True)
class AtlasCheck:
    """All checks of one atlas."""

    version: str
    checks: tuple[CheckResult, ...]
    notes: tuple[Finding, ...]
    """What is true and worth knowing: samples of one source that disagree, regions without a price."""

    @property
    def exit_code(self) -> ExitCode:
        """Return 1 when anything was found."""
        return ExitCode.FINDINGS if any(check.findings for check in self.checks) else ExitCode.PASSED

    def to_json(self) -> dict[str, Any]:
        """Return the envelope that `geofleet atlas check --format json` prints."""
        return {"schema": SCHEMA, **asdict(self)}


def check_atlas(atlas: Atlas = PUBLISHED, tables: Tables | None = None) -> AtlasCheck:
    """Return what every check finds.

    Args:
        atlas: Answers are asked of this one, overrides included.
        tables: The published tables, or a test's copy with a mistake in it.
    """
    read = tables or published_tables()
    found = [_of_tables(name, claim, check, read) for name, (claim, check) in table_checks.CHECKS.items()]
    found += [_of_answers(name, claim, check, atlas) for name, (claim, check) in _ANSWER_CHECKS.items()]
    return AtlasCheck(version=atlas.version, checks=tuple(found), notes=tuple(table_checks.notes(read)))


def check_text(check: AtlasCheck) -> str:
    """Return the result as text, findings first where there are any."""
    lines = []
    for result in check.checks:
        verdict = f"{len(result.findings)} found" if result.findings else "ok"
        lines.append(f"{verdict:>9}  {result.name}: {result.claim} ({result.examined:,} looked at)")
        lines += [f"           {finding.text()}" for finding in result.findings]
    lines += [f"     note  {note.text()}" for note in check.notes]
    total = sum(len(result.findings) for result in check.checks)
    return "\n".join(
        [*lines, f"atlas {check.version}: {len(check.checks)} checks, {total} findings, {len(check.notes)} notes"]
    )


def _of_tables(name: str, claim: str, check: table_checks.TableCheck, tables: Tables) -> CheckResult:
    examined, findings = check(tables)
    return CheckResult(name=name, claim=claim, examined=examined, findings=tuple(findings))


AnswerCheck = Callable[[Atlas, str, str], Iterator[str]]
"""Atlas and two regions to what is wrong with its answer."""


def _of_answers(name: str, claim: str, check: AnswerCheck, atlas: Atlas) -> CheckResult:
    pairs = list(combinations(atlas.regions, 2))
    findings = [
        Finding(table="answers", row=f"{one} {other}", message=message)
        for one, other in pairs
        for message in check(atlas, one, other)
    ]
    return CheckResult(name=name, claim=claim, examined=len(pairs), findings=tuple(findings))


def _beats_light(atlas: Atlas, one: str, other: str) -> Iterator[str]:
    floor_ms = fastest_possible_ms(one, other)
    for figure in atlas.figures(one, other):
        if figure.value_ms < floor_ms - 0.0005:  # figures are rounded to the microsecond
            yield f"{figure.value_ms:g} ms ({figure.evidence}, {figure.source}) beats light, which needs {floor_ms:.3f} ms"


def _asymmetric(atlas: Atlas, one: str, other: str) -> Iterator[str]:
    for there, back in (
        (atlas.round_trip(one, other), atlas.round_trip(other, one)),
        (atlas.jitter(one, other), atlas.jitter(other, one)),
    ):
        if there != back:
            yield f"{there.value_ms:g} ms there, {back.value_ms:g} ms back"


def _wrong_kind(atlas: Atlas, one: str, other: str) -> Iterator[str]:
    best = atlas.round_trip(one, other)
    if best.evidence is Evidence.LIGHT:
        yield "the light bound is given for a round trip"
    if best.evidence is Evidence.COMPOSED and region(one).provider == region(other).provider:
        yield "a pair of one cloud is composed"
    yield from _incomplete(best)
    yield from _incomplete(atlas.jitter(one, other))


def _incomplete(figure: RoundTrip) -> Iterator[str]:
    lacking = [name for name in ("statistic", "method", "date", "source") if not getattr(figure, name)]
    if lacking:
        yield f"{figure.value_ms:g} ms does not say its {', '.join(lacking)}"
    if figure.upper_ms is not None and figure.upper_ms < figure.value_ms - 0.0005:
        yield f"its upper bound of {figure.upper_ms:g} ms is below its value of {figure.value_ms:g} ms"


_ANSWER_CHECKS: dict[str, tuple[str, AnswerCheck]] = {
    "answers-and-light": ("no figure of any pair beats light", _beats_light),
    "answers-symmetric": ("round trip and jitter are the same in both directions", _asymmetric),
    "answers-complete": ("each answer has a kind, a source and a bound that is not below it", _wrong_kind),
}

__all__ = ["SCHEMA", "VERSION", "AtlasCheck", "CheckResult", "check_atlas", "check_text"]
