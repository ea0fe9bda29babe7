"""`geofleet init`: a commented spec that passes `geofleet check` at once, or the reason why none can."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from operations.checking import judged, report_text
from operations.planning import files_of, planned
from operations.rewriting import write_anew
from operations.spec_fields import key_order
from operations.spec_text import FleetChoice, spec_text
from operations.wishes import Given, Wishes, wishes_of
from operations.yaml_layout import laid_out
from schemas.diagnostics import InvalidDocumentError
from schemas.errors import ExitCode, FleetError, InfeasiblePlacementError, UsageError
from schemas.locations import REPOSITORY
from stacks.stack import shown

_MOST_FIRST: tuple[tuple[str, ...], ...] = (
    ("zone", "region", "provider"), ("zone", "region"), ("zone",), (),
)  # fmt: skip
"""What a fleet can promise to go on without, the most first."""

_LIMITS_MS = (5, 10, 20, 40)
"""Round trips to a hub that are tried, the nearest first."""


class ImpossibleWishError(InfeasiblePlacementError):
    """No spec with these wishes passes `geofleet check`."""


@dataclass(frozen=True, kw_only=True)
class _Trial:
    text: str
    problem: str
    """Why the spec does not pass; empty when it does."""
    remedy: str = ""


def run_init(path: Path | None, given: Given, *, force: bool, asks: bool) -> str:
    """Write a new spec.

    Args:
        path: Where; stacks/NAME.yaml when None.
        given: Flag to what was given for it.
        force: Overwrite a file that exists.
        asks: Somebody is there to answer.

    Returns:
        What to tell: where it is, and what comes next.

    Raises:
        UsageError: A wish is of the wrong form, or the file exists.
        ImpossibleWishError: No placement keeps the wishes.
    """
    if path is not None:
        _require_free(path, force)
    wishes = wishes_of(given, path, asks=asks)
    target = path or files_of(wishes.name).spec
    _require_free(target, force)
    write_anew(target, new_spec(wishes, schema=_schema_from(target)))
    name = target.stem if path is None else str(target)
    return f"{shown(target)} is written\nNext: geofleet check {name}, then geofleet plan {name}"


def new_spec(wishes: Wishes, *, schema: str) -> str:
    """Return the text of a spec that passes `geofleet check`.

    Args:
        wishes: What it shall say.
        schema: Where editors find the JSON Schema, from the spec.

    Raises:
        UsageError: The wishes contradict each other.
        ImpossibleWishError: No placement keeps them, or a rule refuses every one.
    """
    choices = [_chosen(replace(wishes, roles=(role,)), role, schema) for role in wishes.roles]
    trial = _tried(wishes, choices, schema)
    if trial.problem:
        raise ImpossibleWishError(trial.problem, remedy=trial.remedy)
    return trial.text


def _chosen(wishes: Wishes, role: str, schema: str) -> FleetChoice:
    """Return the most that a fleet can promise, tried with the solver and the rules themselves."""
    last: _Trial | None = None
    for choice in _choices(wishes, role):
        trial = _tried(wishes, [choice], schema)
        if not trial.problem:
            return choice
        # Of all the reasons the last is told: it refuses the least that was asked.
        last = trial
    assert last is not None, "there is always something to try"
    raise ImpossibleWishError(last.problem, remedy=last.remedy)


def _choices(wishes: Wishes, role: str) -> Iterator[FleetChoice]:
    for domains in (wishes.domains,) if wishes.domains is not None else _MOST_FIRST:
        for limit in _LIMITS_MS if role == "relayer" else (0,):
            yield FleetChoice(role=role, survive=domains, hub_ms_max=limit)


def _tried(wishes: Wishes, choices: list[FleetChoice], schema: str) -> _Trial:
    """Return the spec of these choices, and what `geofleet check` says of it."""
    text = spec_text(wishes, choices, schema=schema)
    with tempfile.TemporaryDirectory(prefix="geofleet-init-") as folder:
        file = Path(folder) / f"{wishes.name}.yaml"
        file.write_text(text, encoding="utf-8")
        try:
            report = judged(planned(files_of(str(file))))
        except InvalidDocumentError as error:
            [*_, last] = error.diagnostics
            raise UsageError(last.message, remedy=last.remedy) from None
        except FleetError as error:
            return _Trial(text=text, problem=_without_places(error.problem, file), remedy=error.remedy)
    if report.exit_code is not ExitCode.PASSED:
        told = _without_places(report_text(report), file)
        return _Trial(text=text, problem=told, remedy="Wish for less, or allow more regions.")
    return _Trial(text=laid_out(text, key_order, source=wishes.name), problem="")


def _without_places(text: str, file: Path) -> str:
    """Return a message without places in a file that nobody will see."""
    return re.sub(rf" ?\(?{re.escape(str(file))}:[0-9]+:[0-9]+(: |\))?", "", text)


def _require_free(path: Path, force: bool) -> None:
    if path.exists() and not force:
        raise UsageError(f"{shown(path)} exists", remedy="Choose another path, or overwrite it with --force.")
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise UsageError(f"{shown(path)} cannot be a file there", remedy="Name a file in a folder that exists.")


def _schema_from(path: Path) -> str:
    """Return where the JSON Schema lies, seen from a spec: relative inside the repository, else in full."""
    schema = REPOSITORY / "schemas" / "network.schema.json"
    target = path.absolute()
    return os.path.relpath(schema, target.parent) if target.is_relative_to(REPOSITORY) else str(schema)
