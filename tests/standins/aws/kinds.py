"""Every kind that the AWS stand-in knows. Importing a module registers its kinds."""

from __future__ import annotations

from tests.standins.aws import balancing, firewall, identity, keys, links, machines, names, network, storage, watching
from tests.standins.aws.kind import AwsKind
from tests.standins.base.kind import kinds_below

MODULES = (balancing, firewall, identity, keys, links, machines, names, network, storage, watching)
KINDS = kinds_below(AwsKind)
