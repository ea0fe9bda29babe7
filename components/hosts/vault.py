"""What is put into a cloud by its interface, never by the engine: secrets' values, and permissions that end.

The engine keeps even write-only inputs, encrypted, in its state
(pulumi-terraform-bridge#3201), so it makes empty secrets and never sees a value.
"""

from __future__ import annotations

from typing import Protocol

from schemas.plan import HostPlan


class Vault(Protocol):
    """The secret store and the configuration store of one cloud, as the deployer writes them."""

    def put_secret(self, host: HostPlan, *, file_name: str, value: str, fingerprint: str) -> bool:
        """Put a secret's value where only the host reads it; returns whether it was not there yet.

        Args:
            host: The one holder.
            file_name: Name of the file in the host's credential store.
            value: The secret; never logged, never part of a message.
            fingerprint: Of its public key: what tells one value from another without reading any.

        Raises:
            UsageError: The secret holds another key already: two keys for one name must not run.
            BackendError: The cloud refuses.
        """

    def put_first_start(self, host: HostPlan, *, document: str, signature: str) -> None:
        """Publish a host's one-time permission to start without former sign state.

        Raises:
            BackendError: The cloud refuses.
        """

    def withdraw_first_start(self, host: HostPlan) -> None:
        """Take the permission back; nothing happens where there is none.

        Raises:
            BackendError: The cloud refuses.
        """
