from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from policies.redundancy import fleet_size
from schemas.roles import Role

Make = Callable[..., Any]
ZONES = ("aws:euc1-az1", "aws:euw1-az1", "aws:euw2-az1", "gcp:europe-west3-a")


@pytest.mark.parametrize(
    ("role", "least", "promised"),
    [
        (Role.VALIDATOR, 4, {}),
        (Role.SEQUENCER, 3, {}),
        (Role.ORACLE, 4, {"reports_min": 3}),
        (Role.RELAYER, 2, {}),
    ],
)
def test_the_least_that_can_lose_one_passes_and_one_fewer_is_refused(
    hosts: Make, findings: Make, role: Role, least: int, promised: dict[str, int]
) -> None:
    options: dict[str, Any] = {"role": role, "fleet": "members", "survive": ("region",), **promised}
    assert findings(fleet_size, hosts(*ZONES[:least], **options)) == []
    [found] = findings(fleet_size, hosts(*ZONES[: least - 1], **options))
    assert f"at least {least} are needed to lose one" in found.message


def test_the_heaviest_member_is_the_counter_example(hosts: Make, findings: Make) -> None:
    [found] = findings(fleet_size, hosts(*ZONES[:3], powers=[1, 10, 1], survive=("zone",)))
    assert (found.rule_id, found.message, found.counter_example) == (
        "RED020",
        "has 3 members; at least 4 are needed to lose one",
        "losing validators-2 stops it",
    )


def test_a_lone_validator_that_promises_nothing_is_fine(hosts: Make, findings: Make) -> None:
    assert findings(fleet_size, hosts(ZONES[0])) == []
