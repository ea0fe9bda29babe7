"""Verify, measure and watch the hosts of a deployed stack, from the operators' network.

The claims themselves are in tests/hosts, which users may run and extend; this
starts that suite and makes findings of its JUnit file, which is kept.
"""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from operations.console import say, step
from operations.hosts import access, chains, commands
from operations.hosts.distance_checks import measured
from operations.hosts.gathering import PINGS, round_trips
from operations.hosts.scripts import UnreachableError, run_all
from operations.hosts.seen import HostSeen, NotReadError, nodes_of, runs_chain
from operations.verification_findings import findings_of
from policies.settings import Settings
from schemas.errors import EnvironmentMissingError
from schemas.facts import HostFacts
from schemas.inventory import Inventory
from schemas.ledger import Ledger
from schemas.locations import REPOSITORY, work_dir
from schemas.report import Feed, Report, report
from schemas.workloads import Trait

SUITE = REPOSITORY / "tests" / "hosts"

_SUITE_RAN = (0, 1)
"""pytest's exit statuses for: all passed, some failed. Any other means that it did not judge."""


def verify(inventory: Inventory, ledger: Ledger, settings: Settings, *, wait_s: int = 0) -> Report:
    """Judge every host of a stack by what is measured on it.

    Args:
        inventory: The stack, as its output says.
        ledger: Its keys; hosts are trusted by them alone.
        settings: What the stack sets of the rules: severities and waivers, as `geofleet check` reads them.
        wait_s: How long to wait for hosts that still boot, in seconds. Hosts that are not ready by then are judged
            as they are.

    Returns:
        The findings of every rule, under the same IDs as in plan and preview.

    Raises:
        EnvironmentMissingError: The operator's key or network namespace is missing, or the suite cannot run.
        UsageError: The ledger lacks a host's key.
    """
    kept = work_dir() / "verify" / inventory.stack
    access.write_access(inventory, ledger, kept)  # for those who run the suite by themselves
    (kept / "inventory.json").write_text(json.dumps(inventory.to_json(), indent=2), encoding="utf-8")
    with access.opened(inventory, ledger) as reach:
        if wait_s > 0:
            with step(f"wait for {len(inventory.hosts)} hosts"):
                _wait_until_ready(inventory, reach, wait_s)
        junit = _run_suite(inventory.stack, kept / "inventory.json", reach)
    environment = inventory.hosts[0].environment if inventory.hosts else ""
    today = datetime.datetime.now(datetime.UTC).date()
    return report(Feed.HOSTS, inventory.stack, findings_of(junit, environment, settings, day=today))


def _run_suite(stack: str, inventory: Path, reach: access.Access) -> Path:
    """Run tests/hosts and return its JUnit file."""
    reports = work_dir() / "reports" / stack
    reports.mkdir(parents=True, exist_ok=True)
    started = datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    junit, log = reports / f"{started}.xml", reports / f"{started}.log"
    command = [
        sys.executable, "-m", "pytest", str(SUITE), "--rootdir", str(REPOSITORY), "-c", str(REPOSITORY / "pyproject.toml"),
        "--inventory", str(inventory), "--ssh-config", str(reach.folder / access.CONFIG_FILE), "--junitxml", str(junit), "-q", "-s", "-p", "no:cacheprovider", "--color=no",
        "-o", "junit_family=xunit1",  # the one that holds properties of a test
    ]  # fmt: skip
    with log.open("w", encoding="utf-8") as output:
        # Progress goes through to our own standard error; what pytest prints is kept beside the JUnit file.
        done = subprocess.run(
            reach.here(command), stdin=subprocess.DEVNULL, stdout=output, cwd=REPOSITORY, check=False,
            env={k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")},
        )  # fmt: skip
    if done.returncode not in _SUITE_RAN or not junit.is_file():
        tail = "\n".join(log.read_text(encoding="utf-8").splitlines()[-8:])
        raise EnvironmentMissingError(
            f"the host suite could not run (pytest ended with {done.returncode}):\n{tail}",
            remedy=f"See all of it: {log}.",
        )
    say(f"    {junit.relative_to(REPOSITORY) if junit.is_relative_to(REPOSITORY) else junit}")
    return junit


def _wait_until_ready(inventory: Inventory, reach: access.Access, wait_s: int) -> None:
    """Return when every host has booted and every chain's nodes have a block, or the time is over."""
    deadline = time.monotonic() + wait_s
    waiting = {facts.host: facts for facts in inventory.hosts}
    while waiting:
        with ThreadPoolExecutor(max_workers=len(waiting)) as pool:
            ready = list(pool.map(lambda facts: _is_ready(facts, reach), waiting.values()))
        waiting = {host: facts for (host, facts), done in zip(waiting.items(), ready, strict=True) if not done}
        if waiting and time.monotonic() >= deadline:
            say(f"    not ready after {wait_s} s: {', '.join(waiting)}")
            return
        if waiting:
            time.sleep(1)


def _is_ready(facts: HostFacts, reach: access.Access) -> bool:
    """Return whether a host's boot has finished and its node, if it runs one, has a block."""
    asked = "test -e /run/cloud-init/result.json"
    if runs_chain(facts):
        asked += f' && {commands.rpc("status")} | grep -q \'"latest_block_height":"[1-9]\''
    for service in facts.services:
        if service.has(Trait.RELAYER):  # it has looked at a path: its nodes follow, light clients and channel are there
            asked += (
                f" && {commands.metrics(facts, service)} | grep -q ^geofleet_relayer_last_round_timestamp_seconds.path"
            )
    try:
        return reach.run(facts.host, asked).status == 0
    except UnreachableError:
        return False


@dataclass(frozen=True, kw_only=True)
class MeasuredRoundTrip:
    """What pings between one host of each of two regions took; `region` sorts before `other`."""

    region: str
    other: str
    median_ms: float
    jitter_ms: float
    """Standard deviation: ping's mdev."""


def measure(inventory: Inventory, ledger: Ledger) -> tuple[MeasuredRoundTrip, ...]:
    """Return measured round trips between the regions in use; pairs that cannot be measured are left out.

    Raises:
        EnvironmentMissingError: The operator's key or network namespace is missing.
        UsageError: The ledger lacks a host's key.
    """
    one_of = {facts.region: facts for facts in reversed(inventory.hosts)}
    regions = sorted(one_of)
    with (
        step(f"measure round trips between {len(regions)} regions"),
        access.opened(inventory, ledger) as reach,
        ThreadPoolExecutor(max_workers=max(1, len(regions))) as pool,
    ):
        found = pool.map(lambda region: _measured_from(region, one_of, reach), regions)
        return tuple(trip for trips in found for trip in trips)


def _measured_from(region: str, one_of: dict[str, HostFacts], reach: access.Access) -> list[MeasuredRoundTrip]:
    others = {other: facts for other, facts in one_of.items() if other > region}
    asked = {other: commands.ping(facts.address, count=PINGS) for other, facts in sorted(others.items())}
    try:
        answers = run_all(reach.run, one_of[region].host, asked, at_once=True)
    except UnreachableError:
        return []
    trips = {other: measured(round_trips(answer.text)) for other, answer in answers.items()}
    return [
        MeasuredRoundTrip(region=region, other=other, median_ms=trip.median_ms, jitter_ms=trip.jitter_ms)
        for other, trip in trips.items()
        if trip
    ]


@dataclass(frozen=True, kw_only=True)
class ChainSeen:
    """One chain, as one of its nodes tells it."""

    chain: str
    chain_id: str
    height: int | None
    """Last block; None when no node answers."""
    block_time_ms: float | None
    """Mean time between the last blocks (20 at most); None when there are fewer than two."""
    validators: int | None
    signers: tuple[str, ...]
    """Validator addresses (upper-case hex) that signed the last block but one."""


def chain_status(inventory: Inventory, ledger: Ledger) -> tuple[ChainSeen, ...]:
    """Return how far each chain of a stack is.

    Raises:
        EnvironmentMissingError: The operator's key or network namespace is missing.
        UsageError: The ledger lacks a host's key.
    """
    if not inventory.chains:
        return ()
    with access.opened(inventory, ledger) as reach:
        return tuple(
            _chain_seen(chain.chain, chain.chain_id, nodes_of(inventory, chain.chain), reach)
            for chain in inventory.chains
        )


def _chain_seen(chain: str, chain_id: str, nodes: Sequence[HostFacts], reach: access.Access) -> ChainSeen:
    asked = {
        commands.NODE: commands.rpc("status"),
        commands.VALIDATORS: commands.rpc("validators?per_page=1"),
        "blocks": commands.rpc("blockchain"),
        commands.COMMIT: commands.rpc("commit"),
    }
    for facts in nodes:
        try:
            answers = HostSeen(outputs=run_all(reach.run, facts.host, asked))
            metas = answers.rpc("blocks")["block_metas"]
            return ChainSeen(
                chain=chain,
                chain_id=chain_id,
                height=chains.height(answers),
                block_time_ms=block_time_ms(metas),
                validators=int(answers.rpc(commands.VALIDATORS)["total"]),
                signers=signers_of(answers.rpc(commands.COMMIT)),
            )
        except (UnreachableError, NotReadError):
            continue  # the next node may answer
    return ChainSeen(chain=chain, chain_id=chain_id, height=None, block_time_ms=None, validators=None, signers=())


def block_time_ms(metas: Sequence[dict[str, Any]]) -> float | None:
    """Return the mean time between blocks, newest first as CometBFT's `/blockchain` lists them."""
    times = [datetime.datetime.fromisoformat(meta["header"]["time"]).timestamp() for meta in metas]
    # The first block's time is genesis time, however long ago that was.
    times = [time_s for time_s, meta in zip(times, metas, strict=True) if int(meta["header"]["height"]) > 1]
    return (times[0] - times[-1]) / (len(times) - 1) * 1000 if len(times) > 1 else None


def signers_of(commit: Any) -> tuple[str, ...]:
    """Return the validators whose signature for the block is in a commit (CometBFT's flag 2)."""
    signatures = commit["signed_header"]["commit"]["signatures"]
    return tuple(sorted(str(s["validator_address"]).upper() for s in signatures if int(s["block_id_flag"]) == 2))


def ssh_command(inventory: Inventory, ledger: Ledger, host: str, arguments: Sequence[str]) -> list[str]:
    """Return the command that opens an operator's SSH session on a host.

    Raises:
        EnvironmentMissingError: The operator's key or network namespace is missing.
        UsageError: The ledger lacks a host's key.
    """
    folder = work_dir() / "verify" / inventory.stack
    return access.write_access(inventory, ledger, folder).ssh(host, *arguments)
