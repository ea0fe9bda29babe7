"""One layout for YAML: order of keys, indentation, quotes and spaces; comments and blank lines stay where they belong.

A comment belongs to the entry below it; one at the end of a block, indented like the block, stays at
its end; one beside a value stays beside it. Works on the text and its nodes: libraries that rewrite
YAML hang a comment on the entry before it, so that sorting keys would tear the two apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from schemas.errors import UsageError
from schemas.scalars import is_plain_text
from schemas.syntax import Node, Place, between, nodes_of

KeyOrder = Callable[[tuple[str, ...]], list[str]]
"""Where a mapping stands (`[]` for any list position) to its keys in order; none where their order is the writer's."""

_COMMENT_GAP = 2
_SAFE = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*(:[A-Za-z0-9_./-]+)*\Z|[0-9]+\.[0-9]+\.[0-9]+\Z")
_BOOLEANS_ELSEWHERE = frozenset({"y", "n", "yes", "no", "on", "off"})
"""Text here, booleans to readers of YAML 1.1: their quotes stay."""


class LayoutRefusedError(UsageError):
    """The file is YAML, but written in a way that cannot be laid out without a loss."""


@dataclass(frozen=True, kw_only=True)
class _Entry:
    """One key with its value, or one item of a list; lines are indented from the entry on."""

    name: str
    lead: list[str]
    """Comments and blank lines above it."""
    lines: list[str]


@dataclass(frozen=True, kw_only=True)
class _Block:
    entries: list[_Entry]
    tail: list[str]
    """Comments at its end."""

    def lines(self) -> list[str]:
        """Return all lines, indented from the block on; the first is never blank."""
        found = [line for entry in self.entries for line in (*entry.lead, *entry.lines)]
        return [*_without_blank_start(found), *_without_blank_end(self.tail)]


def laid_out(text: str, order: KeyOrder, *, source: str) -> str:
    """Return a text in the one layout.

    Args:
        text: Strict YAML, as `read_text` has taken it.
        order: Gives the keys of each mapping in order.
        source: How messages name the file.

    Raises:
        LayoutRefusedError: It has an explicit key (`? key`), or a value that starts beside `---`.
    """
    return _Layout(text, order, source).text()


class _Layout:
    def __init__(self, text: str, order: KeyOrder, source: str) -> None:
        self._lines, self._order, self._source = text.split("\n"), order, source
        self._root = nodes_of(text)
        # An alias must stay below its anchor.
        self._keeps_order = any(node.anchor or node.kind == "alias" for node in self._root.nodes())

    def text(self) -> str:
        root = self._root
        if self._lines[root.start[0]].startswith("---"):
            raise self._refused(root.start, "a value stands beside '---'", "Put it on a line of its own.")
        first = root.start[0]
        if root.is_block:
            # What stands right above the first key is about it, unless the whole head does.
            apart = [n for n in range(first) if not self._lines[n].strip() or self._lines[n].startswith("---")]
            first = apart[-1] + 1 if apart else first
            lines = self._block(root, (), (first, len(self._lines))).lines()
        else:
            lines = self._raw(root, (), 0)
            lines[-1] += self._beside(root.end, lines[-1], 0)
            lines += _trivia(self._lines[self._last_line(root) + 1 :])
        head = _without_blank_start(_trivia(self._lines[:first], kept=("---", "%")))
        return "\n".join(_without_blank_end([*head, *lines])) + "\n"

    def _block(self, node: Node, path: tuple[str, ...], span: tuple[int, int]) -> _Block:
        """Return the entries of a block list or mapping; every line of the span is part of it."""
        entries: list[_Entry] = []
        line, stop = span
        starts = self._starts(node, line)
        column = starts[0][1]
        for position, (start, value) in enumerate(zip(starts, node.items, strict=True)):
            following = starts[position + 1][0] if position + 1 < len(starts) else stop
            last = max(self._last_line(value), start[0])
            end = last + 1 + (self._nested_end(last + 1, following, column) if value.is_block else 0)
            lead = _trivia(self._lines[line : start[0]])
            key = node.keys[position] if node.keys else None
            made = self._pair(key, value, path, (start, end)) if key else self._item(value, path, (start, end))
            entries.append(replace(made, lead=[*lead, *made.lead]))
            line = end
        return _Block(
            entries=self._sorted(entries, path) if node.keys else entries, tail=_trivia(self._lines[line:stop])
        )

    def _starts(self, node: Node, line: int) -> list[Place]:
        """Return where each entry starts: its key, or its dash."""
        if node.keys:
            return [self._checked(key) for key in node.keys]
        found: list[Place] = []
        for item in node.items:
            if not found and self._lines[node.start[0]][node.start[1]] == "-":
                found.append(node.start)
            else:
                line = next(n for n in range(line, item.start[0] + 1) if _is_content(self._lines[n]))
                found.append((line, len(self._lines[line]) - len(self._lines[line].lstrip())))
            line = max(self._last_line(item), found[-1][0]) + 1
        return found

    def _checked(self, key: Node) -> Place:
        before = self._lines[key.start[0]][: key.start[1]]
        if "?" in before or not self._lines[key.end[0]][key.end[1] :].lstrip().startswith(":"):
            raise self._refused(key.start, "a key is written with '?'", "Write it as 'key: value' on one line.")
        return key.start

    def _nested_end(self, first: int, stop: int, column: int) -> int:
        """Return how many of these lines close the nested block: its comments are indented deeper than `column`."""
        count = 0
        for number, line in enumerate(self._lines[first:stop], 1):
            bare = line.strip()
            if bare and len(line) - len(line.lstrip()) <= column:
                break
            if bare:
                count = number
        return count

    def _pair(self, key: Node, value: Node, path: tuple[str, ...], span: tuple[Place, int]) -> _Entry:
        start, end = span
        name = self._scalar(key, in_flow=False)
        line = self._lines[key.end[0]]
        colon = (key.end[0], line.index(":", key.end[1]) + 1)
        inner = (*path, key.value)
        if value.is_block:
            anchor = f" &{value.anchor}" if value.anchor else ""
            at = value.start if value.anchor else colon
            told = f"{name}:{anchor}"
            after = (at[0], at[1] + len(anchor.strip()))
            if after[0] != key.end[0]:
                raise self._refused(value.start, "an anchor stands on a line of its own", "Put it beside the key.")
            told += self._beside(after, told, start[1])
            nested = self._block(value, inner, (key.end[0] + 1, end))
            return _Entry(name=key.value, lead=[], lines=[told, *_indented(nested.lines())])
        return self._beside_value(f"{name}: ", value, inner, (start, colon))

    def _item(self, value: Node, path: tuple[str, ...], span: tuple[Place, int]) -> _Entry:
        start, end = span
        inner, dash = (*path, "[]"), (start[0], start[1] + 1)
        if not value.is_block:
            return self._beside_value("- ", value, inner, (start, dash))
        if value.anchor:
            raise self._refused(value.start, "a list item with an anchor is a block", "Write the item out in braces.")
        lead = []
        first = value.start[0]
        if first != start[0]:
            lead = _trivia([self._lines[start[0]][dash[1] :]])
            first = start[0] + 1
        block = self._block(value, inner, (first, end))
        lead += block.entries[0].lead
        rest = _Block(entries=[replace(block.entries[0], lead=[]), *block.entries[1:]], tail=block.tail)
        [head, *others] = rest.lines()
        return _Entry(name="", lead=_without_blank_start(lead), lines=[f"- {head}", *_indented(others)])

    def _beside_value(self, told: str, value: Node, path: tuple[str, ...], places: tuple[Place, Place]) -> _Entry:
        """Return an entry whose value stands on its line; what stood between the two goes above."""
        start, after = places
        lead: list[str] = []
        if _is_empty(value):
            told = told.rstrip()
            return _Entry(name=told.removesuffix(":"), lead=[], lines=[told + self._beside(after, told, start[1])])
        if value.start[0] != after[0]:
            lead = _trivia(between(self._lines, after, value.start).split("\n"))
        lines = self._raw(value, path, start[1])
        lines[0] = told + lines[0]
        if value.style not in ("|", ">"):
            lines[-1] += self._beside(value.end, lines[-1], start[1])
        name = path[-1]
        return _Entry(name=name, lead=[line for line in lead if line], lines=lines)

    def _raw(self, node: Node, path: tuple[str, ...], column: int) -> list[str]:
        """Return a value's lines; later ones are indented from the entry on, which stood at `column`."""
        if node.start[0] == node.end[0]:
            return [self._inline(node, path)]
        first, last = node.start[0], self._last_line(node)
        end = node.end if node.end[0] == last else (last, len(self._lines[last]))
        [head, *others] = between(self._lines, node.start, end).split("\n")
        assert last - first == len(others), "every line is there"
        moved = []
        for line in others:
            depth = len(line) - len(line.lstrip())
            # A closing bracket may stand as far left as its key.
            moved.append(f"{' ' * max(0, depth - column)}{line.strip()}" if line.strip() else "")
        if node.style in ("|", ">"):
            moved = [f"{' ' * max(0, len(x) - len(x.lstrip(' ')) - column)}{x.lstrip(' ')}" for x in others]
        return [head.rstrip(), *moved]

    def _inline(self, node: Node, path: tuple[str, ...]) -> str:
        """Return a value that stands on one line."""
        if node.kind in ("scalar", "alias"):
            return self._scalar(node, in_flow=bool(path) and path[-1] == "{}")
        anchor = f"&{node.anchor} " if node.anchor else ""
        if node.kind == "list":
            items = [self._inside(item, (*path, "[]")) for item in node.items]
            return f"{anchor}[{', '.join(items)}]"
        pairs = []
        for key, value in node.pairs():
            name = self._scalar(key, in_flow=True)
            text = name + ":" if _is_empty(value) else f"{name}: {self._inside(value, (*path, key.value))}"
            pairs.append(_Entry(name=key.value, lead=[], lines=[text]))
        return f"{anchor}{{{', '.join(entry.lines[0] for entry in self._sorted(pairs, path))}}}"

    def _inside(self, node: Node, path: tuple[str, ...]) -> str:
        return self._scalar(node, in_flow=True) if node.kind in ("scalar", "alias") else self._inline(node, path)

    def _scalar(self, node: Node, *, in_flow: bool) -> str:
        raw = between(self._lines, node.start, node.end)
        if node.kind == "alias" or node.tag or node.anchor or "\n" in raw:
            return raw
        value = node.value
        is_safe = bool(_SAFE.match(value)) and is_plain_text(value) and value.lower() not in _BOOLEANS_ELSEWHERE
        needs_quotes = in_flow and ":" in value
        if not node.style:
            # Beside brackets some readers take the colon of `aws:eu-west-2` for the end of a key.
            return f'"{value}"' if needs_quotes and is_safe else raw
        if is_safe and not needs_quotes:
            return value
        return f'"{value}"' if value.isprintable() and not set(value) & {'"', "\\"} else raw

    def _beside(self, place: Place, told: str, column: int) -> str:
        """Return the comment that stands after a place, in the column where it stood if that is still free."""
        line, at = self._lines[place[0]], place[1]
        rest = line[at:]
        comment = rest.strip()
        if not comment:
            return ""
        if not comment.startswith("#"):
            raise self._refused(place, f"'{comment[:40]}' stands after a value", "Put it on a line of its own.")
        gap = len(rest) - len(rest.lstrip())
        return " " * max(_COMMENT_GAP, gap + (at - column) - len(told)) + comment

    def _sorted(self, entries: list[_Entry], path: tuple[str, ...]) -> list[_Entry]:
        names = [] if self._keeps_order else self._order(path)
        rank = {name: position for position, name in enumerate(names)}
        return sorted(entries, key=lambda entry: rank.get(entry.name, len(rank)))

    def _last_line(self, node: Node) -> int:
        """Return the last line that holds something of a node."""
        if node.is_block:
            return max([self._last_line(item) for item in (*node.keys, *node.items)])
        line, column = node.end
        last = line - 1 if column == 0 and line > node.start[0] else line
        keeps_blank = node.style in ("|", ">") and "+" in self._lines[node.start[0]][node.start[1] :][:3]
        while last > node.start[0] and not keeps_blank and not self._lines[last].strip():
            last -= 1
        return last

    def _refused(self, place: Place, problem: str, remedy: str) -> LayoutRefusedError:
        return LayoutRefusedError(problem, at=f"{self._source}:{place[0] + 1}:{place[1] + 1}", remedy=remedy)


def _is_empty(node: Node) -> bool:
    return node.kind == "scalar" and node.start == node.end


def _is_content(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _trivia(lines: Iterable[str], *, kept: tuple[str, ...] = ()) -> list[str]:
    """Return comments and blank lines without their indentation; what else stands there means nothing."""
    bare = [line.strip() for line in lines]
    found = [line for line in bare if not line or line.startswith(("#", *kept))]
    return [line for position, line in enumerate(found) if line or position == 0 or found[position - 1]]


def _indented(lines: list[str]) -> list[str]:
    return [f"  {line}" if line else "" for line in lines]


def _without_blank_start(lines: list[str]) -> list[str]:
    while lines and not lines[0]:
        lines = lines[1:]
    return lines


def _without_blank_end(lines: list[str]) -> list[str]:
    while lines and not lines[-1]:
        lines = lines[:-1]
    return lines
