"""One layout, every comment, the same values: on chosen texts, and on thousands of made ones."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from operations.yaml_layout import LayoutRefusedError, laid_out
from schemas.document import read_text
from schemas.errors import FleetError
from schemas.syntax import comments_of, nodes_of


def no_order(_path: tuple[str, ...]) -> list[str]:
    return []


def backwards(_path: tuple[str, ...]) -> list[str]:
    return list("hgfedcba")


def made(text: str, order: Callable[[tuple[str, ...]], list[str]] = no_order) -> str:
    """Return a text in the layout; it must mean the same, keep its comments, and stay as it is when made again."""
    before = read_text(text, source="t.yaml")
    found = laid_out(before.text, order, source="t.yaml")
    assert read_text(found, source="t.yaml").value == before.value
    had, kept = (sorted(comments_of(each, nodes_of(each))) for each in (before.text, found))
    assert kept == had
    assert laid_out(found, order, source="t.yaml") == found
    return found


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("a:\n    b: 1\n    c: 2\n", "a:\n  b: 1\n  c: 2\n", id="indentation"),
        pytest.param("a:\n- 1\n- 2\n", "a:\n  - 1\n  - 2\n", id="a list stands deeper than its key"),
        pytest.param("a: [1,2 , 3]\nb: { c: 1,d: 2 }\n", "a: [1, 2, 3]\nb: {c: 1, d: 2}\n", id="spaces in brackets"),
        pytest.param("a: 'x'\n\"b\": \"z\"\n", "a: x\nb: z\n", id="quotes that mean nothing"),
        pytest.param("a: 'it''s'\n", "a: \"it's\"\n", id="one kind of quotes"),
        pytest.param("a: 'NO'\nb: '1.10'\nc: \"on\"\n", 'a: "NO"\nb: "1.10"\nc: "on"\n', id="quotes that others need"),
        pytest.param('a: "aws:x"\nb: [aws:x]\n', 'a: aws:x\nb: ["aws:x"]\n', id="colons beside brackets"),
        pytest.param("a:    1\nb : 2\n", "a: 1\nb: 2\n", id="spaces around a colon"),
        pytest.param("\n\na: 1\n\n\n\nb: 2\n\n", "a: 1\n\nb: 2\n", id="one blank line where there are several"),
        pytest.param("a: 1", "a: 1\n", id="a line end at the end"),
        pytest.param("a: 1   \r\nb: 2\r\n", "a: 1\nb: 2\n", id="line ends"),
        pytest.param("a: 1 # x\n", "a: 1  # x\n", id="two spaces before a comment"),
        pytest.param('a: "x"      # one\nbc: y       # two\n', "a: x        # one\nbc: y       # two\n", id="columns of comments"),
        pytest.param("a:\n  x\n", "a: x\n", id="a value on the next line"),
        pytest.param("a:\n  # why\n  x\n", "# why\na: x\n", id="a comment before a value goes above"),
        pytest.param("a:\n  -\n    b: 1\n", "a:\n  - b: 1\n", id="a dash alone"),
        pytest.param("a: {\n  b: 1,   # x\n  c: 2\n}\n", "a: {\n  b: 1,   # x\n  c: 2\n}\n", id="brackets over lines stay"),
        pytest.param("a:\n      |\n      x\n       y\n", "a: |\n      x\n       y\n", id="a block of text"),
        pytest.param("--- \na: 1\n...\n", "---\na: 1\n", id="document marks"),
    ],
)  # fmt: skip
def test_a_text_takes_this_form(before: str, after: str) -> None:
    assert made(before) == after


def test_keys_are_sorted_and_take_their_comments_along() -> None:
    text = """\
# about the file

# about a
a: 1   # beside a

# about c, which is first
c:
  x: 1
  # at the end of c

# about b
b: 2
# at the end of the file
"""
    assert (
        made(text, backwards)
        == """\
# about the file

# about c, which is first
c:
  x: 1
  # at the end of c

# about b
b: 2
# about a
a: 1   # beside a
# at the end of the file
"""
    )


def test_comments_at_the_head_stay_there_even_without_a_blank_line() -> None:
    assert made("# modeline\na: 1\nb: 2\n", backwards) == "# modeline\nb: 2\na: 1\n"


def test_keys_that_the_order_does_not_know_come_last_as_they_were() -> None:
    assert made("z: 1\ny: 2\na: 3\n", backwards) == "a: 3\nz: 1\ny: 2\n"


def test_the_first_key_of_a_list_item_can_change() -> None:
    text = "l:\n  # item\n  - a: 1\n    # about b\n    b: 2   # beside\n"
    assert made(text, backwards) == "l:\n  # item\n  # about b\n  - b: 2   # beside\n    a: 1\n"


def test_keys_stay_where_an_alias_must_follow_its_anchor() -> None:
    text = "a: &x {c: 1}\nb: *x\n"
    assert made(text, backwards) == text


def test_an_anchor_on_a_block_stays_beside_its_key() -> None:
    assert made("a:   &x   # why\n    c: 1\nb: *x\n") == "a: &x     # why\n  c: 1\nb: *x\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("? a\n: 1\n", "t.yaml:1:3: a key is written with '?'"),
        ("--- {a: 1}\n", "t.yaml:1:5: a value stands beside '---'"),
        ("l:\n  - &x\n    a: 1\n", "t.yaml:2:5: a list item with an anchor is a block"),
        ("a:\n  &x\n  b: 1\n", "t.yaml:2:3: an anchor stands on a line of its own"),
    ],
)
def test_what_would_lose_something_is_refused_with_its_place(text: str, said: str) -> None:
    with pytest.raises(LayoutRefusedError) as caught:
        laid_out(read_text(text, source="t.yaml").text, no_order, source="t.yaml")
    assert str(caught.value) == said
    assert caught.value.remedy


SCALARS = [
    "1", '"x"', "'it''s'", "aws:eu-1", '"aws:eu-1"', "plain text", '"NO"', '""', "~", "", "1.5", '"a # b"', "{}", "[]",
    '{a: 1, "b": [x, "y:z"]}', "[1,2 ,3]", '"a\n{i}  b"', "{b: 1,\n{i}  a: 2}", "{b: 1,   # in brackets\n{i}  a: 2}",
    "|\n{i}  text\n{i}\n{i}\n{i}    more", ">-\n{i}  fold\n{i}  ed",
]  # fmt: skip


class Maker:
    """Makes block YAML with comments and blank lines anywhere, from a seed."""

    def __init__(self, seed: int) -> None:
        self.random, self.count = random.Random(seed), 0

    def comment(self, kind: str) -> str:
        self.count += 1
        return f"# {kind}{self.count}"

    def lead(self, depth: int) -> list[str]:
        return [
            self.random.choice(["", " " * depth + self.comment("above"), " " * depth + self.comment("above")])
            for _ in range(3) if self.random.random() < 0.25
        ]  # fmt: skip

    def beside(self) -> str:
        return self.random.choice(["", "", f" {self.comment('beside')}", f"      {self.comment('beside')}"])

    def value(self, depth: int) -> str:
        found = self.random.choice(SCALARS).replace("{i}", " " * depth)
        return f"{' ' if found else ''}{found}{'' if found[:1] in ('|', '>') and found else self.beside()}"

    def block(self, depth: int = 0, level: int = 0) -> list[str]:
        is_mapping = level == 0 or self.random.random() < 0.6
        lines: list[str] = []
        for key in self.random.sample("abcdefgh", self.random.randint(1, 4)):
            lines += self.lead(depth)
            nests = level < 3 and self.random.random() < 0.5
            if is_mapping:
                name = self.random.choice([key, key, f'"{key}"'])
                if nests:
                    lines += [f"{' ' * depth}{name}:{self.beside()}"]
                    lines += self.block(depth + self.random.choice([1, 2, 4]), level + 1)
                else:
                    lines.append(f"{' ' * depth}{name}:{self.value(depth)}")
            elif nests:
                inner = self.block(depth + 2, level + 1)
                starts_at_once = inner[0].strip() and not inner[0].lstrip().startswith("#")
                lines += (
                    [f"{' ' * depth}- {inner[0][depth + 2 :]}", *inner[1:]]
                    if starts_at_once
                    else [" " * depth + "-", *inner]
                )
            else:
                lines.append(f"{' ' * depth}-{self.value(depth)}")
        return lines + ([" " * depth + self.comment("end")] if self.random.random() < 0.3 else [])


@pytest.mark.parametrize("order", [no_order, backwards])
def test_two_thousand_made_texts_keep_their_values_and_comments_and_stay_as_they_are(
    order: Callable[[tuple[str, ...]], list[str]],
) -> None:
    comments = 0
    for seed in range(1000):
        maker = Maker(seed)
        text = "\n".join(maker.block()) + "\n"
        try:
            made(text, order)
        except (AssertionError, FleetError) as error:
            raise AssertionError(f"seed {seed}:\n{text}") from error
        comments += text.count("#")
    assert comments > 5000
