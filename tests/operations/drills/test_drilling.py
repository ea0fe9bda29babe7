from dataclasses import replace
from xml.etree import ElementTree

import pytest

from operations.drills.drilling import exit_code, results_text, scenarios_of
from operations.drills.junit import junit_text
from operations.pictures.drill_timeline import timeline_svg
from schemas.drill import BlockSeen, Claim, DrillResult, Event, Happening, Verdict
from schemas.errors import ExitCode, UsageError
from schemas.loading.drill_file import scenario_names

RESULT = DrillResult(
    stack="lab", scenario="kill-a-signer", title="A signer is killed", target="", began="2026-11-24T17:00:00+00:00",
    duration_s=20.0, verdict=Verdict.PASSED, problem="", hosts=("validators-1", "validators-2"), signatures_seen=40,
    votes_apart=10,
    claims=(Claim(name="no fork", held=True, expected="one block at each height", found="9 heights alike"),),
    events=(
        Event(at_s=2, until_s=2, happening=Happening.FAULT, text="validators-1 killed", hosts=("validators-1",)),
        Event(at_s=12, until_s=15, happening=Happening.HEAL, text="healed"),
    ),
    blocks=(
        BlockSeen(at_s=1, host="validators-1", chain="one", height=4),
        BlockSeen(at_s=1.1, host="validators-2", chain="one", height=4),
        BlockSeen(at_s=3, host="validators-2", chain="one", height=5),
    ),
)  # fmt: skip
FORK = Claim(name="no fork", held=False, expected="one block at each height", found="two at 7")
FAILED = replace(RESULT, verdict=Verdict.FAILED, claims=(*RESULT.claims, FORK))
BROKEN = replace(RESULT, verdict=Verdict.BROKEN, problem="no block from validators-2 before the drill")


def test_every_shipped_scenario_can_be_read_and_heals_at_its_end() -> None:
    found = scenarios_of(())
    assert [scenario.metadata.name for scenario in found] == list(scenario_names())
    assert all(scenario.steps[-1].do == "heal" for scenario in found)


def test_an_unknown_scenario_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(UsageError) as refused:
        scenarios_of(["lose-the-moon"])
    assert str(refused.value) == "there is no scenario 'lose-the-moon'"
    assert refused.value.remedy.startswith("There are: kill-a-signer, ")


@pytest.mark.parametrize(
    ("results", "code"),
    [
        ((RESULT,), ExitCode.PASSED),
        ((RESULT, FAILED, BROKEN), ExitCode.FINDINGS),
        ((RESULT, BROKEN), ExitCode.NOT_EVALUATED),
        ((), ExitCode.NOT_EVALUATED),
    ],
)
def test_only_runs_that_were_carried_out_and_broke_nothing_pass(
    results: tuple[DrillResult, ...], code: ExitCode
) -> None:
    assert exit_code(results) is code


def test_the_summary_names_what_was_broken_and_what_was_not_carried_out() -> None:
    text = results_text((FAILED, BROKEN))
    assert "no fork: expected one block at each height, found two at 7" in text
    assert "not carried out: no block from validators-2 before the drill" in text


def test_junit_has_a_failure_for_a_broken_claim_and_an_error_for_a_run_that_was_not_carried_out() -> None:
    suites = ElementTree.fromstring(junit_text((FAILED, BROKEN)))
    assert [suite.get("failures") for suite in suites] == ["1", "0"]
    assert [suite.get("errors") for suite in suites] == ["0", "1"]
    assert [error.get("message") for error in suites.iter("error")] == [BROKEN.problem]


def test_the_picture_is_xml_with_a_row_for_each_node_and_a_stroke_for_each_block() -> None:
    svg = timeline_svg(RESULT)
    ElementTree.fromstring(svg)
    assert "validators-1: 1 blocks, 4 to 4" in svg
    assert "validators-2: 2 blocks, 4 to 5" in svg
    assert svg.count('class="broken-time"') == 1
    assert svg.count('class="heal-time"') == 2
