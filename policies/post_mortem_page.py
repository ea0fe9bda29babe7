"""docs/post-mortems.md, written from the fixtures of the post-mortems: python -m policies.post_mortem_page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from policies.catalogue import RULES
from schemas.document import read_file
from schemas.locations import REPOSITORY

PAGE = REPOSITORY / "docs" / "post-mortems.md"
FIXTURES = REPOSITORY / "tests" / "policies" / "post_mortems"

_HEAD = """<!-- Written by `python -m policies.post_mortem_page` from tests/policies/post_mortems; do not edit. -->
# Post-mortems

Twenty-four outages and losses of other systems, each as a topology: the spec as it was, and as it is after the fix.
`tests/policies/test_post_mortems.py` plans and judges both. The topology before is refused by each rule that is named;
after, these rules pass and nothing else refuses it.

A rule that only advises in production by default is marked *advises*: with
[the strict profile](../policies/profiles/strict.policies.yaml) as `geofleet.policies.yaml` it refuses. What no topology
can show, since it happens while a system runs, is judged elsewhere, and said so.
"""


@dataclass(frozen=True, kw_only=True)
class PostMortem:
    """One incident, as its fixture tells it."""

    name: str
    """`P1` to `P24`, as in research/reliability.md."""
    date: str
    system: str
    cause: str
    figures: str
    rules: tuple[str, ...]
    """IDs of the rules that refuse its topology."""
    elsewhere: str
    """What is judged by something else, and by what; empty when rules judge all of it."""
    spec: dict[str, Any]
    """What both topologies share."""
    before: dict[str, Any]
    """What is merged into it: `spec`, and what a stack publishes, `terms` and `keys`."""
    after: dict[str, Any]


def post_mortems(folder: Path = FIXTURES) -> list[PostMortem]:
    """Return every post-mortem, in their order.

    Raises:
        InvalidDocumentError: A fixture is not strict YAML.
        TypeError: A fixture lacks a key, or has one that is not known.
    """
    found = []
    for path in sorted(folder.glob("p*.yaml")):
        value = dict(read_file(path).value)
        found.append(PostMortem(name=value.pop("post_mortem"), rules=tuple(value.pop("rules")), **value))
    return found


def page() -> str:
    """Return the whole page."""
    return "\n".join([_HEAD, *_table(), ""])


def write() -> None:
    """Write the page where the repository keeps it."""
    PAGE.write_text(page(), encoding="utf-8")


def _table() -> Iterator[str]:
    yield "| # | date | system | cause | figures | refused by | judged elsewhere |"
    yield "|---|---|---|---|---|---|---|"
    for found in post_mortems():
        rules = "<br>".join(_rule(rule) for rule in found.rules)
        yield (
            f"| {found.name} | {found.date} | {found.system} | {found.cause} | {found.figures} | {rules} | "
            f"{found.elsewhere or '-'} |"
        )


def _rule(rule_id: str) -> str:
    rule = RULES[rule_id]
    advises = "" if rule.severity_for("production").is_mandatory else " (*advises*)"
    return f"[{rule_id}](rules.md#{rule_id.lower()}) {rule.title}{advises}"


if __name__ == "__main__":
    write()
