from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from policies.fleet_view import view_of
from policies.identity import one_holder
from schemas.facts import HostFacts
from schemas.report import Severity, Status

Make = Callable[..., Any]
ZONES = ("aws:euc1-az1", "aws:euw1-az1")


def with_keys(host: HostFacts, **keys: str) -> HostFacts:
    return dataclasses.replace(host, key_fingerprints={**host.key_fingerprints, **keys})


def test_a_key_of_its_own_for_each_passes_and_is_counted(hosts: Make) -> None:
    [found] = one_holder.check(view_of(hosts(*ZONES)))
    assert (found.status, found.message) == (Status.PASSED, "6 keys, each with one holder and one purpose")


def test_one_key_on_two_hosts_is_refused_with_both(hosts: Make, findings: Make) -> None:
    one, two = hosts(*ZONES)
    shared = one.key_fingerprints["consensus"]
    [found] = findings(one_holder, [one, with_keys(two, consensus=shared)])
    assert (found.rule_id, found.severity, found.subject) == ("IDN001", Severity.CRITICAL, f"key {shared}")
    assert found.message == "is used 2 times; once is allowed"
    assert found.counter_example.startswith("validators-1 (consensus) and validators-2 (consensus) hold the same key")


def test_one_key_for_two_purposes_of_one_host_is_refused(hosts: Make, findings: Make) -> None:
    one, two = hosts(*ZONES)
    [found] = findings(one_holder, [with_keys(one, node=one.key_fingerprints["consensus"]), two])
    assert "validators-1 (consensus) and validators-1 (node)" in found.counter_example


def test_fleets_do_not_share_keys_either(hosts: Make, findings: Make) -> None:
    [one], [two] = hosts(ZONES[0]), hosts(ZONES[1], fleet="others")
    shared = one.key_fingerprints["ssh_host"]
    [found] = findings(one_holder, [one, with_keys(two, ssh_host=shared)])
    assert "others-1 (ssh_host) and validators-1 (ssh_host)" in found.counter_example


def test_before_keys_exist_a_plan_is_deferred(hosts: Make, findings: Make) -> None:
    bare = [dataclasses.replace(host, key_fingerprints={}) for host in hosts(*ZONES)]
    [found] = findings(one_holder, bare, keys_known=False)
    assert (found.status, found.subject) == (Status.DEFERRED, "perps")


def test_no_key_at_all_is_neither_passed_nor_deferred_once_keys_should_exist(hosts: Make) -> None:
    bare = [dataclasses.replace(host, key_fingerprints={}) for host in hosts(*ZONES)]
    assert list(one_holder.check(view_of(bare))) == []


def test_a_shared_key_leaves_nothing_passed(hosts: Make) -> None:
    one, two = hosts(*ZONES)
    view = view_of([one, with_keys(two, node=one.key_fingerprints["node"])])
    assert [found.status for found in one_holder.check(view)] == [Status.FAILED]


def test_keys_that_are_known_are_judged_even_while_others_are_to_be_made(hosts: Make) -> None:
    found = list(one_holder.check(view_of(hosts("aws:euc1-az1"), keys_known=False)))
    assert [f.status for f in found] == [Status.PASSED]


def test_a_key_that_a_fleet_holds_is_on_each_of_its_hosts(hosts: Make) -> None:
    members = [with_keys(host, sequencer="SHA256:fleet") for host in hosts(*ZONES)]
    [found] = one_holder.check(view_of(members))
    assert (found.status, found.message) == (Status.PASSED, "7 keys, each with one holder and one purpose")


def test_two_fleets_with_one_sequencer_key_are_refused(hosts: Make, findings: Make) -> None:
    one, two = hosts(*ZONES)
    other = dataclasses.replace(with_keys(two, sequencer="SHA256:fleet"), fleet="others")
    [found] = findings(one_holder, [with_keys(one, sequencer="SHA256:fleet"), other])
    assert found.counter_example.startswith("validators (sequencer) and others (sequencer) hold the same key")
