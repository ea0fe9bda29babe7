"""What a user asks for, as frozen Pydantic models: the door between YAML and the rest."""

from schemas.spec.fleet import Client, Fleet, Latency, Losses, Machine, MemberSpec, Near
from schemas.spec.network import Chain, Hub, Metadata, Network, Regions

__all__ = [
    "Chain",
    "Client",
    "Fleet",
    "Hub",
    "Latency",
    "Losses",
    "Machine",
    "MemberSpec",
    "Metadata",
    "Near",
    "Network",
    "Regions",
]
