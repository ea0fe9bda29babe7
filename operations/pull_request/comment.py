"""A pull request's check as one Markdown comment, and as text: verdict first, what is new open, what is old folded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from operations.comparison_text import comparison_text, cost_text
from schemas.change import Change, ChangedStack
from schemas.comparison import Comparison, FleetComparison, Margin, WorstLoss
from schemas.report import Finding, Status

MARKER = "<!-- geofleet: one comment, kept up to date -->"
"""First line of the comment: by it a workflow finds the one that it wrote before."""

LENGTH_MAX = 60_000
"""GitHub takes 65,536 characters."""

_SIGNS = {"passes": "✅", "refused": "❌", "not evaluated": "⚠️", "deleted": "🗑️"}
_SEVERE = ("critical", "high")


def comment(found: Change) -> str:
    """Return the Markdown comment."""
    parts = [MARKER, f"## geofleet: {_headline(found)}"]
    if not found.stacks:
        parts.append(f"No stack resolves to anything else than at `{found.base}`.")
    for one in found.stacks:
        parts += list(_stack(one))
    text = "\n\n".join(parts) + "\n"
    if len(text) > LENGTH_MAX:
        cut = text[:LENGTH_MAX].rsplit("\n\n", 1)[0]
        text = f"{cut}\n\n*The rest is too long for a comment: `geofleet diff --base {found.base}`.*\n"
    return text


def _headline(found: Change) -> str:
    if not found.stacks:
        return "nothing changes"
    counts: dict[str, int] = {}
    for one in found.stacks:
        counts[one.verdict] = counts.get(one.verdict, 0) + 1
    return ", ".join(f"{count} stack{'s' * (count > 1)} {verdict}" for verdict, count in sorted(counts.items()))


def _stack(one: ChangedStack) -> Iterator[str]:
    yield f"### {_SIGNS[one.verdict]} `{one.stack}`: {one.verdict}\n\n{one.change}: {', '.join(one.reasons)}"
    if one.problem:
        yield f"```text\n{one.problem}\n```"
    if one.new:
        yield "**New findings**\n\n" + "\n".join(_finding(finding) for finding in one.new)
    if one.weaker:
        yield "**Promises that get weaker**\n\n" + "\n".join(f"- {told}" for told in one.weaker)
    if one.gone:
        yield "**No longer found**\n\n" + "\n".join(
            f"- {finding.rule_id} {finding.subject}: {_told(finding)}" for finding in one.gone
        )
    if one.comparison:
        yield from _comparison(one.comparison)
    yield from _waves(one)
    if one.kept:
        yield _folded(f"{len(one.kept)} findings as before", one.kept)
    if one.waived:
        yield _folded(f"{len(one.waived)} findings waived", one.waived)


def _comparison(found: Comparison) -> Iterator[str]:
    rows = ["| fleet | margin | before | after |", "| --- | --- | --- | --- |"]
    rows += [row for fleet in found.fleets for row in _rows(fleet)]
    if len(rows) > 2:
        yield "\n".join(rows)
    if found.cost_before != found.cost_after:
        yield f"**Cost**: {cost_text(found.cost_before)} → {cost_text(found.cost_after)}"
    if found.hosts:
        moved = [
            f"- {change.kind} `{change.host}` ({change.after or change.before}): {change.why}" for change in found.hosts
        ]
        yield f"<details><summary>{len(moved)} hosts change</summary>\n\n" + "\n".join(moved) + "\n\n</details>"
    for note in found.notes:
        yield f"> {note}"


def _rows(fleet: FleetComparison) -> Iterator[str]:
    for margin in fleet.margins:
        if margin.before != margin.after:
            yield f"| {fleet.fleet} | {_name(margin)} | {_loss(margin.before)} | {_loss(margin.after)} |"
    told = fleet.latency_after or fleet.latency_before
    if told and fleet.latency_before != fleet.latency_after:
        before, after = (
            f"{one.mean_ms:g} ms" if one else "unknown" for one in (fleet.latency_before, fleet.latency_after)
        )
        yield f"| {fleet.fleet} | {told.kind.replace('_', ' ')}, mean | {before} | {after} |"
    if fleet.cost_before != fleet.cost_after:
        yield f"| {fleet.fleet} | cost | {cost_text(fleet.cost_before)} | {cost_text(fleet.cost_after)} |"


def _name(margin: Margin) -> str:
    return f"worst {margin.kind.replace('_', ' ')} lost"


def _loss(loss: WorstLoss | None) -> str:
    return f"{loss.verdict}, {loss.left} ({loss.domain})" if loss else "none"


def _waves(one: ChangedStack) -> Iterator[str]:
    if one.waves_problem:
        yield f"**Waves**: {one.waves_problem}"
    if one.waves:
        rows = ["| wave | hosts | left meanwhile | needed | may fail as well |", "| --- | --- | --- | --- | --- |"]
        rows += [
            f"| {wave.fleet} {wave.number} | {', '.join(wave.hosts)} | {wave.left} | {wave.needed} | {wave.spare} |"
            for wave in one.waves
        ]
        yield "**Waves in which hosts change**\n\n" + "\n".join(rows)


def _finding(finding: Finding) -> str:
    lines = [f"- **{finding.rule_id}** ({_weight(finding)}) {finding.subject}: {_told(finding)}"]
    lines += [f"  {line}" for line in (finding.counter_example, finding.remedy, _place(finding)) if line]
    return "  \n".join(lines)


def _weight(finding: Finding) -> str:
    if finding.status is Status.NOT_EVALUATED:
        return "not evaluated, which fails the gate"
    return f"{finding.severity}" + (", fails the gate" if finding.severity in _SEVERE else "")


def _told(finding: Finding) -> str:
    return finding.message.removeprefix(f"{finding.subject}: ")


def _place(finding: Finding) -> str:
    return f"`{finding.where.file}:{finding.where.line}`" if finding.where.file else ""


def _folded(summary: str, findings: Iterable[Finding]) -> str:
    inside = "\n".join(f"- {finding.rule_id} {finding.subject}: {_told(finding)}" for finding in findings)
    return f"<details><summary>{summary}</summary>\n\n{inside}\n\n</details>"


def difference_text(found: Change) -> str:
    """Return the same for a terminal."""
    lines: list[str] = []
    for one in found.stacks:
        lines.append(f"{one.stack}: {one.verdict} ({one.change}: {', '.join(one.reasons)})")
        lines += [f"  {line}" for line in one.problem.splitlines()]
        lines += [f"  new: {line}" for finding in one.new for line in finding.text().splitlines()]
        lines += [f"  gone: {finding.rule_id} {finding.subject}: {_told(finding)}" for finding in one.gone]
        lines += [f"  weaker: {told}" for told in one.weaker]
        if one.comparison:
            lines += [f"  {line}" for line in comparison_text(one.comparison).splitlines()]
        lines += [
            f"  wave {wave.fleet} {wave.number}: {', '.join(wave.hosts)}; {wave.left} left, {wave.needed} needed, "
            f"{wave.spare} more may fail"
            for wave in one.waves
        ]
        lines += [f"  waves: {one.waves_problem}"] if one.waves_problem else []
        lines.append(f"  as before: {len(one.kept)} findings; waived: {len(one.waived)}")
    return "\n".join(lines) or f"no stack differs from {found.base}"
