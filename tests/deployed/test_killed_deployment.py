"""`geofleet up` killed with SIGKILL, at many points, alone or with engine and plugins: the next one converges."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lab import naming
from lab.containers import containers_of, volumes_of
from lab.namespaces import owned_namespaces
from schemas.locations import REPOSITORY, work_dir
from tests.deployed.conftest import GEOFLEET, SMALL, geofleet

pytestmark = pytest.mark.lab

HOSTS = ["oracles-1", "validators-1", "validators-2"]

POINTS = [("==> preview", 1), (" create", 2), (" created", 1), (" created", 6), (" created", 11)]
"""A text in the command's output, and after how many lines with it the kill comes."""

WAYS = ["the command alone", "with engine and plugins"]
SHORT = {(POINTS[3], WAYS[1]), (POINTS[4], WAYS[0])}
"""What every run of the suite tries; the other points are for the long run."""


def cases() -> Iterator[object]:
    for point in POINTS:
        for way in WAYS:
            marks = [] if (point, way) in SHORT else [pytest.mark.soak]
            yield pytest.param(point, way, marks=marks, id=f"{way}, after {point[1]} of '{point[0].strip()}'")


def descendants(pid: int) -> list[int]:
    """Every process below one, deepest first."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(entry.parent.name))
    found: list[int] = []
    waiting = [pid]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found[::-1]


def killed_up(stack: str, text: str, count: int, way: str) -> None:
    """Start `geofleet up`, and kill it when its output has had `count` lines with the text."""
    process = subprocess.Popen(
        [*GEOFLEET, "up", stack, "--no-verify"], cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout is not None
    seen = 0
    for line in process.stdout:
        seen += text in line
        if seen >= count:
            break
    assert seen >= count, f"the run ended before the kill: '{text}' came {seen} times"
    victims = [process.pid, *(descendants(process.pid) if way == WAYS[1] else [])]
    for victim in victims:
        try:
            os.kill(victim, signal.SIGKILL)
        except ProcessLookupError:
            continue
    process.wait()
    process.stdout.close()


@pytest.mark.parametrize(("point", "way"), list(cases()))
def test_the_next_up_converges_and_leaves_no_orphan(
    trial: Callable[[str], str], point: tuple[str, int], way: str
) -> None:
    stack = trial(SMALL.read_text(encoding="utf-8"))
    killed_up(stack, *point, way)
    again = geofleet("up", stack, "--no-verify")
    assert again.returncode == 0, again.stderr
    assert sorted(containers_of(stack)) == HOSTS
    assert sorted(volumes_of(stack)) == HOSTS
    expected = [naming.host_namespace(stack, host) for host in [*HOSTS, "operator", "wan"]]
    assert sorted(owned_namespaces(stack)) == sorted(expected)
    third = geofleet("up", stack, "--no-verify")
    assert third.returncode == 0, third.stderr
    assert "nothing to change" in third.stderr
    assert not list((work_dir() / "state/.pulumi/locks").glob(f"**/{stack}/*.json"))
