"""A user's own figures, from YAML to the atlas: strict, and every mistake with its place.

Two files may exist: `atlas/overrides.yaml` for all stacks of the checkout, and
`NAME.atlas.yaml` beside a stack's spec. The stack's wins where both speak of the
same pair or price; both win over the tables.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationError

from schemas import atlas
from schemas.atlas import Atlas, Evidence
from schemas.atlas.machines import machine_types
from schemas.atlas.overrides import Figure, MachinePrice, Overrides
from schemas.diagnostics import Diagnostic, InvalidDocumentError, nearest
from schemas.diagnostics import Path as KeyPath
from schemas.document import Document, read_file, read_text
from schemas.locations import REPOSITORY
from schemas.spec.base import FORMS, Milliseconds, Model, RegionName
from schemas.structure import Format, structure_problems

SCHEMA = "geofleet/atlas/v1"

EVERY_STACK = REPOSITORY / "atlas" / "overrides.yaml"
"""Figures for all stacks of the checkout."""

DATE = r"^[0-9]{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?$"
MACHINE = r"^(aws|gcp):[a-z0-9][a-z0-9.-]{1,60}$"
_FORMS = FORMS | {
    DATE: ("a month or a day, as text", '"2026-11-24"'),
    MACHINE: ("'provider:type', provider aws or gcp", "aws:c6a.xlarge"),
}

_Words = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_Date = Annotated[str, StringConstraints(pattern=DATE)]
_MachineName = Annotated[str, StringConstraints(pattern=MACHINE)]


class _Figure(Model):
    region: RegionName
    other: RegionName
    value_ms: Milliseconds
    evidence: Literal["measured", "estimated"] = "measured"
    statistic: _Words
    method: _Words
    floor_ms: Annotated[float, Field(ge=0, le=1000)] = 0.0
    """Round trips below this prove nothing, since the method itself may take as long."""
    date: _Date
    source: _Words


class _Price(Model):
    region: RegionName
    machine: _MachineName
    usd_per_hour: Annotated[float, Field(gt=0, le=1000)]
    date: _Date
    source: _Words


class _AtlasFile(Model):
    format: Literal["geofleet/atlas/v1"] = Field(alias="schema")
    round_trips: Annotated[tuple[_Figure, ...], Field(max_length=5000)] = ()
    jitter: Annotated[tuple[_Figure, ...], Field(max_length=5000)] = ()
    prices: Annotated[tuple[_Price, ...], Field(max_length=5000)] = ()


_FORMAT = Format(model=_AtlasFile, family="ATLAS", forms=_FORMS)


def stack_atlas(spec: Path, *, every_stack: Path = EVERY_STACK) -> Atlas:
    """Return the atlas that a stack is planned and judged by.

    Args:
        spec: The stack's spec, `NAME.yaml`; its own figures are in `NAME.atlas.yaml` beside it.
        every_stack: Figures for all stacks.

    Raises:
        InvalidDocumentError: One of the files is wrong; every mistake of that file is named.
    """
    own = read_overrides(atlas_file_of(spec))
    found = own.over(read_overrides(every_stack))
    return Atlas(overrides=found) if found else atlas.PUBLISHED


def every_stack_atlas(path: Path = EVERY_STACK) -> Atlas:
    """Return the atlas with the figures for all stacks, and no stack's own; see `stack_atlas`."""
    found = read_overrides(path)
    return Atlas(overrides=found) if found else atlas.PUBLISHED


def atlas_file_of(spec: Path) -> Path:
    """Return where a stack's own figures are, whether the file exists or not."""
    return spec.with_name(f"{spec.stem}.atlas.yaml")


def read_overrides(path: Path) -> Overrides:
    """Read one file of figures; nothing when it does not exist.

    Raises:
        InvalidDocumentError: It is wrong; every mistake is named.
    """
    if not path.exists():
        return Overrides()
    shown = str(path.relative_to(REPOSITORY)) if path.is_relative_to(REPOSITORY) else str(path)
    return _overrides(read_file(path, source=shown))


def overrides_from_text(text: str, *, source: str) -> Overrides:
    """Read figures from text; see `read_overrides` for what it raises."""
    return _overrides(read_text(text, source=source))


def _overrides(document: Document) -> Overrides:
    try:
        file = _AtlasFile.model_validate_json(json.dumps(document.value))
    except ValidationError as error:
        raise InvalidDocumentError(structure_problems(document, error, _FORMAT)) from None
    problems = [
        *_figure_problems(document, "round_trips", file.round_trips),
        *_figure_problems(document, "jitter", file.jitter),
        *_price_problems(document, file.prices),
    ]
    if problems:
        raise InvalidDocumentError(problems)
    return Overrides(
        round_trips=tuple(_figure(found) for found in file.round_trips),
        jitter=tuple(_figure(found) for found in file.jitter),
        prices=tuple(
            MachinePrice(region=p.region, machine=p.machine, usd_per_hour=p.usd_per_hour, date=p.date, source=p.source)
            for p in file.prices
        ),
    ).over(Overrides())


def _figure(found: _Figure) -> Figure:
    return Figure(
        region=min(found.region, found.other), other=max(found.region, found.other), value_ms=found.value_ms,
        evidence=Evidence(found.evidence), statistic=found.statistic, method=found.method, date=found.date,
        source=found.source,
    )  # fmt: skip


def _figure_problems(document: Document, key: str, figures: Iterable[_Figure]) -> Iterator[Diagnostic]:
    """Yield what cannot be so: places that do not exist, pairs given twice, round trips that beat light."""
    seen: set[frozenset[str]] = set()
    for position, found in enumerate(figures):
        path: KeyPath = (key, position)
        unknown = list(_unknown_regions(document, path, {"region": found.region, "other": found.other}))
        yield from unknown
        if found.region == found.other:
            yield document.diagnostic(
                "ATLAS302", f"a figure is between two regions, and both are '{found.region}'", (*path, "other"),
                remedy="Name the other region, or remove the entry.",
            )  # fmt: skip
        pair = frozenset((found.region, found.other))
        if pair in seen:
            yield document.diagnostic(
                "ATLAS303", f"the pair {found.region}, {found.other} is given twice", (*path, "region"),
                remedy="Keep the better figure.",
            )  # fmt: skip
        seen.add(pair)
        if key == "round_trips" and not unknown:
            yield from _impossible(document, path, found)


def _impossible(document: Document, path: KeyPath, found: _Figure) -> Iterator[Diagnostic]:
    floor_ms = atlas.fastest_possible_ms(found.region, found.other)
    if found.value_ms < floor_ms:
        yield document.diagnostic(
            "ATLAS304",
            f"{found.value_ms:g} ms beats light: fibre needs {floor_ms:.2f} ms between {found.region} and {found.other}",
            (*path, "value_ms"), remedy="Look at which hosts were measured, and in which unit.",
        )  # fmt: skip
    if found.evidence == "measured" and found.value_ms < found.floor_ms:
        yield document.diagnostic(
            "ATLAS305",
            f"{found.value_ms:g} ms is below the method's own floor of {found.floor_ms:g} ms, so it proves nothing",
            (*path, "value_ms"), remedy="Measure between machines, or say 'evidence: estimated'.",
        )  # fmt: skip


def _unknown_regions(document: Document, path: KeyPath, named: dict[str, str]) -> Iterator[Diagnostic]:
    for key, region in named.items():
        if region not in atlas.regions():
            yield document.diagnostic(
                "ATLAS301", f"region '{region}' is not in the atlas", (*path, key),
                remedy=nearest(region, atlas.regions()),
            )  # fmt: skip


def _price_problems(document: Document, prices: Iterable[_Price]) -> Iterator[Diagnostic]:
    seen: set[tuple[str, str]] = set()
    for position, found in enumerate(prices):
        path: KeyPath = ("prices", position)
        yield from _unknown_regions(document, path, {"region": found.region})
        if found.machine not in machine_types():
            yield document.diagnostic(
                "ATLAS306", f"machine '{found.machine}' is not in the atlas", (*path, "machine"),
                remedy=nearest(found.machine, machine_types()),
            )  # fmt: skip
        elif found.machine.partition(":")[0] != found.region.partition(":")[0]:
            yield document.diagnostic(
                "ATLAS307", f"{found.machine} is not sold by the cloud of {found.region}", (*path, "machine"),
                remedy="Name a machine of the region's own cloud.",
            )  # fmt: skip
        if (found.region, found.machine) in seen:
            yield document.diagnostic(
                "ATLAS308", f"the price of {found.machine} in {found.region} is given twice", (*path, "machine"),
                remedy="Keep the newer price.",
            )  # fmt: skip
        seen.add((found.region, found.machine))
