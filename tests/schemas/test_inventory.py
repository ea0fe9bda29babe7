from __future__ import annotations

import json
from typing import Any

import pytest

from schemas.atlas.latency import Evidence
from schemas.facts import FactsError, facts_of
from schemas.inventory import Inventory, InventoryChain, InventoryError, InventoryLink, inventory_from_json
from schemas.plan import Plan


@pytest.fixture
def inventory(plan: Plan) -> Inventory:
    return Inventory(
        stack="lab",
        target="lab",
        operator_namespace="gf-lab-operator",
        network_cidr=plan.network_cidr,
        operator_cidr=plan.operator_cidr,
        hosts=tuple(facts_of(plan, host) for host in plan.hosts),
        chains=(InventoryChain(chain="perps-1", chain_id="perps-1-a1", block_time_ms=2000),),
        links=(
            InventoryLink(
                region="aws:eu-west-2",
                other="gcp:europe-west3",
                round_trip_ms=13.0,
                round_trip_evidence=Evidence.MEASURED,
                jitter_ms=0.52,
                jitter_evidence=Evidence.ESTIMATED,
            ),
        ),
    )


def test_an_inventory_comes_back_from_the_stack_output(inventory: Inventory) -> None:
    value = json.loads(json.dumps(inventory.to_json()), parse_int=float)
    back = inventory_from_json(value)
    assert back == inventory
    assert type(back.chains[0].block_time_ms) is int


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema": "geofleet/inventory/v2"}, "schema is 'geofleet/inventory/v2', expected 'geofleet/inventory/v1'"),
        ({"schema": None}, "schema is None, expected 'geofleet/inventory/v1'"),
        ({"links": [{}]}, "the inventory is malformed: KeyError 'region'"),
        ({"chains": None}, "the inventory is malformed: TypeError 'NoneType' object is not iterable"),
    ],
)
def test_what_is_no_inventory_is_refused(inventory: Inventory, change: dict[str, Any], message: str) -> None:
    with pytest.raises(InventoryError) as caught:
        inventory_from_json(inventory.to_json() | change)
    assert str(caught.value) == message
    assert caught.value.remedy == "Run `geofleet up` with this version first."


def test_a_host_without_its_facts_is_told_as_such(inventory: Inventory) -> None:
    with pytest.raises(FactsError, match="host facts lack stack"):
        inventory_from_json(inventory.to_json() | {"hosts": [{}]})
