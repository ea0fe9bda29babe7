"""What `geofleet up` refuses to go on with; the real engine's part is in tests/deployed/test_policy_pack.py."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import pytest

from operations import deployment
from operations.deployment import PolicyRefusedError, require_judged
from operations.engine import EngineRun
from schemas.errors import EngineError, ExitCode


def run(code: int = 0, **more: Any) -> EngineRun:
    return EngineRun(exit_code=code, **{"changes": {"create": 1}, "policy_violations": (), "errors": (), **more})


def test_a_preview_that_the_pack_judged_goes_on() -> None:
    require_judged(run(judged_by=("geofleet",)), "perps", "preview")


@pytest.mark.parametrize("packs", [(), ("somebody-elses",)])
def test_a_run_that_the_pack_never_saw_is_refused(packs: tuple[str, ...]) -> None:
    with pytest.raises(PolicyRefusedError) as refused:
        require_judged(run(judged_by=packs), "perps", "preview")
    assert (
        str(refused.value) == f"the preview was judged by {packs[0] if packs else 'no policy pack'}; expected geofleet"
    )
    assert refused.value.exit_code is ExitCode.FINDINGS
    assert "geofleet up perps" in refused.value.remedy


def test_a_violation_is_a_refusal_and_any_other_failure_is_the_engines() -> None:
    with pytest.raises(PolicyRefusedError, match="SEC010"):
        require_judged(run(255, policy_violations=("[SEC010] ...",)), "perps", "preview")
    with pytest.raises(EngineError):
        require_judged(run(255), "perps", "preview")


def test_up_previews_with_the_pack_first_and_builds_nothing_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Sequence[str]] = []

    def engine(_stack: str, arguments: Sequence[str], **_: Any) -> EngineRun:
        asked.append(arguments)
        return run()

    monkeypatch.setattr(deployment, "pulumi", engine)
    lock = os.open(os.devnull, os.O_RDONLY)
    try:
        with pytest.raises(PolicyRefusedError):
            deployment._build("perps", lock)
    finally:
        os.close(lock)
    assert asked == [["preview", "--policy-pack", "policies"]]
