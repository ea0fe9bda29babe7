"""What limits have in common: `policies.proximity.region_pairs`, through the rule on round trips between members."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from policies.fleet_view import view_of
from policies.proximity import between_members, region_pairs
from policies.proximity.region_pairs import Leg
from policies.reach import Proof, Reach
from schemas.report import Severity

Make = Callable[..., Any]


def leg(value_ms: float, proof: Proof) -> Leg:
    reach = Reach(value_ms=value_ms, limit_ms=1, proof=proof, basis="measured")
    return Leg(origin=f"from-{value_ms:g}", target="there", reach=reach)


@pytest.mark.parametrize(
    ("value_ms", "limit_ms"), [(9.95, "10"), (9.25, "9.3"), (10.25, "11"), (10, "10"), (12.0, "12"), (0.42, "0.5")]
)
def test_the_limit_that_would_do_is_rounded_up_and_finer_below_ten(hosts: Make, value_ms: float, limit_ms: str) -> None:
    [fleet] = view_of(hosts("aws:euc1-az1")).fleets
    [found] = region_pairs.verdicts(between_members.RULE, fleet, 1, [leg(value_ms, Proof.BROKEN)])
    assert found.remedy == f"Raise the limit to {limit_ms} ms, or choose nearer regions."


@pytest.mark.parametrize(("proof", "severity"), [(Proof.BROKEN, Severity.HIGH), (Proof.ESTIMATED, Severity.MEDIUM)])
def test_the_slowest_is_shown(hosts: Make, proof: Proof, severity: Severity) -> None:
    [fleet] = view_of(hosts("aws:euc1-az1")).fleets
    legs = [leg(value, proof) for value in (3, 9, 6)]
    [found] = region_pairs.verdicts(between_members.RULE, fleet, 1, legs)
    assert (found.severity, found.counter_example) == (severity, "from-9 to there: 9 ms (measured)")
