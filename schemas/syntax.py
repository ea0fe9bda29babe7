"""YAML text as a tree of nodes with places and styles: for what rewrites a file and must keep how it is written.

Only for text that `read_text` has taken: limits are checked there, on the same parser's events.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

Place = tuple[int, int]
"""Line and column, both from 0."""

_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#.*$", re.MULTILINE)


@dataclass(kw_only=True)
class Node:
    """A scalar, list, mapping or alias, and where it stands."""

    kind: str
    """`scalar`, `list`, `mapping` or `alias`."""
    start: Place
    end: Place
    """The place after the last character; of a block list or mapping: of whatever comes next."""
    value: str = ""
    """Of a scalar: its text, before it is read as a number or a word."""
    style: str = ""
    """Of a scalar: the quote or block sign; of a list or mapping: `flow` or `block`."""
    anchor: str = ""
    tag: str = ""
    keys: list[Node] = field(default_factory=list)
    """Of a mapping."""
    items: list[Node] = field(default_factory=list)
    """Of a list or mapping."""

    @property
    def is_block(self) -> bool:
        """Return whether this is a list or mapping that is written out line by line."""
        return self.style == "block"

    def pairs(self) -> Iterator[tuple[Node, Node]]:
        """Yield a mapping's keys with their values."""
        yield from zip(self.keys, self.items, strict=True)

    def get(self, key: str) -> Node | None:
        """Return the value under a key of a mapping."""
        return next((item for name, item in self.pairs() if name.value == key), None) if self.keys else None

    def nodes(self) -> Iterator[Node]:
        """Yield this node and every one in it."""
        yield self
        for child in (*self.keys, *self.items):
            yield from child.nodes()


def nodes_of(text: str) -> Node:
    """Return the root node of a text that `read_text` has taken."""
    open_: list[Node] = []
    root: Node | None = None
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionEndEvent):
            open_.pop().end = _place(event.end_mark)
            continue
        node = _node(event)
        if node is None:
            continue
        if open_:
            _add(open_[-1], node)
        else:
            root = node
        if node.kind in ("list", "mapping"):
            open_.append(node)
    assert root is not None, "the text was read before, so it holds a value"
    return root


def _add(parent: Node, node: Node) -> None:
    is_key = parent.kind == "mapping" and len(parent.keys) == len(parent.items)
    (parent.keys if is_key else parent.items).append(node)


def _node(event: Any) -> Node | None:
    if not isinstance(event, yaml.NodeEvent):
        return None
    start, end, anchor = _place(event.start_mark), _place(event.end_mark), event.anchor or ""
    if isinstance(event, yaml.AliasEvent):
        return Node(kind="alias", start=start, end=end)
    tag = getattr(event, "tag", None) or ""
    if isinstance(event, yaml.ScalarEvent):
        return Node(
            kind="scalar", start=start, end=end, value=event.value, style=event.style or "", anchor=anchor, tag=tag
        )
    kind = "mapping" if isinstance(event, yaml.MappingStartEvent) else "list"
    style = "flow" if getattr(event, "flow_style", False) else "block"
    return Node(kind=kind, start=start, end=end, style=style, anchor=anchor, tag=tag)


def _place(mark: Any) -> Place:
    return mark.line, mark.column


def comments_of(text: str, root: Node) -> list[str]:
    """Return the comments of a text, in the order of the file."""
    lines = text.split("\n")
    for node in root.nodes():
        if node.kind == "scalar":
            _blank(lines, node.start, node.end)
    return [found.rstrip() for line in lines for found in _COMMENT.findall(line)]


def _blank(lines: list[str], start: Place, end: Place) -> None:
    """Put a letter for every character of a scalar: what looks like a comment in it is none."""
    for number in range(start[0], min(end[0], len(lines) - 1) + 1):
        line = lines[number]
        first = start[1] if number == start[0] else 0
        last = end[1] if number == end[0] else len(line)
        lines[number] = f"{line[:first]}{'x' * (last - first)}{line[last:]}"


def between(lines: list[str], start: Place, end: Place) -> str:
    """Return the text between two places."""
    if start[0] == end[0]:
        return lines[start[0]][start[1] : end[1]]
    middle = lines[start[0] + 1 : end[0]]
    last = lines[end[0]][: end[1]] if end[0] < len(lines) else ""
    return "\n".join([lines[start[0]][start[1] :], *middle, last])
