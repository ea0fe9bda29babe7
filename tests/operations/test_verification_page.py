from __future__ import annotations

import ast
from pathlib import Path

from operations.verification import SUITE
from policies.catalogue import RULES
from schemas.locations import REPOSITORY
from schemas.readings import SUDO_READINGS

PAGE = REPOSITORY / "docs" / "verification.md"


def claims(path: Path) -> list[tuple[str, str, str]]:
    """Return rule ID, for what it is proved, and the claim of each test of a file."""
    found = []
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if not isinstance(node, ast.FunctionDef) or not node.name.startswith("test_"):
            continue
        [mark] = [mark for mark in node.decorator_list if isinstance(mark, ast.Call)]
        rule, each = mark.args[0], mark.keywords[0].value
        assert isinstance(rule, ast.Constant)
        assert isinstance(each, ast.Constant)
        found.append((str(rule.value), str(each.value), ast.get_docstring(node) or ""))
    return found


def test_page_lists_every_claim_of_the_suite_and_no_other() -> None:
    told = sorted(claim for path in SUITE.glob("test_*.py") for claim in claims(path))
    rows = [f"| {rule} | each {each} | {text.replace('|', '/')} |" for rule, each, text in told]
    page = PAGE.read_text(encoding="utf-8").splitlines()
    assert [line for line in page if line.startswith("| ") and line[2:5].isupper()] == rows


def test_every_claim_names_a_rule_of_the_catalogue() -> None:
    told = [claim for path in SUITE.glob("test_*.py") for claim in claims(path)]
    assert {rule for rule, _, _ in told} <= RULES.keys()
    assert all(text.endswith(".") and "\n" not in text for _, _, text in told)


def test_page_lists_what_operators_may_run_as_root() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert "\n".join(f"    {command}" for command in SUDO_READINGS) in page
