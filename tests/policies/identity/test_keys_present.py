from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from policies.fleet_view import view_of
from policies.identity import keys_present
from schemas.report import Status
from schemas.roles import Role

Make = Callable[..., Any]
ZONES = ("aws:euc1-az1", "aws:euw1-az1")


def test_validators_with_all_three_keys_pass(hosts: Make) -> None:
    [found] = keys_present.check(view_of(hosts(*ZONES)))
    assert found.message == "each of 2 hosts has its keys: consensus, node, ssh_host"


def test_a_validator_without_a_consensus_key_is_named(hosts: Make, findings: Make) -> None:
    one, two = hosts(*ZONES)
    keys = {name: value for name, value in two.key_fingerprints.items() if name != "consensus"}
    [found] = findings(keys_present, [one, dataclasses.replace(two, key_fingerprints=keys)])
    assert (found.rule_id, found.message, found.counter_example) == (
        "IDN002",
        "1 of 2 hosts lack a key; each needs consensus, node, ssh_host",
        "validators-2 lacks consensus",
    )


def test_an_empty_fingerprint_is_no_key(hosts: Make, findings: Make) -> None:
    one, two = hosts(*ZONES)
    empty = dataclasses.replace(two, key_fingerprints={**two.key_fingerprints, "node": ""})
    [found] = findings(keys_present, [one, empty])
    assert found.counter_example == "validators-2 lacks node"


def test_other_roles_need_their_ssh_host_key_only(hosts: Make, findings: Make) -> None:
    assert findings(keys_present, hosts(*ZONES, role=Role.RELAYER, fleet="relayers")) == []


def test_before_keys_exist_a_plan_is_deferred_fleet_by_fleet(hosts: Make, findings: Make) -> None:
    bare = [dataclasses.replace(host, key_fingerprints={}) for host in hosts(*ZONES)]
    [found] = findings(keys_present, bare, keys_known=False)
    assert (found.status, found.subject) == (Status.DEFERRED, "validators")
    [refused] = findings(keys_present, bare)
    assert refused.status is Status.FAILED
