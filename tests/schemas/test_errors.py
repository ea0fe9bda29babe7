from __future__ import annotations

import re

import schemas.errors
from schemas.errors import ExitCode, FleetError, UsageError


def test_exit_codes_are_those_of_the_design() -> None:
    assert {code.name: code.value for code in ExitCode} == {
        "PASSED": 0, "FINDINGS": 1, "USAGE": 2, "DRIFT": 3, "NOT_EVALUATED": 4, "INFEASIBLE": 5, "ENVIRONMENT": 6,
        "ENGINE": 7, "LOCKED": 8,
    }  # fmt: skip


def test_an_error_says_where_what_and_the_remedy() -> None:
    error = UsageError("stack 'x' is unknown", at="a.yaml:1:2", remedy="Name one of stacks/.")
    assert str(error) == "a.yaml:1:2: stack 'x' is unknown"
    assert (error.problem, error.at, error.remedy) == ("stack 'x' is unknown", "a.yaml:1:2", "Name one of stacks/.")
    assert str(UsageError("no")) == "no"


def test_the_tree_in_the_docstring_is_the_tree_of_classes() -> None:
    drawn = dict(re.findall(r"[├└]── (\w+) .*\((\d)\)", schemas.errors.__doc__ or ""))
    found = {
        kind.__name__: str(kind.exit_code.value)
        for kind in FleetError.__subclasses__()
        if kind.__module__ == "schemas.errors"
    }
    assert drawn == found
