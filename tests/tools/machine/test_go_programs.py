from __future__ import annotations

import json
import re
from hashlib import sha256
from pathlib import Path

import pytest
from machine import go_programs

from schemas.artifacts import SCHEMA, artifact_sha256
from schemas.locations import REPOSITORY, artifact_path, cache_dir

SOFTWARE = REPOSITORY / "tools" / "node-software"
MODULES = [REPOSITORY / "tools" / "engine", *(SOFTWARE / program.name for program in go_programs.GO_PROGRAMS)]


@pytest.mark.parametrize(
    ("text", "version"), [("go1.26.8\n", (1, 26, 8)), ("1.25", (1, 25)), ("go1.27rc1", (1, 27, 1)), ("", ())]
)
def test_go_versions_compare_as_numbers(text: str, version: tuple[int, ...]) -> None:
    assert go_programs.parsed(text) == version


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_every_required_module_is_pinned_by_checksum(module: Path) -> None:
    sums = (module / "go.sum").read_text(encoding="utf-8")
    lines = (module / "go.mod").read_text(encoding="utf-8").splitlines()
    replaced = dict(re.findall(r"^replace (\S+) => (\S+ \S+)$", "\n".join(lines), re.MULTILINE))
    for line in lines:
        fields = line.removeprefix("require ").split()
        fields = replaced.get(fields[0], line.removeprefix("require ")).split() if fields else []
        if len(fields) >= 2 and fields[1].startswith("v") and "." in fields[0]:
            assert f"{fields[0]} {fields[1]}/go.mod h1:" in sums


def test_the_command_line_is_the_sdks_version() -> None:
    lock = (REPOSITORY / "requirements.lock").read_text(encoding="utf-8")
    version = go_programs.required_version(MODULES[0], "github.com/pulumi/pulumi/pkg/v3")
    assert f"pulumi=={version.removeprefix('v')} " in lock
    assert f'VERSION = "{version.removeprefix("v")}"' in (MODULES[0] / "host" / "language_host.py").read_text()


def test_node_software_is_due_when_a_cached_binary_is_not_what_its_name_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    step = next(s for s in go_programs.node_software(REPOSITORY / "tools") if s.name == "cometbft")
    assert not step.is_there()
    name = sha256(b"binary").hexdigest()
    artifact_path(name).parent.mkdir(parents=True)
    artifact_path(name).write_bytes(b"binary")
    index = {"schema": SCHEMA, "artifacts": {"cometbft 0.38.26": name}}
    (cache_dir() / "artifacts" / "index.json").write_text(json.dumps(index))
    assert step.is_there()
    assert artifact_sha256("cometbft", "0.38.26") == name
    artifact_path(name).write_bytes(b"bitrot")
    assert not step.is_there()
