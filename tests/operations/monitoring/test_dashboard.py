"""The dashboard is what Grafana takes, asks for metrics that exist, and follows the plan."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from grafana_foundation_sdk.models.dashboard import Dashboard

from operations.command import cli
from operations.monitoring.dashboard import dashboard, dashboard_text
from operations.monitoring.panels import PANELS, Panel, Section
from operations.monitoring.targets import file_sd, targets_of
from schemas.plan import Plan
from schemas.workloads import CATALOGUE, ports_of
from stacks.stack import locked_plan, stack_files

RECORDED = frozenset(Path(__file__).with_name("recorded_metrics.txt").read_text(encoding="utf-8").split())
"""Names of metrics that hosts of the lab served."""
_METRIC = re.compile(r"\b((?:cometbft|geofleet|node)_[a-z][A-Za-z0-9_]*)")
_LABELS = frozenset({"stack", "host", "fleet", "role", "region", "service", "chain"})
_OWN_LABELS = frozenset({"path", "from", "client", "denomination"})


@pytest.fixture(scope="module")
def plan() -> Plan:
    return locked_plan(stack_files("lab"))[1]


def test_grafana_reads_it_back(plan: Plan) -> None:
    value = dashboard(plan)
    read = Dashboard.from_json(value)
    assert (read.title, read.uid) == ("geofleet lab", "geofleet-lab")
    assert [panel["title"] for panel in value["panels"] if panel["type"] == "row"] == [str(s) for s in Section]


def test_each_panel_has_a_number_and_a_place_of_its_own(plan: Plan) -> None:
    panels = dashboard(plan)["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    places = [panel["gridPos"] for panel in panels]
    covered = [(x, y) for p in places for x in range(p["x"], p["x"] + p["w"]) for y in range(p["y"], p["y"] + p["h"])]
    assert len(covered) == len(set(covered))
    assert max(x for x, _ in covered) < 24


def test_the_same_plan_gives_the_same_text(plan: Plan) -> None:
    assert dashboard_text(plan) == dashboard_text(plan)


def test_a_plan_without_relayers_has_no_row_for_them(plan: Plan) -> None:
    without = replace(plan, hosts=tuple(host for host in plan.hosts if host.fleet == "validators"))
    assert "Relayers" not in [panel["title"] for panel in dashboard(without)["panels"]]


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.title)
def test_a_panel_asks_for_metrics_that_hosts_serve(panel: Panel) -> None:
    asked = set(_METRIC.findall(panel.expression))
    assert asked <= RECORDED, "a metric that no host has would be an empty graph for ever"
    assert asked or panel.expression.startswith("up{")
    assert panel.expression.count("{") == panel.expression.count('{stack="$stack"'), "no selector within a selector"
    assert panel.expression.count('stack="$stack"') >= max(1, len(asked)), "every metric is of this stack only"
    assert set(re.findall(r"{{(\w+)}}", panel.legend)) <= _LABELS | _OWN_LABELS


def test_signs_of_the_catalogue_are_metrics_that_were_seen() -> None:
    assert {sign.metric for workload in CATALOGUE.values() for sign in workload.signs} <= RECORDED


def test_every_port_with_metrics_is_a_target_once(plan: Plan) -> None:
    expected = [
        f"{host.address}:{port.number}"
        for host in plan.hosts
        for port in ports_of(host.assignments)
        if port.metrics_path
    ]
    found = [target.address for target in targets_of(plan)]
    assert sorted(found) == sorted(expected)
    assert len(set(found)) == len(found)


def test_a_relayer_and_its_nodes_are_told_apart(plan: Plan) -> None:
    found = {t.service: t.chain for t in targets_of(plan) if t.host == "relayers-1"}
    assert found == {
        "host": "", "confio-relayer": "",
        "simapp-geofleet-lab": "geofleet-lab", "simapp-geofleet-side": "geofleet-side",
    }  # fmt: skip


def test_targets_have_the_labels_that_the_dashboard_goes_by(plan: Plan) -> None:
    for group in file_sd("lab", targets_of(plan)):
        labels = group["labels"]
        assert isinstance(labels, dict)
        assert labels.keys() - {"__metrics_path__"} <= _LABELS
        assert labels.keys() >= {"stack", "host", "fleet", "service", "__metrics_path__"}


@pytest.mark.parametrize("options", [[], ["--targets"]])
def test_the_command_prints_json(options: list[str]) -> None:
    result = CliRunner().invoke(cli, ["dashboard", "lab", *options])
    assert result.exit_code == 0
    assert json.loads(result.stdout)
