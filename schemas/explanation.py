"""What `geofleet explain` says about a field of the spec, a rule, or the code of a mistake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

SCHEMA = "geofleet/explanation/v1"


@dataclass(frozen=True, kw_only=True)
class FieldForm:
    """One form of a field; it has several where another key decides what it is."""

    when: str = ""
    """Keys that decide for this form, such as `role: oracle`; empty when nothing does."""
    type: str
    """What kind of value it takes, with its limits, in words."""
    allowed: tuple[str, ...] = ()
    """Every allowed word, where only some are."""
    needed: bool = False
    """Whether a spec must give it."""
    default: str = ""
    """Value that holds when it is left out, as YAML; empty when leaving it out means nothing is asked."""
    meaning: str
    """What it does."""
    keys: tuple[str, ...] = ()
    """Keys below it, in their order."""
    example: str = ""
    """The field as a spec would write it."""


@dataclass(frozen=True, kw_only=True)
class RuleName:
    """A rule that judges a field."""

    id: str
    """Its ID: `geofleet explain ID` tells more."""
    title: str
    """What holds when it passes."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """Where a spec sets a field, or that it does not."""

    path: str
    """Where the value stands in the spec: `fleets.validators.count`."""
    value: str = ""
    """The value as YAML on one line; empty when it is not set."""
    at: str = ""
    """`file:line:column`; empty when it is not set."""


@dataclass(frozen=True, kw_only=True)
class FieldExplanation:
    """A field of the spec."""

    path: str
    """`*` stands for any name, `[]` for any position of a list."""
    unit: str = ""
    """Unit of its number, from its name."""
    forms: tuple[FieldForm, ...]
    """What it may be."""
    note: str = ""
    """What a reader must know before relying on it."""
    rules: tuple[RuleName, ...] = ()
    """Rules that judge it."""
    spec: str = ""
    """The spec that was asked about; empty for none."""
    settings: tuple[Setting, ...] = ()
    """Where that spec sets it."""


@dataclass(frozen=True, kw_only=True)
class ParameterExplanation:
    """A number of a rule that a platform team may set."""

    name: str
    """Its name, unit last."""
    default: float
    """What holds when nobody sets it."""
    minimum: float
    """Least value."""
    maximum: float
    """Largest value."""
    weaker: str = "higher"
    """Which values ask for less than the default: `higher` or `lower`."""
    is_whole: bool = False
    """Whether only whole numbers are allowed."""
    meaning: str
    """What it decides."""


@dataclass(frozen=True, kw_only=True)
class RuleExplanation:
    """A rule."""

    id: str
    """Family and number."""
    title: str
    """What holds when it passes."""
    judges: str
    """Its subjects."""
    severity: str
    """How badly a failure weighs."""
    severity_in: Mapping[str, str] = field(default_factory=dict)
    """Environment to severity, where it differs."""
    feeds: tuple[str, ...]
    """What it can be judged from."""
    source: str
    """The incident or source that justifies it."""
    standards: tuple[str, ...] = ()
    """Controls of published frameworks that it serves."""
    remedy: str
    """What to do when it fails."""
    fields: tuple[str, ...] = ()
    """Fields of the spec that it judges."""
    parameters: tuple[ParameterExplanation, ...] = ()
    """Numbers that may be set."""


@dataclass(frozen=True, kw_only=True)
class CodeExplanation:
    """The code of a mistake."""

    code: str
    """The code."""
    meaning: str
    """What the mistake is."""
    bad: str = ""
    """Lines of a spec with the mistake; empty when it is not about lines."""
    message: str = ""
    """What is said about them."""
    good: str = ""
    """The same lines without it."""


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """One of the three."""

    subject: str
    """What was explained: a path, an ID or a code."""
    field: FieldExplanation | None = None
    """Set when it is a field."""
    rule: RuleExplanation | None = None
    """Set when it is a rule."""
    code: CodeExplanation | None = None
    """Set when it is a code."""

    def to_json(self) -> dict[str, Any]:
        """Return the envelope that `--format json` prints."""
        return {"schema": SCHEMA, **asdict(self)}
