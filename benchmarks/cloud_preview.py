"""A preview of 100 hosts in two clouds by `stacks/program.py`, beside a bare Pulumi program with the same resources.

Both run in the real engine, over the same stand-in providers, against worlds without resources. The bare program has no
components and no plan: it registers, with the classes of the clouds' SDKs, what the first preview asked for: the same
names, properties, dependencies and providers. It reads them from one JSON file, which is faster than any source that a
person would write. Its preview must come to the same number of cloud resources, or there is no figure.

Told are wall time, CPU time of everything that the engine started (stand-ins included, which cost both the same), and
CPU time of the Python program alone: the hard figure, because nothing in it is shared.

Run: `python benchmarks/cloud_preview.py [--runs 3] [--check]`. `--check` fails when a ratio is over 1.2 (issue 6).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.standins.clouds import STACK, CloudProject, Trial, cloud_trial

RATIO_MAX = 1.2
AWS = ("aws:eu-west-1", "aws:us-east-2")
GCP = ("gcp:us-east4", "gcp:us-central1", "gcp:europe-west3")
COUNTS = {"validators": 8, "sequencers": 5, "oracles": 7}
"""Fleet to its hosts in each of the five regions: 100."""
SHORT_COUNTS = {"validators": 2, "sequencers": 1, "oracles": 1}
"""The same with 20 hosts."""
BARE = Path(__file__).parent / "bare_program.py"
FUTURE = "from __future__ import annotations\n"
CLOCK = """\
import os, pathlib, time
_exit, _clock = os._exit, pathlib.Path("cpu_s").absolute()
def _told(code):
    _clock.write_text(str(time.process_time()))
    _exit(code)
os._exit = _told
"""
"""Put before both programs: what the program itself took. Our language host ends a program with `os._exit`."""


def spec(counts: Mapping[str, int]) -> str:
    """Return a network in five regions of two clouds, with so many hosts of each fleet in each region."""
    fleets = {
        "validators": "role: validator, chain: perps-1, client: {name: cometbft, version: 0.38.26}, "
        "machine: {vcpu: 4, memory_gib: 16, disk_gib: 50}",
        "sequencers": "role: sequencer, workload: none",
        "oracles": "role: oracle, workload: none, reports_min: 3",
    }
    regions = (*AWS, *GCP)
    lines = [
        "apiVersion: geofleet/v1", "kind: Network", "metadata: {name: large, environment: staging}",
        "chains: {perps-1: {engine: cometbft, block_time_ms: 2000}}",
        f"regions: {{allow: {json.dumps(regions)}}}", "fleets:",
    ]  # fmt: skip
    for name, settings in fleets.items():
        members = ", ".join(f'{{region: "{region}"}}' for region in regions for _ in range(counts[name]))
        lines.append(f"  {name}: {{{settings}, members: [{members}]}}")
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one preview took, in seconds."""

    wall_s: float
    cpu_s: float
    """Of the engine, the program and the stand-ins."""
    program_cpu_s: float
    resources: int
    """Resources of the clouds that it would create."""


def measured(project: CloudProject) -> tuple[Cost, list[Mapping[str, Any]]]:
    """Return what a preview costs, and what it would make."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = project.run("preview", "--json", "--stack", STACK)
    wall_s, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    states = [step["newState"] for step in json.loads(done.stdout)["steps"] if "newState" in step]
    cost = Cost(
        wall_s=wall_s,
        cpu_s=after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        program_cpu_s=float((project.folder / "cpu_s").read_text(encoding="utf-8")),
        resources=sum(is_of_a_cloud(state["type"]) for state in states),
    )
    return cost, states


def is_of_a_cloud(token: str) -> bool:
    """Return whether a type token is a cloud's: what only groups is not."""
    return token.startswith(("aws:", "gcp:"))


def registered(states: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return what a bare program needs of a preview: every resource of a cloud and every provider, in the engine's order."""
    wanted = [one for one in states if is_of_a_cloud(one["type"]) or one["type"].startswith("pulumi:providers:")]
    return [
        {
            key: one.get(key) or default
            for key, default in (
                ("urn", ""), ("type", ""), ("inputs", {}), ("provider", ""), ("dependencies", []),
                ("propertyDependencies", {}),
            )
        }
        for one in wanted
    ]  # fmt: skip


def bare_project(trial: Trial, found: list[Mapping[str, Any]]) -> CloudProject:
    """Return a project that registers these, in the same world, with a state of its own."""
    folder = trial.project.folder.parent / "bare"
    project = CloudProject(folder, trial.world, program=CLOCK + BARE.read_text(encoding="utf-8").replace(FUTURE, ""))
    (folder / "resources.json").write_text(json.dumps(found), encoding="utf-8")
    project.configure({}, stack=STACK)
    return project


def least(costs: list[Cost], figure: str) -> float:
    """Return the least of a figure: other work on the machine can only add to it."""
    return min(float(getattr(cost, figure)) for cost in costs)


def main() -> int:
    """Print the figures; return 1 when `--check` is given and a ratio is over the reach."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3, help="previews of each program, in turns")
    parser.add_argument("--check", action="store_true", help="fail when a ratio is over the reach")
    parser.add_argument("--short", action="store_true", help="20 hosts, to try this program itself")
    arguments = parser.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="cloud-preview-") as name, cloud_trial(Path(name)) as trial:
        plan = trial.write(spec(SHORT_COUNTS if arguments.short else COUNTS))
        program = trial.project.folder / "__main__.py"
        program.write_text(CLOCK + program.read_text(encoding="utf-8"), encoding="utf-8")
        cost, states = measured(trial.project)
        bare = bare_project(trial, registered(states))
        ours, theirs = [cost], [measured(bare)[0]]
        for _ in range(arguments.runs - 1):
            ours.append(measured(trial.project)[0])
            theirs.append(measured(bare)[0])
    counts = {cost.resources for cost in (*ours, *theirs)}
    assert len(counts) == 1, f"the programs must come to the same resources, not {counts}"
    figures: dict[str, float] = {"hosts": len(plan.hosts), "resources": counts.pop(), "load_average": round(load, 1)}
    ratios = []
    for figure in ("wall_s", "cpu_s", "program_cpu_s"):
        own, other = least(ours, figure), least(theirs, figure)
        ratios.append(own / other)
        figures |= {figure: round(own, 2), f"bare_{figure}": round(other, 2), f"{figure}_ratio": round(own / other, 2)}
        print(f"{figure:>14}: {own:7.2f} ours, {other:7.2f} bare: {own / other:.2f} times", file=sys.stderr)
    print(json.dumps(figures))
    return int(arguments.check and max(ratios) > RATIO_MAX)


if __name__ == "__main__":
    sys.exit(main())
