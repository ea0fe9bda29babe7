from __future__ import annotations

import sys
from pathlib import Path

import suite


def test_results_are_counted_and_reasons_for_skipping_kept(tmp_path: Path) -> None:
    results = tmp_path / "results.xml"
    results.write_text(
        '<testsuites><testsuite><testcase name="a"/><testcase name="b"><failure/></testcase>'
        '<testcase name="c"><error/></testcase><testcase name="d"><skipped message="not root"/></testcase>'
        '<testcase name="e"><skipped message="not root"/></testcase></testsuite></testsuites>'
    )
    counts, skips = suite.read_results(results)
    assert counts == {"passed": 1, "failed": 2, "skipped": 2}
    assert skips == {"not root": 2}


def test_a_stage_without_a_test_has_failed(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-c", "/dev/null", "--rootdir", str(tmp_path), str(tmp_path)]
    outcome = suite._run(suite.Stage(name="pytest unit", command=command, folder=tmp_path, is_pytest=True))
    assert outcome.failed
    assert outcome.note == "no test ran: a marker or a conftest hides them"


def test_every_test_belongs_to_exactly_one_stage() -> None:
    markers = [stage.command[stage.command.index("-m", 3) + 1] for stage in suite.tests()] + ["soak"]
    for engine in (False, True):
        for lab in (False, True):
            for soak in (False, True):
                names = {"engine": engine, "lab": lab, "soak": soak}
                taken = [expression for expression in markers if eval(expression, {}, names)]
                assert len(taken) == 1, (names, taken)
