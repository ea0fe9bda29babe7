"""Which program made what: versions of programs, SDKs and tables, and hashes of files and artifacts."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from operations.planning import Planned
from policies.settings import EVERY_STACK as EVERY_SETTINGS
from policies.waivers import EVERY_STACK as EVERY_WAIVERS
from policies.waivers import baseline_path
from schemas.artifacts import artifact_sha256
from schemas.audit import Hash, Version
from schemas.canonical import sha256_hex
from schemas.errors import EnvironmentMissingError
from schemas.locations import REPOSITORY, engine_bin_dir
from schemas.workloads.hosts import programs_of
from stacks.stack import shown

PACKAGES = ("geofleet", "pulumi", "pulumi-aws", "pulumi-gcp", "pulumi-policy", "highspy", "pydantic")

_ENGINE_MODULE = REPOSITORY / "tools" / "engine" / "go.mod"


def versions_of(found: Planned) -> tuple[Version, ...]:
    """Return the versions of everything that takes part, without starting any of it."""
    packages = [Version(name=f"Python package {name}", version=_package(name)) for name in PACKAGES]
    programs = [
        Version(name=f"workload {program.name}", version=version)
        for program, version in programs_of(every for host in found.plan.hosts for every in host.assignments)
    ]
    return (
        *packages, Version(name="Python", version=platform.python_version()),
        Version(name="Pulumi engine", version=_engine()), *_clients(found), *programs,
        Version(name="atlas", version=found.plan.atlas_version),
        Version(name="spec format", version="geofleet/v1"),
    )  # fmt: skip


def hashes_of(found: Planned) -> tuple[Hash, ...]:
    """Return the hashes of the stack's files and of the programs that its hosts fetch."""
    spec = found.files.spec
    beside = [spec.with_name(f"{spec.stem}.{kind}.yaml") for kind in ("policies", "waivers", "atlas")]
    files = [spec, found.files.lock, found.files.ledger, *beside, baseline_path(spec), EVERY_SETTINGS, EVERY_WAIVERS]
    needed = {found.files.lock: "no lock is committed", found.files.ledger: "no keys exist yet"}
    return (
        Hash(name=f"spec {found.files.name}, resolved", sha256=found.spec.sha256),
        *(_file(path, needed.get(path, "")) for path in files if path.exists() or path in needed),
        *_artifacts(found),
    )  # fmt: skip


def _package(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


def _engine() -> str:
    """Return the engine's version as this checkout pins it, and whether there is one."""
    pinned = ""
    if _ENGINE_MODULE.is_file():
        match = re.search(r"pulumi/pkg/v3 v(\S+)", _ENGINE_MODULE.read_text(encoding="utf-8"))
        pinned = match[1] if match else ""
    there = "installed" if (engine_bin_dir() / "pulumi").exists() else "not installed here"
    return f"{pinned} (pinned; {there})" if pinned else "unknown"


def _clients(found: Planned) -> Iterator[Version]:
    clients = {(one.client, one.version) for host in found.plan.hosts for one in host.assignments}
    for client, version in sorted(clients):
        yield Version(name=f"client {client}", version=version or "unknown")


def _file(path: Path, note: str) -> Hash:
    if not path.exists():
        return Hash(name=shown(path), sha256="", note=note)
    return Hash(name=shown(path), sha256=sha256_hex(path.read_bytes()))


def _artifacts(found: Planned) -> Iterator[Hash]:
    for program, version in programs_of(every for host in found.plan.hosts for every in host.assignments):
        try:
            yield Hash(name=f"artifact {program.name} {version}", sha256=artifact_sha256(program.name, version))
        except EnvironmentMissingError:
            note = "not in this machine's cache"
            yield Hash(name=f"artifact {program.name} {version}", sha256="", note=note)
