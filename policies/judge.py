"""All rules over one view: a report in which no rule is silent.

A rule that crashes, a fact that is missing, a rule with nothing to judge: each
is a finding of its own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator

from policies.catalogue import CATALOGUE, Check, Entry
from policies.fleet_view import FleetView
from policies.rule import Rule, Scope
from policies.waiving import dead, waived
from schemas.errors import FleetError
from schemas.report import Feed, Finding, Report, Severity, Status, Where, report

Locate = Callable[[str, tuple[str, ...]], Where]
"""A finding's subject (fleet, host, key, stack) and the rule's keys below a fleet, to where that stands."""


def judge(view: FleetView, feed: Feed, *, locate: Locate | None = None, entries: Iterable[Entry] = CATALOGUE) -> Report:
    """Return what every rule says about a stack.

    Args:
        view: The stack.
        feed: What the view was made from; not hosts, which tests/hosts judges by looking at them.
        locate: Gives findings their place in the spec, or their URN.
        entries: The rules; all of them unless a test says otherwise.
    """
    assert feed is not Feed.HOSTS, "hosts are judged by tests/hosts, under the same IDs"
    found: list[Finding] = []
    listed = tuple(entries)
    for entry in listed:
        for finding in _of_rule(entry, view, feed):
            found.append(_placed(entry.rule, _weighed(entry.rule, finding, view), locate))
    if view.waivers and view.today is not None:
        # a part of the rules cannot tell that a waiver covers nothing
        unused = dead(found, view.waivers, view.today) if listed == CATALOGUE else ()
        found = [*waived(found, view.waivers, view.today), *unused]
    return report(feed, view.stack, found)


_NO_TERMS = "the component publishes no terms"


def _of_rule(entry: Entry, view: FleetView, feed: Feed) -> Iterator[Finding]:
    rule = entry.rule
    if entry.check is None or feed not in rule.feeds:
        feeds = ", ".join(sorted(feed.value for feed in rule.feeds))
        yield rule.finding(Status.NOT_APPLICABLE, view.stack, f"is judged from: {feeds}")
        return
    found = list(_judged(rule, entry.check, view))
    if not rule.tokens:
        found += [_in_doubt(rule, subject, reason) for subject, reason in view.doubts.items()]
    if not found:
        found.append(rule.finding(Status.NOT_APPLICABLE, view.stack, f"nothing here to judge: it is for {rule.judges}"))
    yield from found


def _in_doubt(rule: Rule, subject: str, reason: str) -> Finding:
    return rule.finding(
        Status.NOT_EVALUATED,
        subject,
        f"facts are missing that should be there: {reason}",
        remedy="Facts are plain values, known at preview: give the host's component no output of a resource.",
    )


def _judged(rule: Rule, check: Check, view: FleetView) -> Iterator[Finding]:
    """Yield a check's findings, fleet by fleet where it judges fleets: one fleet's fault must not hide another's."""
    if rule.reads_terms:
        silent = [view.stack] * (view.network is None) + [fleet.name for fleet in view.fleets if fleet.said is None]
        if silent:
            # a stack without our components has no terms, and nothing of it is for such a rule to judge
            ours = silent if view.hosts or view.declared else []
            yield from (_in_doubt(rule, subject, _NO_TERMS) for subject in ours)
            return
    if rule.scope in (Scope.STACK, Scope.RESOURCE):
        yield from _guarded(rule, check, view, view.stack)
        return
    for fleet in view.fleets:
        yield from _guarded(rule, check, view.of_fleet(fleet), fleet.name)


def _guarded(rule: Rule, check: Check, view: FleetView, subject: str) -> Iterator[Finding]:
    try:
        yield from list(check(view))
    except FleetError as error:
        yield rule.finding(Status.NOT_EVALUATED, subject, str(error), remedy=error.remedy)
    except Exception as error:
        # A rule that crashes fails the gate; it never passes in silence.
        crash = rule.failed(
            subject, f"internal error: {type(error).__name__}: {error}",
            remedy="This is a mistake in geofleet, not in the spec: please report it with the spec.",
        )  # fmt: skip
        yield dataclasses.replace(crash, severity=Severity.CRITICAL)


def _weighed(rule: Rule, finding: Finding, view: FleetView) -> Finding:
    """Return the finding at the severity that the rule has in the subject's environment.

    A platform team's severity wins over the catalogue's. A finding that is not at the rule's own severity has been
    given another on purpose.
    """
    environment = view.environment_of(finding.subject)
    chosen = view.severities.get(rule.id, {})
    severity = chosen.get(environment) or chosen.get("") or rule.severity_for(environment)
    if finding.severity is not rule.severity or severity is rule.severity:
        return finding
    return dataclasses.replace(finding, severity=severity)


def _placed(rule: Rule, finding: Finding, locate: Locate | None) -> Finding:
    where = finding.where
    if locate is None or where.file:
        return finding
    found = locate(where.host or finding.subject, rule.keys)
    # A resource keeps its URN beside the line of the host that it belongs to.
    if where.urn:
        found = dataclasses.replace(found, host=where.host, urn=where.urn)
    return finding if where.host and not where.urn else dataclasses.replace(finding, where=found)
