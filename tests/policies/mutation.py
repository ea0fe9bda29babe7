"""Every rule's removal or weakening fails a test: mutants of policies/<family>/*.py against the family's own tests.

`python tests/policies/mutation.py` runs all of them, `--only near_regions` those of one file, `--share 40 --seed 7` some.
Each mutant is one change of the syntax tree. It runs in a child that is forked before any rule is imported, so it can
harm nothing; it is killed when a test fails, and survives otherwise. Mutants that change nothing are listed, each with
its reason, in equivalent_mutants.txt; an entry that no mutant has any more is told.
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib.machinery
import os
import random
import signal
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests" / "policies"
EQUIVALENT = TESTS / "equivalent_mutants.txt"
FAMILIES = ("cost", "identity", "operation", "proximity", "redundancy")
TIMEOUT_S = 120

_OPPOSITES: dict[type[ast.AST], tuple[type[ast.AST], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.LtE), ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.In: (ast.NotIn,), ast.NotIn: (ast.In,), ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,), ast.And: (ast.Or,), ast.Or: (ast.And,), ast.Add: (ast.Sub,), ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,), ast.Div: (ast.Mult,), ast.FloorDiv: (ast.Mult,), ast.BitAnd: (ast.BitOr,),
}  # fmt: skip
_CALLS = {"max": "min", "min": "max", "any": "all", "all": "any", "failed": "passed"}


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One change of one file."""

    path: str
    change: str
    """`function: original -> mutated`, and `#n` where the same stands in it several times."""
    code: str

    @property
    def key(self) -> str:
        """Return what names the mutant: no line number, which would change with every edit above."""
        return f"{self.path} {self.change}"


def mutants(path: Path) -> Iterator[Mutant]:
    """Yield every mutant of a file, in order."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    seen: dict[str, int] = {}
    for where, node, steps in _nodes(tree):
        for mutated in _mutations(node):
            changed = copy.deepcopy(tree)
            _replace(changed, steps, mutated)
            ast.fix_missing_locations(changed)
            change = f"{where}: {_text(node)} -> {_text(mutated)}"
            seen[change] = seen.get(change, 0) + 1
            number = f" #{seen[change]}" if seen[change] > 1 else ""
            yield Mutant(path=path.relative_to(ROOT).as_posix(), change=change + number, code=ast.unparse(changed))


def _text(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 160 else f"{text[:157]}..."


def _nodes(tree: ast.Module) -> Iterator[tuple[str, ast.AST, list[tuple[str, int | None]]]]:
    """Yield every node below functions and module values, with its function and the steps from the root."""
    waiting: list[tuple[str, ast.AST, list[tuple[str, int | None]]]] = [("module", tree, [])]
    while waiting:
        where, node, steps = waiting.pop(0)
        if isinstance(node, ast.FunctionDef):
            where = node.name
        if steps:
            yield where, node, steps
        for field, value in ast.iter_fields(node):
            if field in ("annotation", "returns", "decorator_list", "args") and not isinstance(node, ast.Call):
                continue
            for position, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
                if isinstance(child, ast.AST) and not isinstance(child, ast.JoinedStr | ast.expr_context):
                    waiting.append((where, child, [*steps, (field, position)]))


def _replace(tree: ast.AST, steps: list[tuple[str, int | None]], mutated: ast.AST) -> None:
    node: Any = tree
    for field, position in steps[:-1]:
        node = getattr(node, field) if position is None else getattr(node, field)[position]
    field, position = steps[-1]
    if position is None:
        setattr(node, field, mutated)
    else:
        getattr(node, field)[position] = mutated


def _mutations(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what a node may be changed to: a weaker or wrong form of it."""
    if isinstance(node, ast.Compare):
        for other in _OPPOSITES.get(type(node.ops[0]), ()):
            yield ast.Compare(left=node.left, ops=[other(), *node.ops[1:]], comparators=node.comparators)  # type: ignore[list-item]  # comparisons only
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(op=_OPPOSITES[type(node.op)][0](), values=node.values)  # type: ignore[arg-type]  # and, or
        for left_out in range(len(node.values)):
            rest = [value for position, value in enumerate(node.values) if position != left_out]
            yield rest[0] if len(rest) == 1 else ast.BoolOp(op=node.op, values=rest)
    elif isinstance(node, ast.BinOp):
        for other in _OPPOSITES.get(type(node.op), ()):
            yield ast.BinOp(left=node.left, op=other(), right=node.right)  # type: ignore[arg-type]  # operators only
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        if isinstance(node.value, bool):
            yield ast.Constant(value=not node.value)
        else:
            yield ast.Constant(value=node.value + 1)
            yield ast.Constant(value=node.value - 1)
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Severity":
        yield ast.Attribute(value=node.value, attr="LOW" if node.attr != "LOW" else "MEDIUM", ctx=node.ctx)
    else:
        yield from _of_statements(node)


def _of_statements(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.FunctionDef):
        if node.name == "check":
            nothing = ast.parse("yield from ()").body
            yield ast.FunctionDef(**{**_fields(node), "body": nothing})
    elif isinstance(node, ast.If | ast.IfExp):
        for outcome in (True, False):
            yield type(node)(**{**_fields(node), "test": ast.Constant(value=outcome)})
    elif isinstance(node, ast.comprehension) and node.ifs:
        yield ast.comprehension(**{**_fields(node), "ifs": []})
    elif isinstance(node, ast.Call):
        called = node.func
        if isinstance(called, ast.Name) and called.id in _CALLS:
            yield ast.Call(**{**_fields(node), "func": ast.Name(id=_CALLS[called.id], ctx=ast.Load())})
        elif isinstance(called, ast.Attribute) and called.attr in _CALLS and len(node.args) >= 2:
            plain = [keyword for keyword in node.keywords if keyword.arg not in ("shown", "remedy")]
            func = ast.Attribute(value=called.value, attr=_CALLS[called.attr], ctx=ast.Load())
            yield ast.Call(func=func, args=node.args, keywords=plain)
    elif isinstance(node, ast.Continue | ast.Break):
        yield ast.Pass()


def _fields(node: ast.AST) -> dict[str, Any]:
    return dict(ast.iter_fields(node))


def files() -> list[Path]:
    """Return every file of a family that has code."""
    found = [path for family in FAMILIES for path in sorted((ROOT / "policies" / family).glob("*.py"))]
    return [path for path in found if path.name != "__init__.py"]


def tests_for(path: Path) -> list[str]:
    """Return the tests that must kill a file's mutants: its own, or the family's where others build on it."""
    own = [
        test for test in sorted((TESTS / path.parent.name).glob("test_*.py"))
        if path.stem in test.read_text(encoding="utf-8")
    ]  # fmt: skip
    is_rule = "\nRULE = Rule(" in path.read_text(encoding="utf-8")
    chosen = own if is_rule and own else [TESTS / path.parent.name]
    return [*map(str, chosen), f"{TESTS / 'test_catalogue.py'}::test_the_page_of_rules_is_not_stale"]


def survivors(some: Iterable[Mutant], jobs: int) -> Iterator[Mutant]:
    """Yield the mutants with which every test passes, as they end."""
    running: dict[int, Mutant] = {}
    waiting = iter(some)
    while True:
        while len(running) < jobs and (mutant := next(waiting, None)) is not None:
            child = os.fork()
            if child == 0:
                os._exit(_run(mutant))
            running[child] = mutant
        if not running:
            return
        child, status = os.wait()
        mutant = running.pop(child)
        if os.waitstatus_to_exitcode(status) == 0:
            yield mutant


def _run(mutant: Mutant) -> int:
    """Run the tests in this process, which is the mutant's own; return pytest's exit code."""
    import pytest

    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    signal.alarm(TIMEOUT_S)
    path = str(ROOT / mutant.path)
    original = importlib.machinery.SourceFileLoader.get_code

    def get_code(self: importlib.machinery.SourceFileLoader, fullname: str) -> Any:
        if self.path == path:
            return compile(mutant.code, path, "exec")
        return original(self, fullname)

    importlib.machinery.SourceFileLoader.get_code = get_code  # type: ignore[method-assign]  # in this process only
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    options = ["-x", "-q", "-p", "no:cacheprovider", "--rootdir", str(ROOT)]
    return int(pytest.main([*options, *tests_for(Path(path))]))


def equivalent() -> dict[str, str]:
    """Return the mutants that change nothing, each with its reason."""
    found: dict[str, str] = {}
    key = ""
    for line in EQUIVALENT.read_text(encoding="utf-8").splitlines():
        if line.startswith("    "):
            found[key] = f"{found[key]} {line.strip()}".strip()
        elif line and not line.startswith("#"):
            key = line
            found[key] = ""
    return found


def main(arguments: list[str]) -> int:
    """Run mutants and tell the survivors; return 1 when there are any, or when a list entry is dead."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="files whose name has this")
    parser.add_argument("--share", type=int, default=0, help="so many, chosen by --seed; 0 for all")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--jobs", type=int, default=1, help="children at once")
    chosen = parser.parse_args(arguments)
    every = [mutant for path in files() for mutant in mutants(path)]
    listed = equivalent()
    dead = sorted(listed.keys() - {mutant.key for mutant in every})
    some = [mutant for mutant in every if chosen.only in mutant.path and mutant.key not in listed]
    if chosen.share:
        some = random.Random(chosen.seed).sample(some, min(chosen.share, len(some)))
    _warm_up()
    judged = [path for path in files() if chosen.only in path.as_posix()]
    # Of a share, a few are enough: the suite itself fails where a file's own tests do.
    unchanged = [_unchanged(path) for path in (judged[:3] if chosen.share else judged)]
    sick = {mutant.path for mutant in unchanged} - {mutant.path for mutant in survivors(unchanged, chosen.jobs)}
    for path in sorted(sick):
        _tell(f"fails without any mutation: {path}")
    alive = 0
    for mutant in survivors(some, chosen.jobs):
        alive += 1
        _tell(f"survived: {mutant.key}")
    for key in dead:
        _tell(f"listed, but no mutant any more: {key}")
    _tell(f"{len(some)} of {len(every)} mutants run, {alive} survived, {len(listed)} are listed as equivalent")
    return 1 if alive or dead or sick else 0


def _unchanged(path: Path) -> Mutant:
    """Return a file as it is: it must survive, or its tests kill everything and prove nothing."""
    code = ast.unparse(ast.parse(path.read_text(encoding="utf-8")))
    return Mutant(path=path.relative_to(ROOT).as_posix(), change="nothing", code=code)


def _tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _warm_up() -> None:
    """Import what is slow and no rule, once for all children."""
    sys.path[:0] = [str(ROOT)]
    import pytest  # noqa: F401

    import schemas.atlas
    import schemas.facts
    import schemas.loading
    import schemas.report

    schemas.atlas.round_trip("aws:eu-central-1", "gcp:europe-west8")
    assert "policies" not in sys.modules, "children import rules themselves"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
