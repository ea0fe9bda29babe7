"""What `simulate` and `plan --diff` print as JSON fits the published envelopes, and nothing undeclared is printed."""

from __future__ import annotations

import json
from typing import Any

import jsonschema

from operations.comparing_plans import Side, compare
from operations.simulating import simulate
from schemas.envelopes.generate import envelope_schemas
from schemas.lock import Lock, Placement
from schemas.plan import Plan, Promises
from schemas.spec import Network

SCHEMAS = {path.name.removesuffix(".schema.json"): schema for path, schema in envelope_schemas().items()}
FOUR = "aws:euc1-az1 aws:use1-az1 gcp:us-east4-a gcp:northamerica-northeast1-a"
SPEC = {
    "apiVersion": "geofleet/v1", "kind": "Network", "metadata": {"name": "trial", "environment": "lab"},
    "fleets": {"oracles": {"role": "oracle", "workload": "none", "reports_min": 1, "count": 3}},
}  # fmt: skip


def closed(value: Any) -> Any:
    if isinstance(value, list):
        return [closed(item) for item in value]
    if not isinstance(value, dict):
        return value
    found = {key: closed(item) for key, item in value.items()}
    if isinstance(found.get("properties"), dict):
        found.setdefault("additionalProperties", False)
    return found


def accepts(kind: str, printed: dict[str, Any]) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(json.dumps(printed))
    jsonschema.Draft7Validator(closed(SCHEMAS[kind])).validate(value)
    return value


def side(plan: Plan, sha: str) -> Side:
    places = tuple(
        Placement(host=h.host, fleet=h.fleet, region=h.region, zone=h.zone, address=h.address, power=h.power)
        for h in plan.hosts
    )
    lock = Lock(
        stack="trial", spec_sha256=sha, atlas_version="a", subnets={}, next_number={}, next_address={}, placements=places
    )  # fmt: skip
    return Side(name=sha, lock=lock, plan=plan)


def test_a_simulation_fits_its_envelope(make_plan) -> None:
    promises = {"validators": Promises(survive=("provider",))}
    value = accepts("simulation", simulate(make_plan(validators=FOUR, oracles=FOUR, promises=promises)).to_json())
    assert value["fleets"][1]["broken"][0]["rule_id"] == "RED003"
    assert value["fleets"][1]["singles"][0]["lost"][0]["kind"] == "client"


def test_a_comparison_fits_its_envelope(make_plan) -> None:
    before, after = make_plan(validators=FOUR), make_plan(validators=f"{FOUR} aws:usw2-az1", oracles="aws:use1-az1")
    network = Network.model_validate_json(json.dumps(SPEC))
    value = accepts("comparison", compare(side(before, "0"), side(after, "1"), network).to_json())
    assert [change["kind"] for change in value["hosts"]] == ["arrived", "arrived"]
    nothing = {"usd_per_month": None, "unknown_hosts": 0, "usd_per_month_estimated": 0.0}
    assert value["fleets"][0]["cost_before"] == nothing
