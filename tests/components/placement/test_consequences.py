from __future__ import annotations

import re

import pytest

from components.placement.planning import place
from operations.simulating import simulate
from schemas.errors import InfeasiblePlacementError
from tests.components.placement.conftest import Place, Spec

FLEETS = """\
placement: {{objective: commit_latency}}
regions: {{allow: ["aws:eu-*", "gcp:europe-*"]}}
fleets:
  validators:
    role: validator
    chain: net-1
    workload: none
    count: {count}
    survive: {{region: 1{more}}}
    machine: {{vcpu: 4, memory_gib: 16}}
"""


def test_cost_and_latency_of_a_remedy_are_those_of_the_plan_that_follows_it(spec: Spec, placed: Place) -> None:
    loaded = spec(FLEETS.format(count=4, more=", provider: 1"))
    with pytest.raises(InfeasiblePlacementError) as raised:
        place(loaded.network, stack="net", spec_sha256=loaded.sha256)
    remedy = raised.value.remedy or ""
    told = re.search(r"Promise 'halt_safely: .* \(Then ([0-9.]+) USD a month, ([0-9.]+) ms to agree\.\)", remedy)
    assert told, remedy
    followed = FLEETS.format(count=4, more="").rstrip() + "\n    halt_safely: {provider: 1}\n"
    plan, _ = placed(spec(followed))
    latency = simulate(plan).fleets[0].as_planned.latency
    assert latency is not None
    assert plan.costs[-1].usd_per_month == pytest.approx(float(told[1]), abs=0.006)
    assert latency.mean_ms == pytest.approx(float(told[2]), abs=0.051)


def test_what_is_not_known_is_not_told(spec: Spec, placed: Place) -> None:
    loaded = spec("""\
regions: {allow: ["aws:ap-southeast-5"]}
fleets:
  relayers: {role: relayer, workload: none, count: 2, survive: {region: 1}}
""")
    with pytest.raises(InfeasiblePlacementError) as raised:
        placed(loaded)
    assert "Remove 'region' from 'survive'." in (raised.value.remedy or "")
    assert "Remove 'region' from 'survive'. (Then" not in (raised.value.remedy or "")
