"""A stack's Grafana dashboard, made with Grafana's own typed builders; nothing in it is pasted text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

from grafana_foundation_sdk.builders.dashboard import CustomVariable, Dashboard, DatasourceVariable, Row
from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.builders.timeseries import Panel as TimeSeries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import DataSourceRef, VariableOption

from operations.monitoring.panels import PANELS, Panel, Section
from schemas.plan import Plan
from schemas.workloads import Trait, services_of

_SOURCE = DataSourceRef(type_val="prometheus", uid="$source")
_WIDTH, _HEIGHT = 12, 8
"""Of a panel, in Grafana's grid of 24 columns."""


def dashboard(plan: Plan) -> dict[str, Any]:
    """Return the dashboard of a plan as Grafana imports it; rows for what the plan has only."""
    made = (
        Dashboard(f"geofleet {plan.stack}")
        .uid(f"geofleet-{plan.stack}"[:40])  # Grafana takes no more
        .tags(["geofleet", plan.environment])
        .readonly()
        .refresh("10s")
        .time("now-30m", "now")
        .with_variable(DatasourceVariable("source").label("Prometheus").type("prometheus"))
        .with_variable(_choice("stack", [plan.stack], every=False))
        .with_variable(_choice("fleet", sorted({host.fleet for host in plan.hosts}), every=True))
    )
    number = count(1)
    for section in _sections(plan):
        made = made.with_row(Row(str(section)).id(next(number)))
        for panel in (panel for panel in PANELS if panel.section is section):
            made = made.with_panel(_series(panel).id(next(number)))
    value: dict[str, Any] = json.loads(JSONEncoder(sort_keys=True).encode(made.build()))
    return value


def dashboard_text(plan: Plan) -> str:
    """Return the dashboard as JSON that is the same for the same plan."""
    return json.dumps(dashboard(plan), indent=2, sort_keys=True)


def _sections(plan: Plan) -> Iterator[Section]:
    services = [service for host in plan.hosts for service in services_of(host.assignments)]
    yield Section.STACK
    if any(service.has(Trait.COMETBFT_NODE) for service in services):
        yield Section.CHAINS
    if any(service.has(Trait.RELAYER) for service in services):
        yield Section.RELAYERS
    yield Section.HOSTS


def _series(panel: Panel) -> TimeSeries:
    query = Dataquery().expr(panel.expression).legend_format(panel.legend).ref_id("A").datasource(_SOURCE)
    return (
        TimeSeries()
        .title(panel.title)
        .description(panel.question)
        .unit(panel.unit)
        .datasource(_SOURCE)
        .span(_WIDTH)
        .height(_HEIGHT)
        .with_target(query)
    )


def _choice(name: str, values: list[str], *, every: bool) -> CustomVariable:
    """Return a variable with these values; with `every`, several or all of them, and all at first."""
    made = CustomVariable(name).values(",".join(values))
    if every:
        return (
            made.multi(True)
            .include_all(True)
            .all_value(".*")
            .current(VariableOption(selected=True, text="All", value="$__all"))
        )
    return made.current(VariableOption(selected=True, text=values[0], value=values[0]))
