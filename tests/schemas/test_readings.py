from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from schemas.readings import KEY_FILES, SUDO_READINGS


@pytest.mark.parametrize("command", SUDO_READINGS)
def test_reading_can_stand_in_a_sudo_rule_as_it_is(command: str) -> None:
    assert not set(command) & set("*?[]!,:=\\\"'\n\t#"), "sudoers would take it for a pattern or for syntax"
    assert command.startswith("/")
    assert "  " not in command


@pytest.mark.parametrize("command", SUDO_READINGS)
def test_reading_runs_nothing_that_an_operator_could_choose(command: str) -> None:
    programs = re.findall(r"/(?:usr/)?s?bin/[a-z0-9-]+", command)
    assert set(programs) <= {
        "/usr/sbin/nft", "/usr/sbin/sshd", "/usr/bin/passwd", "/usr/bin/ss", "/usr/bin/grep", "/usr/bin/find",
        "/usr/bin/sha256sum",
    }  # fmt: skip


def search(folder: Path) -> set[str]:
    """Return the names of the files in a folder that the search for private keys finds."""
    words = [word for word in KEY_FILES.split(" ") if not word.startswith("/") or word == "/usr/bin/grep"]
    done = subprocess.run([*words, str(folder)], capture_output=True, text=True, check=False)
    return {Path(line).name for line in done.stdout.splitlines()}


def test_search_finds_private_keys_and_nothing_else(tmp_path: Path) -> None:
    dashes = "-----"
    kinds = ("OPENSSH PRIVATE", "PRIVATE", "RSA PRIVATE", "EC PRIVATE", "ENCRYPTED PRIVATE")
    for number, kind in enumerate(kinds):
        (tmp_path / f"key{number}").write_text(f"{dashes}BEGIN {kind} KEY{dashes}\nx\n")
    (tmp_path / "consensus.json").write_text('{"priv_key": {"type": "tendermint/PrivKeyEd25519", "value": "x"}}')
    (tmp_path / "public").write_text(f"{dashes}BEGIN PUBLIC KEY{dashes}\nx\n")
    (tmp_path / "genesis.json").write_text('{"pub_key": {"type": "tendermint/PubKeyEd25519", "value": "x"}}')
    (tmp_path / "sudoers").write_text("\n".join(SUDO_READINGS))
    assert search(tmp_path) == {"consensus.json", *(f"key{number}" for number in range(len(kinds)))}
