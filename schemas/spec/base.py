"""What every part of the spec has in common: frozen, strict, no unknown keys."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,30}[a-z0-9]$")]
"""Lower case, digits and dashes, 2 to 32 characters: fits DNS, tags, labels and unit names."""

ChainId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,48}$")]
RegionName = Annotated[str, StringConstraints(pattern=r"^(aws|gcp):[a-z0-9-]+$")]
RegionPattern = Annotated[str, StringConstraints(pattern=r"^(aws|gcp):[a-z0-9*-]+$")]
ZoneName = Annotated[str, StringConstraints(pattern=r"^(aws|gcp):[a-z0-9-]+$")]
Milliseconds = Annotated[float, Field(gt=0, le=60_000)]
Count = Annotated[int, Field(ge=1, le=1000)]


class Model(BaseModel):
    """Frozen, strict, and closed: a key that is not known is a mistake."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", use_attribute_docstrings=True)
