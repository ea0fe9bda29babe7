from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from policies.catalogue import CATALOGUE
from policies.fleet_view import JUDGED_DOMAINS, Unknown, shortened, view_of
from schemas.facts import HostFacts
from schemas.roles import Role

Make = Callable[..., Any]
ZONES = ("aws:euc1-az1", "aws:euw1-az1")


def test_the_order_of_hosts_does_not_count(hosts: Make) -> None:
    made = hosts(*ZONES) + hosts(*ZONES, fleet="others")
    assert view_of(made) == view_of(reversed(made))


def test_facts_that_went_through_the_engine_give_the_same_view(hosts: Make) -> None:
    made = hosts(*ZONES, survive=("zone",), between_members_ms_max=30, reports_min=2)
    engine = [{name: float(v) if isinstance(v, int) else v for name, v in host.to_props().items()} for host in made]
    assert view_of(HostFacts.from_props(props) for props in engine) == view_of(made)


def test_a_host_of_a_known_fleet_puts_that_fleet_in_doubt_only(hosts: Make) -> None:
    unknown = [Unknown(host="others-3", fleet="others", reason="not known: zone")]
    view = view_of(hosts(*ZONES) + hosts(*ZONES, fleet="others"), unknown=unknown)
    assert [fleet.name for fleet in view.fleets] == ["validators"]
    assert view.doubts == {"others": "others-3: not known: zone"}


def test_a_host_of_an_unknown_fleet_puts_every_fleet_in_doubt(hosts: Make) -> None:
    view = view_of(hosts(*ZONES), unknown=[Unknown(host="x-1", fleet="", reason="not known: fleet")])
    assert view.fleets == ()
    assert view.doubts == {
        "validators": "x-1, perhaps of this fleet: not known: fleet",
        "perps": "x-1: not known: fleet",
    }


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"environment": "lab"}, "validators-1 and validators-2 disagree on 'environment' of their fleet"),
        ({"role": Role.RELAYER}, "validators-1 and validators-2 disagree on 'role' of their fleet"),
        ({"zone": ""}, "validators-2 does not say its zone"),
        ({"power": -1}, "validators-2 has negative voting power -1"),
    ],
)
def test_facts_that_cannot_all_be_true_are_a_doubt(hosts: Make, change: dict[str, Any], reason: str) -> None:
    one, two = hosts(*ZONES)
    assert view_of([one, dataclasses.replace(two, **change)]).doubts == {"validators": reason}


def test_promises_that_differ_between_hosts_are_a_doubt(hosts: Make) -> None:
    [one, _], [_, two] = hosts(*ZONES, survive=("zone",)), hosts(*ZONES)
    assert "disagree on 'promises'" in view_of([one, two]).doubts["validators"]


def test_a_promise_that_no_rule_judges_is_a_doubt(hosts: Make) -> None:
    view = view_of(hosts(*ZONES, survive=("zone", "planet")))
    assert view.doubts == {"validators": "no rule judges the promise about 'planet'"}


def test_a_threshold_that_is_not_known_is_a_doubt(hosts: Make) -> None:
    view = view_of(hosts(*ZONES, role=Role.ORACLE, fleet="oracles", survive=("zone",)))
    assert view.doubts == {"oracles": "'reports_min' is not known, and the quorum depends on it"}


def test_each_kind_of_domain_that_may_be_promised_has_its_rule() -> None:
    keys = {entry.rule.keys for entry in CATALOGUE if entry.check is not None}
    assert {("survive", kind.value) for kind in JUDGED_DOMAINS} <= keys


def test_a_long_list_is_cut_and_its_tail_counted() -> None:
    assert shortened("abcde") == "a, b, c, d, e"
    assert shortened("abcdefg", most=2) == "a, b and 5 more"


def test_hosts_are_in_the_order_of_their_numbers(hosts: Make) -> None:
    names = [host.host for host in view_of(hosts(*ZONES * 6)).hosts]
    assert names == [f"validators-{number}" for number in range(1, 13)]
