"""A spec of the alpha becomes one of v1: same meaning, every comment, and a reason for each change."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import jsonschema
import pytest
import yaml

from operations.migrating import migrated, run_migrate
from schemas.diagnostics import InvalidDocumentError
from schemas.document import read_file, read_text
from schemas.errors import FleetError, UsageError
from schemas.loading import load_spec, load_spec_text
from schemas.migrations import CURRENT, OLDER
from schemas.syntax import comments_of, nodes_of

SPECS = Path(__file__).parent.parent / "schemas" / "migrations"
ALPHA = "apiVersion: geofleet/v1alpha1\nkind: Network\nmetadata: {name: least, environment: lab}\n"


@pytest.mark.parametrize("name", ["everything", "least"])
def test_a_spec_of_the_alpha_becomes_this_one(name: str) -> None:
    old = SPECS / f"{name}.v1alpha1.yaml"
    jsonschema.validate(yaml.safe_load(old.read_text()), json.loads((SPECS / "v1alpha1.schema.json").read_text()))
    found = migrated(read_file(old))
    assert found is not None
    assert found.after == (SPECS / f"{name}.v1.yaml").read_text()
    load_spec_text(found.after)
    before = old.read_text()
    assert comments_of(found.after, nodes_of(found.after)) == comments_of(before, nodes_of(before))


def test_each_change_is_told_with_its_place_and_reason() -> None:
    found = migrated(read_file(SPECS / "everything.v1alpha1.yaml", source="old.yaml"))
    assert found is not None
    assert [change.text("old.yaml") for change in found.changes][:6] == [
        "old.yaml:2:13: apiVersion: is now geofleet/v1 (the version that this geofleet reads)",
        'old.yaml:9:12: hubs.deribit: is now {at: "aws:eu-west-2"} (a hub can be more than a region)',
        'old.yaml:10:10: hubs.tokyo: is now {at: "aws:ap-northeast-1"} (a hub can be more than a region)',
        (
            "old.yaml:16:13: fleets.validators.client: is now {name: cometbft, version: 0.38.26} "
            "(a client can have a URL and a SHA-256 too)"
        ),
        "old.yaml:19:5: fleets.validators.survive: is now {zone: 1, region: 1} (it says how many may be lost)",
        "old.yaml:22:18: fleets.validators.halt_safely: is now {provider: 1} (it says how many may be lost)",
    ]


def test_a_spec_of_the_current_version_stays_as_it_is() -> None:
    assert migrated(read_file(SPECS / "least.v1.yaml")) is None


@pytest.mark.parametrize("version", OLDER)
def test_loading_an_older_version_says_what_to_run(version: str) -> None:
    text = ALPHA.replace("geofleet/v1alpha1", version)
    with pytest.raises(InvalidDocumentError) as caught:
        load_spec_text(text, source="old.yaml")
    assert str(caught.value) == (
        f"old.yaml:1:13: error SPEC501 apiVersion: '{version}' is an older version of the format; "
        f"this geofleet reads {CURRENT}\n"
        f"    1 | apiVersion: {version}\n      |             {'^' * len(version)}\n"
        "  Run: geofleet migrate old.yaml --write"
    )


REFUSALS = [
    ("apiVersion: geofleet/v7\n", "old.yaml:1:13: version 'geofleet/v7' is not known",
     "Known are: geofleet/v1alpha1, geofleet/v1."),
    ("kind: Network\n", "old.yaml has no 'apiVersion'", "Add it: one of geofleet/v1alpha1, geofleet/v1."),
    ("- 1\n", "old.yaml has no 'apiVersion'", "Add it: one of geofleet/v1alpha1, geofleet/v1."),
    ("apiVersion: [1]\n", "old.yaml:1:13: version '[1]' is not known", "Known are: geofleet/v1alpha1, geofleet/v1."),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said", "remedy"), REFUSALS)
def test_an_unknown_version_is_refused_with_the_known_ones(text: str, said: str, remedy: str) -> None:
    with pytest.raises(UsageError) as caught:
        migrated(read_text(text, source="old.yaml"))
    assert (str(caught.value), caught.value.remedy) == (said, remedy)


UNREADABLE = [
    ("hubs: {a: [x]}\n", "old.yaml:4:11: error SPEC502 hubs.a: is not a region, such as aws:eu-west-2"),
    ("fleets: {v: {client: cometbft}}\n",
     "old.yaml:4:22: error SPEC502 fleets.v.client: is not a name and a version, such as cometbft@0.38.26"),
    ("fleets: {v: {survive: zone}}\n",
     "old.yaml:4:23: error SPEC502 fleets.v.survive: is not a list of failure domains, such as [zone, region]"),
    ("fleets: {v: {members: [aws:eu-west-2@x]}}\n",
     "old.yaml:4:24: error SPEC502 fleets.v.members[0]: is not a region with its power, such as aws:eu-west-2@20"),
    ("fleets: {v: {members: [&a aws:eu-west-2, *a]}}\n",
     "old.yaml:4:42: error SPEC502 fleets.v.members[1]: is not a region with its power, such as aws:eu-west-2@20"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), UNREADABLE)
def test_a_value_that_cannot_be_migrated_is_named(text: str, said: str) -> None:
    with pytest.raises(InvalidDocumentError) as caught:
        migrated(read_text(ALPHA + text, source="old.yaml"))
    assert str(caught.value).splitlines()[0] == said


def test_all_unreadable_values_are_named_at_once() -> None:
    text = ALPHA + "hubs: {a: [x], b: y}\nfleets: {v: {client: x, survive: y}}\n"
    with pytest.raises(InvalidDocumentError) as caught:
        migrated(read_text(text, source="old.yaml"))
    assert len(caught.value.diagnostics) == 4


def test_what_is_no_valid_spec_after_migration_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    file = tmp_path / "old.yaml"
    text = f"{ALPHA}fleets: {{s: {{role: sequencer, workload: none, cuont: 3}}}}\n"
    file.write_text(text)
    with pytest.raises(InvalidDocumentError) as caught:
        run_migrate(str(file), writes=True, shows_diff=False)
    assert "(migrated):4:" in str(caught.value)
    assert "Did you mean 'count'?" in str(caught.value)
    assert file.read_text() == text


def test_writing_keeps_the_files_mode_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "old.yaml"
    file.write_text((SPECS / "everything.v1alpha1.yaml").read_text())
    file.chmod(0o640)
    assert run_migrate(str(file), writes=True, shows_diff=False) == ""
    assert file.read_text() == (SPECS / "everything.v1.yaml").read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["old.yaml"]
    assert load_spec(file).network.metadata.name == "perps"


def test_without_write_the_text_or_the_difference_is_shown_and_the_file_stays(tmp_path: Path) -> None:
    file = tmp_path / "old.yaml"
    before = (SPECS / "least.v1alpha1.yaml").read_text()
    file.write_text(before)
    assert run_migrate(str(file), writes=False, shows_diff=False) == (SPECS / "least.v1.yaml").read_text()
    shown = run_migrate(str(file), writes=False, shows_diff=True).splitlines()
    assert [line for line in shown if line.startswith(("-a", "+a"))] == [
        "-apiVersion: geofleet/v1alpha1", "+apiVersion: geofleet/v1",
    ]  # fmt: skip
    assert file.read_text() == before


def test_a_file_that_is_not_strict_yaml_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "old.yaml"
    file.write_text("a: 1\na: 2\n")
    with pytest.raises(FleetError, match="SPEC112"):
        run_migrate(str(file), writes=True, shows_diff=False)
