"""`geofleet plan --matrix`: round trips and jitter between the regions in use and to hubs, as a heat map."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from operations.pictures.matrix_content import Cell, MatrixContent, Verdict, matrix_content
from operations.pictures.style import band, band_names, figure, mark, style
from operations.pictures.svg import document, identifier, label, tag, width_of, words
from schemas.atlas import PUBLISHED, Atlas, Evidence
from schemas.plan import HostPlan, Plan

MARGIN = 24.0
TITLE = 78.0
"""Pixels above the column heads."""

GAP = 18.0
"""Pixels between regions and hubs."""

WIDTH_LEAST = 900.0
"""Room for title and legend where there are few regions."""

STEP = 13.0

TOLD_MAX = 100
"""Figures that the description tells; each cell tells its own as well."""


@dataclass(frozen=True, kw_only=True)
class _Form:
    """How large cells are."""

    width: float
    height: float
    has_jitter: bool


_LARGE = _Form(width=74, height=46, has_jitter=True)
_MIDDLE = _Form(width=56, height=38, has_jitter=True)
_SMALL = _Form(width=40, height=20, has_jitter=False)


@dataclass(frozen=True, kw_only=True)
class _Frame:
    """Where things are."""

    form: _Form
    left: float
    """Where the first column begins."""
    top: float
    """Where the first row begins."""
    columns: int
    hubs: int

    def x(self, column: int) -> float:
        """Return where a column begins; hubs come after the regions and a gap."""
        return self.left + column * self.form.width + GAP * (column >= self.columns)

    def y(self, row: int) -> float:
        """Return where a row begins."""
        return self.top + row * self.form.height

    @property
    def right(self) -> float:
        """Return where the last column ends."""
        return self.x(self.columns + self.hubs - 1) + self.form.width


def matrix_svg(plan: Plan, atlas: Atlas = PUBLISHED) -> str:
    """Return the heat map of a plan as SVG.

    Args:
        plan: What was decided.
        atlas: What is known of the world: the one that the plan was made with.

    Raises:
        AtlasError: Atlas and plan lack a region.
    """
    content = matrix_content(plan, atlas)
    frame = _frame(content)
    lean = max((width_of(name, 12) for name in _heads(content)), default=0.0) * 0.72
    width = max(WIDTH_LEAST, frame.right + max(lean - frame.form.width / 2, 0) + MARGIN)
    bottom = frame.y(len(content.regions))
    parts = [
        style(),
        _hatch(identifier("matrix", plan.stack, "hatch")),
        tag("rect", class_="page", x=0, y=0, width=width, height=bottom + 118),
        *_heading(plan, width),
        *_column_heads(content, frame),
        *(
            part
            for row in range(len(content.regions))
            for part in _row(content, row, frame, identifier("matrix", plan.stack, "hatch"))
        ),
        *_legend(plan, content, bottom + 30),
    ]
    return document(
        (width, bottom + 118), parts, name=identifier("matrix", plan.stack), title=f"Round trips of {plan.stack}",
        description=_description(content),
    )  # fmt: skip


def _frame(content: MatrixContent) -> _Frame:
    count = len(content.regions) + len(content.hubs)
    form = _LARGE if count <= 12 else _MIDDLE if count <= 24 else _SMALL
    names = max((width_of(region, 12, bold=True) for region in content.regions), default=0.0)
    marks = max((_marks_width(hosts) for hosts in content.hosts), default=0.0) if form.has_jitter else 0.0
    lean = max((width_of(name, 12) for name in _heads(content)), default=0.0) * 0.72
    return _Frame(
        form=form, left=round(MARGIN + max(names, marks) + 12), top=round(TITLE + lean + 18),
        columns=len(content.regions), hubs=len(content.hubs),
    )  # fmt: skip


def _heads(content: MatrixContent) -> list[str]:
    return [*content.regions, *(f"hub {hub} ({at})" for hub, at in content.hubs)]


def _hatch(name: str) -> str:
    """Return the pattern that lies over what is estimated."""
    stroke = tag("path", class_="hatch", d="M0 6L6 0", stroke_width="0.8", opacity="0.55")
    pattern = tag(
        "pattern", stroke, id=name, width="6", height="6", patternUnits="userSpaceOnUse"
    )  # fmt: skip
    return tag("defs", pattern)


def _heading(plan: Plan, width: float) -> Iterator[str]:
    yield label(f"{plan.stack}: round trips", MARGIN, 38, class_="title")
    yield label(
        "median in ms, ± jitter (standard deviation); rows and columns from west to east", MARGIN, 60, class_="muted"
    )  # fmt: skip
    yield label(f"atlas {plan.atlas_version}", width - MARGIN, 38, class_="muted right")


def _column_heads(content: MatrixContent, frame: _Frame) -> Iterator[str]:
    for column, name in enumerate(_heads(content)):
        x, y = frame.x(column) + frame.form.width / 2 - 4, frame.top - 8
        style_of = "" if column < frame.columns else "muted"
        yield label(name, x, y, class_=style_of or None, transform=f"rotate(-46 {x:.1f} {y:.1f})")


def _row(content: MatrixContent, row: int, frame: _Frame, hatch: str) -> Iterator[str]:
    x, y = frame.left - 10, frame.y(row)
    lift = 3 if frame.form.has_jitter else -4
    yield label(content.regions[row], x, y + frame.form.height / 2 - lift, class_="name right")
    if frame.form.has_jitter:
        yield from _marks(content.hosts[row], x, y + frame.form.height / 2 + 9)
    for column, cell in enumerate((*content.between[row], *content.to_hubs[row])):
        to = _heads(content)[column]
        told = _told(cell, content.regions[row], to)
        yield tag("g", tag("title", words(told)), *_cell(cell, frame.x(column), y, frame.form, hatch))


def _cell(cell: Cell, x: float, y: float, form: _Form, hatch: str) -> Iterator[str]:
    inner = {"x": x + 1, "y": y + 1, "width": form.width - 2, "height": form.height - 2, "rx": 3}
    yield tag("rect", class_=f"c{band(cell.round_trip_ms)}", **inner)
    if cell.evidence in (Evidence.ESTIMATED, Evidence.LIGHT):
        yield tag("rect", **inner, fill=f"url(#{hatch})")
    elif cell.evidence is Evidence.COMPOSED:
        corner = f"M{x + form.width - 12:.1f} {y + 1:.1f}h11v11z"
        yield tag("path", class_="muted", d=corner)
    if cell.verdict is not Verdict.NONE:
        outline = {"x": x + 2, "y": y + 2, "width": form.width - 4, "height": form.height - 4, "rx": 3}
        yield tag("rect", class_=f"limit limit-{cell.verdict}", **outline)
    middle, height = x + form.width / 2, y + form.height / 2
    yield label(
        _rough(cell.round_trip_ms, cell.evidence), middle, height - 1 if form.has_jitter else height + 4,
        class_="figure middle" + _slanted(cell.evidence),
    )  # fmt: skip
    if form.has_jitter and cell.jitter_ms is not None and cell.jitter_evidence is not None:
        text = f"± {_rough(cell.jitter_ms, cell.jitter_evidence)}"
        yield label(text, middle, height + 13, class_="small middle" + _slanted(cell.jitter_evidence))


def _rough(value_ms: float, evidence: Evidence) -> str:
    return f"{'~' if evidence is not Evidence.MEASURED else ''}{figure(value_ms)}"


def _slanted(evidence: Evidence) -> str:
    return "" if evidence is Evidence.MEASURED else " estimated"


def _told(cell: Cell, region: str, to: str) -> str:
    """Return a cell in words."""
    where = f"within {region}" if region == to else f"{region} to {to}"
    jitter = f", jitter {cell.jitter_ms:.3f} ms ({cell.jitter_evidence})" if cell.jitter_ms is not None else ""
    kept = f": {cell.verdict}" if cell.promises else ""
    lines = [f"{where}: {cell.round_trip_ms:.3f} ms ({cell.evidence}){jitter}", *cell.promises]
    return "\n".join(lines) + kept


def _by_fleet(hosts: tuple[HostPlan, ...]) -> dict[str, list[HostPlan]]:
    found: dict[str, list[HostPlan]] = {}
    for host in hosts:
        found.setdefault(host.fleet, []).append(host)
    return found


def _marks(hosts: tuple[HostPlan, ...], right: float, y: float) -> Iterator[str]:
    """Yield a mark for each fleet that is in a region, with the count of its hosts, from the right."""
    x = right
    for members in reversed(_by_fleet(hosts).values()):
        if len(members) > 1:
            x -= width_of(str(len(members)), 11)
            yield label(str(len(members)), x, y + 4, class_="small")
        yield mark(members[0].role, x - 7, y, size=9, title=words(", ".join(host.host for host in members)))
        x -= STEP + 4


def _marks_width(hosts: tuple[HostPlan, ...]) -> float:
    return sum(STEP + 4 + width_of(str(len(members)), 11) for members in _by_fleet(hosts).values())


def _legend(plan: Plan, content: MatrixContent, top: float) -> Iterator[str]:
    x = MARGIN
    for number, name in enumerate(band_names()):
        yield tag("rect", class_=f"c{number}", x=x, y=top - 11, width=20, height=14, rx=3)
        yield label(name, x + 26, top, class_="small")
        x += 26 + width_of(name, 11) + 12
    x = MARGIN
    for evidence in (Evidence.MEASURED, Evidence.COMPOSED, Evidence.ESTIMATED):
        yield tag(
            "g", *_cell(_sample(evidence, Verdict.NONE), x, top + 13, _KEY, identifier("matrix", plan.stack, "hatch"))
        )
        yield label(evidence, x + 54, top + 28, class_="small")
        x += 54 + width_of(evidence, 11) + 14
    shown = {cell.verdict for row in (*content.between, *content.to_hubs) for cell in row}
    for verdict, text in _LIMITS.items():
        if verdict in shown:
            yield tag("rect", class_=f"limit limit-{verdict}", x=x, y=top + 16, width=30, height=15, rx=3)
            yield label(text, x + 38, top + 28, class_="small")
            x += 38 + width_of(text, 11) + 14
    x = MARGIN
    for fleet in plan.fleets:
        text = f"{fleet.name}{_limits_text(plan, fleet.name)}"
        yield tag("g", mark(fleet.role, x + 5, top + 51, size=9), label(text, x + 14, top + 55, class_="small"))
        x += 14 + width_of(text, 11) + 16


_KEY = _Form(width=46, height=22, has_jitter=False)

_LIMITS = {
    Verdict.KEPT: "limit kept", Verdict.UNPROVEN: "limit not proven: not measured", Verdict.BROKEN: "limit broken",
}  # fmt: skip


def _sample(evidence: Evidence, verdict: Verdict) -> Cell:
    return Cell(
        round_trip_ms=30.0, evidence=evidence, jitter_ms=None, jitter_evidence=None, verdict=verdict, promises=()
    )  # fmt: skip


def _limits_text(plan: Plan, fleet: str) -> str:
    promises = plan.fleet(fleet).promises
    told = []
    if promises.between_members_ms_max is not None:
        told.append(f"members {promises.between_members_ms_max:g} ms")
    if promises.jitter_ms_max is not None:
        told.append(f"jitter {promises.jitter_ms_max:g} ms")
    told += [f"hub {near.hub} {near.latency_ms_max:g} ms" for near in promises.near]
    return f" (limit: {', '.join(told)})" if told else ""


def _description(content: MatrixContent) -> str:
    """Return the heat map in words, for those who do not see it: every pair once; of many regions the slowest."""
    heads = _heads(content)
    told = []
    for row, region in enumerate(content.regions):
        for column in range(row, len(content.regions)):
            told.append((content.between[row][column], region, heads[column]))
        for column, cell in enumerate(content.to_hubs[row], start=len(content.regions)):
            told.append((cell, region, heads[column]))
    shown = told if len(told) <= TOLD_MAX else sorted(told, key=lambda one: -one[0].round_trip_ms)[:TOLD_MAX]
    start = "" if shown is told else f"The {TOLD_MAX} slowest of {len(told)} figures: "
    return start + "; ".join(_told(*one).replace("\n", ", ") for one in shown) + "."
