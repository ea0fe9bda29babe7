"""All rules over a plan of 1,000 hosts, beside checkov over as many resources.

Run: `python benchmarks/rules.py [--check]`. Figures are CPU milliseconds, the least of several runs, since other work on
the machine can only add to them. checkov is installed into `~/.cache/geofleet/checkov-VERSION`, an environment of its
own. It judges a Terraform plan of 1,000 `aws_instance` resources, with the checks that it has for them, offline; what it
takes for one resource is taken off, so that neither side's start-up counts. `--check` fails when a target of the design
(section 9) is missed: under 1 s, and 5 times faster.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from components.placement.planning import place
from policies.catalogue import CATALOGUE
from policies.fleet_view import view_of_plan
from policies.judge import judge
from schemas import atlas
from schemas.loading import load_spec_text
from schemas.locations import cache_dir
from schemas.plan import Plan
from schemas.report import Feed, Status

HOSTS = 1000
MS_MAX = 1000.0
TIMES_FASTER_MIN = 5.0
RUNS = 5
CHECKOV = "3.3.30"

_HEAD = """\
apiVersion: geofleet/v1
kind: Network
metadata: {name: large, environment: production}
chains:
  large-1: {engine: cometbft, block_time_ms: 2000, unbonding_period_s: 1814400, trusting_period_s: 1209600}
  other-1: {engine: cometbft, operated: elsewhere, rpc: ["https://rpc.one.example", "https://rpc.two.example"]}
hubs:
  deribit: {atlas: deribit}
maintenance: [{weekdays: [tuesday], time: "08:00", duration_minutes: 120}]
budget: {cost_usd_per_month_max: 9000000}
fleets:
"""
_FLEETS = {
    "validators": (
        "    role: validator\n    client: {name: cometbft, version: 0.38.26}\n    chain: large-1\n"
        "    survive: {zone: 1, region: 1, metro: 1}\n    halt_safely: {provider: 1}\n"
        "    latency: {between_members_ms_max: 500, jitter_ms_max: 100}\n"
    ),
    "relayers": (
        "    role: relayer\n    workload: none\n    survive: {zone: 1, region: 1, provider: 1}\n"
        "    paths: [{source: large-1, destination: other-1, channels: [transfer/channel-0]}]\n"
        "    near: [{hub: deribit, latency_ms_max: 6}]\n"
    ),
    "sequencers": (
        "    role: sequencer\n    workload: none\n    chain: large-1\n    survive: {zone: 1, region: 1}\n"
        "    latency: {between_members_ms_max: 500}\n"
    ),
    "oracles": (
        "    role: oracle\n    workload: none\n    chain: large-1\n    reports_min: 100\n"
        "    survive: {zone: 1, region: 1, provider: 1}\n    pairs:\n      BTC-USD: {sources: [binance, coinbase, "
        "kraken, okx], sources_min: 3, deviation_bps: 50, heartbeat_s: 60}\n"
    ),
}
_COUNTS = {"validators": 400, "relayers": 200, "sequencers": 201, "oracles": 199}


def large_plan() -> Plan:
    """Return a plan of 1,000 hosts in four fleets over every zone of the atlas; members are listed, nothing is solved."""
    zones = [(region, zone) for region in atlas.regions() for zone in atlas.zones(region)]
    lines = [_HEAD.rstrip()]
    for fleet, text in _FLEETS.items():
        lines += [f"  {fleet}:", text.rstrip(), "    members:"]
        for number in range(_COUNTS[fleet]):
            region, zone = zones[number % len(zones)]
            lines.append(f'      - {{region: "{region}", zone: "{zone}"}}')
    spec = load_spec_text("\n".join(lines) + "\n", source="large.yaml")
    return place(spec.network, stack="large", spec_sha256=spec.sha256)[0]


def terraform_plan(count: int) -> dict[str, Any]:
    """Return a Terraform plan, as `terraform show -json` writes it, that creates so many machines."""
    found = [
        {
            "address": f"aws_instance.host_{number}", "mode": "managed", "type": "aws_instance",
            "name": f"host_{number}", "provider_name": "registry.terraform.io/hashicorp/aws", "schema_version": 1,
            "values": {
                "ami": "ami-0123456789abcdef0", "instance_type": "c6a.xlarge", "associate_public_ip_address": False,
                "ebs_optimized": True, "monitoring": True, "iam_instance_profile": "host", "user_data": None,
                "metadata_options": [{"http_endpoint": "enabled", "http_tokens": "required"}],
                "root_block_device": [{"encrypted": True, "volume_size": 50}], "tags": {"fleet": "validators"},
            },
        }
        for number in range(count)
    ]  # fmt: skip
    changes = [
        {**{key: one[key] for key in ("address", "mode", "type", "name", "provider_name")},
         "change": {"actions": ["create"], "before": None, "after": one["values"]}}
        for one in found
    ]  # fmt: skip
    return {
        "format_version": "1.2", "terraform_version": "1.9.0", "resource_changes": changes,
        "planned_values": {"root_module": {"resources": found}}, "configuration": {"root_module": {}},
    }  # fmt: skip


def checkov() -> Path:
    """Return the program, installed first where it is not: `pip install checkov` in an environment of its own."""
    folder = cache_dir() / f"checkov-{CHECKOV}"
    program = folder / "bin" / "checkov"
    if not program.exists():
        venv.create(folder, with_pip=True)
        subprocess.run([folder / "bin" / "pip", "install", "--quiet", f"checkov=={CHECKOV}"], check=True)
    return program


def checkov_ms(program: Path, count: int, runs: int) -> tuple[float, int]:
    """Return the CPU time of judging so many resources, and how many checks ran over them."""
    with tempfile.TemporaryDirectory() as folder:
        plan = Path(folder) / "plan.json"
        plan.write_text(json.dumps(terraform_plan(count)), encoding="utf-8")
        command = [program, "-f", plan, "--framework", "terraform_plan", "--skip-download", "-o", "json", "--quiet"]
        times, checks = [], 0
        for _ in range(runs):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, env={**os.environ, "LOG_LEVEL": "ERROR"}
            )
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            times.append((after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000)
            summary = json.loads(done.stdout)["summary"]
            checks = summary["passed"] + summary["failed"]
            assert summary["resource_count"] == count, summary
        return min(times), checks


def cpu_ms(work: Callable[[], object]) -> float:
    """Return the least CPU time of several runs, in milliseconds."""
    found = []
    for _ in range(RUNS):
        started = time.process_time()
        work()
        found.append((time.process_time() - started) * 1000)
    return min(found)


def main() -> int:
    """Print the figures; return 1 when `--check` is given and a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when a target is missed")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    plan = large_plan()
    assert len(plan.hosts) == HOSTS
    view = view_of_plan(plan)
    rules_ms = cpu_ms(lambda: judge(view, Feed.PLAN))
    whole_ms = cpu_ms(lambda: judge(view_of_plan(plan), Feed.PLAN))
    counts = judge(view, Feed.PLAN).counts()
    program = checkov()
    one_ms, _ = checkov_ms(program, 1, 2)
    many_ms, checks = checkov_ms(program, HOSTS, 2)
    times = (many_ms - one_ms) / whole_ms
    figures = {
        "load_average": round(load, 1), "hosts": HOSTS, "rules": len([e for e in CATALOGUE if e.check]),
        "findings": counts, "rules_ms": round(rules_ms, 1), "view_and_rules_ms": round(whole_ms, 1),
        "checkov_one_ms": round(one_ms), "checkov_ms": round(many_ms), "checkov_checks": checks,
        "times_faster": round(times, 1),
    }  # fmt: skip
    sys.stderr.write(
        f"rules over {HOSTS} hosts            {rules_ms:8.0f} ms CPU\n"
        f"  with the view of the plan       {whole_ms:8.0f} (under {MS_MAX:.0f})\n"
        f"checkov {CHECKOV}, {HOSTS} resources  {many_ms:8.0f}, {checks} checks; one resource {one_ms:.0f}\n"
        f"  without its start-up            {many_ms - one_ms:8.0f} ({times:.1f} times ours, {TIMES_FASTER_MIN:g} wanted)\n"
    )
    sys.stdout.write(json.dumps(figures) + "\n")
    assert Status.FAILED.value in counts or Status.PASSED.value in counts
    return int(options.check and (whole_ms > MS_MAX or times < TIMES_FASTER_MIN))


if __name__ == "__main__":
    sys.exit(main())
