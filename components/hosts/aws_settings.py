"""What the AWS back end must be told beside the plan; nothing here is secret."""

from __future__ import annotations

import re
from dataclasses import dataclass

from schemas.errors import UsageError

DEBIAN_OWNER = "136693071363"
"""Debian's own account. Source: wiki.debian.org, Cloud/AmazonEC2Image."""

DEBIAN_IMAGE = "debian-12-amd64-20260923-2610"
"""Exact name of the image that new hosts start from; a running host keeps the one it was made with."""


@dataclass(frozen=True, kw_only=True)
class AwsSettings:
    """The account, and who is told when something is wrong.

    Raises:
        UsageError: A value cannot be what it should be; it names the configuration key.
    """

    account: str
    """Number of the AWS account: policies name it, and the provider refuses any other."""
    alarm_email: str = ""
    """Who gets alarms and budget warnings; empty: the topics are there, and nobody has subscribed."""
    budget_usd_per_month: float | None = None
    """What the stack may cost in this account; None: no budget is made."""
    image: str = DEBIAN_IMAGE
    image_owner: str = DEBIAN_OWNER
    """Account that the image must belong to: a name alone can be anyone's."""
    packages_sha256: str = ""
    """Of the archive with the packages that the image lacks (`make packages`); empty: it lacks none."""
    enclave_measurement: str = ""
    """SHA-384 (hex) of the enclave image that may use signers' keys (PCR0); needed where hosts have enclaves."""
    is_protected: bool = True
    """Whether voters and their disks in production withstand destruction; off only to tear a stack down."""

    def __post_init__(self) -> None:
        """Check every value."""
        if not re.fullmatch(r"[0-9]{12}", self.account):
            raise UsageError(
                f"geofleet:awsAccount is '{self.account}', an AWS account has 12 digits",
                remedy="pulumi config set geofleet:awsAccount 123456789012",
            )
        if not re.fullmatch(r"[A-Za-z0-9()\[\] ./@'_-]{3,128}", self.image):
            raise UsageError(
                f"geofleet:awsImage is '{self.image}', not the exact name of an image",
                remedy=f"Use one as {DEBIAN_IMAGE}: aws ec2 describe-images --owners {DEBIAN_OWNER}.",
            )
        if self.enclave_measurement and not re.fullmatch(r"(?!0{96})[0-9a-f]{96}", self.enclave_measurement):
            raise UsageError(
                "geofleet:enclaveMeasurement is not a SHA-384 in 96 hexadecimal digits, or all zeros (a debug enclave)",
                remedy="Take PCR0 from `nitro-cli build-enclave` of the image that runs in production.",
            )
