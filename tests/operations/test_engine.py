from __future__ import annotations

from pathlib import Path

import pytest

from operations import engine
from policies import pack
from schemas.errors import EnvironmentMissingError


def a_program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache/geofleet/engine/bin/pulumi"


def test_the_engine_that_setup_chose_is_used_whatever_the_path_has(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_program(built)
    monkeypatch.setenv("PATH", str(a_program(tmp_path / "other/pulumi").parent))
    assert engine.pulumi_command() == built


def test_without_any_engine_the_remedy_is_named(built: Path) -> None:
    with pytest.raises(EnvironmentMissingError) as refused:
        engine.pulumi_command()
    assert str(refused.value) == f"there is no Pulumi engine in {built.parent}"
    assert refused.value.remedy.startswith("Run: make setup.")


def test_the_state_is_opened_without_the_side_cars_that_a_kill_can_break(
    built: Path, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_program(built)
    monkeypatch.setenv("PATH", "/nowhere")
    variables = engine.engine_environment("lab")
    assert variables["PULUMI_BACKEND_URL"] == f"file://{work}/state?metadata=skip"
    assert variables["PATH"].split(":")[0] == str(built.parent)


def test_the_passphrase_is_made_once_and_private(work: Path) -> None:
    engine.prepare_state()
    path = work / "secrets" / "passphrase"
    first = path.read_text()
    engine.prepare_state()
    assert path.read_text() == first
    assert len(first.strip()) == 48
    assert path.stat().st_mode & 0o777 == 0o600


def events(*found: dict[str, object]) -> engine.EngineRun:
    return engine._summary(1, list(found))


def test_what_stays_as_it_is_is_no_change() -> None:
    assert events({"summaryEvent": {"resourceChanges": {"same": 60, "create": 0}}}).changes_nothing
    assert events({"summaryEvent": {"resourceChanges": {"same": 59, "create": 1}}}).changes == {"create": 1}


def test_mandatory_violations_and_errors_are_kept_and_advice_is_not_a_violation() -> None:
    run = events(
        {"policyEvent": {"enforcementLevel": "mandatory", "message": "<{%red%}>[RED002] no<{%reset%}>"}},
        {"policyEvent": {"enforcementLevel": "advisory", "message": "think again"}},
        {"diagnosticEvent": {"severity": "error", "message": "it broke\n"}},
        {"diagnosticEvent": {"severity": "info", "message": "by the way"}},
    )
    assert run.policy_violations == ("[RED002] no",)
    assert run.errors == ("it broke",)


def test_a_pack_that_saw_the_stack_is_named_though_it_had_nothing_to_say() -> None:
    run = events({"policyAnalyzeStackSummaryEvent": {"policyPackName": "geofleet", "passed": ["geofleet-mandatory"]}})
    assert run.judged_by == ("geofleet",)
    assert events({"summaryEvent": {}}).judged_by == ()
    assert engine.PACK_NAME == pack.NAME
