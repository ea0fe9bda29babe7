"""What a plan is compared with: the lock on disk, another lock, or the lock of a git revision, each with its spec."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from components.placement.planning import LockMisfitError, plan_from_lock
from components.placement.world import world_of
from operations.comparing_plans import Side
from operations.git_files import top_of, yaml_files
from operations.planning import Planned
from schemas.diagnostics import InvalidDocumentError
from schemas.errors import UsageError
from schemas.loading import LoadedSpec, load_spec
from schemas.lock import Lock, read_lock
from schemas.plan import Plan
from stacks.stack import shown

LAST_COMMITTED = "HEAD"
"""Where the spec that a lock was made from is looked for, when it is not the present one."""


def after_side(found: Planned) -> Side:
    """Return what the spec comes to now."""
    return Side(name=shown(found.files.spec), lock=found.lock, plan=found.plan)


def before_side(found: Planned, given: str) -> Side:
    """Return what a plan is compared with.

    Args:
        found: The plan that the spec gives now.
        given: A lock file, or a git revision; empty: the stack's lock on disk.

    Raises:
        UsageError: There is no such lock, or neither a file nor a revision of that name.
        InvalidDocumentError: The lock is damaged.
    """
    files = found.files
    if given and not Path(given).is_file():
        return _side_of_revision(found, given)
    path = Path(given) if given else files.lock
    if not path.exists():
        raise UsageError(
            f"stack '{files.name}' has no plan lock to compare with ({shown(path)})",
            remedy=f"Write it: geofleet plan {files.name} --write; or name a lock file or a git revision.",
        )
    lock = read_lock(path, source=shown(path))
    beside = path.with_name(path.name.replace(".lock.yaml", ".yaml"))
    specs = [found.spec, *(_loaded(beside) if beside != path else [])]
    plan = _exact(lock, specs, found)
    if plan is None:
        with _revision_files(files.spec, LAST_COMMITTED) as committed:
            plan = _exact(lock, _loaded(committed) if committed else [], found)
    return Side(name=shown(path), lock=lock, plan=plan or _likely(lock, found.plan), exact=plan is not None)


def _side_of_revision(found: Planned, revision: str) -> Side:
    files = found.files
    with _revision_files(files.spec, revision) as spec:
        if spec is None:
            raise UsageError(
                f"'{revision}' is neither a lock file nor a git revision that has {files.lock.name}",
                remedy="Name a file that exists, or a revision such as HEAD~1 or main.",
            )
        lock_file = spec.with_name(files.lock.name)
        if not lock_file.exists():
            raise UsageError(
                f"git revision '{revision}' has no {shown(files.lock)}",
                remedy="Name a revision in which the lock was committed.",
            )
        lock = read_lock(lock_file, source=f"{revision}:{shown(files.lock)}")
        plan = _exact(lock, [found.spec, *_loaded(spec)], found)
    return Side(name=f"git {revision}", lock=lock, plan=plan or _likely(lock, found.plan), exact=plan is not None)


def _loaded(spec: Path) -> list[LoadedSpec]:
    """Return a spec, if it is there and this version can read it."""
    try:
        return [load_spec(spec)] if spec.exists() else []
    except InvalidDocumentError:
        return []


def _exact(lock: Lock, specs: list[LoadedSpec], found: Planned) -> Plan | None:
    """Return what a lock comes to by the spec that it was made from, if that is among these."""
    for spec in specs:
        if spec.sha256 == lock.spec_sha256:
            try:
                return plan_from_lock(spec.network, lock, spec_sha256=spec.sha256, world=world_of(found.atlas))
            except LockMisfitError:
                return None
    return None


def _likely(lock: Lock, now: Plan) -> Plan:
    """Return a plan with a lock's places and the present hosts' other properties; prices are not known."""
    likes = {host.fleet: host for host in reversed(now.hosts)}
    metros = {host.region: host.metro for host in now.hosts}
    hosts = tuple(
        replace(
            likes[place.fleet], host=place.host, region=place.region, zone=place.zone, address=place.address,
            power=place.power, provider=place.region.partition(":")[0], metro=metros.get(place.region, place.region),
            machine_type="", cost_usd_per_month=None, price_evidence="",
        )
        for place in lock.placements
        if place.fleet in likes
    )  # fmt: skip
    used = {host.region for host in hosts}
    return replace(
        now, hosts=hosts, regions=tuple(region for region in now.regions if region.region in used),
        spec_sha256=lock.spec_sha256, atlas_version=lock.atlas_version,
    )  # fmt: skip


@contextmanager
def _revision_files(spec: Path, revision: str) -> Iterator[Path | None]:
    """Yield a spec as a git revision has it, with all YAML beside it; None where there is no such revision."""
    top = top_of(spec.parent)
    if top is None:
        yield None
        return
    with yaml_files(top, revision) as folder:
        yield folder and folder / spec.resolve().relative_to(top.resolve())
