from __future__ import annotations

import base64
import subprocess
from pathlib import Path

import pytest

from operations.hosts import access
from operations.hosts.scripts import UnreachableError
from operations.hosts.seen import Seen
from operations.hosts.strangers import fingerprint
from schemas.errors import EnvironmentMissingError, UsageError
from schemas.ledger import KeyRecord, Ledger, Purpose


def ledger_of(seen: Seen) -> Ledger:
    keys = [
        KeyRecord(
            holder=facts.host,
            purpose=Purpose.SSH_HOST,
            public_key=f"ssh-ed25519 {base64.b64encode(facts.host.encode()).decode()}",
            fingerprint=facts.key_fingerprints["ssh_host"],
        )
        for facts in seen.inventory.hosts
    ]
    return Ledger(stack="lab", chain_suffix="", genesis_time="", keys=tuple(keys))


def test_only_the_ledgers_key_is_trusted_for_a_host(seen: Seen) -> None:
    lines = access.known_hosts(seen.inventory, ledger_of(seen)).splitlines()
    assert [line.split()[0] for line in lines] == [facts.host for facts in seen.inventory.hosts]
    text = access.ssh_config(seen.inventory, folder=Path("/f"), identity=Path("/k"), sockets=None)
    assert "  StrictHostKeyChecking yes\n" in text
    assert "  UserKnownHostsFile /f/known_hosts\n  GlobalKnownHostsFile /dev/null\n" in text
    assert "Host validators-1\n  HostName 10.120.1.11\n  HostKeyAlias validators-1\n" in text
    assert "ControlMaster" not in text


def test_host_without_a_key_in_the_ledger_is_refused(seen: Seen) -> None:
    ledger = Ledger(stack="lab", chain_suffix="", genesis_time="", keys=())
    with pytest.raises(UsageError, match="the ledger of stack 'lab' has no SSH host key for relayers-1"):
        access.known_hosts(seen.inventory, ledger)


def test_missing_operator_key_is_told(seen: Seen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "secrets_dir", lambda stack: tmp_path / stack)
    with pytest.raises(EnvironmentMissingError, match=r"the operator's SSH key .* is not on this machine"):
        access.write_access(seen.inventory, ledger_of(seen), tmp_path / "verify")


def test_lab_that_does_not_run_is_told(seen: Seen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "secrets_dir", lambda stack: tmp_path)
    (tmp_path / "operator_ed25519").touch()
    inventory = type(seen.inventory)(**{**vars(seen.inventory), "operator_namespace": "gf-no-such-operator"})
    with pytest.raises(EnvironmentMissingError, match="gf-no-such-operator is not there: the lab does not run"):
        access.write_access(inventory, ledger_of(seen), tmp_path / "verify")


def test_ssh_failure_is_told_apart_from_a_command_that_fails() -> None:
    with pytest.raises(UnreachableError, match="timed out"):
        access.run_ssh(["sh", "-c", "echo warning >&2; echo 'connect: timed out' >&2; exit 255"])
    assert access.run_ssh(["sh", "-c", "exit 3"]).status == 3


def test_answer_that_takes_too_long_counts_as_unreachable() -> None:
    with pytest.raises(UnreachableError, match="no answer within 0 s"):
        access.run_ssh(["sleep", "5"], limit_s=0.05)


def test_fingerprint_is_written_as_ssh_keygen_writes_it(tmp_path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "k")], check=True)
    said = subprocess.run(["ssh-keygen", "-lf", str(tmp_path / "k")], capture_output=True, text=True, check=True).stdout
    blob = base64.b64decode((tmp_path / "k.pub").read_text().split()[1])
    assert fingerprint(blob) == said.split()[1]
