from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from policies.operation import same_version

Make = Callable[..., Any]
ZONES = ("aws:euc1-az1", "aws:euw1-az1", "aws:euw2-az1")


def running(made: list[Any], *software: tuple[str, str]) -> list[Any]:
    return [
        dataclasses.replace(host, client=client, client_version=version)
        for host, (client, version) in zip(made, software, strict=True)
    ]


def test_one_version_of_each_client_passes(hosts: Make, view: Make, told: Make) -> None:
    made = running(hosts(*ZONES), ("alpha", "1.0.0"), ("beta", "2.0.0"), ("alpha", "1.0.0"))
    assert told(same_version, view(made)) == [("passed", "validators", "each of 2 clients has one version")]


def test_a_member_behind_is_told_by_name(hosts: Make, view: Make, told: Make) -> None:
    made = running(hosts(*ZONES), ("alpha", "1.0.1"), ("alpha", "1.0.0"), ("alpha", "1.0.1"))
    assert told(same_version, view(made)) == [
        ("medium", "validators", "runs alpha in 2 versions: 1.0.0, 1.0.1 | validators-2 runs 1.0.0")
    ]
    made = running(hosts(*ZONES), ("alpha", "1.0.1"), ("alpha", ""), ("alpha", "1.0.1"))
    assert told(same_version, view(made))[0][2].endswith("| validators-2 runs no version")


def test_a_single_member_is_not_judged(hosts: Make, view: Make, told: Make) -> None:
    assert told(same_version, view(hosts(*ZONES[:1]))) == []
    assert len(told(same_version, view(hosts(*ZONES[:1], fleet="alone"), hosts(*ZONES[:2])))) == 1


def test_the_version_that_fewest_run_is_named_and_of_equals_the_older(hosts: Make, view: Make, told: Make) -> None:
    made = running(hosts(*ZONES), ("alpha", "1.0.1"), ("alpha", "1.0.10"), ("alpha", "1.0.1"))
    assert told(same_version, view(made))[0][2].endswith("| validators-2 runs 1.0.10")
    made = running(hosts(*ZONES[:2]), ("alpha", "1.0.1"), ("alpha", "1.0.0"))
    assert told(same_version, view(made))[0][2].endswith("| validators-2 runs 1.0.0")
