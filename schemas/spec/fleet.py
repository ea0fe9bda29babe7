"""One fleet of the spec: what its role decides about its fields."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.spec.oracles import OracleFleet
from schemas.spec.relayers import RelayerFleet
from schemas.spec.sequencers import SequencerFleet
from schemas.spec.validators import ValidatorFleet

Fleet = Annotated[ValidatorFleet | RelayerFleet | SequencerFleet | OracleFleet, Field(discriminator="role")]
"""Hosts of one role that promise something together."""
