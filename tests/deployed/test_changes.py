"""What a change touches, and what a refresh sees: on a small deployed stack."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import links, router
from schemas.locations import REPOSITORY
from tests.deployed.conftest import SMALL, geofleet
from tests.deployed.test_policy_pack import plain_preview

pytestmark = pytest.mark.lab

PORTS = (8080, 9100, 26656, 26657)
"""Ports that hosts or the store use; the machine's own are not theirs."""


@contextlib.contextmanager
def taken(ports: tuple[int, ...]) -> Iterator[None]:
    """Hold ports of the machine, as another program would."""
    with contextlib.ExitStack() as stack:
        for port in ports:
            held = stack.enter_context(socket.socket())
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            held.bind(("0.0.0.0", port))
            held.listen()
        yield


@pytest.fixture(scope="module")
def small(request: pytest.FixtureRequest) -> Iterator[str]:
    """A small stack, deployed while other programs hold the ports that its hosts use."""
    from tests.deployed.conftest import STACKS, remove

    stack = f"trial-changes-{id(request) % 10000}"
    (STACKS / f"{stack}.yaml").write_text(SMALL.read_text(encoding="utf-8"), encoding="utf-8")
    try:
        with taken(PORTS):
            done = geofleet("up", stack, "--no-verify")
        assert done.returncode == 0, done.stderr
        yield stack
    finally:
        remove(stack)


def started(stack: str) -> dict[str, str]:
    """Host to the moment its container was made."""
    text = subprocess.run(
        ["podman", "ps", "--filter", f"label=io.geofleet.stack={stack}", "--format", "json"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    return {c["Labels"]["io.geofleet.host"]: c["Id"] for c in json.loads(text)}


def to_create(stack: str) -> list[str]:
    """What plain Pulumi would make, `Kind name`, after a look at what is there."""
    lines = plain_preview(stack).stdout.splitlines()
    words = [line.split() for line in lines if line.strip().startswith("+ ") and "geofleet" in line]
    return sorted(f"{w[1].rpartition(':')[2]} {w[2]}" for w in words)


@pytest.mark.parametrize(
    ("loss", "missing"),
    [
        (["podman", "rm", "-f", "-t", "2", "gf-{stack}-oracles-1"], ["Machine oracles-1"]),
        pytest.param(
            ["podman", "stop", "-t", "2", "gf-{stack}-validators-2"], ["Machine validators-2"], marks=pytest.mark.soak
        ),
        (["ip", "netns", "delete", "gf-{stack}-oracles-1"], ["Machine oracles-1"]),
        pytest.param(["podman", "kill", "gf-{stack}-validators-1"], ["Machine validators-1"], marks=pytest.mark.soak),
    ],
    ids=["a removed host", "a stopped host", "a removed link of a host", "a killed host"],
)
def test_a_refresh_sees_what_is_gone_and_up_brings_back_only_that(
    small: str, loss: list[str], missing: list[str]
) -> None:
    before = started(small)
    subprocess.run([word.format(stack=small) for word in loss], check=True, capture_output=True)
    assert to_create(small) == missing
    assert geofleet("up", small, "--no-verify").returncode == 0
    after = started(small)
    touched = missing[0].partition(" ")[2]
    assert {h: c for h, c in after.items() if h != touched} == {h: c for h, c in before.items() if h != touched}
    assert touched in after


def test_a_refresh_sees_a_forgotten_link(small: str) -> None:
    links.remove_link(small, 1, 2)
    assert to_create(small) == ["Link aws-eu-west-2-gcp-europe-west2"]
    assert geofleet("up", small, "--no-verify").returncode == 0
    assert links.read_link(small, 1, 2) is not None


def test_a_refresh_sees_a_dead_router_and_its_links_with_it(small: str) -> None:
    router.stop_router(small)
    assert to_create(small) == ["Link aws-eu-west-2-gcp-europe-west2", f"WideAreaNetwork {small}-wan"]
    assert geofleet("up", small, "--no-verify").returncode == 0
    assert links.read_link(small, 1, 2) is not None


def test_a_new_host_touches_no_other(small: str) -> None:
    before = started(small)
    spec = REPOSITORY / "stacks" / f"{small}.yaml"
    spec.write_text(spec.read_text() + '      - {region: "gcp:europe-west2"}\n', encoding="utf-8")
    refused = geofleet("up", small, "--no-verify")
    assert refused.returncode == 2
    assert f"stacks/{small}.lock.yaml does not fit stacks/{small}.yaml" in refused.stderr
    assert geofleet("plan", small, "--write").returncode == 0
    done = geofleet("up", small, "--no-verify")
    assert done.returncode == 0, done.stderr
    after = started(small)
    assert before.items() <= after.items()
    assert set(after) - set(before) == {"oracles-2"}


def test_another_target_than_the_states_is_refused(small: str) -> None:
    config = REPOSITORY / "stacks" / f"Pulumi.{small}.yaml"
    text = config.read_text(encoding="utf-8")
    try:
        config.write_text(f"{text}config:\n  geofleet:target: cloud\n", encoding="utf-8")
        refused = geofleet("up", small, "--no-verify")
    finally:
        config.write_text(text, encoding="utf-8")
    assert refused.returncode == 2
    assert "was made on target 'lab'; this run is for 'cloud'" in refused.stderr


def test_another_checkout_is_refused(small: str, tmp_path: Path) -> None:
    claim = Path("/run/geofleet") / small / "checkout"
    own = claim.read_text()
    try:
        claim.write_text(f"{tmp_path}\n")
        refused = geofleet("up", small, "--no-verify")
        down = geofleet("down", small, "--yes")
    finally:
        claim.write_text(own)
    assert (refused.returncode, down.returncode) == (7, 7)
    assert f"stack '{small}' on this machine was built from {tmp_path}" in refused.stderr
