from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from policies.fleet_view import Unknown, view_of
from policies.identity import published_facts
from schemas.report import Status

Make = Callable[..., Any]
ZONES = ("aws:euc1-az1", "aws:euw1-az1")


def test_hosts_that_publish_their_facts_once_are_counted(hosts: Make) -> None:
    [found] = published_facts.check(view_of(hosts(*ZONES), declared=["validators"]))
    assert found.message == "2 hosts publish their facts, each once"


def test_a_fleet_without_hosts_is_refused_by_name(hosts: Make, findings: Make) -> None:
    [found] = findings(published_facts, hosts(*ZONES), declared=["oracles", "validators"])
    assert (found.rule_id, found.subject) == ("IDN003", "oracles")
    assert found.message == "has no host that publishes its facts, so nothing about it can be judged"


def test_a_fleet_whose_hosts_are_unknown_is_in_doubt_not_empty(hosts: Make, findings: Make) -> None:
    unknown = [Unknown(host="oracles-1", fleet="oracles", reason="not known: zone")]
    assert findings(published_facts, hosts(*ZONES), declared=["oracles"], unknown=unknown) == []


def test_one_host_published_twice_is_refused(hosts: Make, findings: Make) -> None:
    one, two = hosts(*ZONES)
    [found] = findings(published_facts, [one, two, dataclasses.replace(one, address="10.120.9.9")])
    assert (found.message, found.counter_example) == ("the same host is published more than once", "validators-1")


def test_one_address_on_two_hosts_is_refused(hosts: Make, findings: Make) -> None:
    one, two = hosts(*ZONES)
    [found] = findings(published_facts, [one, dataclasses.replace(two, address=one.address)])
    assert (found.message, found.counter_example) == ("the same address is published more than once", one.address)


def test_a_fault_leaves_nothing_passed_and_no_host_passes_nothing(hosts: Make) -> None:
    one, two = hosts(*ZONES)
    twice = view_of([one, dataclasses.replace(two, address=one.address)])
    assert [found.status for found in published_facts.check(twice)] == [Status.FAILED]
    assert list(published_facts.check(view_of([]))) == []


def test_addresses_that_are_not_known_are_no_twins(hosts: Make, findings: Make) -> None:
    made = [dataclasses.replace(host, address="") for host in hosts("aws:euc1-az1", "aws:euw1-az1")]
    assert findings(published_facts, made) == []
