"""`geofleet fmt`: which files it takes, what it writes, and when it refuses."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from operations.formatting import files_in, format_files, formatted
from schemas.errors import ExitCode, FleetError, UsageError
from schemas.loading import load_spec
from schemas.locations import REPOSITORY

MESSY = """\
# yaml-language-server: $schema=../schemas/network.schema.json

kind:   'Network'
# of the format
apiVersion: "geofleet/v1"
fleets:
    # how many
    sequencers:
        count: 3   # odd
        workload: none
        role: sequencer
        # at the end
metadata: { environment: lab,name: perps }
"""

TIDY = """\
# yaml-language-server: $schema=../schemas/network.schema.json

# of the format
apiVersion: geofleet/v1
kind: Network
metadata: {name: perps, environment: lab}
fleets:
  # how many
  sequencers:
    role: sequencer
    workload: none
    count: 3   # odd
    # at the end
"""


@pytest.fixture
def messy(tmp_path: Path) -> Path:
    file = tmp_path / "perps.yaml"
    file.write_text(MESSY)
    return file


def test_a_spec_is_brought_into_the_one_layout_with_the_same_meaning(messy: Path) -> None:
    before = load_spec(messy)
    messy.chmod(0o600)
    assert format_files([str(messy)], writes=True, shows_diff=False, fails=False) is ExitCode.PASSED
    assert messy.read_text() == TIDY
    assert load_spec(messy).sha256 == before.sha256
    assert stat.S_IMODE(messy.stat().st_mode) == 0o600
    assert [path.name for path in messy.parent.iterdir()] == ["perps.yaml"]


def test_a_second_run_changes_nothing(messy: Path) -> None:
    format_files([str(messy)], writes=True, shows_diff=False, fails=False)
    modified = messy.stat().st_mtime_ns
    assert format_files([str(messy)], writes=True, shows_diff=False, fails=True) is ExitCode.PASSED
    assert messy.stat().st_mtime_ns == modified


def test_check_names_the_file_writes_nothing_and_ends_with_1(messy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert format_files([str(messy)], writes=False, shows_diff=False, fails=True) is ExitCode.FINDINGS
    shown = capsys.readouterr()
    assert shown.out == f"{messy}: not formatted\n"
    assert shown.err == f"Format it with: geofleet fmt {messy}\n"
    assert messy.read_text() == MESSY


def test_diff_shows_what_would_change_and_writes_nothing(messy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert format_files([str(messy)], writes=False, shows_diff=True, fails=False) is ExitCode.PASSED
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == f"--- {messy} (as it is)"
    assert "-    # how many" in shown
    assert "+  # how many" in shown
    assert messy.read_text() == MESSY


def test_a_link_goes_on_pointing_to_the_file(messy: Path) -> None:
    link = messy.parent / "link.yaml"
    link.symlink_to(messy.name)
    format_files([str(link)], writes=True, shows_diff=False, fails=False)
    assert link.is_symlink()
    assert messy.read_text() == TIDY


def test_a_folder_means_every_spec_in_it_and_nothing_else(messy: Path) -> None:
    (messy.parent / "perps.lock.yaml").write_text("schema: geofleet/lock/v1\n")
    (messy.parent / "broken.yaml").write_text("a: [\n")
    inner = messy.parent / "sub" / "overlay.yml"
    inner.parent.mkdir()
    inner.write_text("extends: ../perps.yaml\n")
    assert list(files_in([str(messy.parent)])) == [messy, inner]


def test_a_name_means_the_stacks_spec() -> None:
    assert list(files_in(["lab"])) == [REPOSITORY / "stacks" / "lab.yaml"]


def test_a_part_of_a_spec_can_be_formatted_too(tmp_path: Path) -> None:
    file = tmp_path / "overlay.yaml"
    file.write_text("metadata: {environment: production}\nextends: base.yaml\n")
    assert formatted(file).after == "extends: base.yaml\nmetadata: {environment: production}\n"


REFUSALS = [
    ("a: 1\na: 2\n", "error SPEC112 key 'a' is given twice, first on line 1"),
    ("apiVersion: *x\n", "error SPEC114 alias '*x' has no anchor before it"),
    ("a: 1\n", "is not a spec: it has no 'apiVersion'"),
    ("? apiVersion\n: geofleet/v1\n", ":1:3: a key is written with '?'"),
]


@pytest.mark.parametrize(("text", "said"), REFUSALS)
def test_what_cannot_be_formatted_stays_untouched(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(text)
    with pytest.raises(FleetError) as caught:
        format_files([str(file)], writes=True, shows_diff=False, fails=False)
    assert said in str(caught.value)
    assert caught.value.exit_code is ExitCode.USAGE
    assert file.read_text() == text


def test_one_refused_file_does_not_keep_the_others_from_being_formatted(messy: Path) -> None:
    bad, worse = messy.parent / "bad.yaml", messy.parent / "worse.yaml"
    bad.write_text("a: 1\n")
    worse.write_text("a: [\n")
    with pytest.raises(UsageError) as caught:
        format_files([str(bad), str(worse), str(messy)], writes=True, shows_diff=False, fails=False)
    assert str(caught.value).endswith("2 files cannot be formatted.")
    assert messy.read_text() == TIDY


def test_a_folder_without_specs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        list(files_in([str(tmp_path)]))
    assert str(caught.value) == f"no spec is in the folder '{tmp_path}'"


SPECS = [*sorted((REPOSITORY / "tests" / "specs" / "good").glob("*.yaml")), REPOSITORY / "stacks" / "lab.yaml"]


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.name)
def test_every_good_spec_means_the_same_when_formatted(path: Path, tmp_path: Path) -> None:
    found = formatted(path)
    file = tmp_path / path.name
    file.write_text(found.after)
    assert formatted(file).after == found.after
    if "extends" not in found.after and "include" not in found.after:
        assert load_spec(file).sha256 == load_spec(path).sha256
