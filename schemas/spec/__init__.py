"""What a user asks for, as frozen Pydantic models: the door between YAML and the rest."""

from schemas.spec.base import Budget
from schemas.spec.chains import Chain, CometbftChain, EvmChain, ExternalChain, Upgrade
from schemas.spec.fleet import Fleet
from schemas.spec.fleets import FleetBase
from schemas.spec.losses import Latency, Losses, Near, NearFleet, NearHub
from schemas.spec.machines import Machine, Placement
from schemas.spec.members import ExternalMember, MemberSpec
from schemas.spec.network import Metadata, Network, Operator
from schemas.spec.operation import Disruption, Maintenance
from schemas.spec.oracles import OracleFleet, Pair
from schemas.spec.places import AtlasHub, Coordinates, Hub, PointHub, RegionHub, Regions, Site
from schemas.spec.relayers import RelayerFleet, RelayPath
from schemas.spec.sequencers import SequencerFleet
from schemas.spec.software import CatalogueClient, Client, CustomClient, Port
from schemas.spec.validators import Sentries, Signer, ValidatorFleet

__all__ = [
    "AtlasHub",
    "Budget",
    "CatalogueClient",
    "Chain",
    "Client",
    "CometbftChain",
    "Coordinates",
    "CustomClient",
    "Disruption",
    "EvmChain",
    "ExternalChain",
    "ExternalMember",
    "Fleet",
    "FleetBase",
    "Hub",
    "Latency",
    "Losses",
    "Machine",
    "Maintenance",
    "MemberSpec",
    "Metadata",
    "Near",
    "NearFleet",
    "NearHub",
    "Network",
    "Operator",
    "OracleFleet",
    "Pair",
    "Placement",
    "PointHub",
    "Port",
    "RegionHub",
    "Regions",
    "RelayPath",
    "RelayerFleet",
    "Sentries",
    "SequencerFleet",
    "Signer",
    "Site",
    "Upgrade",
    "ValidatorFleet",
]
