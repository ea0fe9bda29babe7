"""The Pulumi engine: the official one when PATH has it, else built here, with a Python language host beside it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from machine import stamps
from machine.go_programs import build, go_cache, least_go, module_digest, parsed, required_version
from machine.python_environment import LOCKED, PIP, interpreter_works, locked_subset, make_environment
from machine.shell import Shell, StepError
from machine.step import Step

from schemas.locations import cache_dir, engine_bin_dir

COMMAND = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
MODULE = "github.com/pulumi/pulumi/pkg/v3"
VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"

OFFICIAL_MIN = (3, 249, 0)
"""The first release whose `policy analyze` judges an exported state: the newest command that geofleet uses."""

HOSTS = ("pulumi-language-python", "pulumi-resource-pulumi-python")


@dataclass(frozen=True, kw_only=True)
class Official:
    """A Pulumi that this project did not build."""

    path: Path
    version: tuple[int, ...]

    @property
    def is_recent(self) -> bool:
        """Return whether it knows every command that geofleet uses."""
        return self.version >= OFFICIAL_MIN


def official() -> Official | None:
    """Return the Pulumi on PATH, unless it is the one built here."""
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        found = shutil.which("pulumi", path=folder)
        if found is None:
            continue
        path = Path(found).resolve()
        if cache_dir().resolve() not in path.parents:
            return Official(path=path, version=_version(path))
    return None


def steps(tools: Path, lock: Path) -> list[Step]:
    """Return the steps that bring the engine: a link to the official one, or a build and its language host."""
    found = official()
    if found is not None and found.is_recent:
        return [_link(found)]
    return [_command(tools / "engine", found), _language_host(tools / "engine", lock)]


def _version(pulumi: Path) -> tuple[int, ...]:
    environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    done = subprocess.run([str(pulumi), "version"], capture_output=True, text=True, check=False, env=environment)
    return parsed(done.stdout) if re.match(r"v?\d+\.\d+", done.stdout.strip()) else ()


def _link(found: Official) -> Step:
    target = engine_bin_dir() / "pulumi"
    return Step(
        name="engine",
        what=f"uses the official Pulumi {_dotted(found.version)} at {found.path}",
        work=lambda _shell: _make_link(found.path),
        is_there=lambda: target.is_symlink() and target.resolve() == found.path and not _hosts_there(),
        seconds=1,
    )


def _make_link(pulumi: Path) -> None:
    engine_bin_dir().mkdir(parents=True, exist_ok=True)
    # Ours would shadow the official language host, which lies beside the official command.
    for name in HOSTS:
        (engine_bin_dir() / name).unlink(missing_ok=True)
    half = engine_bin_dir() / f".pulumi.{os.getpid()}"
    half.unlink(missing_ok=True)
    half.symlink_to(pulumi)
    half.replace(engine_bin_dir() / "pulumi")


def _hosts_there() -> bool:
    return any((engine_bin_dir() / name).exists() for name in HOSTS)


def _command(module: Path, too_old: Official | None) -> Step:
    version = required_version(module, MODULE)
    target = engine_bin_dir() / "pulumi"
    reason = "none is on PATH"
    if too_old is not None:
        reason = f"the one at {too_old.path} is {_dotted(too_old.version)}, older than {_dotted(OFFICIAL_MIN)}"
    return Step(
        name="engine",
        what=f"builds the Pulumi command line {version} from its Go module ({reason})",
        work=lambda shell: _build(shell, module, version, target),
        is_there=lambda: target.is_file() and not target.is_symlink(),
        inputs=module_digest(module, COMMAND, version),
        stamp=cache_dir() / "stamps" / "engine.json",
        seconds=240,
        disk_gb=4.0,
        disk_at=go_cache(),
        needs_go=least_go(module),
    )


def _build(shell: Shell, module: Path, version: str, target: Path) -> None:
    built = shell.scratch() / "pulumi"
    build(shell, module, package=COMMAND, output=built, linker_flags=f"-s -w -X {VERSION_VARIABLE}={version}")
    if _version(built) != parsed(version):
        raise StepError(f"the command line that was built does not say that it is {version}")
    target.parent.mkdir(parents=True, exist_ok=True)
    built.replace(target)


def _language_host(engine: Path, lock: Path) -> Step:
    names = host_packages(engine)
    subset = locked_subset(lock.read_text(encoding="utf-8"), names)
    sources = [*stamps.files_below(engine / "host"), *(engine / name for name in HOSTS)]
    home = engine_bin_dir().parent
    return Step(
        name="language-host",
        what="installs the Python language host beside the engine: the official one is no Go module",
        work=lambda shell: _install_host(shell, engine, subset),
        is_there=lambda: (
            interpreter_works(home / "python")
            and (home / "host" / "language_host.py").is_file()
            and all((engine_bin_dir() / name).is_file() for name in HOSTS)
        ),
        inputs=stamps.digest(stamps.digest_of_files(engine, sources), subset, str(home)),
        stamp=cache_dir() / "stamps" / "language-host.json",
        after=("python",),
        seconds=15,
        disk_gb=0.3,
        disk_at=cache_dir(),
    )


def host_packages(engine: Path) -> list[str]:
    """Return the names of the packages that the language host itself imports, directly or not."""
    lines = (engine / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _install_host(shell: Shell, engine: Path, subset: str) -> None:
    home = engine_bin_dir().parent
    python = make_environment(shell, home / "python")
    pins = shell.scratch() / "requirements.txt"
    pins.write_text(subset, encoding="utf-8")
    shell.run([python, *PIP, *LOCKED, "--no-deps", "-r", str(pins)])
    fresh = shell.scratch() / "host"
    shutil.copytree(engine / "host", fresh, ignore=shutil.ignore_patterns("__pycache__"))
    old = home / "host"
    if old.exists():
        old.rename(shell.scratch() / "old-host")
    fresh.rename(old)
    engine_bin_dir().mkdir(parents=True, exist_ok=True)
    for name in HOSTS:
        copied = shell.scratch() / name
        shutil.copyfile(engine / name, copied)
        copied.chmod(0o755)
        copied.replace(engine_bin_dir() / name)


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(str(number) for number in version) or "of no known version"
