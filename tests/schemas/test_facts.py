from __future__ import annotations

import json
from typing import Any

import pytest

from schemas.facts import FactsError, HostFacts, facts_of
from schemas.plan import Plan, Promises


@pytest.fixture
def facts(plan: Plan) -> HostFacts:
    return facts_of(plan, plan.hosts[0], {"node": "SHA256:b", "consensus": "SHA256:a"})


def as_the_engine_gives_them_back(value: Any) -> Any:
    """The engine keeps every number as a double and every list as a list."""
    if isinstance(value, dict):
        return {key: as_the_engine_gives_them_back(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_the_engine_gives_them_back(item) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def test_facts_come_back_the_same_after_whole_numbers_became_floats(facts: HostFacts) -> None:
    back = HostFacts.from_props(as_the_engine_gives_them_back(facts.to_props()))
    assert back == facts
    assert type(back.power) is int
    assert type(back.promises.reports_min) is int


def test_properties_are_plain_json_and_nothing_else(facts: HostFacts) -> None:
    props = facts.to_props()
    assert json.loads(json.dumps(props)) == props
    assert props["role"] == "validator"
    assert list(props["key_fingerprints"]) == ["consensus", "node"]


def test_what_is_not_promised_is_not_published(plan: Plan) -> None:
    bare = facts_of(plan, plan.hosts[0]).to_props() | {"promises": {}}
    assert HostFacts.from_props(bare).promises == Promises()


def test_hosts_of_older_versions_have_no_signer_group(facts: HostFacts) -> None:
    props = facts.to_props()
    del props["signer_group"]
    assert HostFacts.from_props(props).signer_group == ""


def test_missing_properties_are_named(facts: HostFacts) -> None:
    props = facts.to_props()
    del props["zone"], props["power"]
    with pytest.raises(FactsError, match=r"^host facts lack zone, power$") as caught:
        HostFacts.from_props(props)
    assert caught.value.remedy == "Create hosts with geofleet's Host component."


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("power", 10.5, "10.5 is not a whole number"),
        ("power", "10", "'10' is not a whole number"),
        ("power", True, "True is not a whole number"),
        ("power", float("inf"), "inf is not a whole number"),
        ("role", "witness", "'witness' is not a valid Role"),
        ("zone", None, "'zone' is None, expected text"),
        ("client_version", 1.1, "'client_version' is 1.1, expected text"),
        ("key_fingerprints", None, "'NoneType' object is not iterable"),
        ("key_fingerprints", {"node": 1}, "'node' is 1, expected text"),
        ("promises", None, "'NoneType' object has no attribute 'get'"),
        ("promises", {"near": [{"hub": "x"}]}, "'at'"),
        ("promises", {"reports_min": 2.5}, "2.5 is not a whole number"),
    ],
)
def test_a_malformed_property_is_told_with_the_host(facts: HostFacts, name: str, value: object, message: str) -> None:
    with pytest.raises(FactsError) as caught:
        HostFacts.from_props(facts.to_props() | {name: value})
    assert str(caught.value) == f"host facts of 'validators-1' are malformed: {message}"
