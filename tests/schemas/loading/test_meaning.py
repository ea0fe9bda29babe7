"""Good specs stay good: every rule of meaning has a bad spec in tests/specs/bad; here are their counterparts."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.document import yaml_text
from schemas.loading import load_spec_text
from schemas.loading.meaning import ROLES_OF_CLIENT, allowed_regions
from schemas.spec import Network
from schemas.spec.fleet import Client
from schemas.spec.schema import EXAMPLE


def network(**fleet: Any) -> Network:
    return load_spec_text(yaml_text({**EXAMPLE, "fleets": {"members": {"workload": "none", **fleet}}})).network


@pytest.mark.parametrize(
    "fleet",
    [
        {"role": "relayer"},
        {"role": "relayer", "per_hub": 1, "near": [{"hub": "deribit", "latency_ms_max": 1}]},
        {"role": "relayer", "count": 3, "near": [{"hub": "deribit", "latency_ms_max": 1}]},
        {"role": "oracle", "reports_min": 3},
        {"role": "oracle", "reports_min": 3, "count": 3},
        {"role": "oracle", "reports_min": 1, "members": [{"region": "aws:eu-west-2", "zone": "aws:euw2-az3"}]},
        {"role": "validator", "chain": "perps-1", "power": 5, "members": [{"region": "aws:eu-west-2", "power": 7}]},
        {"role": "sequencer", "count": None, "members": []},
    ],
)
def test_a_fleet_whose_values_fit_each_other_is_accepted(fleet: dict[str, Any]) -> None:
    assert network(**fleet).fleets["members"].workload == "none"


def test_forbidden_regions_win_over_allowed_ones() -> None:
    found = allowed_regions(network(role="relayer"))
    assert "aws:eu-west-2" in found
    assert "aws:eu-south-2" not in found
    assert not any(name.startswith("aws:us-") for name in found)
    assert list(found) == sorted(found)


def test_every_client_of_the_models_has_its_roles() -> None:
    assert set(Client.model_fields["name"].annotation.__args__) == set(ROLES_OF_CLIENT)  # type: ignore[union-attr]
