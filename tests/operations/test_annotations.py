"""Workflow commands are read back by a runner as they were meant."""

from __future__ import annotations

from operations.annotations import workflow_commands
from operations.notices import Notice


def told(**changed: object) -> list[str]:
    notice = Notice(**{"code": "RED002", "level": "error", "message": "m", "file": "stacks/lab.yaml", **changed})  # type: ignore[arg-type]  # values of several fields
    return list(workflow_commands([notice], file="stacks/lab.yaml"))


def test_a_notice_is_one_line_with_its_place() -> None:
    assert told(line=12, column=3, end_column=9) == [
        "::error file=stacks/lab.yaml,line=12,col=3,endColumn=9,title=RED002::m"
    ]


def test_lines_percent_signs_commas_and_colons_do_not_break_the_command() -> None:
    message = told(message="50 % of a: b, c\r\nd", details=("Remedy.",))
    assert message == ["::error file=stacks/lab.yaml,line=1,col=1,title=RED002::50 %25 of a: b, c%0D%0Ad%0ARemedy."]
    assert told(file="nowhere/a,b:c%.yaml")[0].startswith("::error file=nowhere/a%2Cb%3Ac%25.yaml,line=1")


def test_severity_decides_the_command() -> None:
    assert [told(level=level)[0].split(" ")[0] for level in ("error", "warning", "note")] == [
        "::error", "::warning", "::notice",
    ]  # fmt: skip


def test_an_unknown_end_is_left_out_and_an_unknown_file_is_the_spec() -> None:
    assert told(file="", end_column=1) == ["::error file=stacks/lab.yaml,line=1,col=1,title=RED002::m"]


def test_what_is_waived_is_not_told() -> None:
    assert told(is_waived=True) == []
