"""The house style that a machine can judge: sizes, names, docstrings. Each breach is told as file:line."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ["schemas", "components", "policies", "lab", "stacks", "operations", "tools"]
FUNCTION_LINES_MAX = 50
FILE_LINES_MAX = 400
PARAMETERS_MAX = 5
FORBIDDEN_NAMES = re.compile(r"(^|_)(utils?|common|helpers?|misc|managers?)(_|$)")
OWN_FOLDER_FIRST = ["policies", "stacks", "lab"]
"""Engine processes start in these folders, so a module there would hide a standard one of its name."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def sources() -> dict[Path, ast.Module]:
    """Return every Python file of the packages, parsed."""
    files = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return {path.relative_to(ROOT): ast.parse(path.read_text(encoding="utf-8")) for path in files}


def functions() -> Iterator[tuple[Path, Function]]:
    for path, tree in sources().items():
        for node in ast.walk(tree):
            if isinstance(node, Function):
                yield path, node


def told(breaches: list[str]) -> str:
    return "\n" + "\n".join(breaches)


def lines_of(function: Function) -> int:
    """Return the length of a function without its docstring and its decorators."""
    total = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function, clean=False) is None:
        return total
    return total - ((first.end_lineno or first.lineno) - first.lineno + 1)


def parameters_of(function: Function) -> int:
    """Return how many parameters a caller can give: `self` and `cls` are not among them."""
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return len([argument for argument in named if argument.arg not in ("self", "cls")])


def is_command(function: Function) -> bool:
    """Return whether a decorator makes a command of it: its parameters are then words of the command line."""
    called = [node.func if isinstance(node, ast.Call) else node for node in function.decorator_list]
    return any(isinstance(node, ast.Attribute) and node.attr == "command" for node in called)


def is_public(name: str) -> bool:
    return not name.startswith("_")


def test_functions_fit_a_screen() -> None:
    breaches = [
        f"{path}:{function.lineno}: {function.name} has {lines_of(function)} lines"
        for path, function in functions()
        if lines_of(function) > FUNCTION_LINES_MAX
    ]
    assert not breaches, told(breaches)


def test_functions_take_five_parameters_at_most() -> None:
    breaches = [
        f"{path}:{function.lineno}: {function.name} takes {parameters_of(function)} parameters"
        for path, function in functions()
        if parameters_of(function) > PARAMETERS_MAX and not is_command(function)
    ]
    assert not breaches, told(breaches)


def test_files_stop_at_four_hundred_lines() -> None:
    counts = {path: len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in sources()}
    breaches = [f"{path}:{count}: file is too long" for path, count in counts.items() if count > FILE_LINES_MAX]
    assert not breaches, told(breaches)


def test_modules_carry_the_noun_of_their_idea() -> None:
    breaches = [f"{path}:1: '{path.stem}' says nothing" for path in sources() if FORBIDDEN_NAMES.search(path.stem)]
    assert not breaches, told(breaches)


def test_no_module_hides_a_standard_one() -> None:
    breaches = [
        f"{path}:1: hides the standard module '{path.stem}'"
        for path in sources()
        if path.parts[0] in OWN_FOLDER_FIRST
        and len(path.parts) == 2
        and path.stem in sys.stdlib_module_names - {"__main__"}
    ]
    assert not breaches, told(breaches)


def undocumented(path: Path, tree: ast.Module) -> Iterator[str]:
    """Yield each public module, class, function and method without a docstring."""
    if tree.body and ast.get_docstring(tree) is None:
        yield f"{path}:1: module has no docstring"
    waiting: list[tuple[ast.Module | ast.ClassDef, str]] = [(tree, "")]
    while waiting:
        owner, prefix = waiting.pop()
        for node in owner.body:
            if not isinstance(node, ast.ClassDef | Function) or not is_public(node.name):
                continue
            if ast.get_docstring(node) is None:
                yield f"{path}:{node.lineno}: {prefix}{node.name} has no docstring"
            if isinstance(node, ast.ClassDef):
                waiting.append((node, f"{node.name}."))


def test_everything_public_has_a_docstring() -> None:
    breaches = [breach for path, tree in sources().items() for breach in undocumented(path, tree)]
    assert not breaches, told(breaches)


def is_stub(function: Function) -> bool:
    """Return whether a body only says that it is one; a docstring alone says that there is nothing to do."""
    first = function.body[-1]
    if len(function.body) - (ast.get_docstring(function) is not None) != 1:
        return False
    if isinstance(first, ast.Raise):
        return "NotImplemented" in ast.unparse(first)
    return isinstance(first, ast.Pass) or (isinstance(first, ast.Expr) and ast.unparse(first) == "...")


def test_no_function_is_a_stub() -> None:
    promised = {
        function
        for tree in sources().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "Protocol" for base in node.bases)
        for function in node.body
    }
    breaches = [
        f"{path}:{function.lineno}: {function.name} is a stub"
        for path, function in functions()
        if is_stub(function) and function not in promised
    ]
    assert not breaches, told(breaches)


def test_nothing_is_left_for_later() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    breaches = [
        f"{path}:{number}: {line.strip()}"
        for path in sources()
        for number, line in enumerate((ROOT / path).read_text(encoding="utf-8").splitlines(), 1)
        if marks.search(line)
    ]
    assert not breaches, told(breaches)


SILENCED = re.compile(r"#\s*(?P<what>type: ignore|noqa)(?P<code>\[[a-z-]+\]|: ?[A-Z]+[0-9]+)?(?P<reason>.*\w.*)?")


def is_explained(line: str, before: str) -> bool:
    """Return whether a silenced check names what it silences, and a silenced type check also why."""
    found = SILENCED.search(line)
    if found is None:
        return True
    has_reason = bool(found["reason"]) or before.strip().startswith("#")
    return bool(found["code"]) and (found["what"] == "noqa" or has_reason)


def test_a_silenced_checker_is_named_and_a_silenced_type_explained() -> None:
    breaches = []
    for path in sources():
        lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
        for number, (before, line) in enumerate(zip(["", *lines], lines, strict=False), 1):
            if not is_explained(line, before):
                breaches.append(f"{path}:{number}: {line.strip()}")
    assert not breaches, told(breaches)


@pytest.mark.parametrize(
    ("line", "explained"),
    [
        ("x = 1", True), ("x  # noqa", False), ("x  # noqa: S105", True), ("x  # type: ignore", False),
        ("x  # type: ignore[arg-type]", False), ("x  # type: ignore[arg-type]  # the engine has no types", True),
    ],
)  # fmt: skip
def test_the_check_of_silenced_checkers_sees_which_are_bare(line: str, explained: bool) -> None:
    assert is_explained(line, "") is explained
    assert is_explained(line, "# the engine has no types") is (explained or "[" in line)


@pytest.mark.parametrize(
    ("body", "stub"),
    [("pass", True), ("...", True), ("raise NotImplementedError", True), ("return 1", False), ("raise ValueError", False),
     ("x = 1\n    ...", False)],
)  # fmt: skip
def test_the_stub_check_sees_stubs(body: str, stub: bool) -> None:
    for text in (f"def f():\n    {body}\n", f'def f():\n    """D."""\n    {body}\n'):
        [function] = ast.parse(text).body
        assert isinstance(function, ast.FunctionDef)
        assert is_stub(function) is stub


@pytest.mark.parametrize(
    ("code", "breach"),
    [
        ("class A:\n    def f(self): ...\n", ["a.py:1: module has no docstring", "a.py:1: A has no docstring", "a.py:2: A.f has no docstring"]),
        ('"""M."""\nclass _A:\n    def f(self): ...\n', []),
        ('"""M."""\ndef f():\n    def inner(): ...\n', ["a.py:2: f has no docstring"]),
    ],
)  # fmt: skip
def test_the_docstring_check_sees_what_is_missing(code: str, breach: list[str]) -> None:
    assert list(undocumented(Path("a.py"), ast.parse(code))) == breach


def test_the_size_checks_count_as_a_reader_does() -> None:
    code = '@x\ndef f(self, a, /, b, *more, c, d=1, **rest):\n    """Say.\n\n    More.\n    """\n    return 1\n'
    [function] = ast.parse(code).body
    assert isinstance(function, ast.FunctionDef)
    assert lines_of(function) == 2
    assert parameters_of(function) == 4
    assert not is_command(function)
    [command] = ast.parse("@cli.command()\ndef f(): ...\n").body
    assert isinstance(command, ast.FunctionDef)
    assert is_command(command)


def test_every_package_is_looked_at() -> None:
    assert {path.parts[0] for path in sources()} == set(PACKAGES)
