from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from operations.attestation import challenges
from operations.command import cli
from schemas.errors import FleetError

EXPECTED = f"""\
schema: geofleet/attestation/v1
fleets:
  validators: {{nitro: {{pcrs: {{pcr0: {"ab" * 48}}}}}}}
"""


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(challenges, "work_dir", lambda: tmp_path / "work")
    source = Path(__file__).parents[3] / "stacks" / "lab"
    for end in (".yaml", ".lock.yaml"):
        (tmp_path / f"lab{end}").write_text(Path(f"{source}{end}").read_text())
    (tmp_path / "lab.attestation.yaml").write_text(EXPECTED)
    return str(tmp_path / "lab.yaml")


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli, ["attest", *arguments])
    return (done.exit_code, f"{done.exception}" if isinstance(done.exception, FleetError) else done.output)


def test_a_challenge_is_printed_and_answered_once(spec: str, tmp_path: Path) -> None:
    code, printed = run(spec, "validators-1", "--challenge")
    assert (code, len(bytes.fromhex(printed.strip()))) == (0, 32)
    code, told = run(spec, "validators-1", "--evidence", str(tmp_path))
    assert code == 4, told
    assert "not evaluated SEC121 (critical) validators-1: its enclave's document is missing" in told.replace(
        "validators-1: validators-1:", "validators-1:"
    )
    code, told = run(spec, "validators-1", "--evidence", str(tmp_path))
    assert "no challenge of validators-1 is open: this evidence answers none" in told


def test_hosts_that_are_not_there_or_prove_nothing_are_refused(spec: str) -> None:
    assert "has no host 'validator-1'" in run(spec, "validator-1", "--challenge")[1]
    assert (
        "expects nothing of fleet 'relayers', to which relayers-1 belongs" in run(spec, "relayers-1", "--challenge")[1]
    )
    assert "say either --challenge or --evidence FOLDER" in run(spec, "validators-1")[1]
