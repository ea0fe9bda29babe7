"""`geofleet explain`: a field of the spec, a rule, or the code of a mistake, from the models and the catalogues."""

from __future__ import annotations

import re

from operations.code_examples import shown_mistake
from operations.explaining_fields import explained_field
from operations.spec_fields import key_order
from policies.catalogue import RULES
from policies.rule import Rule
from schemas.codes import CODES
from schemas.diagnostics import nearest
from schemas.errors import UsageError
from schemas.explanation import CodeExplanation, Explanation, FieldExplanation, ParameterExplanation, RuleExplanation
from schemas.loading import LoadedSpec
from schemas.report import Feed

_CODE = re.compile(r"(?:SPEC|LOCK|KEYS)[0-9]+\Z")
_ID = re.compile(r"[A-Z]{3}[0-9]+\Z")


def explained(subject: str, spec: LoadedSpec | None = None) -> Explanation:
    """Return what a reader asks for.

    Args:
        subject: A field's path (`fleets.survive`), a rule's ID or a mistake's code.
        spec: Says where the field is set.

    Raises:
        UsageError: There is no such thing; the nearest names are in the remedy.
    """
    if _CODE.match(subject.upper()):
        return Explanation(subject=subject.upper(), code=_code(subject.upper()))
    if _ID.match(subject.upper()):
        return Explanation(subject=subject.upper(), rule=_rule(subject.upper()))
    found = explained_field(subject, spec)
    return Explanation(subject=found.path, field=found)


def _code(code: str) -> CodeExplanation:
    family, number = code[:4], code[4:]
    same = f"SPEC{number}"
    if same not in CODES:
        raise UsageError(f"'{code}' is not the code of a mistake", remedy=nearest(code, CODES))
    if family != "SPEC":
        kind = "plan lock" if family == "LOCK" else "key ledger"
        return CodeExplanation(code=code, meaning=f"In a {kind}: {CODES[same]}")
    shown = shown_mistake(code)
    return CodeExplanation(code=code, meaning=CODES[code], bad=shown.bad, message=shown.message, good=shown.good)


def _rule(rule_id: str) -> RuleExplanation:
    rule = RULES.get(rule_id)
    if rule is None:
        raise UsageError(f"'{rule_id}' is not the ID of a rule", remedy=nearest(rule_id, RULES))
    return RuleExplanation(
        id=rule.id,
        title=rule.title,
        judges=rule.judges,
        severity=rule.severity.value,
        severity_in={name: severity.value for name, severity in sorted(rule.severity_in.items())},
        feeds=tuple(feed.value for feed in Feed if feed in rule.feeds),
        source=rule.source,
        standards=rule.standards,
        remedy=rule.remedy,
        fields=_fields(rule),
        parameters=tuple(
            ParameterExplanation(
                name=p.name,
                default=p.default,
                minimum=p.minimum,
                maximum=p.maximum,
                meaning=p.meaning,
                weaker=p.weaker.value,
                is_whole=p.is_whole,
            )
            for p in rule.parameters
        ),
    )


def _fields(rule: Rule) -> tuple[str, ...]:
    """Return the path of the field that a rule points to; some judge no field."""
    if not rule.keys:
        return ()
    assert rule.keys[0] in key_order(("fleets", "*")), f"{rule.id} judges a key that fleets do not have"
    return (".".join(("fleets", "*", *rule.keys)),)


def explanation_text(found: Explanation) -> str:
    """Return an explanation as a reader meets it."""
    if found.rule:
        return _rule_text(found.rule)
    if found.code:
        return _code_text(found.code)
    assert found.field, "an explanation is of one of the three"
    return _field_text(found.field)


def _field_text(found: FieldExplanation) -> str:
    lines = [found.path]
    for form in found.forms:
        indent = "  "
        if form.when:
            lines += ["", f"  When {form.when}:"]
            indent = "    "
        facts = [
            ("", form.meaning),
            ("Type: ", form.type),
            ("Unit: ", found.unit),
            ("Allowed: ", ", ".join(form.allowed)),
            ("Default: ", form.default),
            ("Needed: ", "yes" if form.needed else ""),
            ("Keys: ", ", ".join(form.keys)),
        ]
        lines += [f"{indent}{name}{text}" for name, text in facts if text]
        if form.example:
            lines += [f"{indent}Example:", *(f"{indent}  {line}" for line in form.example.splitlines())]
    if found.note:
        lines += ["", f"  Note: {found.note}"]
    if found.rules:
        lines += ["", "  Judged by:", *(f"    {rule.id}  {rule.title}" for rule in found.rules)]
    if found.spec:
        lines += ["", f"  In {found.spec}:"]
        lines += [
            f"    {setting.at}: {setting.path} is {setting.value}" if setting.at else f"    {setting.path} is not set"
            for setting in found.settings
        ] or ["    nothing it could be set in"]
    return "\n".join(lines)


def _rule_text(rule: RuleExplanation) -> str:
    other = [f"{severity} in {name}" for name, severity in rule.severity_in.items()]
    facts = [
        ("Judges: ", rule.judges),
        ("Severity: ", ", ".join([rule.severity, *other])),
        ("Judged from: ", ", ".join(rule.feeds)),
        ("Why: ", rule.source),
        ("Remedy: ", rule.remedy),
        ("Serves: ", ", ".join(rule.standards)),
        ("Field: ", ", ".join(rule.fields)),
    ]
    lines = [f"{rule.id}  {rule.title}", *(f"  {name}{text}" for name, text in facts if text)]
    for parameter in rule.parameters:
        whole = "whole, " if parameter.is_whole else ""
        limits = (
            f"{whole}{parameter.minimum:g} to {parameter.maximum:g}, default {parameter.default:.4g}; "
            f"{parameter.weaker} is weaker"
        )
        lines.append(f"  Parameter {parameter.name} ({limits}): {parameter.meaning}")
    lines.append(f"  Set it in geofleet.policies.yaml: rules: {{{rule.id}: {{severity: ...{_set_parameters(rule)}}}}}")
    return "\n".join(lines)


def _set_parameters(rule: RuleExplanation) -> str:
    if not rule.parameters:
        return ""
    return f", parameters: {{{', '.join(f'{p.name}: {p.default:.4g}' for p in rule.parameters)}}}"


def _code_text(code: CodeExplanation) -> str:
    lines = [f"{code.code}  {code.meaning}"]
    for title, text in (("Wrong:", code.bad), ("What is said:", code.message), ("Right:", code.good)):
        if text:
            lines += ["", f"  {title}", *(f"    {line}" for line in text.splitlines())]
    return "\n".join(lines)
