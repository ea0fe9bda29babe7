"""What no model can say: names that must exist, and values that must fit each other. Each subject has its module."""

from __future__ import annotations

from schemas.document import Document
from schemas.loading.judged import Judged, Problems
from schemas.loading.meaning_chains import chain_problems
from schemas.loading.meaning_fleets import ROLES_OF_CLIENT, fleet_problems
from schemas.loading.meaning_hubs import hub_problems, hub_region
from schemas.loading.meaning_keys import key_problems
from schemas.loading.meaning_machines import machine_problems, placement_problems
from schemas.loading.meaning_members import member_problems
from schemas.loading.meaning_oracles import oracle_problems
from schemas.loading.meaning_places import allowed_regions, place_problems
from schemas.loading.meaning_relayers import relayer_problems
from schemas.loading.meaning_sequencers import sequencer_problems
from schemas.loading.meaning_validators import validator_problems
from schemas.loading.meaning_windows import window_problems
from schemas.spec import Network, OracleFleet, RelayerFleet, SequencerFleet, ValidatorFleet

__all__ = ["ROLES_OF_CLIENT", "allowed_regions", "hub_region", "meaning_problems"]


def meaning_problems(document: Document, network: Network) -> Problems:
    """Yield every mistake that spans more than one value."""
    judged = Judged(document=document, network=network)
    allowed = frozenset(allowed_regions(network))
    yield from place_problems(judged, allowed)
    yield from hub_problems(judged)
    yield from chain_problems(judged)
    yield from placement_problems(judged, network.placement, ("placement",))
    yield from window_problems(judged, network.maintenance, ("maintenance",))
    for name, fleet, at in judged.fleets():
        yield from fleet_problems(judged, name, fleet)
        yield from machine_problems(judged, fleet, at, allowed)
        yield from window_problems(judged, fleet.maintenance, (*at, "maintenance"))
        yield from member_problems(judged, fleet, at, allowed)
        if isinstance(fleet, ValidatorFleet):
            yield from validator_problems(judged, fleet, at)
        elif isinstance(fleet, RelayerFleet):
            yield from relayer_problems(judged, fleet, at)
        elif isinstance(fleet, SequencerFleet):
            yield from sequencer_problems(judged, fleet, at)
        elif isinstance(fleet, OracleFleet):
            yield from oracle_problems(judged, fleet, at)
    yield from key_problems(judged)
