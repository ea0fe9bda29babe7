"""A damaged state of the live lab: refused, recovered by one command, and nothing of the network is made again."""

from __future__ import annotations

import subprocess

import pytest

from operations.state_copies import state_file
from tests.deployed.conftest import geofleet

pytestmark = pytest.mark.lab


def containers(stack: str) -> set[str]:
    listed = subprocess.run(
        ["podman", "ps", "--filter", f"label=io.geofleet.stack={stack}", "--format", "{{.ID}}"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return set(listed.stdout.split())


@pytest.mark.parametrize("damage", ["truncated", "gone"])
def test_a_damaged_state_is_refused_and_one_command_brings_it_back(lab: str, damage: str) -> None:
    before, path = containers(lab), state_file(lab)
    text = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(text[: len(text) // 2])
    refused = geofleet("up", lab, "--no-verify")
    assert refused.returncode == 7, refused.stderr
    assert "Traceback" not in refused.stderr
    recovered = geofleet("recover", lab)
    assert recovered.returncode == 0, recovered.stderr
    done = geofleet("up", lab, "--no-verify")
    assert done.returncode == 0, done.stderr
    assert containers(lab) == before
