from __future__ import annotations

from collections.abc import Callable
from typing import Any

from policies.fleet_view import view_of
from policies.proximity import jitter
from schemas.report import Severity

Make = Callable[..., Any]


def test_measured_jitter_exactly_at_the_limit_is_kept(hosts: Make, findings: Make) -> None:
    assert findings(jitter, hosts("aws:euc1-az1", "aws:euw1-az1", jitter_ms_max=0.176)) == []


def test_measured_jitter_over_the_limit_is_refused_with_the_pair(hosts: Make, findings: Make) -> None:
    [found] = findings(jitter, hosts("aws:euw1-az1", "aws:apne1-az1", jitter_ms_max=2))
    assert (found.rule_id, found.severity) == ("PRX002", Severity.HIGH)
    assert found.counter_example.endswith("5.552 ms (measured)")
    assert found.remedy == "Raise the limit to 5.6 ms, or choose nearer regions."


def test_jitter_between_clouds_is_not_published_so_it_warns(hosts: Make, findings: Make) -> None:
    [found] = findings(jitter, hosts("aws:euc1-az1", "gcp:europe-west3-a", jitter_ms_max=2))
    assert found.severity is Severity.MEDIUM
    assert found.counter_example.endswith("0.52 ms (estimated)")


def test_without_the_promise_nothing_is_judged(hosts: Make) -> None:
    assert list(jitter.check(view_of(hosts("aws:euc1-az1", "gcp:europe-west3-a")))) == []
