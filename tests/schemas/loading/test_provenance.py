"""Where every kind of value comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.document import yaml_text
from schemas.loading import LoadedSpec, load_spec, load_spec_text
from schemas.loading.composed import How
from schemas.loading.provenance import Provenance, SourcePlace, provenance, removed, rendering

SPECS = Path(__file__).parents[2] / "specs" / "composed"


@pytest.fixture
def staging() -> LoadedSpec:
    return load_spec(SPECS / "staging.yaml", source="staging.yaml")


def told(found: Provenance) -> str:
    place = found.at.text if found.at else "-"
    over = f" over {', '.join(other.text for other in found.over)}" if found.over else ""
    return f"{found.how} {found.depth} {place}{over}"


@pytest.mark.parametrize(
    ("path", "comes_from"),
    [
        ("apiVersion", "inherited 1 base.yaml:2"),
        ("metadata", "here 0 staging.yaml:2 over base.yaml:4"),
        ("metadata.name", "inherited 1 base.yaml:4"),
        ("metadata.environment", "here 0 staging.yaml:2 over base.yaml:4"),
        ("metadata.description", "default 0 -"),
        ("chains.perps-1.operated", "default 0 -"),
        ("fleets.validators.count", "here 0 staging.yaml:5 over base.yaml:15"),
        ("fleets.validators.machine", "here 0 staging.yaml:6 over base.yaml:17"),
        ("fleets.validators.machine.vcpu", "inherited 1 base.yaml:17"),
        ("fleets.validators.survive", "default 0 -"),
        ("fleets.relayers.near", "here 0 staging.yaml:10 over base.yaml:23"),
        ("fleets.relayers.near.0", "here 0 staging.yaml:11 over base.yaml:23"),
        ("fleets.relayers.near.0.latency_ms_max", "here 0 staging.yaml:11 over base.yaml:23"),
        ("fleets.oracles", "here 0 staging.yaml:13 over fragments/oracles.yaml:1"),
        ("fleets.oracles.role", "included 1 fragments/oracles.yaml:1"),
        ("fleets.oracles.count", "here 0 staging.yaml:14 over fragments/oracles.yaml:3"),
        ("fleets.oracles.machine", "included 1 fragments/oracles.yaml:5 over fragments/small.yaml:1"),
        ("fleets.oracles.machine.vcpu", "included 2 fragments/small.yaml:1"),
        ("fleets.oracles.machine.disk_gib", "included 1 fragments/oracles.yaml:5 over fragments/small.yaml:3"),
    ],
)
def test_a_value_comes_from(staging: LoadedSpec, path: str, comes_from: str) -> None:
    parts = tuple(int(part) if part.isdigit() else part for part in path.split("."))
    assert told(provenance(staging.document, parts)) == comes_from


def test_a_removed_key_is_told_with_the_null_and_what_it_took_away(staging: LoadedSpec) -> None:
    found = removed(staging.document, ("fleets", "validators"))
    assert {key: told(value) for key, value in found.items()} == {"survive": "here 0 staging.yaml:7 over base.yaml:16"}
    assert removed(staging.document, ("fleets", "relayers")) == {}
    assert removed(staging.document, ("chains",)) == {}


def test_a_spec_of_one_file_is_all_here_or_default() -> None:
    loaded = load_spec(SPECS / "base.yaml", source="base.yaml")
    found = {value.provenance.how for value in rendering(loaded, with_provenance=True).values}
    assert found == {How.HERE, How.DEFAULT}
    assert provenance(loaded.document, ("fleets", "validators", "count")) == Provenance(
        how=How.HERE, at=SourcePlace(file="base.yaml", line=15, column=12)
    )
    assert removed(loaded.document, ()) == {}


def test_a_rendering_holds_every_value_once_with_where_it_comes_from(staging: LoadedSpec) -> None:
    found = rendering(staging, with_provenance=True)
    values = {value.path: value for value in found.values}
    assert len(values) == len(found.values)
    assert values["fleets.validators.count"].value == found.spec["fleets"]["validators"]["count"] == 4
    assert values["fleets.relayers.near[0].hub"].value == "deribit"
    assert [(file.file, file.how, file.depth) for file in found.files] == [
        ("staging.yaml", "here", 0), ("base.yaml", "inherited", 1), ("fragments/oracles.yaml", "included", 1),
        ("fragments/small.yaml", "included", 2),
    ]  # fmt: skip
    assert [value.path for value in found.removed] == ["fleets.validators.survive"]
    for value in found.values:
        assert (value.provenance.at is None) == (value.provenance.how is How.DEFAULT)
        if value.provenance.at is not None and value.value is not None:
            line = (SPECS / value.provenance.at.file).read_text().split("\n")[value.provenance.at.line - 1]
            written = f"{value.value:g}" if isinstance(value.value, float) else str(value.value)
            assert written in line, value


def test_without_provenance_a_rendering_is_the_spec_alone(staging: LoadedSpec) -> None:
    found = rendering(staging, with_provenance=False)
    assert (found.values, found.removed) == ((), ())
    assert found.spec_sha256 == staging.sha256
    assert found.spec["metadata"] == {"name": "perps", "environment": "staging", "description": None}
    assert load_spec_text(yaml_text(staging.document.value)).sha256 == found.spec_sha256
