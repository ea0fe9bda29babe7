"""The rules as a Pulumi policy pack: the only module that imports pulumi_policy.

Three registered policies dispatch to all rules: the SDK deserialises every
resource again for every registered policy (measured: 50 of them over 2,000
resources take 44 s, one takes under 1 s).

- `geofleet-resources` meets each resource before it is made, with what the
  program asks for: what it refuses is never made, even where the preview was
  skipped. It also keeps what was asked for, so that a property that is unknown in
  the outputs because nobody set it counts as absent, not as unknown.
- `geofleet-mandatory` and `geofleet-advisory` meet the whole stack: at preview with
  what is known, at the end of `up` with what was made.

Facts of hosts are in the registered outputs of geofleet's components, plain and
known at preview. An unknown value that left a policy as an exception would turn
its mandatory violations into advice; here it becomes a finding.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pulumi
from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.policy import _PolicyAnalyzerServicer

from policies.catalogue import entries_for, is_judged
from policies.fleet_view import FleetView, shortened
from policies.judge import judge
from policies.published import FACT_NAMES, NETWORK, TOKENS, Component, published
from policies.resources import HOST, Owner, Resource, owner_from, owner_of, resources_of
from policies.settings import Settings, stack_settings
from policies.values import ABSENT, plain, unknown_parts
from schemas.atlas import Atlas
from schemas.errors import FleetError
from schemas.loading.atlas_file import stack_atlas
from schemas.locations import REPOSITORY
from schemas.report import Feed, Finding, Report, Status, Where

NAME = "geofleet"


def serve() -> None:
    """Hand the pack to the engine; never returns."""
    pack = Pack()
    _hear_of_previews(pack)
    PolicyPack(name=NAME, policies=pack.policies(), enforcement_level=EnforcementLevel.MANDATORY)


def _hear_of_previews(pack: Pack) -> None:
    """Have a pack told whether its run is a preview.

    The engine says it in ConfigureStack alone (3.258: `PULUMI_DRY_RUN` is set for
    packs without a language host only), and pulumi_policy 1.21 keeps nothing of that
    call but tags, so that `pulumi.runtime.is_dry_run()` is false in every preview.
    """
    configure = _PolicyAnalyzerServicer.ConfigureStack

    def heard(self: Any, request: Any, context: Any) -> Any:
        pack.is_preview = bool(request.dry_run)
        return configure(self, request, context)

    # The SDK has no other way in.
    setattr(_PolicyAnalyzerServicer, "ConfigureStack", heard)  # noqa: B010


class Pack:
    """The policies of one engine process, and what they remember of its run."""

    def __init__(self, *, is_preview: bool | None = None) -> None:
        self.is_preview = is_preview
        """Whether nothing is made in this run; None until the engine says it, and then Pulumi's own setting counts."""
        self._asked: dict[str, Any] = {}
        """URN to what the program asked for, plain; of the types that rules judge."""
        self._parents: dict[str, str] = {}
        self._owners: dict[str, Owner] = {}
        self._environment = ""
        self._settings: dict[str, Settings] = {}
        self._said: set[tuple[str, str]] = set()
        """Rule and URN of what was refused already, so that it is told once."""
        self._judged: Report | None = None
        """What the mandatory policy found; the advisory one comes next, over the same stack."""

    def policies(self) -> list[Policy]:
        """Return what to register, in the order in which the engine must ask."""
        return [
            ResourceValidationPolicy(
                name="geofleet-resources",
                description="Rules that stop a resource before it is made; see docs/rules.md.",
                validate=self._resource,
                enforcement_level=EnforcementLevel.MANDATORY,
            ),
            StackValidationPolicy(
                name="geofleet-mandatory",
                description="Rules that stop a deployment; see docs/rules.md.",
                validate=self._mandatory,
                enforcement_level=EnforcementLevel.MANDATORY,
            ),
            StackValidationPolicy(
                name="geofleet-advisory",
                description="Good practice; see docs/rules.md.",
                validate=self._advisory,
                enforcement_level=EnforcementLevel.ADVISORY,
            ),
        ]

    @property
    def feed(self) -> Feed:
        """Return what the resources are: planned, or made."""
        is_preview = pulumi.runtime.is_dry_run() if self.is_preview is None else self.is_preview
        return Feed.PREVIEW if is_preview else Feed.STATE

    def _resource(self, args: ResourceValidationArgs, report_violation: ReportViolation) -> None:
        self._remember(args.resource_type, args.urn, args.name, args)
        if not is_judged(args.resource_type):
            return
        self._asked[args.urn] = asked = plain(_raw(args.props))
        entries = entries_for(args.resource_type)
        if not entries:
            return
        resource = self._made(args, asked, ABSENT)
        view = FleetView(
            stack=_stack(args.urn), hosts=(), fleets=(), resources=resources_of([resource]),
            environment=self._environment,
        )  # fmt: skip
        report = judge(self._settings_of_run(view.stack).applied_to(view), self.feed, entries=entries)
        for finding in report.with_status(Status.FAILED):
            if finding.severity.is_mandatory:
                self._said.add((finding.rule_id, args.urn))
                report_violation(violation(finding), args.urn)

    def _mandatory(self, args: StackValidationArgs, report_violation: ReportViolation) -> None:
        feed = self.feed
        self._judged = self.stack_report(args.resources, feed)
        for finding in self._judged.findings:
            told = (finding.rule_id, finding.where.urn) in self._said and finding.status is Status.FAILED
            if stops(finding, feed) and not told:
                report_violation(violation(finding), finding.where.urn or None)

    def _advisory(self, args: StackValidationArgs, report_violation: ReportViolation) -> None:
        feed = self.feed
        report = self._judged or self.stack_report(args.resources, feed)
        self._judged = None
        for finding in report.with_status(Status.FAILED):
            if not stops(finding, feed):
                report_violation(violation(finding), finding.where.urn or None)
        if feed is Feed.PREVIEW:
            for text, urn in _deferred(report):
                report_violation(text, urn or None)

    def stack_report(self, found: Iterable[Any], feed: Feed) -> Report:
        """Return what the rules say about a stack's resources; no finding if no rule is about any of them.

        Args:
            found: `PolicyResource`s, in any order.
            feed: Preview or state.
        """
        everything = list(found)
        for one in everything:
            self._remember(one.resource_type, one.urn, one.name, one)
        made = [
            self._made(one, self._asked.get(one.urn, ABSENT), plain(_raw(one.props)))
            for one in everything
            if is_judged(one.resource_type)
        ]
        stack = published(_components(everything), _atlas_of, _settings_of, resources_of(made))
        if not stack.concerns_us:
            return Report(feed=feed, stack="", findings=())
        return judge(stack.view, feed, locate=lambda subject, _keys: Where(urn=stack.urn_of(subject)))

    def _remember(self, token: str, urn: str, name: str, holder: Any) -> None:
        parent = getattr(holder, "parent", None)
        known = parent.urn if parent is not None else getattr(holder.opts, "parent", None)
        if known:
            self._parents[urn] = known
        if token == HOST:
            known_facts, _ = _read(holder.props, ("role", "region"))
            self._owners[urn] = owner_from(name, known_facts)
        elif token == NETWORK:
            environment = _read(holder.props, ("environment",))[0].get("environment")
            self._environment = environment if isinstance(environment, str) else ""

    def _made(self, holder: Any, asked: Any, answered: Any) -> Resource:
        dependencies = getattr(holder, "property_dependencies", None) or {}
        return Resource(
            token=holder.resource_type,
            name=holder.name,
            urn=holder.urn,
            inputs=asked,
            outputs=answered,
            provider=plain(_raw(holder.provider.props)) if holder.provider else {},
            references={name: tuple(one.urn for one in found) for name, found in dependencies.items()},
            owner=owner_of(holder.urn, self._parents, self._owners),
        )

    def _settings_of_run(self, stack: str) -> Settings:
        """Return a stack's settings; faulty ones are told by the policies that see the whole stack."""
        if stack not in self._settings:
            try:
                self._settings[stack] = _settings_of(stack)
            except FleetError:
                self._settings[stack] = Settings()
        return self._settings[stack]


def violation(finding: Finding) -> str:
    """Return a violation's text: the ID first, for whoever reads engine events; the URN travels beside it."""
    return f"[{finding.rule_id}] {dataclasses.replace(finding, where=Where()).text()}"


def stops(finding: Finding, feed: Feed) -> bool:
    """Return whether a finding stops the deployment.

    What was not evaluated never becomes advice, and neither does what is still
    open when everything has been made.
    """
    if finding.status is Status.FAILED:
        return finding.severity.is_mandatory
    is_open = finding.status is Status.DEFERRED and feed is Feed.STATE
    return is_open or finding.status is Status.NOT_EVALUATED


def _deferred(report: Report) -> Iterator[tuple[str, str]]:
    """Yield, rule by rule, what is judged when it is known: listed now, settled before `up` ends."""
    by_rule: dict[str, list[Finding]] = {}
    for finding in report.with_status(Status.DEFERRED):
        by_rule.setdefault(finding.rule_id, []).append(finding)
    for rule_id, found in by_rule.items():
        told = shortened([f"{finding.subject} ({finding.message})" for finding in found], "; ", most=3)
        text = f"[{rule_id}] deferred {rule_id}: judged from what is made, before up ends: {told}"
        yield text, found[0].where.urn


def _stack(urn: str) -> str:
    return urn.removeprefix("urn:pulumi:").partition("::")[0]


def _atlas_of(stack: str) -> Atlas:
    """Return the atlas that a stack's plan was made with: the tables and the user's own figures."""
    return stack_atlas(REPOSITORY / "stacks" / f"{stack}.yaml")


def _settings_of(stack: str) -> Settings:
    """Return what is set of the rules, for all stacks and for this one."""
    return stack_settings(REPOSITORY / "stacks" / f"{stack}.yaml")


def _components(resources: Iterable[Any]) -> Iterator[Component]:
    for resource in resources:
        if resource.resource_type.startswith(TOKENS):
            names = FACT_NAMES if resource.resource_type == HOST else ("terms", "environment")
            props, unreadable = _read(resource.props, names)
            yield Component(
                token=resource.resource_type, urn=resource.urn, name=resource.name, props=props, unreadable=unreadable
            )


def _read(props: Mapping[str, Any], names: Iterable[str]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the named properties that are known, as plain values, and why the others are not."""
    raw = props["__target"]
    known: dict[str, Any] = {}
    unknown: dict[str, str] = {}
    for name in set(names).intersection(raw):
        value = plain(_raw(raw[name]))
        parts = [part.reason for part in unknown_parts(value)]
        if parts:
            unknown[name] = parts[0]
        else:
            known[name] = value
    return known, unknown


def _raw(value: Any) -> Any:
    """Return what stands behind the SDK's proxies, which raise at unknown values and are neither dict nor list."""
    if isinstance(value, Mapping):
        target = value if isinstance(value, dict) else value["__target"]
        return {key: _raw(part) for key, part in target.items()}
    if isinstance(value, (str, bytes)) or not hasattr(value, "__getitem__"):
        return value
    target = value if isinstance(value, list) else value["__target"]
    return [_raw(part) for part in target]
