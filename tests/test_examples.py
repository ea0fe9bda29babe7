"""Every example is what a reader may start from: strict, formatted, planned, sound, and told of in the docs.

`GEOFLEET_WRITE_PLANS=1 pytest tests/test_examples.py` writes the plans anew; review them as a diff.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from components.placement.planning import place
from policies.fleet_view import view_of_plan
from policies.judge import judge
from schemas.loading import load_spec
from schemas.plan import Plan
from schemas.plan_text import plan_text
from schemas.report import Feed, Status

ROOT = Path(__file__).parent.parent
EXAMPLES = sorted((ROOT / "stacks/examples").glob("*.yaml"))
PLANS = ROOT / "tests/plans/examples"


def planned(path: Path) -> Plan:
    spec = load_spec(path, source=path.relative_to(ROOT).as_posix())
    plan, _ = place(spec.network, stack=path.stem.replace("_", "-"), spec_sha256=spec.sha256)
    return plan


def test_there_are_at_least_eight() -> None:
    assert len(EXAMPLES) >= 8


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_keeps_every_promise_it_makes(path: Path) -> None:
    report = judge(view_of_plan(planned(path)), Feed.PLAN)
    gate = [f for f in report.with_status(Status.FAILED, Status.NOT_EVALUATED) if f.severity.is_mandatory]
    assert [finding.text() for finding in gate] == []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_examples_plan_is_the_golden_one(path: Path) -> None:
    golden = PLANS / f"{path.stem}.txt"
    text = plan_text(planned(path))
    if os.environ.get("GEOFLEET_WRITE_PLANS"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(text, encoding="utf-8")
    assert golden.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_json_schema_agrees(path: Path) -> None:
    schema = json.loads((ROOT / "schemas/network.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator(schema).validate(load_spec(path).document.value)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_has_the_modeline_of_its_schema_and_is_in_the_docs(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    schema = "overlay" if "\nextends:" in text else "network"
    assert text.startswith(f"# yaml-language-server: $schema=../../schemas/{schema}.schema.json\n")
    assert f"../stacks/examples/{path.name}" in (ROOT / "docs/examples.md").read_text(encoding="utf-8")


def test_examples_are_formatted() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "operations.command", "fmt", "--check", *map(str, EXAMPLES)], cwd=ROOT,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
