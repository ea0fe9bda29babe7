from __future__ import annotations

import tomllib

import pytest

from components.bootstrap.clients.simapp.app_config import app_config
from schemas.plan import PruningPlan


@pytest.mark.parametrize(
    ("fee", "text"), [(0.025, "0.025stake"), (0, "0stake"), (1, "1stake"), (1e-9, "0.000000001stake")]
)
def test_prices_are_written_without_exponents(fee: float, text: str) -> None:
    config = app_config(fee_per_gas=fee, denomination="stake", grpc_port=9090, pruning=None)
    assert config.minimum_gas_prices == text


def test_only_grpc_answers_and_only_on_the_host() -> None:
    value = tomllib.loads(app_config(fee_per_gas=0, denomination="x", grpc_port=9190, pruning=None).to_toml())
    assert value["grpc"] == {"address": "127.0.0.1:9190", "enable": True}
    assert (value["api"]["enable"], value["grpc-web"]["enable"], value["pruning"]) == (False, False, "default")


def test_pruning_is_the_spec_s() -> None:
    pruning = PruningPlan(strategy="custom", keep_blocks=100, interval_blocks=10)
    value = tomllib.loads(app_config(fee_per_gas=0, denomination="x", grpc_port=1, pruning=pruning).to_toml())
    assert (value["pruning"], value["pruning-keep-recent"], value["pruning-interval"]) == ("custom", "100", "10")
