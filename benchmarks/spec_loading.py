"""Load and validate a spec of 1,000 members written one by one, beside SafeLoader + jsonschema.

Every member has ten fields, three of them mappings. Run: `python benchmarks/spec_loading.py [--check]`. Figures are CPU milliseconds, the least of several runs, since other
work on the machine can only add to them. `--check` fails when a target of the design (section 9) is missed. Beside is
what a careful user would write without geofleet: PyYAML's SafeLoader and jsonschema with the published schema; it
gives no positions, no checks across values and accepts duplicate keys.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import jsonschema
import yaml

from schemas import atlas
from schemas.document import read_text
from schemas.loading import load_spec_text
from schemas.spec.schema import FILE

MEMBERS = 1000
MS_MAX = 250.0
TIMES_FASTER_MIN = 4.0
RUNS = 5


def spec_text() -> str:
    """Return a spec whose validators are written out one by one, ten fields each, over every zone of the atlas."""
    zones = [(region, zone) for region in atlas.regions() for zone in atlas.zones(region)]
    lines = [
        "apiVersion: geofleet/v1",
        "kind: Network",
        "metadata: {name: large, environment: production}",
        "chains:",
        "  large-1: {engine: cometbft, block_time_ms: 2000}",
        "fleets:",
        "  validators:",
        "    role: validator",
        "    client: {name: cometbft, version: 0.38.26}",
        "    chain: large-1",
        "    members:",
    ]
    for number in range(MEMBERS):
        region, zone = zones[number % len(zones)]
        lines += [
            f"      - name: member-{number}",
            f"        region: {region}",
            f"        zone: {zone}",
            f"        power: {10 + number % 7}",
            f"        operator: operator-{number % 20}",
            f"        signer_group: group-{number % 250}",
            "        client: {name: cometbft, version: 0.38.26}",
            "        machine: {vcpu: 4, memory_gib: 16, disk_gib: 500}",
            "        confidential: none",
            f"        keys: {{consensus: store:member-{number}-consensus, node: store:member-{number}-node}}",
        ]
    return "\n".join(lines) + "\n"


def cpu_ms(work: Callable[[], object]) -> float:
    """Return the least CPU time of several runs, in milliseconds."""
    work()
    found = []
    for _ in range(RUNS):
        started = time.process_time()
        work()
        found.append((time.process_time() - started) * 1000)
    return min(found)


def main() -> int:
    """Print the figures; return 1 when `--check` is given and a target is missed."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument("--check", action="store_true", help="fail when a target is missed")
    check = arguments.parse_args().check
    text = spec_text()
    validator = jsonschema.Draft7Validator(json.loads(FILE.read_text(encoding="utf-8")))

    def beside(loader: Any) -> None:
        validator.validate(yaml.load(text, Loader=loader))

    ours = cpu_ms(lambda: load_spec_text(text))
    parsing = cpu_ms(lambda: read_text(text, source="spec.yaml"))
    theirs, theirs_in_c = cpu_ms(lambda: beside(yaml.SafeLoader)), cpu_ms(lambda: beside(yaml.CSafeLoader))
    print(f"{MEMBERS} members, {len(text):,} bytes; CPU ms, least of {RUNS}")
    print(f"geofleet: parse with positions {parsing:8.1f}")
    print(f"geofleet: load and validate    {ours:8.1f}   target: under {MS_MAX:.0f}")
    print(
        f"SafeLoader + jsonschema        {theirs:8.1f}   {theirs / ours:.1f} times ours, target: at least {TIMES_FASTER_MIN:g}"
    )
    print(f"CSafeLoader + jsonschema       {theirs_in_c:8.1f}   {theirs_in_c / ours:.1f} times ours")
    missed = ours >= MS_MAX or theirs / ours < TIMES_FASTER_MIN
    return 1 if check and missed else 0


if __name__ == "__main__":
    sys.exit(main())
