"""Make a stack's keys before deployment, in its secret store; the ledger gets the public parts.

The store (mode 0700, outside the engine's state) is the truth: a run that was
killed half-way is finished by the next. A key that the ledger names but the
store lacks is never made anew: that is how double signs happen.
"""

from __future__ import annotations

import datetime
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from operations.key_forms import Form, form_of, generate, record
from schemas.errors import UsageError
from schemas.ledger import FirstStart, KeyRecord, Ledger, Purpose, ledger_text, read_ledger
from schemas.locations import host_secrets_dir, secrets_dir
from schemas.plan import HostPlan, Plan
from schemas.workloads import CATALOGUE, Service, Trait, fleet_keys_of, keys_of, services_of
from stacks.stack import StackFiles, shown

FIRST_START_VALID = datetime.timedelta(hours=1)
"""A cold `make up` takes up to 20 minutes; a token that outlives a first deployment by much is a risk."""

_STACK_RECORD = "stack.json"


def create_keys(files: StackFiles, plan: Plan) -> Ledger:
    """Make every key that the plan's hosts lack, and write the ledger.

    Returns:
        The ledger; the same one when nothing was missing.

    Raises:
        UsageError: A key that the ledger names is not in the secret store.
        InvalidDocumentError: The ledger is damaged.
    """
    old = read_ledger(files.ledger) if files.ledger.exists() else None
    store = secrets_dir(plan.stack)
    _private_folder(store)
    birth = _stack_record(store, plan, old)
    records = [_key(plan.stack, holder, purpose, old) for holder, purpose in _needed(plan)]
    _share_with_hosts(plan)
    kept = [
        k for k in (old.keys if old else ()) if (k.holder, k.purpose) not in {(r.holder, r.purpose) for r in records}
    ]
    ledger = Ledger(
        stack=plan.stack,
        chain_suffix=birth.chain_suffix,
        genesis_time=birth.genesis_time,
        keys=tuple(records + kept),
        first_starts=tuple(_first_starts(store)),
        founders=birth.founders,
    )
    write_ledger(files, ledger)
    return ledger


def write_ledger(files: StackFiles, ledger: Ledger) -> None:
    """Write the ledger, whole or not at all; an unchanged one is left alone."""
    text = ledger_text(ledger)
    if not files.ledger.exists() or files.ledger.read_text(encoding="utf-8") != text:
        _write(files.ledger, text, mode=0o644)


def permit_first_start(files: StackFiles, ledger: Ledger, host: str) -> Ledger:
    """Let a host's signer start once without sign state; the operator answers for it.

    Raises:
        UsageError: The host holds no consensus key.
    """
    if ledger.key(host, Purpose.CONSENSUS) is None:
        raise UsageError(
            f"host '{host}' of stack '{ledger.stack}' holds no consensus key",
            remedy=f"Name a validator of {shown(files.ledger)}.",
        )
    _write_first_start(secrets_dir(ledger.stack), host)
    return _with_first_starts(files, ledger)


def withdraw_first_start(files: StackFiles, ledger: Ledger, host: str) -> Ledger:
    """Take back the permission of a signer that has started."""
    _first_start_path(secrets_dir(ledger.stack), host).unlink(missing_ok=True)
    return _with_first_starts(files, ledger)


def _with_first_starts(files: StackFiles, ledger: Ledger) -> Ledger:
    changed = replace(ledger, first_starts=tuple(_first_starts(secrets_dir(ledger.stack))))
    write_ledger(files, changed)
    return changed


def _needed(plan: Plan) -> Iterator[tuple[str, Purpose]]:
    yield "deployer", Purpose.DEPLOYER
    yield "operator", Purpose.OPERATOR
    if any(service.has(Trait.SDK_CHAIN) for host in plan.hosts for service in _known_services(host)):
        yield "operator", Purpose.PROBE
    for host in plan.hosts:
        yield from ((host.host, purpose) for purpose in keys_of(host.role, host.assignments))
    shared = {(host.fleet, purpose): None for host in plan.hosts for purpose in fleet_keys_of(host.assignments)}
    yield from shared


def _known_services(host: HostPlan) -> tuple[Service, ...]:
    return services_of(assignment for assignment in host.assignments if assignment.client in CATALOGUE)


def _key(stack: str, holder: str, purpose: Purpose, old: Ledger | None) -> KeyRecord:
    form = form_of(purpose)
    path = _key_path(stack, holder, form)
    known = old.key(holder, purpose) if old else None
    if not path.exists():
        if known is not None:
            raise UsageError(
                f"the ledger says that '{holder}' holds {purpose} key {known.fingerprint}, but {path} is missing",
                remedy="Restore the secret store from its back-up. For a lab that may be lost: geofleet down.",
            )
        if purpose is Purpose.CONSENSUS:
            _write_first_start(secrets_dir(stack), holder)
        _private_folder(path.parent)
        _write(path, generate(form), mode=0o600)
    found = record(form, holder, purpose, path.read_text(encoding="utf-8"))
    if known is not None and known != found:
        raise UsageError(
            f"{path} holds key {found.fingerprint}, but the ledger says {known.fingerprint}",
            remedy="Restore the file, or the ledger, from its back-up: two keys for one name must not run.",
        )
    return found


def _share_with_hosts(plan: Plan) -> None:
    """Give every host its copy of the keys that its fleet holds; a copy that differs is never written over.

    Raises:
        UsageError: A host has another key under that name.
    """
    for host in plan.hosts:
        for purpose in fleet_keys_of(host.assignments):
            form = form_of(purpose)
            text = _key_path(plan.stack, host.fleet, form).read_text(encoding="utf-8")
            copy = host_secrets_dir(plan.stack, host.host) / form.file_name
            if not copy.exists():
                _private_folder(copy.parent)
                _write(copy, text, mode=0o600)
            elif copy.read_text(encoding="utf-8") != text:
                raise UsageError(
                    f"{copy} is not the {purpose} key of fleet '{host.fleet}'",
                    remedy="Restore the secret store from its back-up: two keys for one name must not run.",
                )


def _key_path(stack: str, holder: str, form: Form) -> Path:
    if holder in ("deployer", "operator"):
        return secrets_dir(stack) / form.file_name
    if form.is_of_fleet:
        return secrets_dir(stack) / "fleets" / f"{holder}.{form.file_name}"
    if not form.is_on_host:
        return secrets_dir(stack) / "accounts" / f"{holder}.{form.file_name}"
    return host_secrets_dir(stack, holder) / form.file_name


@dataclass(frozen=True, kw_only=True)
class _Birth:
    """What is decided once, when a stack's first keys are made."""

    chain_suffix: str
    genesis_time: str
    founders: tuple[str, ...]


def _stack_record(store: Path, plan: Plan, old: Ledger | None) -> _Birth:
    """Return what was decided at the stack's birth; made once and kept in the store."""
    path = store / _STACK_RECORD
    if path.exists():
        value = json.loads(path.read_text(encoding="utf-8"))
        return _Birth(
            chain_suffix=str(value["chain_suffix"]),
            genesis_time=str(value["genesis_time"]),
            founders=tuple(str(host) for host in value.get("founders", ())),
        )
    if old is not None:
        raise UsageError(
            f"there is a key ledger for stack '{plan.stack}', but its secret store {store} is empty",
            remedy="Restore the secret store from its back-up. For a lab that may be lost: geofleet down.",
        )
    suffix = "" if plan.environment == "production" else secrets.token_hex(3)
    birth = _Birth(
        chain_suffix=suffix,
        genesis_time=datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        founders=tuple(sorted(host.host for host in plan.hosts)),
    )
    _write(path, json.dumps(asdict(birth)) + "\n", mode=0o600)
    return birth


def _first_start_path(store: Path, host: str) -> Path:
    return store / "first-starts" / f"{host}.json"


def _write_first_start(store: Path, host: str) -> None:
    expires = datetime.datetime.now(datetime.UTC) + FIRST_START_VALID
    value = {"token": secrets.token_hex(16), "expires": expires.strftime("%Y-%m-%dT%H:%M:%SZ")}
    path = _first_start_path(store, host)
    _private_folder(path.parent)
    _write(path, json.dumps(value) + "\n", mode=0o600)


def _first_starts(store: Path) -> Iterator[FirstStart]:
    for path in sorted((store / "first-starts").glob("*.json")):
        value = json.loads(path.read_text(encoding="utf-8"))
        yield FirstStart(host=path.stem, token=value["token"], expires=value["expires"])


def _private_folder(path: Path) -> None:
    """Make a folder that only its owner enters, and every folder above it that is missing."""
    if not path.exists():
        _private_folder(path.parent)
        path.mkdir(mode=0o700)


def _write(path: Path, text: str, *, mode: int) -> None:
    """Write a file so that a kill leaves the old one or the new one, never a part."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
