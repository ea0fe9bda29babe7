"""How pictures look, by day and by night: colours, marks of roles, bands of round trips."""

from __future__ import annotations

import itertools

from operations.pictures.svg import line, tag
from schemas.atlas.evidence import Evidence
from schemas.roles import Role

BANDS_MS = (5, 25, 75, 150, 250)
"""Upper limits of the bands of round trips, in milliseconds; the last band is open. One metro, one country, one
continent, one ocean, and half the world."""

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"

_DAY = {
    "page": "#ffffff", "ink": "#0f172a", "muted": "#5b6b82", "sea": "#f1f5f9", "land": "#d5dfea", "grid": "#e2e8f0",
    "card": "#ffffff", "edge": "#b6c2d2", "halo": "#ffffff", "kept": "#15803d", "broken": "#dc2626",
    "unproven": "#b45309",
}  # fmt: skip
_NIGHT = {
    "page": "#0b1220", "ink": "#e8eef7", "muted": "#9aa9bf", "sea": "#111b2e", "land": "#25344f", "grid": "#1a2740",
    "card": "#16213a", "edge": "#41526f", "halo": "#0b1220", "kept": "#4ade80", "broken": "#f87171",
    "unproven": "#fbbf24",
}  # fmt: skip
_BAND_DAY = ("#0f766e", "#0277b6", "#4f46e5", "#a21caf", "#e11d48", "#9a3412")
_BAND_NIGHT = ("#2dd4bf", "#38bdf8", "#939cff", "#e879f9", "#fb7185", "#fb923c")
_CELL_DAY = ("#ccfbf1", "#bae6fd", "#c9d2fe", "#f5d0fe", "#fecdd3", "#fed7aa")
_CELL_NIGHT = ("#134e4a", "#0c4a6e", "#34328a", "#701a75", "#881337", "#7c2d12")
_ROLE_DAY = {Role.VALIDATOR: "#2563eb", Role.SEQUENCER: "#d97706", Role.RELAYER: "#059669", Role.ORACLE: "#db2777"}
_ROLE_NIGHT = {Role.VALIDATOR: "#6ba5ff", Role.SEQUENCER: "#fbbf24", Role.RELAYER: "#34d399", Role.ORACLE: "#f472b6"}

_FIXED = (
    f"text{{font-family:{FONT};font-size:12px}}",
    (
        ".title{font-size:22px;font-weight:600}.name{font-weight:600}.small{font-size:11px}.figure{font-size:11px;"
        "font-weight:600}.middle{text-anchor:middle}.right{text-anchor:end}.estimated{font-style:italic}"
    ),
    (
        ".link{stroke-width:2;stroke-linecap:round}.dash-composed{stroke-dasharray:9 4 2 4}.dash-estimated{stroke-dasharray:"
        "5 5}.leader{stroke-width:1}.limit{fill:none;stroke-width:2}.limit-unproven{stroke-dasharray:4 3}"
    ),
)

DASH = {
    Evidence.MEASURED: "", Evidence.COMPOSED: " dash-composed", Evidence.ESTIMATED: " dash-estimated",
    Evidence.LIGHT: " dash-estimated",
}  # fmt: skip
"""Class of a line that shows a figure of each kind of evidence."""


def style() -> str:
    """Return the style element: light, and dark where the reader's device asks for it."""
    night = "".join(_colours(_NIGHT, _BAND_NIGHT, _CELL_NIGHT, _ROLE_NIGHT))
    rules = "\n".join([*_FIXED, "".join(_colours(_DAY, _BAND_DAY, _CELL_DAY, _ROLE_DAY))])
    return f"<style>\n{rules}\n@media (prefers-color-scheme: dark){{{night}}}\n</style>"


def _colours(
    named: dict[str, str], bands: tuple[str, ...], cells: tuple[str, ...], roles: dict[Role, str]
) -> list[str]:  # fmt: skip
    return [
        (
            f"text{{fill:{named['ink']}}}.muted{{fill:{named['muted']}}}.page{{fill:{named['page']}}}"
            f".sea{{fill:{named['sea']}}}.land{{fill:{named['land']}}}.grid{{stroke:{named['grid']}}}"
            f".card{{fill:{named['card']};stroke:{named['edge']}}}.leader{{stroke:{named['muted']}}}"
            f".place{{fill:{named['ink']};stroke:{named['halo']}}}.pill{{fill:{named['page']}}}"
            f".mark{{stroke:{named['halo']}}}.hatch{{stroke:{named['muted']}}}.none{{fill:{named['sea']}}}"
            f".limit-kept{{stroke:{named['kept']}}}.limit-broken{{stroke:{named['broken']}}}"
            f".limit-unproven{{stroke:{named['unproven']}}}"
        ),
        "".join(f".b{n}{{stroke:{colour}}}" for n, colour in enumerate(bands)),
        "".join(f".c{n}{{fill:{colour}}}" for n, colour in enumerate(cells)),
        "".join(f".{role}{{fill:{colour}}}" for role, colour in roles.items()),
    ]


def band(round_trip_ms: float) -> int:
    """Return the number of a round trip's band."""
    return next((n for n, limit in enumerate(BANDS_MS) if round_trip_ms < limit), len(BANDS_MS))


def band_names() -> tuple[str, ...]:
    """Return what each band is called: `under 5 ms`, `5 to 25`, ... `250 and more`."""
    between = [f"{low} to {high}" for low, high in itertools.pairwise(BANDS_MS)]
    return (f"under {BANDS_MS[0]} ms", *between, f"{BANDS_MS[-1]} and more")


def figure(value_ms: float) -> str:
    """Return milliseconds as pictures show them: three digits, no more."""
    return f"{value_ms:.0f}" if value_ms >= 99.95 else f"{value_ms:.1f}" if value_ms >= 9.995 else f"{value_ms:.2f}"


def mark(role: Role, x: float, y: float, *, size: float = 11.0, title: str = "") -> str:
    """Return the mark of a role around a point: its form tells it as well as its colour.

    Args:
        role: Whose.
        x: Middle.
        y: Middle.
        size: Pixels across.
        title: What a pointer that rests on it is told.
    """
    told = tag("title", title) if title else ""
    half = size / 2
    if role is Role.VALIDATOR:
        return tag("circle", told, class_=f"mark {role}", cx=x, cy=y, r=half)
    if role is Role.SEQUENCER:
        side = size * 0.9
        return tag("rect", told, class_=f"mark {role}", x=x - side / 2, y=y - side / 2, width=side, height=side, rx=1.5)
    corners = [(x, y - half), (x + half, y), (x, y + half), (x - half, y)]
    if role is Role.RELAYER:
        corners = [(x, y - half), (x + half * 1.05, y + half * 0.85), (x - half * 1.05, y + half * 0.85)]
    path = "L".join(f"{a:.1f} {b:.1f}" for a, b in corners)
    return tag("path", told, class_=f"mark {role}", d=f"M{path}Z")


def sample(evidence: Evidence, x: float, y: float, width: float) -> str:
    """Return a short line as links of this evidence are drawn, for a legend."""
    return line([(x, y), (x + width, y)], class_=f"link b2{DASH[evidence]}")
