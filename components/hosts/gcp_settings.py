"""What an operator says about the Google Cloud project that a stack is built in."""

from __future__ import annotations

from dataclasses import dataclass

IMAGE = "projects/debian-cloud/global/images/debian-12-bookworm-v20261006"
"""Debian 12 by its exact name: a family would give two hosts of one stack different systems."""


@dataclass(frozen=True, kw_only=True)
class GcpSettings:
    """One project and who answers for it; plain values from the stack's configuration."""

    project: str
    """Project ID, such as `example-perps-prod`."""
    billing_account: str = ""
    """`000000-000000-000000`; empty: no budget is made."""
    alarm_email: str = ""
    """Who is told of alarms; empty: alarms are only shown in the console."""
    operators: tuple[str, ...] = ()
    """IAM members that may open sessions through IAP: `group:sre@example.com`. Nobody when empty."""
    image: str = IMAGE
    """Boot image; one that already has cloud-init and the packages starts about a minute faster."""
    is_protected: bool = True
    """Whether production refuses to be deleted; False for the one deployment that comes before a teardown."""
    key_generation: int = 1
    """Part of the key rings' names, which Google never lets anyone use again: raise it to build a stack anew."""
