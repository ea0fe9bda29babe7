"""The policy pack over 1,000 hosts with their cloud resources: CPU seconds of the pack's own process.

The engine sends each resource to the pack before it is made, and all of them at the end: that is what is replayed here,
through pulumi_policy's own servicer with all rules. It is what a run with the pack costs more than one without, but for
starting the process and the engine's side of the messages, which are not in it. Also told: the same resources as an
exported state, as `geofleet check --state` judges it.

Run: `python benchmarks/policy_pack.py [--check]`. `--check` fails when the design's target is missed (section 9).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from google.protobuf import json_format
from pulumi.runtime.proto import analyzer_pb2 as proto
from pulumi_policy import EnforcementLevel
from pulumi_policy.policy import _PolicyAnalyzerServicer

from policies import pack
from policies.catalogue import CATALOGUE
from policies.exported import exported_from
from policies.judge import judge
from policies.published import HOST, NETWORK, published
from schemas import atlas
from schemas.facts import HostFacts
from schemas.plan import Promises
from schemas.roles import Role
from schemas.terms import FleetTerms, terms_to_props

HOSTS = 1000
S_MAX = 5.0
RUNS = 3
STACK = "urn:pulumi:large::geofleet::"
FLEET = "geofleet:index:ValidatorFleet"


def resources() -> list[dict[str, Any]]:
    """Return a network of 1,000 AWS hosts, each with a machine, a volume and a role: 4,002 resources."""
    zones = [(region, zone) for region in atlas.regions() for zone in atlas.zones(region) if zone.startswith("aws:")]
    network = _entry(NETWORK, "large", {"network": "large", "environment": "production", "terms": {}})
    fleet = _entry(FLEET, "validators", {"fleet": "validators", "terms": terms_to_props(FleetTerms())})
    found = [network, fleet]
    for number in range(1, HOSTS + 1):
        region, zone = zones[number % len(zones)]
        found += _host(number, region, zone)
    return found


def _host(number: int, region: str, zone: str) -> list[dict[str, Any]]:
    name = f"validators-{number}"
    purposes = ("consensus", "node", "ssh_host")
    facts = HostFacts(
        stack="large", environment="production", host=name, fleet="validators", role=Role.VALIDATOR, chain="large-1",
        provider="aws", region=region, zone=zone, metro=atlas.region(region).metro, operator="self", client="cometbft",
        client_version="0.38.26", machine="4x16", power=10, address=f"10.{number // 250}.{number % 250}.1",
        key_fingerprints={purpose: f"SHA256:{name}-{purpose}" for purpose in purposes},
        promises=Promises(survive=("zone", "region")),
    )  # fmt: skip
    owner = _entry(HOST, name, facts.to_props())
    place = region.partition(":")[2]
    key = f"arn:aws:kms:{place}:111122223333:key/1"
    machine = {
        "region": place, "instanceType": "c6a.xlarge", "disableApiTermination": True, "disableApiStop": True,
        "metadataOptions": {"httpTokens": "required", "httpEndpoint": "enabled", "httpPutResponseHopLimit": 1},
        "rootBlockDevice": {"encrypted": True, "kmsKeyId": key}, "associatePublicIpAddress": False,
        "iamInstanceProfile": name, "userData": "#cloud-config\n" + "# a line of boot data\n" * 200,
        "tags": {f"label-{n}": "value" for n in range(10)},
    }  # fmt: skip
    volume = {"region": place, "encrypted": True, "kmsKeyId": key, "size": 100}
    parts = {"aws:ec2/instance:Instance": machine, "aws:ebs/volume:Volume": volume, "aws:iam/role:Role": {"name": name}}
    return [owner, *(_entry(token, f"{name}-{token[-4:]}", props, owner["urn"]) for token, props in parts.items())]


def _entry(token: str, name: str, props: dict[str, Any], parent: str = "") -> dict[str, Any]:
    urn = f"{STACK}{token}::{name}"
    return {"urn": urn, "type": token, "name": name, "inputs": props, "outputs": props, "parent": parent}


def replayed(policies: list[Any], found: list[tuple[Any, Any]], whole: Any) -> Callable[[], object]:
    """Return what answers everything that the engine asks in one run."""

    def run() -> object:
        servicer = _PolicyAnalyzerServicer(pack.NAME, "0.0.1", policies, EnforcementLevel.MANDATORY)
        for request, _ in found:
            servicer.Analyze(request, None)
        return servicer.AnalyzeStack(whole, None)

    return run


def cpu_s(work: Callable[[], object]) -> float:
    """Return the least CPU time of several runs, in seconds: other work on the machine can only add to it."""
    found = []
    for _ in range(RUNS):
        started = time.process_time()
        work()
        found.append(time.process_time() - started)
    return min(found)


def main() -> int:
    """Print the figures; return 1 when `--check` is given and the target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="fail when the target is missed")
    arguments = parser.parse_args()
    made = resources()
    whole = proto.AnalyzeStackRequest()
    requests = []
    for one in made:
        request = proto.AnalyzeRequest(type=one["type"], urn=one["urn"], name=one["name"])
        request.options.parent = one["parent"]
        json_format.ParseDict(one["inputs"], request.properties)
        sent = whole.resources.add(type=one["type"], urn=one["urn"], name=one["name"], parent=one["parent"])
        json_format.ParseDict(one["outputs"], sent.properties)
        requests.append((request, one))
    document = {"version": 3, "deployment": {"resources": made}}

    def state() -> object:
        found = exported_from(document, source="state.json")
        return judge(published(found.components, resources=found.resources).view, found.feed)

    load = os.getloadavg()[0]
    with_rules = cpu_s(lambda: replayed(pack.Pack(is_preview=True).policies(), requests, whole)())
    figures = {
        "rules": len([entry for entry in CATALOGUE if entry.check is not None]),
        "resources": len(made),
        "pack_cpu_s": round(with_rules, 2),
        "state_cpu_s": round(cpu_s(state), 2),
        "load_average": round(load, 1),
    }
    print(json.dumps(figures))
    print(f"pack: {with_rules:.2f} s CPU (reach {S_MAX:g}); state: {figures['state_cpu_s']} s", file=sys.stderr)
    return int(arguments.check and with_rules > S_MAX)


if __name__ == "__main__":
    sys.exit(main())
