"""The lab network, broken on purpose: verification names host and rule, and the documented command heals it."""

from __future__ import annotations

import json
import subprocess

import pytest

from operations.state import deployed_inventory
from schemas.inventory import Inventory
from tests.deployed.conftest import geofleet

pytestmark = pytest.mark.lab


def inside(stack: str, host: str, *command: str) -> str:
    """Do something to a host that no operator could: as root, from the machine below it."""
    done = subprocess.run(
        ["podman", "exec", f"gf-{stack}-{host}", *command], capture_output=True, text=True, check=True
    )
    return done.stdout


def failed(stack: str) -> set[tuple[str, str]]:
    """Verify; return rule and host of every failed finding."""
    done = geofleet("verify", stack, "--format", "json")
    assert done.returncode == 1, done.stdout + done.stderr
    findings = json.loads(done.stdout)["findings"]
    return {(f["rule_id"], f["subject"]) for f in findings if f["status"] == "failed"}


def passes(stack: str) -> None:
    done = geofleet("verify", stack, "--wait", "120")
    assert done.returncode == 0, done.stdout + done.stderr


def sign_state(stack: str, host: str) -> int:
    """The height that a validator's signer has signed last."""
    found = inside(stack, host, "sh", "-c", "cat $(find /data -name priv_validator_state.json)")
    return int(json.loads(found)["height"])


def test_a_fresh_deployment_passes(lab: str) -> None:
    passes(lab)


def test_a_second_up_changes_nothing_and_takes_seconds(lab: str) -> None:
    done = geofleet("up", lab, timeout_s=60)
    assert done.returncode == 0, done.stderr
    assert "nothing to change" in done.stderr


def test_a_stopped_unit_is_named_and_a_restart_brings_it_back(lab: str) -> None:
    inside(lab, "validators-1", "systemctl", "stop", "cometbft.service")
    assert ("OPS002", "validators-1") in failed(lab)
    assert geofleet("restart", lab, "validators-1").returncode == 0
    passes(lab)


def test_a_cut_port_is_named_and_a_restart_opens_it_again(lab: str) -> None:
    rule = "insert rule inet geofleet input tcp dport 26656 drop"
    inside(lab, "validators-2", "nft", *rule.split())
    found = failed(lab)
    assert {host for rule_id, host in found if rule_id.startswith("SEC")} == {"validators-2"}
    assert geofleet("restart", lab, "validators-2").returncode == 0
    passes(lab)


def test_a_removed_host_is_named_and_comes_back_with_identity_volume_and_keys(lab: str) -> None:
    before, height = deployed_inventory(lab), sign_state(lab, "validators-3")
    subprocess.run(["podman", "rm", "-f", f"gf-{lab}-validators-3"], check=True, capture_output=True)
    assert ("OPS001", "validators-3") in failed(lab)
    assert geofleet("up", lab).returncode == 0
    assert deployed_inventory(lab) == before
    assert sign_state(lab, "validators-3") > height
    passes(lab)


def test_two_of_four_validators_killed_halt_the_chain_and_come_back(lab: str) -> None:
    for host in ("validators-1", "validators-4"):
        subprocess.run(["podman", "kill", f"gf-{lab}-{host}"], check=True, capture_output=True)
    found = failed(lab)
    assert {("OPS001", "validators-1"), ("OPS001", "validators-4")} <= found
    assert {host for rule_id, host in found if rule_id == "OPS004"} >= {"validators-2", "validators-3"}
    assert geofleet("up", lab).returncode == 0
    passes(lab)


def test_no_height_was_signed_twice(lab: str) -> None:
    """CometBFT puts proof of a double signature into a block: after all of the above there is none in any."""
    inventory: Inventory = deployed_inventory(lab)
    validator = next(h.host for h in inventory.hosts if h.fleet == "validators")
    status = json.loads(inside(lab, validator, "curl", "-fsS", "127.0.0.1:26657/status"))
    last = int(status["result"]["sync_info"]["latest_block_height"])
    script = f"for h in $(seq 1 {last}); do curl -fsS 127.0.0.1:26657/block?height=$h; echo; done"
    blocks = [json.loads(line) for line in inside(lab, validator, "sh", "-c", script).splitlines() if line.strip()]
    assert len(blocks) == last
    assert [b["result"]["block"]["evidence"]["evidence"] for b in blocks] == [[]] * last
