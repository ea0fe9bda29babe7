"""The network of `make up`: every fleet's real software, built, verified, and a packet carried between its chains."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.deployed.conftest import STACKS, geofleet

pytestmark = pytest.mark.lab


def test_the_lab_network_is_built_verified_and_carries_a_packet(trial: Callable[[str], str]) -> None:
    stack = trial((STACKS / "lab.yaml").read_text(encoding="utf-8"))
    done = geofleet("up", stack, "--format", "json", timeout_s=600)
    assert done.returncode == 0, done.stderr + done.stdout
    status = json.loads(done.stdout)
    assert {host["state"] for host in status["hosts"]} == {"running"}
    assert all(chain["height"] for chain in status["chains"])
    verified = json.loads(geofleet("verify", stack, "--format", "json").stdout)
    carried = [f for f in verified["findings"] if f["rule_id"] == "OPS060"]
    assert carried
    assert {f["status"] for f in carried} == {"passed"}
