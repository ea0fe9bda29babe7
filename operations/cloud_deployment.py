"""What `geofleet up` adds on target `cloud`: secrets' values and permissions, which the engine never sees."""

from __future__ import annotations

from collections.abc import Mapping

from components.hosts.secret_names import secret_files
from components.hosts.vault import Vault
from operations.console import say, step
from operations.key_forms import form_of
from schemas.errors import UsageError
from schemas.ledger import KeyRecord, Ledger
from schemas.locations import host_secrets_dir
from schemas.plan import HostPlan, Plan
from stacks.first_start import signed_first_start


def put_what_the_engine_never_sees(plan: Plan, ledger: Ledger, vaults: Mapping[str, Vault]) -> None:
    """Put every host's secrets and first-start permission into its cloud; what is there already stays.

    Args:
        plan: The stack's plan.
        ledger: Its keys.
        vaults: Provider to its vault.

    Raises:
        UsageError: A provider has no vault, a key is not in the local store, or another one is in the cloud.
        BackendError: A cloud refuses.
    """
    with step("put secrets, outside the engine's state"):
        made = sum(_put_secrets(plan, host, ledger, _vault(vaults, host)) for host in plan.hosts)
        say(f"    {made} put, the others were there")
    put_permissions(plan, ledger, vaults)


def put_permissions(plan: Plan, ledger: Ledger, vaults: Mapping[str, Vault]) -> None:
    """Publish every permission of the ledger that has not expired, signed by the deployer.

    Raises:
        UsageError: A provider has no vault, or the deployer's key cannot be read.
        BackendError: A cloud refuses.
    """
    for host in plan.hosts:
        permission = signed_first_start(plan, ledger, host)
        if permission is not None:
            _vault(vaults, host).put_first_start(host, document=permission[0], signature=permission[1])


def _put_secrets(plan: Plan, host: HostPlan, ledger: Ledger, vault: Vault) -> int:
    made = 0
    records = {form_of(record.purpose).file_name: record for record in ledger.keys if record.holder == host.host}
    for file_name in secret_files(host):
        record = _record(records, host, file_name)
        path = host_secrets_dir(plan.stack, host.host) / file_name
        try:
            value = path.read_text(encoding="utf-8")
        except OSError as error:
            raise UsageError(
                f"{file_name} of {host.host} is not in the local store ({path})",
                remedy="Run this where the stack's keys were made, or restore them from their back-up.",
            ) from error
        made += vault.put_secret(host, file_name=file_name, value=value, fingerprint=record.fingerprint)
    return made


def _record(records: Mapping[str, KeyRecord], host: HostPlan, file_name: str) -> KeyRecord:
    if file_name not in records:
        raise UsageError(
            f"the key ledger names no {file_name} of {host.host}",
            remedy="Make what is missing: geofleet keys create STACK.",
        )
    return records[file_name]


def _vault(vaults: Mapping[str, Vault], host: HostPlan) -> Vault:
    if host.provider not in vaults:
        raise UsageError(
            f"secrets of {host.host} cannot be put: provider '{host.provider}' has no vault",
            remedy="Put them by hand into the secrets that are there, empty.",
        )
    return vaults[host.provider]
