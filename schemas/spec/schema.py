"""The spec's JSON Schema, for editors: `python -m schemas.spec.schema` writes `schemas/network.schema.json`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from schemas.draft7 import REF_TEMPLATE, draft7, write_schemas
from schemas.spec.network import Network

FILE = Path(__file__).parent.parent / "network.schema.json"

EXAMPLE: dict[str, Any] = {
    "apiVersion": "geofleet/v1",
    "kind": "Network",
    "metadata": {"name": "perps", "environment": "lab"},
    "chains": {
        "perps-1": {"engine": "cometbft", "block_time_ms": 2000},
        "osmosis-1": {"engine": "cometbft", "operated": "elsewhere", "rpc": ["https://rpc.osmosis.example"]},
    },
    "hubs": {"deribit": {"at": "aws:eu-west-2"}},
    "regions": {"allow": ["aws:eu-*", "gcp:europe-*"], "forbid": ["aws:eu-south-2"]},
    "fleets": {
        "validators": {
            "role": "validator",
            "client": {"name": "cometbft", "version": "0.38.26"},
            "chain": "perps-1",
            "count": 4,
            "survive": {"zone": 1, "region": 1},
            "latency": {"between_members_ms_max": 60},
        },
        "relayers": {
            "role": "relayer",
            "workload": "none",
            "per_hub": 2,
            "near": [{"hub": "deribit", "latency_ms_max": 6}],
            "paths": [{"source": "perps-1", "destination": "osmosis-1", "channels": ["transfer/channel-0"]}],
        },
    },
}
"""A spec that is valid in structure and in meaning; the tests load it."""


def network_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 7) of a spec: everything that is structure, nothing that spans values."""
    schema = draft7(Network.model_json_schema(ref_template=REF_TEMPLATE), title="geofleet network")
    return {**schema, "examples": [EXAMPLE]}


if __name__ == "__main__":
    write_schemas({FILE: network_schema()})
