"""One resource, or a few, as each feed holds them: the engine's servicer, an exported state, a preview's JSON.

A rule is asked through all of them, so that every case of every rule is also its proxied case.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from google.protobuf import json_format
from pulumi.runtime.proto import analyzer_pb2 as proto
from pulumi_policy import EnforcementLevel
from pulumi_policy.policy import _PolicyAnalyzerServicer
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE

from policies import pack
from policies.catalogue import RULES
from policies.exported import exported_from
from policies.judge import judge
from policies.published import published
from schemas.report import Finding, Status

UNKNOWN = UNKNOWN_STRING_VALUE
"""What the engine sends for a value that is not known yet."""

HOST = "geofleet:index:Host"


@dataclass(frozen=True, kw_only=True)
class Made:
    """One resource of a test."""

    token: str
    props: Mapping[str, Any] = field(default_factory=dict)
    name: str = "it"
    outputs: Mapping[str, Any] | None = None
    """What the provider answers; the inputs themselves where it is None."""
    parent: str = ""
    provider: Mapping[str, Any] = field(default_factory=dict)
    references: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def urn(self) -> str:
        return urn(self.token, self.name)


def urn(token: str, name: str) -> str:
    return f"urn:pulumi:perps::project::{token}::{name}"


def host(role: str, name: str = "validators-1", region: str = "aws:eu-central-1") -> Made:
    """Return the component that owns the resources of one host, with as much of its facts as resources need."""
    return Made(token=HOST, name=name, props={"role": role, "region": region})


def of_host(token: str, props: Mapping[str, Any], *, owner: str = "validators-1", **more: Any) -> Made:
    """Return a resource whose parent is a host."""
    return Made(token=token, props=props, parent=urn(HOST, owner), **more)


def found(rule: str, *made: Made) -> list[Finding]:
    """Return what a rule says about resources, passed ones left out; all feeds must agree on it."""
    findings = [one for one in in_state(*made) if one.rule_id == rule]
    failed = sorted((f.where.urn, f.message) for f in findings if f.status is Status.FAILED)
    through_engine = sorted(
        (urn_, message) for _, id_, urn_, message in violations(*made) if id_ == rule and "deferred" not in message[:9]
    )
    told = [(u, m) for u, m in through_engine if " not known: " not in m and "facts are missing" not in m]
    assert [(u, m) for u, m in told] == failed, f"state and engine disagree about {rule}"
    return [one for one in findings if one.status not in (Status.PASSED, Status.NOT_APPLICABLE)]


def one(rule: str, *made: Made) -> Finding:
    """Return the only thing that a rule has to say."""
    [finding] = found(rule, *made)
    return finding


def in_state(*made: Made) -> tuple[Finding, ...]:
    """Return what all rules say about an exported state."""
    return _judged(state_of(*made))


def state_of(*made: Made) -> dict[str, Any]:
    """Return resources as `pulumi stack export` writes them."""
    return {"version": 3, "deployment": {"resources": [_entry(one) for one in _with_providers(made)]}}


def in_preview(*made: Made) -> tuple[Finding, ...]:
    """Return what all rules say about a preview's JSON."""
    steps = [{"op": "create", "newState": _entry(one)} for one in _with_providers(made)]
    return _judged({"steps": steps})


def _judged(document: Mapping[str, Any]) -> tuple[Finding, ...]:
    exported = exported_from(document, source="state.json")
    stack = published(exported.components, resources=exported.resources)
    return judge(stack.view, exported.feed).findings


def _with_providers(made: Sequence[Made]) -> list[Made]:
    providers = [
        Made(token=f"pulumi:providers:{one.token.partition(':')[0]}", name=f"of-{one.name}", props=one.provider)
        for one in made
        if one.provider
    ]
    return [*providers, *made]


def _entry(one: Made) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "urn": one.urn, "type": one.token, "custom": True, "inputs": dict(one.props),
        "outputs": dict(one.props if one.outputs is None else one.outputs), "parent": one.parent,
        "propertyDependencies": {name: list(urns) for name, urns in one.references.items()},
    }  # fmt: skip
    if one.provider:
        entry["provider"] = f"{urn('pulumi:providers:' + one.token.partition(':')[0], 'of-' + one.name)}::some-id"
    return entry


def violations(
    *made: Made, config: Mapping[str, Any] | None = None, preview: bool = True
) -> list[tuple[str, str, str, str]]:
    """Return level, rule, URN and message of what the pack reports, as the engine meets it: each resource, then all."""
    policies = pack.Pack(is_preview=preview).policies()
    servicer = _PolicyAnalyzerServicer(pack.NAME, "0.0.1", policies, EnforcementLevel.ADVISORY)
    if config is not None:
        servicer.Configure(json_format.ParseDict({"policyConfig": config}, proto.ConfigureAnalyzerRequest()), None)
    diagnostics = []
    whole = proto.AnalyzeStackRequest()
    for one in made:
        request = proto.AnalyzeRequest(type=one.token, urn=one.urn, name=one.name)
        json_format.ParseDict(dict(one.props), request.properties)
        request.options.parent = one.parent
        _provide(one, request)
        diagnostics += [(d.urn or one.urn, d) for d in servicer.Analyze(request, None).diagnostics]
        sent = whole.resources.add(type=one.token, urn=one.urn, name=one.name, parent=one.parent)
        json_format.ParseDict(dict(one.props if one.outputs is None else one.outputs), sent.properties)
        _provide(one, sent)
        for name, urns in one.references.items():
            sent.propertyDependencies[name].urns.extend(urns)
    diagnostics += [(d.urn, d) for d in servicer.AnalyzeStack(whole, None).diagnostics]
    return [_violation(urn_, diagnostic) for urn_, diagnostic in diagnostics]


def _provide(one: Made, request: Any) -> None:
    if one.provider:
        request.provider.type = f"pulumi:providers:{one.token.partition(':')[0]}"
        json_format.ParseDict(dict(one.provider), request.provider.properties)


def _violation(urn_: str, diagnostic: Any) -> tuple[str, str, str, str]:
    level = proto.EnforcementLevel.Name(diagnostic.enforcementLevel)
    text = diagnostic.message.partition("\n")[2]
    told = re.match(r"\[(\w+)\] (deferred .*|[a-z ]+ \w+ \(\w+\) \S+: (.*))", text)
    assert told, f"no rule's violation: {diagnostic.message}"
    assert told[1] in RULES
    return level, told[1], urn_, told[3] or told[2]


def sound(rule: str, *made: Made) -> None:
    """Assert that a rule judged something, and has nothing to say against it."""
    assert found(rule, *made) == []
    assert any(f.rule_id == rule and f.status is Status.PASSED for f in in_state(*made)), f"{rule} judged nothing"


def silent(rule: str, *made: Made) -> None:
    """Assert that a rule has nothing here to judge."""
    assert {f.status for f in in_state(*made) if f.rule_id == rule} == {Status.NOT_APPLICABLE}
    assert found(rule, *made) == []


def refused(rule: str, *made: Made) -> str:
    """Return why a rule refuses the one resource at fault."""
    finding = one(rule, *made)
    assert finding.status is Status.FAILED, finding
    assert finding.where.urn
    return finding.message


def unread(rule: str, *made: Made) -> str:
    """Return what a rule could not read and should have; the engine is told so at the level that stops it."""
    finding = one(rule, *made)
    assert finding.status is Status.NOT_EVALUATED, finding
    told = [level for level, id_, urn_, _ in violations(*made) if id_ == rule and urn_ == finding.where.urn]
    assert told == ["MANDATORY"]
    return finding.message


def waits(rule: str, *made: Made) -> str:
    """Return what a rule leaves until creation tells it: no violation at preview, one if it is open at the end."""
    finding = one(rule, *made)
    assert finding.status is Status.DEFERRED, finding
    for preview, level in ((True, "ADVISORY"), (False, "MANDATORY")):
        told = [level_ for level_, id_, _, _ in violations(*made, preview=preview) if id_ == rule]
        assert told == [level]
    return finding.message
