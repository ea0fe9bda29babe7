"""Programs built from Go modules, pinned by a go.sum of ours: Pulumi's command line and the nodes' software."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

from machine import stamps
from machine.shell import Shell, StepError
from machine.step import Step

from schemas import artifacts
from schemas.locations import artifact_path, cache_dir

NODE_SOFTWARE = {"cometbft": "github.com/cometbft/cometbft/cmd/cometbft"}
"""Program to Go package; the module that brings it is the path's first three parts."""

GO_FLAGS = ["-mod=readonly", "-buildvcs=false", "-trimpath"]


def go_version() -> tuple[int, ...] | None:
    """Return the installed Go's version, None without Go."""
    if shutil.which("go") is None:
        return None
    done = subprocess.run(
        ["go", "env", "GOVERSION"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "GOTOOLCHAIN": "local"},
    )
    return parsed(done.stdout) if done.returncode == 0 else None


def parsed(version: str) -> tuple[int, ...]:
    """Return `go1.26.8` or `1.25.11` as numbers."""
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])


def least_go(module: Path) -> str:
    """Return the Go version that a module's go.mod asks for."""
    found = re.search(r"^go (\S+)$", (module / "go.mod").read_text(encoding="utf-8"), re.M)
    assert found, f"{module}/go.mod has no go line"
    return found[1]


def required_version(module: Path, required: str) -> str:
    """Return the version of a requirement in go.mod, with its leading v."""
    text = (module / "go.mod").read_text(encoding="utf-8")
    found = re.search(rf"^(?:require )?\s*{re.escape(required)} (v\S+)", text, re.M)
    assert found, f"{module}/go.mod does not require {required}"
    return found[1]


def module_digest(module: Path, *more: str) -> str:
    """Return the digest of what decides a build: the module's files, the Go version, the flags."""
    pins = [module / "go.mod", module / "go.sum", module / "tools.go"]
    version = ".".join(str(number) for number in go_version() or ())
    return stamps.digest(stamps.digest_of_files(module, pins), version, *GO_FLAGS, *more)


def build(shell: Shell, module: Path, *, package: str, output: Path, linker_flags: str = "-s -w") -> None:
    """Build one static program; Go checks every module against go.sum.

    Raises:
        StepError: The build failed.
    """
    shell.run(
        ["go", "build", "-v", *GO_FLAGS, f"-ldflags={linker_flags}", "-o", str(output), package],
        folder=module,
        environment={"CGO_ENABLED": "0", "GOFLAGS": "", "GOWORK": "off"},
    )
    output.chmod(0o755)


def node_software(tools: Path) -> Step:
    """Return the step that builds what hosts run and puts it into the cache by hash."""
    module = tools / "node-software"
    versions = {
        name: required_version(module, "/".join(package.split("/")[:3])).removeprefix("v")
        for name, package in NODE_SOFTWARE.items()
    }
    named = ", ".join(f"{name} {version}" for name, version in versions.items())
    return Step(
        name="node-software",
        what=f"builds {named} from its Go module: the hosts run it",
        work=lambda shell: _make_artifacts(shell, module, versions),
        is_there=lambda: all(_is_cached(name, version) for name, version in versions.items()),
        inputs=module_digest(module),
        stamp=cache_dir() / "stamps" / "node-software.json",
        seconds=70,
        disk_gb=0.9,
        disk_at=go_cache(),
        needs_go=least_go(module),
    )


def go_cache() -> Path:
    """Return where Go keeps what it has compiled, without asking Go."""
    named = os.environ.get("GOCACHE")
    return Path(named) if named else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "go-build"


def _index() -> dict[str, str]:
    try:
        found = json.loads((cache_dir() / "artifacts" / "index.json").read_text(encoding="utf-8"))["artifacts"]
        return {str(name): str(sha256) for name, sha256 in found.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _is_cached(name: str, version: str) -> bool:
    sha256 = _index().get(f"{name} {version}", "")
    path = artifact_path(sha256) if sha256 else None
    # The name is a promise to the hosts, which check it: 27 MB take 20 ms.
    return path is not None and path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256


def _make_artifacts(shell: Shell, module: Path, versions: dict[str, str]) -> None:
    index = _index()
    for name, version in versions.items():
        built = shell.scratch() / name
        build(shell, module, package=NODE_SOFTWARE[name], output=built)
        done = subprocess.run([str(built), "version"], capture_output=True, text=True, check=False)
        if version not in done.stdout:
            raise StepError(f"the {name} that was built says it is {done.stdout.strip()!r}, not {version}")
        sha256 = hashlib.sha256(built.read_bytes()).hexdigest()
        target = artifact_path(sha256)
        target.parent.mkdir(parents=True, exist_ok=True)
        built.replace(target)
        index[f"{name} {version}"] = sha256
    content = {"schema": artifacts.SCHEMA, "artifacts": dict(sorted(index.items()))}
    stamps.write_text(cache_dir() / "artifacts" / "index.json", json.dumps(content, indent=2) + "\n")
