"""Write the envelopes' JSON Schemas from the dataclasses: `python -m schemas.envelopes.generate`."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import textwrap
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from schemas.atlas import answers
from schemas.atlas.checking import SCHEMA as ATLAS_CHECK_SCHEMA
from schemas.atlas.checking import AtlasCheck
from schemas.change import AFFECTED_SCHEMA, CHANGE_SCHEMA, Affected, Change
from schemas.comparison import SCHEMA as COMPARISON_SCHEMA
from schemas.comparison import Comparison
from schemas.diagnostics import ERROR_SCHEMA, ErrorReport
from schemas.draft7 import REF_TEMPLATE, draft7, write_schemas
from schemas.drill import SCHEMA as DRILL_SCHEMA
from schemas.drill import SERIES_SCHEMA as DRILLS_SCHEMA
from schemas.drill import DrillResult, DrillSeries
from schemas.explanation import SCHEMA as EXPLANATION_SCHEMA
from schemas.explanation import Explanation
from schemas.front import SCHEMA as FRONT_SCHEMA
from schemas.front import Front
from schemas.inventory import SCHEMA as INVENTORY_SCHEMA
from schemas.inventory import Inventory
from schemas.loading.provenance import SCHEMA as RENDER_SCHEMA
from schemas.loading.provenance import Rendering
from schemas.plan import SCHEMA as PLAN_SCHEMA
from schemas.plan import Plan
from schemas.report import SCHEMA as REPORT_SCHEMA
from schemas.report import Report, Status
from schemas.simulation import SCHEMA as SIMULATION_SCHEMA
from schemas.simulation import Simulation
from schemas.status import SCHEMA as STATUS_SCHEMA
from schemas.status import StackStatus

FOLDER = Path(__file__).parent

_ENVELOPES: dict[str, type] = {
    AFFECTED_SCHEMA: Affected,
    CHANGE_SCHEMA: Change,
    ATLAS_CHECK_SCHEMA: AtlasCheck,
    answers.DISTANCE_SCHEMA: answers.DistanceAnswer,
    answers.HUBS_SCHEMA: answers.HubsAnswer,
    answers.LOCATION_SCHEMA: answers.LocationAnswer,
    answers.MACHINES_SCHEMA: answers.MachinesAnswer,
    answers.REGIONS_SCHEMA: answers.RegionsAnswer,
    COMPARISON_SCHEMA: Comparison,
    DRILL_SCHEMA: DrillResult,
    DRILLS_SCHEMA: DrillSeries,
    ERROR_SCHEMA: ErrorReport,
    EXPLANATION_SCHEMA: Explanation,
    FRONT_SCHEMA: Front,
    INVENTORY_SCHEMA: Inventory,
    PLAN_SCHEMA: Plan,
    RENDER_SCHEMA: Rendering,
    REPORT_SCHEMA: Report,
    SIMULATION_SCHEMA: Simulation,
    STATUS_SCHEMA: StackStatus,
}

_COUNTS: dict[str, Any] = {
    "type": "object",
    "description": "How many findings have each status; statuses that occur only.",
    "propertyNames": {"enum": [status.value for status in Status]},
    "additionalProperties": {"type": "integer", "minimum": 1},
}


def envelope_schemas() -> dict[Path, dict[str, Any]]:
    """Return the JSON Schema (draft 7) of each envelope, by the file that keeps it.

    Readers must accept properties they do not know: new ones do not change the version.
    """
    return {FOLDER / f"{name.split('/')[1]}.schema.json": _envelope(name, kind) for name, kind in _ENVELOPES.items()}


def _envelope(name: str, kind: type) -> dict[str, Any]:
    schema = TypeAdapter(kind).json_schema(ref_template=REF_TEMPLATE)
    _describe(schema, kind)
    for part in _parts(kind):
        _describe(schema["$defs"][part.__name__], part)
    properties = {"schema": {"const": name, "description": "Kind and version of this envelope."}}
    if kind is Report:
        properties["counts"] = _COUNTS
    schema["properties"] = {**properties, **schema["properties"]}
    schema["required"] = [*properties, *schema["required"]]
    return draft7(schema, title=name)


def _parts(kind: type) -> Iterator[type]:
    """Yield every dataclass that a dataclass is made of."""
    waiting, seen = [kind], {kind}
    while waiting:
        for hint in typing.get_type_hints(waiting.pop()).values():
            for found in (hint, *typing.get_args(hint)):
                if dataclasses.is_dataclass(found) and isinstance(found, type) and found not in seen:
                    seen.add(found)
                    waiting.append(found)
                    yield found


def _describe(schema: dict[str, Any], kind: type) -> None:
    """Add the docstring of each attribute; Pydantic reads them for its own models only."""
    body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(body, ast.ClassDef)
    for field, text in zip(body.body, body.body[1:], strict=False):
        if not (isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)):
            continue
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
            schema["properties"][field.target.id]["description"] = inspect.cleandoc(str(text.value.value))


if __name__ == "__main__":
    write_schemas(envelope_schemas())
