"""What the commands on a deployed stack do: verify, status, restart, ssh, and the end of `up`."""

from __future__ import annotations

import datetime
import json
import os

from lab.containers import restart_host, states_of
from operations import keys
from operations.audit.kept import STATUS_FILE, rfc3339
from operations.cloud_deployment import put_permissions, put_what_the_engine_never_sees
from operations.console import say, step
from operations.deployment import TARGET_CLOUD, configured_target, deploy, stack_config
from operations.first_starts import publish_first_starts, settle_first_starts
from operations.hosts import access
from operations.hosts.work import work_of
from operations.machine import require_root
from operations.planning import files_of, planned
from operations.rewriting import write_anew
from operations.run_lock import run_lock
from operations.state import deployed_inventory
from operations.verification import chain_status, measure, ssh_command
from operations.verification import verify as verify_hosts
from operations.watching import quick_shell
from policies.settings import stack_settings
from schemas.errors import UsageError
from schemas.inventory import Inventory
from schemas.ledger import Ledger
from schemas.locations import work_dir
from schemas.report import Report
from schemas.status import ChainStatus, HostState, HostStatus, HostWork, RoundTripStatus, StackStatus
from stacks.clouds import cloud_vaults
from stacks.stack import locked_plan, stack_files, stack_ledger

WAIT_FOR_BOOT_S = 300
"""A host boots in 8 to 15 s; a dozen at once on two busy cores take a minute."""

WAIT_FOR_SIGNERS_S = 120
"""For new signers when nothing else waits for their boot."""

WAIT_FOR_COMMIT_S = 20
"""A verified signer is in one of the next commits: a block takes a second or two."""


def run_up(argument: str, *, verify: bool) -> tuple[StackStatus, Report | None]:
    """Build a stack and, unless told not to, verify it; returns its status and what verification found."""
    deployed = deploy(argument)
    inventory, ledger, found = deployed.inventory, deployed.ledger, None
    if inventory.target == TARGET_CLOUD:
        # Hosts in clouds are reached through Session Manager and IAP; what looks at hosts from here reaches the lab's.
        say("built; its hosts boot now. They are not verified: that reaches the lab's hosts only, so far")
        return _built(inventory), None
    if verify:
        with step("verify every host"):
            found = verify_hosts(inventory, ledger, stack_settings(deployed.files.spec), wait_s=WAIT_FOR_BOOT_S)
    wait_s = WAIT_FOR_COMMIT_S if verify else WAIT_FOR_SIGNERS_S
    ledger = settle_first_starts(deployed.files, inventory, ledger, wait_s=wait_s)
    status = _status(inventory, ledger, measured=verify)
    return keep_status(status) if verify else status, found


def run_verify(stack: str, *, wait_s: int) -> Report:
    """Verify a deployed stack."""
    require_root()
    files = stack_files(stack)
    settings = stack_settings(files.spec)  # a mistake in them is told before anything is looked at
    return verify_hosts(deployed_inventory(stack), stack_ledger(files), settings, wait_s=wait_s)


def run_status(stack: str) -> StackStatus:
    """Return the status of a deployed stack, with measured round trips."""
    require_root()
    files = stack_files(stack)
    return keep_status(_status(deployed_inventory(stack), stack_ledger(files), measured=True))


def keep_status(status: StackStatus) -> StackStatus:
    """Keep what was measured for `geofleet report`, whole or not at all; returns it."""
    path = work_dir() / "reports" / status.stack / STATUS_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    write_anew(path, json.dumps(status.to_json(), indent=1) + "\n")
    return status


def run_restart(stack: str, host: str) -> None:
    """Restart one host of a deployed stack."""
    require_root()
    inventory = deployed_inventory(stack)
    _require_host(inventory, host)
    with run_lock(stack), step(f"restart {host}"):
        restart_host(stack, host)
    say(f"{host} boots; see that all is well: geofleet verify {stack} --wait 60")


def run_ssh(stack: str, host: str, arguments: tuple[str, ...]) -> None:
    """Become the operator's SSH session on a host."""
    require_root()
    inventory = deployed_inventory(stack)
    _require_host(inventory, host)
    command = ssh_command(inventory, stack_ledger(stack_files(stack)), host, arguments)
    os.execvp(command[0], command)  # noqa: S606 - the session replaces this process


def run_keys_create(argument: str) -> None:
    """Make the keys that a stack's plan lacks."""
    files = files_of(argument)
    found = planned(files)
    if not found.locked:
        raise UsageError(
            f"stack '{files.name}' has no fitting plan lock: hosts have no names to make keys for",
            remedy=f"Lock it first: geofleet plan {files.name} --write.",
        )
    with run_lock(files.name):
        ledger = keys.create_keys(files, found.plan)
        publish_first_starts(found.plan, ledger)
    say(f"{len(ledger.keys)} keys in the ledger, {files.ledger}")


def run_keys_put(stack: str) -> None:
    """Put secrets and permissions into a stack's clouds, after a plain `pulumi up`."""
    files = stack_files(stack)
    if configured_target(files) != TARGET_CLOUD:
        raise UsageError(
            f"stack '{stack}' is not on target '{TARGET_CLOUD}': its hosts read their keys from this machine",
            remedy=f"Set it where it should be: pulumi config set geofleet:target cloud --stack {stack}.",
        )
    _, plan = locked_plan(files)
    with run_lock(stack):
        put_what_the_engine_never_sees(plan, stack_ledger(files), cloud_vaults(plan, stack_config(files)))


def run_permit(stack: str, host: str) -> None:
    """Let a validator start once without sign state."""
    files = stack_files(stack)
    _, plan = locked_plan(files)
    with run_lock(stack):
        ledger = keys.permit_first_start(files, stack_ledger(files), host)
        if configured_target(files) == TARGET_CLOUD:
            put_permissions(plan, ledger, cloud_vaults(plan, stack_config(files)))
        else:
            publish_first_starts(plan, ledger)
    found = ledger.first_start(host)
    assert found is not None, "it has just been written"
    say(f"{host} may start without sign state until {found.expires}; `geofleet up {stack}` takes it back once it signs")


def _status(inventory: Inventory, ledger: Ledger, *, measured: bool) -> StackStatus:
    running = states_of(inventory.stack)
    return StackStatus(
        stack=inventory.stack,
        target=inventory.target,
        hosts=tuple(
            HostStatus(
                host=h.host, fleet=h.fleet, role=h.role, region=h.region, zone=h.zone, address=h.address,
                state=_state(running.get(h.host)),
            )
            for h in inventory.hosts
        ),
        chains=tuple(
            ChainStatus(
                chain=c.chain, chain_id=c.chain_id, height=c.height, block_time_ms=c.block_time_ms,
                validators=c.validators,
            )
            for c in (chain_status(inventory, ledger) if measured else ())
        ),
        round_trips=_round_trips(inventory, ledger) if measured else (),
        work=_work(inventory, ledger) if measured else (),
        looked_at=rfc3339(datetime.datetime.now(datetime.UTC)) if measured else "",
    )  # fmt: skip


def _built(inventory: Inventory) -> StackStatus:
    """Return the status of a stack in clouds: what the engine has made; nothing of it was looked at from inside."""
    hosts = tuple(
        HostStatus(
            host=h.host, fleet=h.fleet, role=h.role, region=h.region, zone=h.zone, address=h.address,
            state=HostState.BUILT, detail="not looked at from inside",
        )
        for h in inventory.hosts
    )  # fmt: skip
    return StackStatus(stack=inventory.stack, target=inventory.target, hosts=hosts, chains=(), round_trips=())


def _state(running: bool | None) -> HostState:
    if running is None:
        return HostState.MISSING
    return HostState.RUNNING if running else HostState.STOPPED


def _round_trips(inventory: Inventory, ledger: Ledger) -> tuple[RoundTripStatus, ...]:
    found = {(m.region, m.other): m for m in measure(inventory, ledger)}
    rows = []
    for link in inventory.links:
        measured = found.get((link.region, link.other))
        rows.append(
            RoundTripStatus(
                region=link.region,
                other=link.other,
                planned_ms=link.round_trip_ms,
                evidence=link.round_trip_evidence,
                measured_ms=measured.median_ms if measured else None,
                measured_jitter_ms=measured.jitter_ms if measured else None,
            )
        )
    return tuple(rows)


def _work(inventory: Inventory, ledger: Ledger) -> tuple[HostWork, ...]:
    with step("look at what hosts do"), access.opened(inventory, ledger) as reach:
        return work_of(inventory, quick_shell(reach))


def _require_host(inventory: Inventory, host: str) -> None:
    known = [h.host for h in inventory.hosts]
    if host not in known:
        raise UsageError(f"stack '{inventory.stack}' has no host '{host}'", remedy=f"It has: {', '.join(known)}.")
