from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from policies.operation import exact_versions

Make = Callable[..., Any]


def running(made: list[Any], *versions: str) -> list[Any]:
    return [
        dataclasses.replace(host, client="cometbft" if version else "none", client_version=version.strip())
        for host, version in zip(made, versions, strict=True)
    ]


def test_exact_versions_pass(hosts: Make, view: Make, told: Make) -> None:
    assert told(exact_versions, view(running(hosts("aws:euc1-az1", "aws:euw1-az1"), "0.38.26", ""))) == [
        ("passed", "validators", "1 hosts run exact versions")
    ]


def test_a_loose_version_is_refused_with_its_host(hosts: Make, view: Make, told: Make) -> None:
    made = running(hosts("aws:euc1-az1", "aws:euw1-az1"), "0.38.26", "latest")
    assert told(exact_versions, view(made)) == [
        ("high", "validators", "1 of 2 hosts run no exact version | validators-2: cometbft 'latest'")
    ]
    [(level, _, message)] = told(exact_versions, view(running(hosts("aws:euc1-az1"), " ")))
    assert (level, message[-25:]) == ("high", "validators-1: cometbft ''"[-25:])


def test_hosts_without_a_workload_are_not_judged(hosts: Make, view: Make, told: Make) -> None:
    assert told(exact_versions, view(hosts("aws:euc1-az1"))) == []


@pytest.mark.parametrize("version", ["0.38.26", "v1.2.3", "1.16.7-stable.1", "2.0", "1.0.0-rc.1", "1.2.3+build.5"])
def test_a_version_that_names_one_release_is_exact(version: str) -> None:
    assert exact_versions.is_exact(version)


@pytest.mark.parametrize(
    "version",
    ["", "1", "latest", "main", "1.x", "1.2.x", "1.2.*", "^1.2.3", "1.2.3-nightly", "1.2-latest", "stable", "1.2.3-dev",
     "1.2.3-SNAPSHOT", "1.2.3-master", "1.2-edge", "1.2.3 "],
)  # fmt: skip
def test_a_version_that_moves_on_is_not(version: str) -> None:
    assert not exact_versions.is_exact(version)
