"""The published envelopes are fresh, and what commands print fits them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from schemas.atlas.latency import Evidence
from schemas.diagnostics import InvalidDocumentError, error_report
from schemas.draft7 import schema_text
from schemas.envelopes.generate import envelope_schemas
from schemas.errors import InfeasiblePlacementError
from schemas.facts import facts_of
from schemas.inventory import Inventory, InventoryChain, InventoryLink
from schemas.loading import load_spec_text
from schemas.plan import Plan
from schemas.report import Feed, Finding, Severity, Status, Where, report
from schemas.roles import Role
from schemas.status import (
    ChainStatus,
    HostState,
    HostStatus,
    HostWork,
    NodeWork,
    RoundTripStatus,
    StackStatus,
    WorkState,
)

SCHEMAS = {path.name.removesuffix(".schema.json"): schema for path, schema in envelope_schemas().items()}


def closed(value: Any) -> Any:
    """Return a schema in which an undeclared property is a mistake: what is printed must be declared."""
    if isinstance(value, list):
        return [closed(item) for item in value]
    if not isinstance(value, dict):
        return value
    found = {key: closed(item) for key, item in value.items()}
    if isinstance(found.get("properties"), dict):
        found.setdefault("additionalProperties", False)
    return found


def accepts(kind: str, printed: dict[str, Any]) -> dict[str, Any]:
    """Check what a command prints, after a trip through JSON; return it."""
    value: dict[str, Any] = json.loads(json.dumps(printed))
    jsonschema.Draft7Validator(closed(SCHEMAS[kind])).validate(value)
    return value


def refuses(kind: str, value: dict[str, Any]) -> bool:
    return not jsonschema.Draft7Validator(SCHEMAS[kind]).is_valid(value)


@pytest.mark.parametrize("path", envelope_schemas(), ids=lambda path: path.name)
def test_a_published_envelope_is_fresh(path: Path) -> None:
    told = "stale: python -m schemas.envelopes.generate"
    assert path.read_text(encoding="utf-8") == schema_text(envelope_schemas()[path]), told


@pytest.mark.parametrize("kind", SCHEMAS)
def test_an_envelope_is_draft_7_and_names_its_kind_and_version(kind: str) -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMAS[kind])
    assert SCHEMAS[kind]["properties"]["schema"]["const"] == f"geofleet/{kind}/v1"
    assert refuses(kind, {"schema": f"geofleet/{kind}/v2"})


def test_there_is_no_envelope_without_a_generator() -> None:
    folder = next(iter(envelope_schemas())).parent
    assert {path.name for path in folder.glob("*.json")} == {path.name for path in envelope_schemas()}


def test_a_plan_fits_its_envelope(plan: Plan) -> None:
    value = accepts("plan", plan.to_json())
    assert refuses("plan", {**value, "hosts": [{"host": "validators-1"}]})


def test_a_report_fits_its_envelope() -> None:
    finding = Finding(
        rule_id="RED001", status=Status.NOT_EVALUATED, severity=Severity.HIGH, subject="validators", message="m",
        where=Where(file="a.yaml", line=1, column=2),
    )  # fmt: skip
    value = accepts("report", report(Feed.PREVIEW, "lab", [finding]).to_json())
    assert refuses("report", {**value, "counts": {"unknown": 1}})
    assert refuses("report", {**value, "feed": "guess"})


def test_a_status_fits_its_envelope() -> None:
    status = StackStatus(
        stack="lab",
        target="lab",
        hosts=(
            HostStatus(
                host="validators-1", fleet="validators", role=Role.VALIDATOR, region="aws:eu-west-2",
                zone="aws:euw2-az1", address="10.120.1.10", state=HostState.RUNNING,
            ),
        ),
        chains=(ChainStatus(chain="perps-1", chain_id="perps-1-a1", height=None, block_time_ms=None, validators=4),),
        round_trips=(
            RoundTripStatus(
                region="aws:eu-west-2", other="gcp:europe-west3", planned_ms=13.5, evidence=Evidence.MEASURED,
                measured_ms=13.6, measured_jitter_ms=None,
            ),
        ),
    )  # fmt: skip
    work = HostWork(
        host="validators-1", fleet="validators", role=Role.VALIDATOR, region="aws:eu-west-2", state=WorkState.STALLED,
        detail="the last block of perps-1 is 40 s old, allowed: 16 s",
        nodes=(NodeWork(chain="perps-1", height=7, block_age_s=40.0),),
    )  # fmt: skip
    seen = accepts("status", replace(status, work=(work,)).to_json())
    seen["work"][0]["state"] = "fine"
    assert refuses("status", seen)
    value = accepts("status", status.to_json())
    value["hosts"][0]["state"] = "asleep"
    assert refuses("status", value)


def test_an_inventory_fits_its_envelope(plan: Plan) -> None:
    inventory = Inventory(
        stack="lab",
        target="lab",
        operator_namespace="gf-lab-operator",
        network_cidr=plan.network_cidr,
        operator_cidr=plan.operator_cidr,
        hosts=tuple(facts_of(plan, host, {"node": "SHA256:a"}) for host in plan.hosts),
        chains=(InventoryChain(chain="perps-1", chain_id="perps-1-a1", block_time_ms=2000),),
        links=(
            InventoryLink(
                region="aws:eu-west-2",
                other="gcp:europe-west3",
                round_trip_ms=13.5,
                round_trip_evidence=Evidence.MEASURED,
                jitter_ms=0.52,
                jitter_evidence=Evidence.ESTIMATED,
            ),
        ),
    )
    value = accepts("inventory", inventory.to_json())
    assert refuses("inventory", {**value, "hosts": [{}]})


def test_errors_of_both_kinds_fit_their_envelope() -> None:
    infeasible = InfeasiblePlacementError("needs 25 ms", at="a.yaml:14:19", remedy="Raise it to 25.")
    assert accepts("error", error_report(infeasible).to_json()) == {
        "schema": "geofleet/error/v1",
        "exit_code": 5,
        "problems": [
            {
                "code": "", "message": "needs 25 ms", "at": "a.yaml:14:19", "path": "", "file": "", "line": 0,
                "column": 0, "end_column": 0, "remedy": "Raise it to 25.",
            }
        ],
    }  # fmt: skip
    with pytest.raises(InvalidDocumentError) as caught:
        load_spec_text("kind: Net\nfleets: 1\n", source="a.yaml")
    value = accepts("error", error_report(caught.value).to_json())
    assert value["exit_code"] == 2
    assert [problem["at"] for problem in value["problems"]] == ["a.yaml:1:1", "a.yaml:1:1", "a.yaml:1:7", "a.yaml:2:9"]
    assert refuses("error", {**value, "exit_code": 9})


@pytest.mark.parametrize("kind", ["plan", "status", "inventory", "report", "error"])
def test_every_quantity_with_a_docstring_carries_it_into_the_schema(kind: str) -> None:
    told = {
        "plan": "Holds every region's subnet", "status": "Median; None when", "inventory": "Median, as planned",
        "report": "What was found and what was expected", "error": "Of a mistake in a file",
    }  # fmt: skip
    assert told[kind] in json.dumps(SCHEMAS[kind])
