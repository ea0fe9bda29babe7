"""Waivers and baselines: findings that somebody answers for, until a date. Strict, and every mistake with its place.

`geofleet.waivers.yaml` at the checkout's root speaks for all stacks, `NAME.waivers.yaml` beside a spec for one;
`NAME.baseline.yaml` holds what was broken when a stack came under the rules. A file with a mistake waives nothing.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationError

from policies.catalogue import RULES
from policies.waiver import Waiver
from schemas.diagnostics import Diagnostic, InvalidDocumentError, nearest
from schemas.document import Document, read_file, read_text
from schemas.locations import REPOSITORY
from schemas.spec.base import FORMS, Model
from schemas.structure import Format, structure_problems

WAIVERS_SCHEMA = "geofleet/waivers/v1"
BASELINE_SCHEMA = "geofleet/baseline/v1"

EVERY_STACK = REPOSITORY / "geofleet.waivers.yaml"
"""Waivers for all stacks of the checkout."""

AGE_DAYS_MAX = 180
"""A waiver lasts at most half a year: what lasts longer is a decision, and belongs into the settings of the rules."""

DAY = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
_Day = Annotated[str, StringConstraints(pattern=DAY)]
_Words = Annotated[str, StringConstraints(min_length=10, max_length=500)]
_Short = Annotated[str, StringConstraints(min_length=1, max_length=100)]
_FORMS = FORMS | {DAY: ("a day, as text", '"2026-11-24"')}


class _Waiver(Model):
    rule: _Short
    """ID of one rule."""
    subject: _Short
    """Fleet, host, key, resource or stack that the finding is about; `*` for every one."""
    reason: _Words
    owner: _Short
    """Who answers for it: a person, or a team that can be reached."""
    created: _Day
    expires: _Day
    """The last day on which it counts."""


class _WaiversFile(Model):
    format: Literal["geofleet/waivers/v1"] = Field(alias="schema")
    waivers: Annotated[tuple[_Waiver, ...], Field(max_length=1000)]


class _Known(Model):
    rule: _Short
    subject: _Short


class _BaselineFile(Model):
    format: Literal["geofleet/baseline/v1"] = Field(alias="schema")
    owner: _Short
    reason: _Words
    created: _Day
    expires: _Day
    findings: Annotated[tuple[_Known, ...], Field(max_length=100_000)]


_WAIVERS = Format(model=_WaiversFile, family="WAIVE", forms=_FORMS)
_BASELINE = Format(model=_BaselineFile, family="WAIVE", forms=_FORMS)


def stack_waivers(spec: Path, *, every_stack: Path = EVERY_STACK) -> tuple[Waiver, ...]:
    """Return the waivers that count for a stack: its own, everybody's, and its baseline.

    Args:
        spec: The stack's spec, `NAME.yaml`.
        every_stack: Waivers for all stacks.

    Raises:
        InvalidDocumentError: One of the files is wrong; every mistake of that file is named.
    """
    own = spec.with_name(f"{spec.stem}.waivers.yaml")
    return (*read_waivers(own), *read_waivers(every_stack), *read_baseline(baseline_path(spec)))


def baseline_path(spec: Path) -> Path:
    """Return where a stack's baseline is, whether the file exists or not."""
    return spec.with_name(f"{spec.stem}.baseline.yaml")


def read_waivers(path: Path) -> tuple[Waiver, ...]:
    """Read a file of waivers; none when it does not exist.

    Raises:
        InvalidDocumentError: It is wrong; every mistake is named.
    """
    return waivers_in(read_file(path, source=_shown(path))) if path.exists() else ()


def waivers_from_text(text: str, *, source: str) -> tuple[Waiver, ...]:
    """Read waivers from text; see `read_waivers` for what it raises."""
    return waivers_in(read_text(text, source=source))


def waivers_in(document: Document) -> tuple[Waiver, ...]:
    """Return the waivers of a document; see `read_waivers` for what it raises."""
    try:
        file = _WaiversFile.model_validate_json(json.dumps(document.value))
    except ValidationError as error:
        raise InvalidDocumentError(structure_problems(document, error, _WAIVERS)) from None
    problems: list[Diagnostic] = []
    found: list[Waiver] = []
    for position, one in enumerate(file.waivers):
        path = ("waivers", position)
        problems += _rule_problems(document, one.rule, (*path, "rule"))
        problems += _day_problems(document, (one.created, one.expires), path)
        if not problems:
            found.append(
                Waiver(
                    rule_id=one.rule, subject=one.subject, reason=one.reason, owner=one.owner,
                    created=datetime.date.fromisoformat(one.created), expires=datetime.date.fromisoformat(one.expires),
                    place=document.where((*path, "rule")),
                )
            )  # fmt: skip
    if problems:
        raise InvalidDocumentError(problems)
    return tuple(found)


def read_baseline(path: Path) -> tuple[Waiver, ...]:
    """Read a baseline as waivers; none when it does not exist.

    Raises:
        InvalidDocumentError: It is wrong; every mistake is named.
    """
    if not path.exists():
        return ()
    document = read_file(path, source=_shown(path))
    try:
        file = _BaselineFile.model_validate_json(json.dumps(document.value))
    except ValidationError as error:
        raise InvalidDocumentError(structure_problems(document, error, _BASELINE)) from None
    problems = list(_day_problems(document, (file.created, file.expires), (), days_max=None))
    for position, one in enumerate(file.findings):
        problems += _rule_problems(document, one.rule, ("findings", position, "rule"))
    if problems:
        raise InvalidDocumentError(problems)
    return tuple(
        Waiver(
            rule_id=one.rule, subject=one.subject, reason=file.reason, owner=file.owner,
            created=datetime.date.fromisoformat(file.created), expires=datetime.date.fromisoformat(file.expires),
            place=document.where(("findings", position)), is_baseline=True,
        )
        for position, one in enumerate(file.findings)
    )  # fmt: skip


def in_force(waivers: Iterable[Waiver], day: datetime.date) -> tuple[Waiver, ...]:
    """Return the waivers that count on a day."""
    return tuple(waiver for waiver in waivers if waiver.counts_on(day))


def _rule_problems(document: Document, rule_id: str, path: tuple[str | int, ...]) -> Iterator[Diagnostic]:
    if rule_id not in RULES:
        yield document.diagnostic(
            "WAIVE301", f"'{rule_id}' is not the ID of a rule", path,
            remedy=f"{nearest(rule_id, RULES)} docs/rules.md lists them.",
        )  # fmt: skip


def _day_problems(
    document: Document, days: tuple[str, str], path: tuple[str | int, ...], *, days_max: int | None = AGE_DAYS_MAX
) -> Iterator[Diagnostic]:
    found = []
    for name, text in zip(("created", "expires"), days, strict=True):
        try:
            found.append(datetime.date.fromisoformat(text))
        except ValueError:
            yield document.diagnostic(
                "WAIVE302", f"'{text}' is no day of the calendar", (*path, name), remedy="Name a day that exists."
            )
    if len(found) < 2:
        return
    lasts = (found[1] - found[0]).days
    if lasts < 0:
        yield document.diagnostic(
            "WAIVE303", f"expires on {found[1]}, before it was created on {found[0]}", (*path, "expires"),
            remedy="Mend the days.",
        )  # fmt: skip
    elif days_max is not None and lasts > days_max:
        yield document.diagnostic(
            "WAIVE304", f"lasts {lasts} days; at most {days_max} are allowed", (*path, "expires"),
            remedy="Let it end earlier, and renew it when it is still needed; what stays is a setting of the rule.",
        )  # fmt: skip


def _shown(path: Path) -> str:
    return str(path.relative_to(REPOSITORY)) if path.is_relative_to(REPOSITORY) else str(path)
