"""What a team sets of the rules reaches the check and the pack, and a mistake in it stops both."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from operations.checking import judged
from operations.planning import files_of, planned
from policies.published import HOST, NETWORK, Component, published
from policies.settings import Settings, settings_from_text
from schemas.diagnostics import InvalidDocumentError
from schemas.errors import ExitCode
from schemas.report import Severity, Status

ROOT = Path(__file__).parents[2]
HEAD = "schema: geofleet/policies/v1\nrules:\n"


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "seq.yaml"
    shutil.copy(ROOT / "stacks" / "examples" / "two_cloud_sequencers.yaml", path)
    return path


def test_a_stacks_own_severity_refuses_what_was_advice(spec: Path) -> None:
    assert judged(planned(files_of(str(spec)))).exit_code is ExitCode.PASSED
    spec.with_name("seq.policies.yaml").write_text(HEAD + "  RED026: {severity: high}\n", encoding="utf-8")
    report = judged(planned(files_of(str(spec))))
    assert report.exit_code is ExitCode.FINDINGS
    [found] = [f for f in report.with_status(Status.FAILED) if f.rule_id == "RED026"]
    assert found.severity is Severity.HIGH


def test_a_mistake_in_the_settings_is_a_mistake_of_the_spec(spec: Path) -> None:
    spec.with_name("seq.policies.yaml").write_text(HEAD + "  RED11: {severity: low}\n", encoding="utf-8")
    with pytest.raises(InvalidDocumentError) as caught:
        judged(planned(files_of(str(spec))))
    assert caught.value.exit_code is ExitCode.USAGE
    assert "seq.policies.yaml:3:3: error POLICY301" in str(caught.value)


def test_the_pack_judges_nothing_by_settings_that_it_cannot_read() -> None:
    def settings_of(_stack: str) -> Settings:
        return settings_from_text(HEAD + "  RED11: {severity: low}\n", source="geofleet.policies.yaml")

    urn = "urn:pulumi:perps::geofleet::"
    made = [
        Component(token=NETWORK, urn=f"{urn}network", name="perps", props={"terms": {}}),
        Component(token=HOST, urn=f"{urn}host", name="a-1", props={}),
    ]
    found = published(made, settings_of=settings_of)
    assert not found.view.fleets
    assert "error POLICY301" in found.view.doubts["perps"]
