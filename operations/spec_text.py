"""The text of a new spec: what was wished for, and comments that teach the rest."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import indent

from operations.wishes import Wishes
from schemas import atlas
from schemas.spec.schema import EXAMPLE

_CLIENT = EXAMPLE["fleets"]["validators"]["client"]

_MARKETS = ("aws:eu-west-2", "aws:us-east-1", "aws:ap-northeast-1", "gcp:europe-west2", "gcp:us-east4")
"""London, Virginia, Tokyo: where venues are, for a hub that nobody names."""

_HEAD = """\
# yaml-language-server: $schema={schema}
# $schema: {schema}
#
# {name}: written by `geofleet init`. Say what the network promises; placement finds where hosts go.
# Every field: docs/spec.md, or `geofleet explain FIELD`. After a change: `geofleet check`, then `geofleet plan`.

apiVersion: geofleet/v1
kind: Network

# production makes rules on good practice stricter than staging and lab.
metadata: {{name: {name}, environment: {environment}}}
"""

_WORDS = {
    ("zone", "region", "provider"): "any one zone, region or cloud",
    ("zone", "region"): "any one zone or region",
    ("zone",): "any one zone",
}

_ABOUT = {
    "validator": """\
# Blocks go on while more than two thirds of the voting power is there.
# No `count`: placement takes the least that keeps the promises.""",
    "relayer": """\
# One relayer that is left carries every packet, so two of them near the hub are enough to lose one.
# No workload yet: hosts are provisioned, hardened and verified, and run no relayer.""",
    "sequencer": """\
# Exactly one leads while a majority is left: three can lose one, five can lose two.
# No workload yet: hosts are provisioned, hardened and verified, and run no sequencer.""",
    "oracle": """\
# Prices are served while `reports_min` members report.
# No workload yet: hosts are provisioned, hardened and verified, and run no oracle.""",
}


@dataclass(frozen=True, kw_only=True)
class FleetChoice:
    """What one fleet promises."""

    role: str
    survive: tuple[str, ...]
    hub_ms_max: int = 0
    """Largest round trip to the hub, in milliseconds (relayers)."""


def spec_text(wishes: Wishes, choices: list[FleetChoice], *, schema: str) -> str:
    """Return a spec.

    Args:
        wishes: What it shall say.
        choices: What each fleet promises.
        schema: Where editors find the JSON Schema.
    """
    parts = [_HEAD.format(schema=schema, name=wishes.name, environment=wishes.environment)]
    if wishes.chain:
        parts.append(
            "# A block takes this pause, and then three messages to the nearest validators with two thirds of the power.\n"
            f"chains:\n  {wishes.chain}: {{engine: cometbft, block_time_ms: 2000}}\n"
        )
    if "relayer" in wishes.roles:
        parts.append(
            f"# Places that members must be near to: where liquidity is.\nhubs:\n  main: {{at: {_hub(wishes)}}}\n"
        )
    patterns = "".join(f"    - {json.dumps(pattern)}\n" for pattern in wishes.regions)
    parts.append(f"# Where hosts may go; placement opens no more regions than it must.\nregions:\n  allow:\n{patterns}")
    parts.append("fleets:\n" + "\n".join(_fleet(wishes, choice) for choice in choices))
    return "\n".join(parts)


def _hub(wishes: Wishes) -> str:
    """Return the region of the hub: the wished one, else a large market's, else the first that may be used."""
    known = sorted(atlas.regions())
    allowed = [name for pattern in wishes.regions for name in fnmatch.filter(known, pattern)]
    usual = next((name for name in _MARKETS if name in allowed), "")
    return json.dumps(wishes.hub or usual or next(iter(allowed), wishes.regions[0]))


def _fleet(wishes: Wishes, choice: FleetChoice) -> str:
    lines = [*_ABOUT[choice.role].splitlines(), f"{choice.role}s:", *(f"  {line}" for line in _keys(wishes, choice))]
    return indent("\n".join(lines), "  ") + "\n"


def _keys(wishes: Wishes, choice: FleetChoice) -> Iterator[str]:
    yield f"role: {choice.role}"
    if choice.role == "validator":
        yield f"chain: {wishes.chain}"
        yield f"client: {{name: {_CLIENT['name']}, version: {_CLIENT['version']}}}"
    else:
        yield "workload: none"
    if choice.role == "relayer":
        yield "per_hub: 2"
    if choice.role == "oracle":
        yield "reports_min: 2"
    if choice.survive:
        yield f"# Goes on when {_WORDS.get(choice.survive, ' or '.join(choice.survive))} is lost, one loss at a time."
        yield f"survive: {{{', '.join(f'{domain}: 1' for domain in choice.survive)}}}"
    else:
        yield "# Promises to survive no loss: the allowed regions have too few zones. Allow more, and add `survive`."
    if choice.role == "relayer":
        yield "# Round trip to the hub in milliseconds, by measured figures only."
        yield f"near: [{{hub: main, latency_ms_max: {choice.hub_ms_max}}}]"
    else:
        yield "# latency: {between_members_ms_max: 120}   # milliseconds between any two members"
    yield "machine: {vcpu: 2, memory_gib: 4, disk_gib: 50}"
