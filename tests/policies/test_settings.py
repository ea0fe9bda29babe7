from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from policies.fleet_view import view_of
from policies.judge import judge
from policies.settings import Settings, read_settings, settings_from_text, stack_settings
from schemas.diagnostics import InvalidDocumentError
from schemas.report import Feed, Severity, Status

Make = Callable[..., Any]
AWS = ("aws:euc1-az1", "aws:euc1-az2", "aws:euw1-az1", "aws:euw1-az2")
HEAD = "schema: geofleet/policies/v1\nrules:\n"


def settings(body: str) -> Settings:
    return settings_from_text(HEAD + body, source="geofleet.policies.yaml")


def refused(body: str) -> str:
    with pytest.raises(InvalidDocumentError) as caught:
        settings(body)
    return str(caught.value)


def test_a_parameter_and_a_severity_reach_the_rule_that_they_are_for(hosts: Make) -> None:
    view = view_of(hosts(*AWS[:3], "gcp:europe-west3-a"))
    chosen = settings("  RED011: {severity_in: {production: high}, parameters: {share_max: 0.7}}\n")
    [found] = [f for f in judge(chosen.applied_to(view), Feed.PLAN).findings if f.rule_id == "RED011"]
    assert (found.status, found.severity) == (Status.FAILED, Severity.HIGH)
    assert found.message.endswith("at most 70.0 % is good practice")


def test_a_severity_for_any_environment_holds_where_none_is_named(hosts: Make) -> None:
    chosen = settings("  RED011: {severity: critical, severity_in: {lab: low}}\n")
    made = hosts(*AWS)
    for environment, severity in (("production", Severity.CRITICAL), ("lab", Severity.LOW)):
        view = view_of([dataclasses.replace(host, environment=environment) for host in made])
        [found] = [f for f in judge(chosen.applied_to(view), Feed.PLAN).findings if f.rule_id == "RED011"]
        assert found.severity is severity


def test_what_asks_for_less_is_told_with_its_place_and_what_asks_for_more_is_not() -> None:
    body = "  RED001: {severity: low}\n  RED011: {severity: critical, parameters: {share_max: 0.9, members_min: 3}}\n"
    assert settings(body).weakened() == (
        "RED001 is low in lab, not critical (geofleet.policies.yaml:3:22)",
        "RED001 is low in production, not critical (geofleet.policies.yaml:3:22)",
        "RED001 is low in staging, not critical (geofleet.policies.yaml:3:22)",
        "RED011 has share_max 0.9, not 0.666667 (geofleet.policies.yaml:4:56)",
    )


def test_the_default_itself_is_no_weakening() -> None:
    assert settings("  RED011: {severity: medium, parameters: {members_min: 4}}\n").weakened() == ()


def test_every_mistake_is_told_at_its_place_at_once() -> None:
    body = "  RED011: {parameters: {share: 0.5, share_max: 2, members_min: 4.5}}\n  RED998: {severity: low}\n"
    assert refused(body) == (
        "geofleet.policies.yaml:3:25: error POLICY302 rules.RED011.parameters.share: rule RED011 has no parameter "
        "'share'\n    3 |   RED011: {parameters: {share: 0.5, share_max: 2, members_min: 4.5}}\n"
        "      |                         ^^^^^\n  Did you mean 'share_max'? Allowed: members_min, share_max.\n"
        "geofleet.policies.yaml:3:48: error POLICY303 rules.RED011.parameters.share_max: is 2, expected 0 to 1\n"
        "    3 |   RED011: {parameters: {share: 0.5, share_max: 2, members_min: 4.5}}\n"
        "      |                                                ^\n"
        "  Largest share of voting power (validators) or members (others) with one provider. The default is 0.666667.\n"
        "geofleet.policies.yaml:3:64: error POLICY303 rules.RED011.parameters.members_min: is 4.5, expected a whole "
        "number\n    3 |   RED011: {parameters: {share: 0.5, share_max: 2, members_min: 4.5}}\n"
        "      |                                                                ^^^\n"
        "  Smaller fleets are not judged. The default is 4.\n"
        "geofleet.policies.yaml:4:3: error POLICY301 rules.RED998: 'RED998' is not the ID of a rule\n"
        "    4 |   RED998: {severity: low}\n      |   ^^^^^^\n"
        + refused("  RED998: {severity: low}\n").splitlines()[-1]
        + "\n4 mistakes found."
    )


def test_a_rule_without_parameters_says_that_it_has_none() -> None:
    assert "It has none: only its severity can be set." in refused("  RED001: {parameters: {loss_max: 2}}\n")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("  RED001: {severity: off}\n", "POLICY204"),
        ("  RED001: {enabled: false}\n", "POLICY201"),
        ("  RED011: {parameters: {share_max: many}}\n", "POLICY203"),
        ("  RED001: {severity_in: {moon: low}}\n", "POLICY20"),
    ],
)
def test_a_rule_cannot_be_switched_off_or_set_to_nonsense(body: str, told: str) -> None:
    assert told in refused(body)


def test_the_stacks_own_settings_win_over_those_for_all_stacks(tmp_path: Path) -> None:
    everywhere = tmp_path / "geofleet.policies.yaml"
    everywhere.write_text(HEAD + "  RED011: {severity_in: {lab: high}, parameters: {share_max: 0.5, members_min: 2}}\n")
    (tmp_path / "perps.policies.yaml").write_text(HEAD + "  RED011: {severity: low, parameters: {share_max: 0.6}}\n")
    found = stack_settings(tmp_path / "perps.yaml", every_stack=everywhere)
    assert found.parameters == {"RED011": {"share_max": 0.6, "members_min": 2}}
    assert found.severities == {"RED011": {"": Severity.LOW}}


def test_no_file_sets_nothing(tmp_path: Path) -> None:
    assert read_settings(tmp_path / "none.yaml") == Settings()
