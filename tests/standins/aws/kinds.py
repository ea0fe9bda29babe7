"""Every kind that the AWS stand-in knows. Importing a module registers its kinds."""

from __future__ import annotations

from tests.standins.aws import firewall, identity, keys, machines, network, storage
from tests.standins.aws.kind import AwsKind
from tests.standins.base.kind import kinds_below

MODULES = (firewall, identity, keys, machines, network, storage)
KINDS = kinds_below(AwsKind)
