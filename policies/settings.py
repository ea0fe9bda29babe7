"""What a platform team sets of the rules: parameters and severities, from YAML, strict, every mistake with its place.

Two files may exist: `geofleet.policies.yaml` at the checkout's root for all stacks, and
`NAME.policies.yaml` beside a stack's spec. The stack's wins where both set the same. What
asks for less than the catalogue does is told in every report (OPS010).
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import Field, ValidationError

from policies.catalogue import RULES
from policies.fleet_view import FleetView
from policies.rule import Parameter, Rule
from policies.waiver import Waiver
from policies.waivers import stack_waivers
from schemas.diagnostics import Diagnostic, InvalidDocumentError, nearest
from schemas.document import Document, read_file, read_text
from schemas.locations import REPOSITORY
from schemas.report import Severity
from schemas.spec.base import Model
from schemas.structure import Format, structure_problems

SCHEMA = "geofleet/policies/v1"

EVERY_STACK = REPOSITORY / "geofleet.policies.yaml"
"""Settings for all stacks of the checkout."""

_Value = TypeVar("_Value")
_Environment = Literal["lab", "staging", "production"]
_Level = Literal["critical", "high", "medium", "low"]


class _RuleSettings(Model):
    severity: _Level | None = None
    severity_in: dict[_Environment, _Level] = Field(default_factory=dict)
    parameters: dict[str, float] = Field(default_factory=dict, max_length=50)


class _PoliciesFile(Model):
    format: Literal["geofleet/policies/v1"] = Field(alias="schema")
    rules: Annotated[dict[str, _RuleSettings], Field(max_length=1000)] = Field(default_factory=dict)


_FORMAT = Format(model=_PoliciesFile, family="POLICY", forms={})
_RANK = {severity: rank for rank, severity in enumerate(reversed(Severity))}
_ENVIRONMENTS: tuple[_Environment, ...] = ("lab", "staging", "production")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is set; nothing by default."""

    parameters: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Rule ID to parameter to value."""
    severities: Mapping[str, Mapping[str, Severity]] = field(default_factory=dict)
    """Rule ID to environment (empty for any) to severity."""
    waivers: tuple[Waiver, ...] = ()
    """Findings that somebody answers for."""
    places: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Rule ID and what is set of it, to `file:line:column`."""

    def over(self, below: Settings) -> Settings:
        """Return these settings over others: where both speak, these win."""
        # A severity for any environment replaces what lies below for each of them.
        kept = {rule: found for rule, found in below.severities.items() if "" not in self.severities.get(rule, {})}
        return Settings(
            parameters=_merged(self.parameters, below.parameters),
            severities=_merged(self.severities, kept),
            waivers=(*self.waivers, *below.waivers),
            places={**below.places, **self.places},
        )

    def severity_of(self, rule: Rule, environment: str) -> Severity:
        """Return how badly a rule's failure weighs in an environment: as it is set, else as the catalogue says."""
        chosen = self.severities.get(rule.id, {})
        return chosen.get(environment) or chosen.get("") or rule.severity_for(environment)

    def weakened(self) -> tuple[str, ...]:
        """Return what asks for less than the catalogue, sorted, each with its place."""
        return tuple(sorted([*self._lower_severities(), *self._weaker_parameters()]))

    def _lower_severities(self) -> Iterator[str]:
        for rule_id, chosen in self.severities.items():
            rule = RULES[rule_id]
            for environment in _ENVIRONMENTS:
                severity, default = chosen.get(environment) or chosen.get(""), rule.severity_for(environment)
                if severity is not None and _RANK[severity] < _RANK[default]:
                    place = self.places.get((rule_id, environment)) or self.places.get((rule_id, ""), "")
                    yield f"{rule_id} is {severity} in {environment}, not {default} ({place})"

    def _weaker_parameters(self) -> Iterator[str]:
        for rule_id, chosen in self.parameters.items():
            for parameter in RULES[rule_id].parameters:
                value = chosen.get(parameter.name, parameter.default)
                if parameter.is_weakened(value):
                    place = self.places.get((rule_id, parameter.name), "")
                    yield f"{rule_id} has {parameter.name} {value:.6g}, not {parameter.default:.6g} ({place})"

    def applied_to(self, view: FleetView) -> FleetView:
        """Return a view as rules judge it with these settings."""
        return replace(
            view, parameters=self.parameters, severities=self.severities, weakened=self.weakened(),
            waivers=self.waivers, today=datetime.datetime.now(tz=datetime.UTC).date(),
        )  # fmt: skip


def stack_settings(spec: Path, *, every_stack: Path = EVERY_STACK) -> Settings:
    """Return the settings that a stack is judged by.

    Args:
        spec: The stack's spec, `NAME.yaml`; its own settings are in `NAME.policies.yaml` beside it.
        every_stack: Settings for all stacks.

    Raises:
        InvalidDocumentError: One of the files is wrong; every mistake of that file is named.
    """
    own = read_settings(spec.with_name(f"{spec.stem}.policies.yaml"))
    return replace(own.over(read_settings(every_stack)), waivers=stack_waivers(spec))


def read_settings(path: Path) -> Settings:
    """Read one file of settings; nothing is set when it does not exist.

    Raises:
        InvalidDocumentError: It is wrong; every mistake is named.
    """
    if not path.exists():
        return Settings()
    shown = str(path.relative_to(REPOSITORY)) if path.is_relative_to(REPOSITORY) else str(path)
    return _settings(read_file(path, source=shown))


def settings_from_text(text: str, *, source: str) -> Settings:
    """Read settings from text; see `read_settings` for what it raises."""
    return _settings(read_text(text, source=source))


def _settings(document: Document) -> Settings:
    try:
        file = _PoliciesFile.model_validate_json(json.dumps(document.value))
    except ValidationError as error:
        raise InvalidDocumentError(structure_problems(document, error, _FORMAT)) from None
    problems = [found for rule_id, chosen in file.rules.items() for found in _problems(document, rule_id, chosen)]
    if problems:
        raise InvalidDocumentError(problems)
    return Settings(
        parameters={rule: dict(chosen.parameters) for rule, chosen in file.rules.items() if chosen.parameters},
        severities={rule: found for rule, chosen in file.rules.items() if (found := _severities(chosen))},
        places={key: place for rule, chosen in file.rules.items() for key, place in _places(document, rule, chosen)},
    )


def _severities(chosen: _RuleSettings) -> dict[str, Severity]:
    for_any = {"": Severity(chosen.severity)} if chosen.severity else {}
    return {**for_any, **{environment: Severity(level) for environment, level in chosen.severity_in.items()}}


def _places(document: Document, rule: str, chosen: _RuleSettings) -> Iterator[tuple[tuple[str, str], str]]:
    if chosen.severity:
        yield (rule, ""), document.where(("rules", rule, "severity"))
    for environment in chosen.severity_in:
        yield (rule, environment), document.where(("rules", rule, "severity_in", environment))
    for name in chosen.parameters:
        yield (rule, name), document.where(("rules", rule, "parameters", name))


def _problems(document: Document, rule_id: str, chosen: _RuleSettings) -> Iterator[Diagnostic]:
    rule = RULES.get(rule_id)
    if rule is None:
        yield document.diagnostic(
            "POLICY301", f"'{rule_id}' is not the ID of a rule", ("rules", rule_id), of_key=True,
            remedy=f"{nearest(rule_id, RULES)} docs/rules.md lists them.",
        )  # fmt: skip
        return
    known = {parameter.name: parameter for parameter in rule.parameters}
    for name, value in chosen.parameters.items():
        if name not in known:
            yield _unknown_parameter(document, rule, name, known)
        elif fault := _value_fault(known[name], value):
            yield document.diagnostic(
                "POLICY303", f"is {value:.6g}, {fault}", ("rules", rule_id, "parameters", name),
                remedy=f"{known[name].meaning} The default is {known[name].default:.6g}.",
            )  # fmt: skip


def _unknown_parameter(document: Document, rule: Rule, name: str, known: Iterable[str]) -> Diagnostic:
    names = sorted(known)
    return document.diagnostic(
        "POLICY302", f"rule {rule.id} has no parameter '{name}'", ("rules", rule.id, "parameters", name), of_key=True,
        remedy=nearest(name, names) if names else "It has none: only its severity can be set.",
    )  # fmt: skip


def _value_fault(parameter: Parameter, value: float) -> str:
    if not parameter.minimum <= value <= parameter.maximum:
        return f"expected {parameter.minimum:g} to {parameter.maximum:g}"
    return "expected a whole number" if parameter.is_whole and not value.is_integer() else ""


def _merged(
    own: Mapping[str, Mapping[str, _Value]], below: Mapping[str, Mapping[str, _Value]]
) -> dict[str, dict[str, _Value]]:
    return {rule: {**below.get(rule, {}), **own.get(rule, {})} for rule in sorted({*own, *below})}
