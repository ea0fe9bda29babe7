"""The four roles of a fleet, and how each decides that it goes on."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What the hosts of a fleet do in the network."""

    VALIDATOR = "validator"
    RELAYER = "relayer"
    SEQUENCER = "sequencer"
    ORACLE = "oracle"


class Quorum(StrEnum):
    """How many members must be left for a fleet to go on (design, section 3)."""

    BFT = "bft"
    """More than two thirds of the voting power."""
    MAJORITY = "majority"
    """floor(n/2) + 1 members."""
    THRESHOLD = "threshold"
    """A number that the spec names: `reports_min`."""
    ANY = "any"
    """One member, per hub where the fleet names hubs."""


QUORUM_OF_ROLE: dict[Role, Quorum] = {
    Role.VALIDATOR: Quorum.BFT,
    Role.SEQUENCER: Quorum.MAJORITY,
    Role.ORACLE: Quorum.THRESHOLD,
    Role.RELAYER: Quorum.ANY,
}


class Domain(StrEnum):
    """What can fail as one."""

    ZONE = "zone"
    REGION = "region"
    METRO = "metro"
    PROVIDER = "provider"
    OPERATOR = "operator"
    CLIENT = "client"
    SIGNER_GROUP = "signer_group"
