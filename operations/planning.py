"""From a stack's name, or a spec's path, to its plan: by the lock where it fits, else solved in memory."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from components.placement.placing import Options, Proof
from components.placement.planning import place, plan_from_lock
from components.placement.world import world_of
from operations.rewriting import write_anew
from schemas.atlas import Atlas
from schemas.ledger import Ledger, read_ledger
from schemas.loading import LoadedSpec
from schemas.loading.atlas_file import stack_atlas
from schemas.lock import Lock, lock_text, read_lock
from schemas.plan import Plan
from stacks.stack import StackFiles, load_stack_spec, shown, stack_files

SECONDS_MAX = 60.0
"""Wall time for placing one fleet."""


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A spec and what was decided for it."""

    files: StackFiles
    spec: LoadedSpec
    plan: Plan
    lock: Lock
    """The lock that holds this plan; on disk only when `locked`."""
    locked: bool
    ledger: Ledger | None
    """The key ledger, once keys exist."""
    atlas: Atlas
    """What was known of the world: the tables, and the user's own figures."""
    proofs: tuple[Proof, ...] = ()
    """How well each fleet that was placed just now is proven to be in the best places; none for a plan from the lock."""


def files_of(argument: str) -> StackFiles:
    """Return the files that a command's STACK argument names: a stack's name, or the path of a spec.

    Raises:
        UsageError: It is neither.
    """
    if not argument.endswith((".yaml", ".yml")) and os.sep not in argument:
        return stack_files(argument)
    spec = Path(argument)
    name = spec.stem
    return StackFiles(
        name=name,
        spec=spec.resolve() if spec.exists() else spec,
        lock=spec.with_name(f"{name}.lock.yaml"),
        ledger=spec.with_name(f"{name}.keys.yaml"),
    )


def planned(files: StackFiles, *, seconds_max: float = SECONDS_MAX) -> Planned:
    """Load a spec and return its plan.

    Args:
        files: Of the stack.
        seconds_max: Wall time for placing one fleet, after which the best found is taken.

    Raises:
        InvalidDocumentError: Spec, lock, ledger or the user's own figures are missing or wrong.
        InfeasiblePlacementError: No placement keeps the promises.
    """
    spec, atlas = load_stack_spec(files), stack_atlas(files.spec)
    ledger = read_ledger(files.ledger) if files.ledger.exists() else None
    lock = read_lock(files.lock) if files.lock.exists() else None
    if lock is not None and lock.spec_sha256 == spec.sha256:
        plan = plan_from_lock(spec.network, lock, spec_sha256=spec.sha256, world=world_of(atlas))
        return Planned(files=files, spec=spec, plan=plan, lock=lock, locked=True, ledger=ledger, atlas=atlas)
    proofs: list[Proof] = []
    plan, lock = place(
        spec.network,
        stack=files.name,
        spec_sha256=spec.sha256,
        lock=lock,
        options=Options(where=spec.where, world=world_of(atlas), seconds_max=seconds_max, on_proof=proofs.append),
    )
    return Planned(
        files=files, spec=spec, plan=plan, lock=lock, locked=False, ledger=ledger, atlas=atlas, proofs=tuple(proofs)
    )


def write_lock(found: Planned) -> str:
    """Write a plan's lock, whole or not at all; return how its path is shown."""
    write_anew(found.files.lock, lock_text(found.lock))
    return shown(found.files.lock)
