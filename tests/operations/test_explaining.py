"""What `geofleet explain` says, word for word, and how it helps with a wrong name."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from operations.explaining import explained, explanation_text
from operations.explaining_fields import explained_field, field_at
from operations.spec_fields import key_order, spec_fields
from policies.catalogue import RULES
from schemas.codes import CODES
from schemas.errors import UsageError
from schemas.loading import load_spec_text
from schemas.locations import REPOSITORY

SPEC = """\
apiVersion: geofleet/v1
kind: Network
metadata: {name: perps, environment: lab}
chains: {perps-1: {engine: cometbft}}
fleets:
  validators:
    role: validator
    chain: perps-1
    client: {name: cometbft, version: 0.38.26}
    survive: {zone: 1}
  oracles:
    role: oracle
    workload: none
    reports_min: 2
    members:
      - {region: "aws:eu-west-2"}
      - {region: "aws:eu-west-1", zone: "aws:euw1-az1"}
"""


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ("apiVersion", "apiVersion"), ("fleets", "fleets"), ("fleets.validators", "fleets.*"),
        ("fleets.survive", "fleets.*.survive"), ("fleets.*.survive", "fleets.*.survive"),
        ("fleets.validators.survive", "fleets.*.survive"), ("fleets.*.near[].latency_ms_max", "fleets.*.near[].latency_ms_max"),
        ("fleets.relayers.near[0].hub", "fleets.*.near[].hub"), ("fleets.near.hub", "fleets.*.near[].hub"),
        ("fleets.members[2]", "fleets.*.members[]"), ("reports_min", "fleets.*.reports_min"),
        ("near.latency_ms_max", "fleets.*.near[].latency_ms_max"), ("hubs.deribit.at", "hubs.*.at"),
        ("regions.allow", "regions.allow"), ("regions.allow[0]", "regions.allow[]"), ("environment", "metadata.environment"),
    ],
)  # fmt: skip
def test_a_path_is_understood_however_it_is_written(asked: str, path: str) -> None:
    assert field_at(asked).text == path


REFUSALS = [
    ("fleets.surive", "'fleets.surive' is not a field: 'fleets.*' has no key 'surive'", "Did you mean 'survive'?"),
    ("fleets.x.nera.hub", "'fleets.x.nera.hub' is not a field: 'fleets.*' has no key 'nera'", "Did you mean 'near' or 'signer'?"),
    ("metadata.nam", "'metadata.nam' is not a field: 'metadata' has no key 'nam'",
     "Did you mean 'name'? Allowed: description, environment, name."),
    ("kind.x", "'kind.x' is not a field: nothing stands below 'kind'", "Leave it out."),
    ("survive.zone", "'survive.zone' is the end of 2 fields", "Say which: fleets.*.survive.zone, fleets.*.signer.survive.zone."),
    ("RED999", "'RED999' is not the ID of a rule", None),
    ("SPEC999", "'SPEC999' is not the code of a mistake", None),
    ("SPEC307", "'SPEC307' is not the code of a mistake", None),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "said", "remedy"), REFUSALS, ids=[case[0] for case in REFUSALS])
def test_a_wrong_name_is_met_with_the_nearest(asked: str, said: str, remedy: str | None) -> None:
    with pytest.raises(UsageError) as caught:
        explained(asked)
    assert str(caught.value) == said
    assert caught.value.remedy == remedy if remedy else caught.value.remedy.startswith(("Did you mean", "Allowed: "))


@pytest.mark.parametrize("asked", ["", ".", "[]", "*", "[", "..", "\n", "fleets[0]", "é", "a" * 10_000])
def test_nonsense_is_refused_and_never_crashes(asked: str) -> None:
    with pytest.raises(UsageError) as caught:
        explained(asked)
    assert caught.value.remedy


def test_a_field_of_one_form_is_told_in_full() -> None:
    assert (
        explanation_text(explained("fleets.latency.between_members_ms_max"))
        == """\
fleets.*.latency.between_members_ms_max
  Largest round trip between any two members, in milliseconds (median).
  Type: number, more than 0 and at most 60,000
  Unit: milliseconds
  Example:
    between_members_ms_max: 60

  Judged by:
    PRX001  The round trip between any two members keeps the promise
    PRX011  Agreement takes a small part of the block time
    PRX013  Voters that elect a leader are near, and none is much farther than the others"""
    )


def test_a_field_that_another_key_decides_is_told_form_by_form() -> None:
    found = explained_field("fleets.near.latency_ms_max", None)
    assert [(form.when, form.needed) for form in found.forms] == [("it has 'hub'", False), ("it has 'fleet'", True)]
    signer = explained_field("fleets.signer.threshold", None)
    assert [form.when for form in signer.forms] == ["role is validator and signer.kind is remote_threshold"]
    assert [form.when for form in explained_field("fleets.survive", None).forms] == [""]


def test_words_that_are_allowed_and_a_default_are_told() -> None:
    [form] = explained_field("metadata.environment", None).forms
    assert (form.allowed, form.needed, form.example) == (("lab", "staging", "production"), True, "environment: lab")
    [form] = explained_field("regions.allow", None).forms
    assert form.default == '["aws:*", "gcp:*"]'


@pytest.mark.parametrize(
    ("path", "unit"),
    [
        ("chains.*.block_time_ms", "milliseconds"), ("fleets.machine.memory_gib", "GiB"), ("fleets.count", ""),
        ("fleets.near.latency_ms_max", "milliseconds"), ("fleets.pairs.heartbeat_s", "seconds"),
        ("fleets.pairs.deviation_bps", "basis points (hundredths of a percent)"),
        ("budget.cost_usd_per_month_max", "US dollars a month"),
    ],
)  # fmt: skip
def test_the_unit_comes_from_the_name(path: str, unit: str) -> None:
    assert explained_field(path, None).unit == unit


def test_it_says_where_a_spec_sets_a_field_and_where_not() -> None:
    spec = load_spec_text(SPEC, source="perps.yaml")
    assert [(s.path, s.value, s.at) for s in explained_field("fleets.survive.zone", spec).settings] == [
        ("fleets.validators.survive.zone", "1", "perps.yaml:10:21"), ("fleets.oracles.survive.zone", "", ""),
    ]  # fmt: skip
    assert [(s.path, s.value, s.at) for s in explained_field("fleets.members.zone", spec).settings] == [
        ("fleets.validators.members.zone", "", ""), ("fleets.oracles.members[0].zone", "", ""),
        ("fleets.oracles.members[1].zone", "aws:euw1-az1", "perps.yaml:17:41"),
    ]  # fmt: skip
    text = explanation_text(explained("fleets.reports_min", spec))
    assert "    perps.yaml:14:18: fleets.oracles.reports_min is 2" in text
    assert "    fleets.validators.reports_min is not set" not in text, "validators have no such key"


def test_every_field_can_be_explained_with_a_meaning_and_its_type() -> None:
    for field in spec_fields().values():
        found = explained_field(field.text, None)
        assert found.path == field.text
        for form in found.forms:
            assert form.meaning, field.text
            assert form.type not in ("", "value"), field.text


def test_a_rule_is_told_with_its_source_severities_remedy_and_parameters() -> None:
    text = explanation_text(explained("red011"))
    rule = RULES["RED011"]
    assert text.splitlines()[0] == "RED011  No cloud holds too large a share of a fleet"
    assert "  Severity: low, medium in production" in text
    assert f"  Why: {rule.source}" in text
    assert f"  Remedy: {rule.remedy}" in text
    assert "  Parameter share_max (0 to 1, default 0.6667; higher is weaker): " in text
    assert "rules: {RED011: {severity: ..., parameters: {share_max: 0.6667, members_min: 4}}}" in text


@pytest.mark.parametrize("rule_id", RULES)
def test_every_rule_can_be_explained(rule_id: str) -> None:
    found = explained(rule_id)
    assert explanation_text(found).startswith(f"{rule_id}  ")
    assert found.rule is not None
    for path in found.rule.fields:
        assert field_at(path).text == path, "a rule points to a field that exists"


@pytest.mark.parametrize("code", CODES)
def test_every_code_can_be_explained(code: str) -> None:
    assert explanation_text(explained(code)).splitlines()[0] == f"{code}  {CODES[code]}"


def test_a_code_is_shown_wrong_and_right_with_what_is_said() -> None:
    assert (
        explanation_text(explained("SPEC201"))
        == """\
SPEC201  A key that the format does not know.

  Wrong:
        cuont: 4

  What is said:
    spec.yaml:18:5: error SPEC201 fleets.validators.cuont: is not a known key
       18 |     cuont: 4
          |     ^^^^^
      Did you mean 'count'?

  Right:
        count: 4"""
    )


def test_codes_of_locks_and_ledgers_say_what_file_they_are_of() -> None:
    assert explanation_text(explained("LOCK202")) == "LOCK202  In a plan lock: A key that is missing."
    assert explanation_text(explained("KEYS201")) == "KEYS201  In a key ledger: A key that the format does not know."


def test_the_json_form_fits_its_published_schema() -> None:
    schema = json.loads((REPOSITORY / "schemas/envelopes/explanation.schema.json").read_text())
    spec = load_spec_text(SPEC, source=str(Path("perps.yaml")))
    for subject in ("fleets.survive", "fleets.near.latency_ms_max", "RED011", "SPEC201"):
        value = json.loads(json.dumps(explained(subject, spec).to_json()))
        jsonschema.validate(value, schema)
        assert value["schema"] == "geofleet/explanation/v1"


def test_the_order_of_keys_starts_with_who_and_how_many() -> None:
    assert key_order(())[:4] == ["apiVersion", "kind", "extends", "metadata"]
    assert key_order(("fleets", "anything"))[:8] == [
        "role", "chain", "client", "workload", "operator", "count", "per_hub", "reports_min",
    ]  # fmt: skip
    assert key_order(("fleets", "anything", "near", "[]"))[:2] == ["hub", "latency_ms_max"]
    assert key_order(("hubs",)) == [], "names keep the order that their writer chose"
    assert key_order(("nowhere", "at", "all")) == []
