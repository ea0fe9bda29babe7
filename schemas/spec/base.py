"""What every part of the spec has in common: frozen, strict, no unknown keys, and the forms of names."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

NAME = r"^[a-z][a-z0-9-]{0,30}[a-z0-9]$"
CHAIN_ID = r"^[a-z][a-z0-9-]{1,48}$"
REGION = r"^(aws|gcp):[a-z0-9-]{1,40}$"
REGION_PATTERN = r"^(aws|gcp):[a-z0-9*-]{1,40}$"
VERSION = r"^(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})$"

FORMS: dict[str, tuple[str, str]] = {
    NAME: ("a name: 2 to 32 lower-case letters, digits and dashes, a letter first, no dash last", "eu-validators"),
    CHAIN_ID: ("a chain ID: 2 to 49 lower-case letters, digits and dashes, a letter first", "perps-1"),
    REGION: ("'provider:name', provider aws or gcp", "aws:eu-west-2"),
    REGION_PATTERN: ("'provider:pattern', provider aws or gcp, `*` for any text", "aws:eu-*"),
    VERSION: ("an exact version of three numbers", '"0.38.26"'),
}
"""Pattern to what it means in words, and an example: what a message says instead of the pattern."""

Name = Annotated[str, StringConstraints(pattern=NAME), Field(examples=["eu-validators"])]
"""Fits DNS, tags, labels and unit names."""

ChainId = Annotated[str, StringConstraints(pattern=CHAIN_ID), Field(examples=["perps-1"])]
RegionName = Annotated[str, StringConstraints(pattern=REGION), Field(examples=["aws:eu-west-2"])]
RegionPattern = Annotated[str, StringConstraints(pattern=REGION_PATTERN), Field(examples=["aws:eu-*"])]
ZoneName = Annotated[str, StringConstraints(pattern=REGION), Field(examples=["aws:euw2-az1", "gcp:europe-west2-a"])]
Version = Annotated[str, StringConstraints(pattern=VERSION), Field(examples=["0.38.26"])]
Milliseconds = Annotated[float, Field(gt=0, le=60_000, examples=[160])]
Count = Annotated[int, Field(ge=1, le=1000, examples=[4])]
Power = Annotated[int, Field(ge=1, le=1_000_000_000, examples=[10])]


class Model(BaseModel):
    """Frozen, strict, and closed: a key that is not known is a mistake."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", use_attribute_docstrings=True)
