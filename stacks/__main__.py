"""Pulumi's entry: `pulumi up` runs this folder. Mistakes end it with their message, not with a traceback."""

from __future__ import annotations

import pulumi

from schemas.errors import FleetError
from stacks.program import run

try:
    run()
except FleetError as error:
    raise pulumi.RunError(f"{error}\n{error.remedy}".rstrip()) from None
