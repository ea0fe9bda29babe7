"""Which stacks a pull request touches, and why: by what their specs resolve to, not by which file was edited."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from operations.pull_request.revisions import revision, stacks_in
from schemas.change import Affected, AffectedStack, StackChange
from schemas.diagnostics import InvalidDocumentError
from schemas.loading import load_spec
from schemas.locations import REPOSITORY
from stacks.stack import StackFiles, shown

_BESIDE = {
    "lock": "the plan lock", "keys": "the key ledger", "atlas": "its own figures of the world",
    "policies": "the settings of its rules", "waivers": "its waivers", "baseline": "its baseline",
}  # fmt: skip
_FOR_ALL = {
    "geofleet.policies.yaml": "the settings of rules for all stacks",
    "geofleet.waivers.yaml": "the waivers for all stacks",
    "atlas/overrides.yaml": "the figures of the world for all stacks",
}


def affected(base: str, repository: Path = REPOSITORY) -> Affected:
    """Return the stacks that differ from a git revision, deleted ones too.

    Raises:
        UsageError: There is no such revision.
        EnvironmentMissingError: This is no git checkout.
    """
    with revision(base, repository) as before:
        return Affected(base=base, stacks=tuple(_affected(before, repository)))


def _affected(before: Path, after: Path) -> Iterator[AffectedStack]:
    old, new = stacks_in(before), stacks_in(after)
    for_all = [why for name, why in _FOR_ALL.items() if _text(before / name) != _text(after / name)]
    for name in sorted({*old, *new}):
        if name not in new:
            yield AffectedStack(stack=name, change=StackChange.DELETED, reasons=("its spec is gone",))
        elif name not in old:
            yield AffectedStack(stack=name, change=StackChange.ADDED, reasons=("its spec is new",))
        else:
            change, reasons = _differences(old[name], new[name])
            if reasons or for_all:
                yield AffectedStack(stack=name, change=change, reasons=(*reasons, *for_all))


def _differences(old: StackFiles, new: StackFiles) -> tuple[StackChange, list[str]]:
    change, reasons = StackChange.CHANGED, []
    try:
        before, after = load_spec(old.spec, source=f"base:{old.spec.name}"), load_spec(new.spec, source=shown(new.spec))
        if before.sha256 != after.sha256:
            reasons.append("what its spec resolves to")
    except InvalidDocumentError as error:
        if _text(old.spec) != _text(new.spec) or not _readable(new.spec):
            change = StackChange.UNREADABLE
            reasons.append(f"its spec cannot be read: {str(error).splitlines()[0]}")
    for word, why in _BESIDE.items():
        if _text(old.spec.with_name(f"{old.name}.{word}.yaml")) != _text(new.spec.with_name(f"{new.name}.{word}.yaml")):
            reasons.append(why)
    return change, reasons


def _readable(spec: Path) -> bool:
    try:
        load_spec(spec)
    except InvalidDocumentError:
        return False
    return True


def _text(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def affected_text(found: Affected) -> str:
    """Return one line for each stack."""
    lines = [f"{one.stack}: {one.change}: {', '.join(one.reasons)}" for one in found.stacks]
    return "\n".join(lines) or f"no stack differs from {found.base}"
