"""Drills as JUnit XML: one test case for each claim of each run."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from schemas.drill import DrillResult, Verdict


def junit_text(results: Sequence[DrillResult]) -> str:
    """Return the XML; a run that could not be carried out is an error, a broken claim a failure."""
    suites = ElementTree.Element("testsuites")
    for result in results:
        name = f"{result.scenario} {result.target}".strip()
        failed = sum(not claim.held for claim in result.claims)
        suite = ElementTree.SubElement(
            suites, "testsuite", name=name, timestamp=result.began, time=f"{result.duration_s:.1f}",
            tests=str(len(result.claims) + bool(result.problem)), failures=str(failed), errors=str(int(bool(result.problem))),
        )  # fmt: skip
        for claim in result.claims:
            case = ElementTree.SubElement(suite, "testcase", classname=result.scenario, name=claim.name)
            if not claim.held:
                text = f"expected {claim.expected}, found {claim.found}"
                ElementTree.SubElement(case, "failure", message=text).text = text
        if result.problem:
            case = ElementTree.SubElement(suite, "testcase", classname=result.scenario, name="it is carried out")
            ElementTree.SubElement(case, "error", message=result.problem, type=Verdict.BROKEN.value)
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode") + "\n"
