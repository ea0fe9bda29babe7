"""What moved, why, and what it means; told in one line when nothing does."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from operations.comparing_plans import Side, compare, cost_of
from operations.comparison_text import comparison_markdown, comparison_text, cost_text
from schemas.comparison import Comparison, Cost
from schemas.lock import Lock, Placement
from schemas.plan import Plan
from schemas.spec import Network

FOUR = "aws:euc1-az1 aws:use1-az1 gcp:us-east4-a gcp:northamerica-northeast1-a"


def network(*fleets: str, forbid: tuple[str, ...] = (), allow: tuple[str, ...] = ("aws:*", "gcp:*")) -> Network:
    """Return a spec with these fleets, `validators` or `oracles*` (which list a member)."""
    bodies = {
        "validators": {"role": "validator", "chain": "c-1", "client": {"name": "cometbft", "version": "0.38.26"}},
        "oracles": {
            "role": "oracle", "workload": "none", "reports_min": 1, "members": [{"region": "aws:us-east-1"}],
        },
    }  # fmt: skip
    value = {
        "apiVersion": "geofleet/v1", "kind": "Network", "metadata": {"name": "trial", "environment": "lab"},
        "chains": {"c-1": {"engine": "cometbft", "block_time_ms": 1000}},
        "regions": {"allow": allow, "forbid": forbid},
        "fleets": {name: bodies[name] for name in fleets},
    }  # fmt: skip
    return Network.model_validate_json(json.dumps(value))


def side(plan: Plan, *, name: str = "stacks/trial.lock.yaml", sha: str = "0" * 64, exact: bool = True) -> Side:
    """Return a plan with the lock that holds it."""
    lock = Lock(
        stack=plan.stack, spec_sha256=sha, atlas_version="2026-11-24", subnets={}, next_number={}, next_address={},
        placements=tuple(
            Placement(
                host=host.host, fleet=host.fleet, region=host.region, zone=host.zone, address=host.address,
                power=host.power,
            )
            for host in plan.hosts
        ),
    )  # fmt: skip
    return Side(name=name, lock=lock, plan=plan, exact=exact)


def compared(before: Plan, after: Plan, spec: Network, **how: bool) -> Comparison:
    return compare(side(before, **how), side(after, name="stacks/trial.yaml", sha="1" * 64), spec)


def without(plan: Plan, *hosts: str) -> Plan:
    return replace(plan, hosts=tuple(host for host in plan.hosts if host.host not in hosts))


def test_nothing_moves_is_one_line(make_plan) -> None:
    plan = make_plan(validators=FOUR)
    same = compare(side(plan), side(plan, name="stacks/trial.yaml"), network("validators"))
    assert comparison_text(same) == "trial: nothing moves (stacks/trial.lock.yaml holds what stacks/trial.yaml gives)"
    changed = compared(plan, plan, network("validators"))
    told = "trial: nothing moves; the spec has changed since stacks/trial.lock.yaml, so write the lock anew"
    assert comparison_text(changed) == told
    assert comparison_markdown(changed) == f"{told}\n"


def moved(make_plan) -> Comparison:
    """Return what it is when a region is forbidden: one host leaves, and another comes in its place."""
    before = make_plan(validators=FOUR)
    five = make_plan(validators=f"{FOUR} aws:usw2-az1")
    after = without(five, "validators-4")
    return compared(before, after, network("validators", forbid=("gcp:northamerica-*",)))


def test_a_forbidden_region_is_the_reason_and_latency_the_price(make_plan) -> None:
    assert comparison_text(moved(make_plan)) == (
        "trial, from stacks/trial.lock.yaml to stacks/trial.yaml: 1 left, 1 arrived\n"
        "  - validators-4  gcp:northamerica-northeast1-a: the spec forbids gcp:northamerica-northeast1\n"
        "  + validators-5  aws:usw2-az1: in place of one that left\n"
        "validators: 4 members\n"
        "  worst provider lost: halts safely with 50.0 % (aws) -> halts, can fork with 25.0 % (aws)\n"
        "  commits in 31.9 ms (worst leader validators-1: 59.8 ms), measured -> "
        "commits in 112.0 ms (worst leader validators-3: 116.4 ms), measured"
    )


def test_markdown_says_the_same(make_plan) -> None:
    text = comparison_markdown(moved(make_plan))
    assert text.startswith(
        "### trial, from stacks/trial.lock.yaml to stacks/trial.yaml: 1 left, 1 arrived\n\n"
        "| | host | place | why |\n| --- | --- | --- | --- |\n"
        "| left | validators-4 | gcp:northamerica-northeast1-a | the spec forbids gcp:northamerica-northeast1 |\n"
        "| arrived | validators-5 | aws:usw2-az1 | in place of one that left |\n\n"
        "**validators: 4 members**\n\n- worst provider lost"
    )


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        (network("oracles"), "the spec has no fleet 'validators' any more"),
        (network("validators", forbid=("gcp:*",)), "the spec forbids gcp:northamerica-northeast1"),
        (network("validators", allow=("aws:*",)), "the spec does not allow gcp:northamerica-northeast1"),
        (network("validators"), "the fleet is smaller: 4 -> 3 members"),
    ],
)
def test_why_a_host_left(make_plan, spec: Network, why: str) -> None:
    plan = make_plan(validators=FOUR)
    [change] = compared(plan, without(plan, "validators-4"), spec).hosts
    assert (change.kind, change.host, change.why) == ("left", "validators-4", why)


def test_why_a_listed_member_comes_and_goes(make_plan) -> None:
    plan = make_plan(oracles="aws:euc1-az1 aws:use1-az1")
    first, second = without(plan, "oracles-2"), without(plan, "oracles-1")
    gone, come = compared(first, second, network("oracles")).hosts
    assert gone.why == "the spec lists no such member in aws:eu-central-1 any more"
    assert come.why == "the spec lists a member in aws:us-east-1"


def test_why_a_host_arrived(make_plan) -> None:
    plan = make_plan(validators=FOUR)
    [change] = compared(without(plan, "validators-4"), plan, network("validators")).hosts
    assert change.why == "the fleet is larger: 3 -> 4 members"
    both = make_plan(validators=FOUR, oracles="aws:euc1-az1")
    [change] = compared(plan, both, network("validators", "oracles")).hosts
    assert (change.host, change.why) == ("oracles-1", "the fleet is new")


def test_a_host_in_another_place_has_moved(make_plan) -> None:
    before, after = make_plan(validators=FOUR), make_plan(validators=FOUR.replace("use1-az1", "use1-az2"))
    text = comparison_text(compared(before, after, network("validators")))
    assert text.splitlines()[1:] == [
        "  > validators-2  aws:use1-az1 -> aws:use1-az2: the two locks have it in different places",
        "validators: survival, latency and cost stay as they are",
    ]


def test_a_host_that_stays_and_changes_says_in_what(make_plan) -> None:
    plan = make_plan(validators=FOUR)
    larger = replace(
        plan, hosts=tuple(replace(h, machine="4x16", client_version="0.38.27", power=11) for h in plan.hosts)
    )  # fmt: skip
    change, *_ = compared(plan, larger, network("validators")).hosts
    assert change.why == "machine 2x4 -> 4x16, power 10 -> 11, version 0.38.26 -> 0.38.27"


def test_a_lost_spec_is_told_and_power_still_compared(make_plan) -> None:
    plan = make_plan(validators=FOUR, oracles="aws:euc1-az1")
    after = without(make_plan(validators=FOUR, powers={"validators-1": 12}), "oracles-1")
    found = compared(plan, after, network("validators"), exact=False)
    assert [change.why for change in found.hosts] == [
        "the spec has no fleet 'oracles' any more", "power 10 -> 12",
    ]  # fmt: skip
    lost, unjudged = found.notes
    assert lost == (
        "the spec that stacks/trial.lock.yaml was made from is not to be found: what was is judged by the present "
        "spec's promises, and its costs are unknown"
    )
    assert unjudged == "not compared, since nobody knows what they promised: oracles"


def priced(plan: Plan, *usd: float | None) -> Plan:
    prices = dict(zip([host.host for host in plan.hosts], usd, strict=True))
    return replace(
        plan, hosts=tuple(replace(host, cost_usd_per_month=prices[host.host]) for host in plan.hosts)
    )  # fmt: skip


def test_cost_is_compared_and_what_nobody_knows_is_never_zero(make_plan) -> None:
    plan = make_plan(validators=FOUR)
    cheap, dear = priced(plan, 100, 100, 100, 100), priced(plan, 100, 100, 100, 250.5)
    assert "  costs 400.00 USD a month -> 550.50 USD a month (+150.50 USD)" in comparison_text(
        compared(cheap, dear, network("validators"))
    )
    partly = priced(plan, 100, 100, 100, None)
    told = "  costs 400.00 USD a month -> 300.00 USD a month and 1 host of unknown price"
    assert told in comparison_text(compared(cheap, partly, network("validators"))).splitlines()
    assert "  costs unknown -> 400.00 USD a month" in comparison_text(compared(plan, cheap, network("validators")))


def test_what_all_hosts_cost_is_compared_where_there_are_several_fleets(make_plan) -> None:
    plan = make_plan(validators=FOUR, oracles="aws:euc1-az1")
    before, after = priced(plan, 50, 100, 100, 100, 100), priced(plan, 60, 100, 100, 100, 90.25)
    found = compared(before, after, network("validators", "oracles"))
    assert (
        comparison_text(found).splitlines()[-1] == "in all: costs 450.00 USD a month -> 450.25 USD a month (+0.25 USD)"
    )
    assert "**in all**: costs 450.00 USD a month" in comparison_markdown(found)
    alone = make_plan(validators=FOUR)
    told = comparison_text(compared(priced(alone, 1, 1, 1, 1), priced(alone, 1, 1, 1, 2), network("validators")))
    assert "in all" not in told, "the one fleet's line says it"


def test_the_estimated_part_of_a_cost_is_told(make_plan) -> None:
    plan = priced(make_plan(validators=FOUR), 10, 10, 10, 30)
    guessed = replace(plan.hosts[3], price_evidence="estimated")
    told = comparison_text(compared(plan, replace(plan, hosts=(*plan.hosts[:3], guessed)), network("validators")))
    assert "  costs 60.00 USD a month -> 60.00 USD a month (30.00 of it estimated) (+0.00 USD)" in told


def test_a_cost_without_any_price_is_unknown_and_of_no_host_nothing() -> None:
    assert cost_of((), hosts=2) == Cost(usd_per_month=None, unknown_hosts=2)
    assert cost_text(Cost(usd_per_month=None, unknown_hosts=2)) == "unknown"
    assert cost_text(Cost(usd_per_month=None, unknown_hosts=0)) == "nothing"
