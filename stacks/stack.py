"""One stack's files: the spec, its lock and its key ledger, loaded and checked against each other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from components.placement.planning import plan_from_lock
from components.placement.world import world_of
from schemas.errors import UsageError
from schemas.ledger import Ledger, read_ledger
from schemas.loading import LoadedSpec, load_spec
from schemas.loading.atlas_file import stack_atlas
from schemas.locations import REPOSITORY
from schemas.lock import read_lock
from schemas.plan import Plan
from schemas.spec.effects import require_deployable

STACKS = REPOSITORY / "stacks"
_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}[a-z0-9]\Z")


@dataclass(frozen=True, kw_only=True)
class StackFiles:
    """Where one stack's files are; none needs to exist."""

    name: str
    spec: Path
    lock: Path
    ledger: Path


def stack_files(name: str, folder: Path | None = None) -> StackFiles:
    """Return the files of a stack.

    Args:
        name: The stack's name.
        folder: Where its files are; the repository's own `stacks/` when not given.

    Raises:
        UsageError: The name could not be a stack's.
    """
    if not _NAME.match(name):
        raise UsageError(
            f"'{name}' is not a stack name",
            remedy="Use 2 to 32 lower-case letters, digits and dashes: stacks/NAME.yaml is stack NAME.",
        )
    folder = folder or STACKS
    return StackFiles(
        name=name,
        spec=folder / f"{name}.yaml",
        lock=folder / f"{name}.lock.yaml",
        ledger=folder / f"{name}.keys.yaml",
    )


def shown(path: Path) -> str:
    """Return a path as messages name it: from the repository's root where it is inside."""
    return str(path.relative_to(REPOSITORY)) if path.is_relative_to(REPOSITORY) else str(path)


def load_stack_spec(files: StackFiles) -> LoadedSpec:
    """Load a stack's spec.

    Raises:
        InvalidDocumentError: It is missing or wrong; every mistake is named.
    """
    return load_spec(files.spec, source=shown(files.spec))


def locked_plan(files: StackFiles) -> tuple[LoadedSpec, Plan]:
    """Return a stack's spec and the plan that its lock holds; no solver runs.

    Raises:
        InvalidDocumentError: Spec or lock is missing or wrong.
        FleetError: The lock was made from another spec, or the spec needs what nothing acts on yet.
    """
    spec = load_stack_spec(files)
    require_deployable(spec.network)
    if not files.lock.exists():
        raise UsageError(
            f"stack '{files.name}' has no plan lock ({shown(files.lock)})",
            remedy=f"Write it: geofleet plan {files.name} --write.",
        )
    return spec, plan_from_lock(
        spec.network, read_lock(files.lock), spec_sha256=spec.sha256, world=world_of(stack_atlas(files.spec))
    )


def stack_ledger(files: StackFiles) -> Ledger:
    """Return a stack's key ledger.

    Raises:
        UsageError: There is none yet.
        InvalidDocumentError: It is damaged.
    """
    if not files.ledger.exists():
        raise UsageError(
            f"stack '{files.name}' has no keys ({shown(files.ledger)} is missing)",
            remedy=f"Make them: geofleet keys create {files.name}.",
        )
    return read_ledger(files.ledger)
