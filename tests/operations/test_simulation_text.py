"""What people read of a simulation, word by word."""

from __future__ import annotations

from operations.simulating import simulate
from operations.simulation_text import WIDTH, rows_of, simulation_markdown, simulation_text
from schemas.plan import Near, Promises

FOUR = "aws:euc1-az1 aws:use1-az1 gcp:us-east4-a gcp:northamerica-northeast1-a"

VALIDATORS = """\
What survives in trial: 1 promise broken

validators: 4 members, 40 voting power; goes on with more than 66.7 % of the voting power
  BROKEN RED003 survive: {provider: 1}: losing provider aws leaves 50.0 % of voting power; more than 66.7 % needed
  as planned it commits in 31.9 ms (worst leader validators-1: 59.8 ms), measured
  with validators-4 out for an upgrade, its worst, it goes on and commits in 135.4 ms (worst leader validators-1: 135.5 ms), measured

One lost
result           lost                                   left    commit ms, mean / worst  with validators-4 out too
halts, can fork  cometbft (client); self (operator)     0.0 %   -                        halts, can fork, 0.0 %
halts safely     aws (provider); virginia (metro)       50.0 %  -                        halts safely, 25.0 %
halts safely     gcp (provider)                         50.0 %  -                        halts safely, 50.0 %
goes on          aws:us-east-1 (region, zone, host)     75.0 %  135.7 / 135.7            halts safely, 50.0 %
goes on          gcp:us-east4 (region, zone, host)      75.0 %  135.5 / 135.7            halts safely, 50.0 %
goes on          montreal (metro, region, zone, host)   75.0 %  135.4 / 135.5            goes on, 75.0 %
goes on          frankfurt (metro, region, zone, host)  75.0 %  22.6 / 22.8              halts safely, 50.0 %

Two lost at once, 6 tried
result        lost                                            left    commit ms, mean / worst  with validators-4 out too
halts safely  aws:euc1-az1 + aws:use1-az1, aws:euc1-az1 +     50.0 %  -                        halts safely, 25.0 %
              gcp:us-east4-a, aws:use1-az1 + gcp:us-east4-a
              (zone + zone)
halts safely  aws:euc1-az1 + gcp:northamerica-northeast1-a,   50.0 %  -                        halts safely, 50.0 %
              aws:use1-az1 + gcp:northamerica-northeast1-a,
              gcp:northamerica-northeast1-a + gcp:us-east4-a
              (zone + zone)"""

RELAYERS = """\
# What survives in trial: every promise holds

## relayers

2 members; goes on with at least 1.

- as planned it reaches its hubs in 0.3 ms (worst hub virginia: 0.3 ms), measured
- with relayers-1 out for an upgrade, its worst, it goes on and reaches its hubs in 2.6 ms (worst hub virginia: 2.6 ms), measured
- runs no workload yet, so no client can fail

**One lost**

| result | lost | left | to hubs ms, mean / worst | with relayers-1 out too |
| --- | --- | --- | --- | --- |
| halts safely | self (operator); virginia (metro) | no member near virginia | - | halts safely |
| goes on | aws (provider, region, zone, host) | 1 member | 2.6 / 2.6 | goes on, 1 member |
| goes on | gcp (provider, region, zone, host) | 1 member | 0.3 / 0.3 | halts safely |

**Two lost at once, 1 tried**

| result | lost | left | to hubs ms, mean / worst | with relayers-1 out too |
| --- | --- | --- | --- | --- |
| halts safely | aws:use1-az1 + gcp:us-east4-a (zone + zone) | no member near virginia | - | halts safely |
"""


def test_text_has_the_worst_first_and_alike_failures_in_one_row(make_plan) -> None:
    promises = {"validators": Promises(survive=("zone", "provider"))}
    assert simulation_text(simulate(make_plan(validators=FOUR, promises=promises))) == VALIDATORS


def test_markdown_is_made_for_a_pull_request(make_plan) -> None:
    near = Near(hub="virginia", at="aws:us-east-1", latency_ms_max=5.0)
    plan = make_plan(relayers="aws:use1-az1 gcp:us-east4-a", promises={"relayers": Promises(near=(near,))})
    assert simulation_markdown(simulate(plan)) == RELAYERS


def test_a_fleet_without_latency_has_no_column_for_it(make_plan) -> None:
    assert "ms, mean" not in simulation_text(simulate(make_plan(relayers=FOUR)))


def test_an_estimate_is_marked_in_its_row(make_plan) -> None:
    plan = make_plan(sequencers="aws:use1-az1 gcp:europe-west3-a gcp:us-east4-a")
    [fleet] = simulate(plan).fleets
    assert any("(composed)" in row.latency or "(estimated)" in row.latency for row in rows_of(fleet.singles))


def test_a_large_fleet_stays_readable(make_plan) -> None:
    zones = "aws:euc1-az1 aws:use1-az1 gcp:us-east4-a gcp:northamerica-northeast1-a aws:euw2-az1 aws:apne1-az1"
    plan = make_plan(validators=" ".join([zones] * 20))
    text = simulation_text(simulate(plan))
    assert len(text.splitlines()) < 45
    assert " more (host)" in text
    tables = [line for line in text.splitlines() if not line.startswith("  ")]
    assert all(len(line) <= WIDTH for line in tables)
