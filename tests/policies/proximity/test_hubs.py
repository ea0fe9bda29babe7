from __future__ import annotations

from collections.abc import Callable
from typing import Any

from policies.fleet_view import view_of
from policies.proximity import hubs
from schemas.plan import Near
from schemas.report import Severity, Status
from schemas.roles import Role

Make = Callable[..., Any]
LONDON, FRANKFURT, LONDON_GCP, VIRGINIA = "aws:euw2-az1", "aws:euc1-az1", "gcp:europe-west2-a", "aws:use1-az1"
DERIBIT = Near(hub="deribit", at="aws:eu-west-2", latency_ms_max=6)
EUREX = Near(hub="eurex", at="aws:eu-central-1", latency_ms_max=6)
RELAYERS = {"role": Role.RELAYER, "fleet": "relayers"}


def test_enough_relayers_near_the_hub_pass(hosts: Make) -> None:
    view = view_of(hosts(LONDON, LONDON_GCP, near=(DERIBIT,), per_hub=2, **RELAYERS))
    [found] = hubs.check(view)
    assert (found.status, found.message) == (
        Status.PASSED,
        "2 of 2 members are within 6 ms of hub deribit; at least 2 promised",
    )


def test_relayers_may_each_serve_a_hub_of_their_own(hosts: Make, findings: Make) -> None:
    assert findings(hubs, hosts(LONDON, FRANKFURT, near=(DERIBIT, EUREX), per_hub=1, **RELAYERS)) == []


def test_too_few_relayers_near_a_hub_are_counted(hosts: Make, findings: Make) -> None:
    made = hosts(LONDON, FRANKFURT, FRANKFURT, near=(DERIBIT, EUREX), per_hub=2, **RELAYERS)
    [found] = findings(hubs, made)
    assert (found.rule_id, found.severity, found.message) == (
        "PRX003",
        Severity.HIGH,
        "1 of 3 members are proven to be within 6 ms of hub deribit; at least 2 promised",
    )
    assert (
        found.counter_example == "nearest: relayers-1 (aws:eu-west-2) to hub deribit (aws:eu-west-2): 0.3 ms (measured)"
    )


def test_a_relayer_that_serves_no_hub_is_named(hosts: Make, findings: Make) -> None:
    [found] = findings(hubs, hosts(LONDON, LONDON_GCP, FRANKFURT, near=(DERIBIT,), per_hub=2, **RELAYERS))
    assert found.message == "relayers-3 in aws:eu-central-1 are too far from every hub"
    assert "14.709 ms (measured)" in found.counter_example


def test_estimates_that_could_suffice_warn_and_ones_that_cannot_are_refused(hosts: Make, findings: Make) -> None:
    near = (Near(hub="cme", at="aws:us-east-1", latency_ms_max=120),)
    [warned] = findings(hubs, hosts(LONDON_GCP, near=near, per_hub=1, **RELAYERS))
    assert (warned.status, warned.severity) == (Status.FAILED, Severity.MEDIUM)
    [refused] = findings(hubs, hosts(LONDON_GCP, near=near, per_hub=2, **RELAYERS))
    assert refused.severity is Severity.HIGH


def test_every_oracle_is_near_to_every_hub(hosts: Make, findings: Make) -> None:
    options = {"role": Role.ORACLE, "fleet": "oracles", "reports_min": 2}
    assert findings(hubs, hosts(LONDON, LONDON_GCP, near=(DERIBIT,), **options)) == []
    [found] = findings(hubs, hosts(LONDON, FRANKFURT, VIRGINIA, near=(DERIBIT,), **options))
    assert found.message == "2 pairs of regions are over the limit; at most 6 ms is promised"
    assert found.counter_example == "oracles-3 (aws:us-east-1) to hub deribit (aws:eu-west-2): 75.803 ms (measured)"


def test_the_limit_itself_is_near_enough(hosts: Make, findings: Make) -> None:
    near = (Near(hub="deribit", at="aws:eu-west-2", latency_ms_max=4.189),)
    assert findings(hubs, hosts(LONDON_GCP, near=near, **RELAYERS)) == []
    closer = (Near(hub="deribit", at="aws:eu-west-2", latency_ms_max=4.188),)
    assert len(findings(hubs, hosts(LONDON_GCP, near=closer, **RELAYERS))) == 2


def test_a_fleet_without_hubs_is_not_judged(hosts: Make) -> None:
    assert list(hubs.check(view_of(hosts(LONDON, **RELAYERS)))) == []


def test_an_idle_relayer_is_told_with_the_hub_that_is_nearest(hosts: Make, findings: Make) -> None:
    made = hosts(LONDON, FRANKFURT, VIRGINIA, near=(EUREX, DERIBIT), per_hub=1, **RELAYERS)
    [found] = findings(hubs, made)
    assert found.message == "relayers-3 in aws:us-east-1 are too far from every hub"
    assert "to hub deribit (aws:eu-west-2)" in found.counter_example
