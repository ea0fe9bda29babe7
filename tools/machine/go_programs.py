"""Programs built from Go modules, pinned by a go.sum of ours: Pulumi's command line and the nodes' software."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from machine import artifact_cache, stamps
from machine.shell import Shell, StepError
from machine.step import Step

from schemas.locations import cache_dir


@dataclass(frozen=True, kw_only=True)
class GoProgram:
    """A program of the hosts that is built from a Go module."""

    name: str
    """Folder below `node-software` with its go.mod, go.sum and tools.go; name in the cache."""
    module: str
    """Whose version is the program's."""
    package: str
    says_version: bool = True
    """Whether `PROGRAM version` prints the module's version."""
    seconds: int
    disk_gb: float


GO_PROGRAMS = (
    GoProgram(
        name="cometbft",
        module="github.com/cometbft/cometbft",
        package="github.com/cometbft/cometbft/cmd/cometbft",
        seconds=70,
        disk_gb=0.9,
    ),
    GoProgram(
        name="etcd",
        module="go.etcd.io/etcd/server/v3",
        package="go.etcd.io/etcd/server/v3",
        says_version=False,
        seconds=60,
        disk_gb=0.8,
    ),
    GoProgram(
        name="simd",
        module="github.com/cosmos/ibc-go/v8",
        package="github.com/cosmos/ibc-go/v8/testing/simapp/simd",
        says_version=False,
        seconds=180,
        disk_gb=2.2,
    ),
)
"""A module of our own imports each, because `go install` refuses modules with replace directives."""

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


def node_software(tools: Path) -> list[Step]:
    """Return the steps that build what hosts run and put it into the cache by hash."""
    return [_program_step(tools / "node-software" / program.name, program) for program in GO_PROGRAMS]


def _program_step(module: Path, program: GoProgram) -> Step:
    version = required_version(module, program.module).removeprefix("v")
    return Step(
        name=program.name,
        what=f"builds {program.name} {version} from its Go module: the hosts run it",
        work=lambda shell: _make_artifact(shell, module, program, version),
        is_there=lambda: artifact_cache.is_cached(program.name, version),
        inputs=module_digest(module),
        stamp=cache_dir() / "stamps" / f"{program.name}.json",
        seconds=program.seconds,
        disk_gb=program.disk_gb,
        disk_at=go_cache(),
        needs_go=least_go(module),
    )


def go_cache() -> Path:
    """Return where Go keeps what it has compiled, without asking Go."""
    named = os.environ.get("GOCACHE")
    return Path(named) if named else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "go-build"


def _make_artifact(shell: Shell, module: Path, program: GoProgram, version: str) -> None:
    built = shell.scratch() / program.name
    build(shell, module, package=program.package, output=built)
    done = subprocess.run([str(built), "version"], capture_output=True, text=True, check=False)
    if program.says_version and version not in done.stdout:
        raise StepError(f"the {program.name} that was built says it is {done.stdout.strip()!r}, not {version}")
    artifact_cache.keep(built, program.name, version)
