from __future__ import annotations

from collections.abc import Callable
from typing import Any

from policies.fleet_view import view_of
from policies.redundancy import halt_safely
from schemas.roles import Role

Make = Callable[..., Any]
AWS = ("aws:euc1-az1", "aws:euc1-az2", "aws:euw1-az1", "aws:euw1-az2")
GCP = ("gcp:europe-west3-a", "gcp:europe-west2-a")


def test_a_cloud_with_exactly_two_thirds_cannot_finalise_alone(hosts: Make) -> None:
    [found] = halt_safely.check(view_of(hosts(*AWS, *GCP, halt_safely=("provider",))))
    assert found.message == (
        "no provider can fork it: at most, aws alone holds 66.7 % of voting power; at most 66.7 % is safe"
    )


def test_a_cloud_with_more_than_two_thirds_is_refused_by_name(hosts: Make, findings: Make) -> None:
    [found] = findings(halt_safely, hosts(*AWS, *GCP, powers=[11, 10, 10, 10, 10, 10], halt_safely=("provider",)))
    assert (found.rule_id, found.subject, found.message) == ("RED010", "validators", "one provider alone can decide")
    assert found.counter_example == (
        "aws alone holds 67.2 % of voting power; at most 66.7 % is safe "
        "(members there: validators-1, validators-2, validators-3, validators-4)"
    )


def test_a_domain_that_holds_a_whole_threshold_is_refused(hosts: Make, findings: Make) -> None:
    options = {"role": Role.ORACLE, "fleet": "oracles", "halt_safely": ("region",)}
    assert findings(halt_safely, hosts(*AWS, reports_min=3, **options)) == []
    [found] = findings(halt_safely, hosts(*AWS, reports_min=2, **options))
    assert found.counter_example == (
        "aws:eu-central-1 alone holds 2 of 4 members; fewer than 2 is safe (members there: oracles-1, oracles-2)"
    )


def test_each_kind_that_is_promised_is_judged(hosts: Make) -> None:
    found = list(halt_safely.check(view_of(hosts(*AWS, halt_safely=("provider", "region", "zone")))))
    assert [f.status.value for f in found] == ["failed", "passed", "passed"]


def test_relayers_can_never_fork(hosts: Make, findings: Make) -> None:
    options = {"role": Role.RELAYER, "fleet": "relayers", "halt_safely": ("provider",)}
    assert findings(halt_safely, hosts(AWS[0], **options)) == []
