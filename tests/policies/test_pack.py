"""The pack as the engine meets it: through pulumi_policy's own servicer, with its proxies, floats and unknowns."""

from __future__ import annotations

import dataclasses
import random
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from google.protobuf import json_format
from pulumi.runtime.proto import analyzer_pb2 as proto
from pulumi_policy import EnforcementLevel
from pulumi_policy.policy import _PolicyAnalyzerServicer
from pulumi_policy.proxy import UNKNOWN_OBJECT_VALUE, UNKNOWN_STRING_VALUE

from policies import pack, published
from policies.catalogue import CATALOGUE
from policies.fleet_view import view_of
from policies.judge import judge
from schemas.facts import HostFacts
from schemas.report import Feed, Status
from schemas.roles import Role

Make = Callable[..., Any]
Resource = dict[str, Any]
ROOT = Path(__file__).parents[2]
SOUND = ("aws:euc1-az1", "aws:euw1-az1", "gcp:europe-north1-a", "gcp:europe-west2-a")


def resource(token: str, name: str, props: dict[str, Any] | None = None) -> Resource:
    return {"type": token, "urn": f"urn:pulumi:perps::geofleet::{token}::{name}", "name": name, "props": props or {}}


def stack(*fleets: list[HostFacts]) -> list[Resource]:
    """Return what the engine holds for fleets: the stack, the network, each fleet, each host, and a foreign one."""
    found = [
        resource("pulumi:pulumi:Stack", "geofleet-perps"),
        resource(published.NETWORK, "perps", {"network": "perps", "environment": "production", "terms": {}}),
        resource("random:index/randomPet:RandomPet", "somebody-elses", {"result": UNKNOWN_STRING_VALUE}),
    ]
    for hosts in fleets:
        token = {Role.VALIDATOR: 0, Role.RELAYER: 1, Role.SEQUENCER: 2, Role.ORACLE: 3}[hosts[0].role]
        found.append(resource(published.FLEETS[token], hosts[0].fleet, {"fleet": hosts[0].fleet, "terms": {}}))
        found += [resource(published.HOST, host.host, host.to_props()) for host in hosts]
    return found


def violations(resources: list[Resource]) -> list[tuple[str, str, str]]:
    """Return level, name of the resource and message of each violation, as the engine would show it."""
    request = proto.AnalyzeStackRequest()
    for given in resources:
        sent = request.resources.add(type=given["type"], urn=given["urn"], name=given["name"])
        json_format.ParseDict(given["props"], sent.properties)
    servicer = _PolicyAnalyzerServicer(pack.NAME, "0.0.1", pack.Pack().policies(), EnforcementLevel.ADVISORY)
    response = servicer.AnalyzeStack(request, None)
    return [
        (proto.EnforcementLevel.Name(d.enforcementLevel), d.urn.rpartition("::")[2], d.message.partition("\n")[2])
        for d in response.diagnostics
    ]


def with_prop(resources: list[Resource], name: str, **props: Any) -> list[Resource]:
    return [{**given, "props": {**given["props"], **props}} if given["name"] == name else given for given in resources]


def test_a_sound_stack_passes_with_nothing_to_say(hosts: Make) -> None:
    made = hosts(*SOUND, survive=("zone", "region"), halt_safely=("provider",), between_members_ms_max=50)
    assert violations(stack(made)) == []


def test_a_stack_that_no_rule_is_about_passes_with_nothing_to_say() -> None:
    assert violations([resource("random:index/randomPet:RandomPet", "pet", {"result": UNKNOWN_STRING_VALUE})]) == []


def test_a_violation_is_mandatory_starts_with_its_id_and_carries_the_fleets_urn(hosts: Make) -> None:
    [(level, name, message)] = violations(stack(hosts(SOUND[0], *SOUND[:1], *SOUND[2:], survive=("zone",))))
    assert (level, name) == ("MANDATORY", "validators")
    assert message == (
        "[RED001] failed RED001 (critical) validators: does not survive the loss of one zone\n"
        "  losing aws:euc1-az1 leaves 50.0 % of voting power; more than 66.7 % is needed "
        "(lost: validators-1, validators-2)\n"
        "  Keep at most 1 of the 4 members in one zone: that takes at least 4 zones."
    )


def test_good_practice_is_advice(hosts: Make) -> None:
    found = violations(stack(hosts(*SOUND[:2], "aws:euw2-az1", "aws:euw2-az2")))
    assert [(level, message[:32]) for level, _, message in found] == [
        ("ADVISORY", "[RED011] failed RED011 (medium) "),
        ("ADVISORY", "[RED028] failed RED028 (medium) "),
    ]


def test_an_estimate_is_advice(hosts: Make) -> None:
    [(level, _, message)] = violations(stack(hosts("gcp:europe-west3-a", "aws:use1-az1", between_members_ms_max=150)))
    assert (level, message[:8]) == ("ADVISORY", "[PRX001]")


def test_one_key_on_two_hosts_is_refused(hosts: Make) -> None:
    one, two, *others = hosts(*SOUND)
    twin = dataclasses.replace(two, key_fingerprints=one.key_fingerprints)
    found = violations(stack([one, twin, *others]))
    assert [(level, message[:8]) for level, _, message in found] == [("MANDATORY", "[IDN001]")] * 3


def test_a_validator_without_keys_is_refused_at_preview(hosts: Make) -> None:
    one, *others = hosts(*SOUND)
    [(level, _, message)] = violations(stack([dataclasses.replace(one, key_fingerprints={}), *others]))
    assert (level, message[:8]) == ("MANDATORY", "[IDN002]")
    assert "validators-1 lacks consensus, node, ssh_host" in message


@pytest.mark.parametrize(
    "unknown",
    [
        {"zone": UNKNOWN_STRING_VALUE},
        {"zone": f"aws:{UNKNOWN_STRING_VALUE}"},
        {"zone": "[secret]"},
        {"promises": UNKNOWN_OBJECT_VALUE},
        {"promises": {"survive": [UNKNOWN_STRING_VALUE]}},
        {"key_fingerprints": {"consensus": UNKNOWN_STRING_VALUE}},
        {"power": "ten"},
        {"role": "emperor"},
    ],
    ids=str,
)
def test_an_unknown_fact_is_mandatory_for_every_rule_and_never_advice(hosts: Make, unknown: Resource) -> None:
    found = violations(with_prop(stack(hosts(*SOUND, survive=("zone",))), "validators-2", **unknown))
    assert {level for level, _, _ in found} == {"MANDATORY"}
    judged = {e.rule.id for e in CATALOGUE if e.check and Feed.PREVIEW in e.rule.feeds and not e.rule.tokens}
    assert {message[1:7] for _, _, message in found} == judged
    assert not any("can't run policy" in message for _, _, message in found)
    assert all("not evaluated" in message and "validators-2" in message for _, _, message in found)


def test_an_unknown_fleet_leaves_no_fleet_judged_as_sound(hosts: Make) -> None:
    made = stack(hosts(*SOUND, survive=("zone",)), hosts(*SOUND, fleet="others", survive=("zone",)))
    found = violations(with_prop(made, "others-1", fleet=UNKNOWN_STRING_VALUE))
    zones = [message.partition(":")[0] for _, _, message in found if message.startswith("[RED001]")]
    assert zones == [
        "[RED001] not evaluated RED001 (critical) others",
        "[RED001] not evaluated RED001 (critical) perps",
        "[RED001] not evaluated RED001 (critical) validators",
    ]


def test_a_host_without_facts_is_refused(hosts: Make) -> None:
    made = [*stack(hosts(*SOUND)), resource(published.HOST, "stray", {"address": "10.120.1.9"})]
    found = violations(made)
    assert any("stray: host facts lack stack, environment" in message for _, _, message in found)


def test_a_network_without_hosts_is_refused() -> None:
    [(level, name, message)] = violations([resource(published.NETWORK, "perps", {"terms": {}})])
    assert (level, name) == ("MANDATORY", "perps")
    assert message.startswith("[IDN003] failed IDN003 (critical) perps: has no host that publishes its facts")


def test_a_fleet_whose_hosts_are_left_out_is_refused(hosts: Make) -> None:
    made = [*stack(hosts(*SOUND)), resource(published.FLEETS[3], "oracles")]
    [(level, name, message)] = violations(made)
    assert (level, name, message[:8]) == ("MANDATORY", "oracles", "[IDN003]")


def test_the_engines_order_does_not_count(hosts: Make) -> None:
    made = stack(hosts(SOUND[0], *SOUND[:3], survive=("zone", "region")))
    expected = violations(made)
    shuffler = random.Random(7)
    for _ in range(5):
        shuffler.shuffle(made)
        assert violations(made) == expected


def test_the_pack_finds_in_a_stack_exactly_what_a_plan_shows(hosts: Make) -> None:
    made = hosts(SOUND[0], *SOUND[:3], survive=("zone", "region"), halt_safely=("region",), between_members_ms_max=20)
    planned = judge(view_of(made, declared=["validators"]), Feed.STATE).with_status(Status.FAILED)
    assert [pack.violation(finding) for finding in planned if finding.severity.is_mandatory] == [
        message for level, _, message in violations(stack(made)) if level == "MANDATORY"
    ]


def test_the_pack_is_a_few_policies_that_dispatch_and_is_mandatory() -> None:
    levels = [(policy.name, policy.enforcement_level) for policy in pack.Pack().policies()]
    assert levels == [
        ("geofleet-resources", EnforcementLevel.MANDATORY),
        ("geofleet-mandatory", EnforcementLevel.MANDATORY),
        ("geofleet-advisory", EnforcementLevel.ADVISORY),
    ]


def test_the_pack_runs_in_the_clones_own_environment() -> None:
    project = yaml.safe_load((ROOT / "policies" / "PulumiPolicy.yaml").read_text())
    virtualenv = ROOT / "policies" / project["runtime"]["options"]["virtualenv"]
    assert virtualenv.resolve() == (ROOT / ".venv").resolve()
    assert project["version"]


def test_the_pack_starts_serving_from_its_own_folder() -> None:
    """Pulumi runs the folder as a program, whose first path entry is the folder itself."""
    started = subprocess.Popen(
        [sys.executable, "-u", "-c", "import runpy; runpy.run_path('policies', run_name='__main__')"],
        cwd=ROOT, stdout=subprocess.PIPE, text=True, env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    watchdog = threading.Timer(60, started.kill)
    watchdog.start()
    try:
        assert started.stdout is not None
        assert int(started.stdout.readline()) > 0
    finally:
        watchdog.cancel()
        started.terminate()
        started.communicate(timeout=10)


def test_no_module_of_the_pack_hides_a_standard_one() -> None:
    names = {path.stem for path in (ROOT / "policies").iterdir() if not path.name.startswith("__")}
    assert names.isdisjoint(sys.stdlib_module_names)
