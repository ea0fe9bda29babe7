"""The rules as a Pulumi policy pack: the only module that imports pulumi_policy.

Two registered policies, one per enforcement level, dispatch to all rules: the
SDK deserialises every resource again for every registered policy (measured:
50 of them over 2,000 resources take 44 s, one takes under 1 s). They read only
geofleet's components: the facts are in their registered outputs, plain and
known at preview. An unknown value that left a policy as an exception would turn
its mandatory violations into advice; here it becomes a finding.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pulumi
from pulumi_policy import EnforcementLevel, PolicyPack, ReportViolation, StackValidationArgs, StackValidationPolicy
from pulumi_policy.proxy import (
    UNKNOWN_ARCHIVE_VALUE,
    UNKNOWN_ARRAY_VALUE,
    UNKNOWN_ASSET_VALUE,
    UNKNOWN_BOOLEAN_VALUE,
    UNKNOWN_NUMBER_VALUE,
    UNKNOWN_OBJECT_VALUE,
    UNKNOWN_STRING_VALUE,
    UnknownValueError,
)

from policies.judge import judge
from policies.published import FACT_NAMES, HOST, TOKENS, Component, published
from policies.settings import Settings, stack_settings
from schemas.atlas import Atlas
from schemas.loading.atlas_file import stack_atlas
from schemas.locations import REPOSITORY
from schemas.report import Feed, Finding, Report, Status, Where

NAME = "geofleet"

_UNKNOWNS = (
    UNKNOWN_ARCHIVE_VALUE,
    UNKNOWN_ARRAY_VALUE,
    UNKNOWN_ASSET_VALUE,
    UNKNOWN_BOOLEAN_VALUE,
    UNKNOWN_NUMBER_VALUE,
    UNKNOWN_OBJECT_VALUE,
    UNKNOWN_STRING_VALUE,
)
_REDACTED = "[secret]"
"""What `pulumi policy analyze` puts in a secret's place."""

_SPEAKS = (Status.FAILED, Status.NOT_EVALUATED)
"""Statuses that are violations; the others are for reports."""


def serve() -> None:
    """Hand the pack to the engine; never returns."""
    PolicyPack(name=NAME, policies=list(POLICIES), enforcement_level=EnforcementLevel.MANDATORY)


def stack_report(resources: Iterable[Any], feed: Feed) -> Report:
    """Return what the rules say about a stack's resources; no finding if none of them is geofleet's.

    Args:
        resources: `PolicyResource`s, in any order.
        feed: Preview or state.
    """
    found = published(_components(resources), _atlas_of, _settings_of)
    if not found.concerns_us:
        return Report(feed=feed, stack="", findings=())
    return judge(found.view, feed, locate=lambda subject, _keys: Where(urn=found.urn_of(subject)))


def _atlas_of(stack: str) -> Atlas:
    """Return the atlas that a stack's plan was made with: the tables and the user's own figures."""
    return stack_atlas(REPOSITORY / "stacks" / f"{stack}.yaml")


def _settings_of(stack: str) -> Settings:
    """Return what is set of the rules, for all stacks and for this one."""
    return stack_settings(REPOSITORY / "stacks" / f"{stack}.yaml")


def violation(finding: Finding) -> str:
    """Return a violation's text: the ID first, for whoever reads engine events; the URN travels beside it."""
    return f"[{finding.rule_id}] {dataclasses.replace(finding, where=Where()).text()}"


def _stops(finding: Finding) -> bool:
    """Return whether a violation stops the deployment: what was not evaluated never becomes advice."""
    return finding.severity.is_mandatory or finding.status is Status.NOT_EVALUATED


def _components(resources: Iterable[Any]) -> Iterator[Component]:
    for resource in resources:
        if resource.resource_type.startswith(TOKENS):
            names = FACT_NAMES if resource.resource_type == HOST else ("terms",)
            props, unreadable = _read(resource.props, names)
            yield Component(
                token=resource.resource_type, urn=resource.urn, name=resource.name, props=props, unreadable=unreadable
            )


def _read(props: Mapping[str, Any], names: Iterable[str]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the named properties that are known, as plain values, and why the others are not."""
    known: dict[str, Any] = {}
    unknown: dict[str, str] = {}
    # `name in props` would read the value and raise; iterating over the keys is safe.
    for name in set(names).intersection(props.keys()):
        try:
            known[name] = _plain(props[name])
        except UnknownValueError as error:
            unknown[name] = str(error.message)
    return known, unknown


def _plain(value: Any) -> Any:
    """Return a copy without the SDK's proxies: they are neither dict nor list, and compare unequal to both.

    Raises:
        UnknownValueError: Something in it is unknown, be it as a part of a longer text.
    """
    if isinstance(value, str):
        for sentinel in _UNKNOWNS:
            if sentinel in value:
                raise UnknownValueError(sentinel, [])
        if value == _REDACTED:
            raise UnknownValueError(UNKNOWN_STRING_VALUE, ["secret"])
        return value
    if isinstance(value, Mapping):
        return {key: _plain(value[key]) for key in value}
    if isinstance(value, Sequence):
        return [_plain(value[position]) for position in range(len(value))]
    return value


def _policy(name: str, description: str, level: EnforcementLevel) -> StackValidationPolicy:
    mandatory = level is EnforcementLevel.MANDATORY

    def validate(args: StackValidationArgs, report_violation: ReportViolation) -> None:
        feed = Feed.PREVIEW if pulumi.runtime.is_dry_run() else Feed.STATE
        for finding in stack_report(args.resources, feed).with_status(*_SPEAKS):
            if _stops(finding) is mandatory:
                report_violation(violation(finding), finding.where.urn or None)

    return StackValidationPolicy(name=name, description=description, validate=validate, enforcement_level=level)


POLICIES: tuple[StackValidationPolicy, ...] = (
    _policy("geofleet-mandatory", "Rules that stop a deployment; see docs/rules.md.", EnforcementLevel.MANDATORY),
    _policy("geofleet-advisory", "Good practice; see docs/rules.md.", EnforcementLevel.ADVISORY),
)
