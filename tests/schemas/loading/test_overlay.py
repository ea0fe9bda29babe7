"""The editor's schema of an overlay is fresh, looser than the spec's own, and no looser than it must be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from schemas.draft7 import schema_text
from schemas.loading.overlay import FILE, overlay_schema
from schemas.spec.schema import EXAMPLE

SPECS = Path(__file__).parents[2] / "specs" / "composed"
VALIDATOR = jsonschema.Draft7Validator(overlay_schema())


def fits(text: str) -> bool:
    return VALIDATOR.is_valid(yaml.safe_load(text))


def test_the_published_schema_is_fresh() -> None:
    assert FILE.read_text(encoding="utf-8") == schema_text(overlay_schema()), "stale: python -m schemas.loading.overlay"


def test_the_schema_itself_is_draft_7() -> None:
    jsonschema.Draft7Validator.check_schema(overlay_schema())
    assert overlay_schema()["title"] == "geofleet overlay"


@pytest.mark.parametrize(
    "path",
    [path for path in SPECS.glob("*.yaml") if path.name in ("staging.yaml", "over.yaml")],
    ids=lambda path: path.stem,
)
def test_overlays_that_load_are_accepted(path: Path) -> None:
    VALIDATOR.validate(yaml.safe_load(path.read_text()))


def test_a_whole_spec_over_another_is_accepted() -> None:
    example: dict[str, Any] = {"extends": ["a.yaml", "b.yaml"], **EXAMPLE}
    VALIDATOR.validate(example)


@pytest.mark.parametrize(
    "rest",
    [
        "", "hubs: null", "fleets: {include: fleets.yaml}", "fleets: {eu-validators: {count: 3}}",
        "fleets: {eu-relayers: {per_hub: 3}, eu-oracles: {reports_min: 3}}", "fleets: {eu-relayers: null}",
        "fleets: {eu-relayers: {near: [{hub: deribit, remove: true}]}}", "fleets: {eu-relayers: {members: {include: m.yaml}}}",
        "fleets: {eu-relayers: {role: relayer, include: [a.yaml, b.yaml], per_hub: 2}}",
        "fleets: {eu-validators: {machine: {include: small.yaml, vcpu: null}}}", "chains: {perps-1: {block_time_ms: 500}}",
    ],
)  # fmt: skip
def test_what_a_base_may_give_can_be_left_out_removed_or_included(rest: str) -> None:
    assert fits(f"extends: base.yaml\n{rest}\n")


@pytest.mark.parametrize(
    "text",
    [
        "fleets: {}", "extends: []", "extends: ''", "extends: {a: b}", "extends: a.yaml\nflets: {}", "extends: a.yaml\ninclude: b.yaml",
        "extends: a.yaml\nfleets: {eu-validators: {cuont: 3}}", "extends: a.yaml\nfleets: {eu-validators: {count: three}}",
        "extends: a.yaml\nfleets: {eu-validators: {count: 0}}", "extends: a.yaml\nfleets: {Validators: {count: 3}}",
        "extends: a.yaml\nfleets: {eu-relayers: {role: relayer, reports_min: 3}}",
        "extends: a.yaml\nfleets: {eu-relayers: {per_hub: 3, reports_min: 3}}", "extends: a.yaml\nmetadata: {environment: test}",
        "extends: a.yaml\nfleets: {eu-relayers: {near: [{hub: x, remove: false}]}}", "extends: a.yaml\nchains: {perps-1: {include: 7}}",
    ],
)  # fmt: skip
def test_what_is_wrong_in_every_spec_is_wrong_in_an_overlay(text: str) -> None:
    assert not fits(text)
