from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Discriminator, Field, Tag

from schemas.shapes import bare, field_type, keys_of, model_of, step, union_of


class Circle(BaseModel):
    kind: Literal["circle", "disc"]
    radius: int


class Square(BaseModel):
    kind: Literal["square"]
    side: int | None = None


Shape = Annotated[Circle | Square, Field(discriminator="kind")]
OneOrList = Annotated[
    Annotated[int, Tag("one")] | Annotated[tuple[int, ...], Tag("list")], Discriminator(lambda value: "one")
]


class Drawing(BaseModel):
    title: Annotated[str, Field(alias="name")]
    shape: Shape
    maybe: Shape | None = None
    shapes: dict[str, Shape]
    rows: tuple[Square, ...]
    sizes: OneOrList


@pytest.mark.parametrize("path", [("shape",), ("maybe",), ("shapes", "any")])
def test_a_tagged_union_is_found_wherever_it_stands(path: tuple[str, ...]) -> None:
    found: Any = Drawing
    for part in path:
        found = step(found, part)
    union = union_of(found)
    assert union is not None
    assert (union.key, list(union.variants)) == ("kind", ["circle", "disc", "square"])
    assert not union.is_by_form


def test_a_union_by_form_has_no_key() -> None:
    union = union_of(step(Drawing, "sizes"))
    assert union is not None
    assert (union.key, list(union.variants), union.is_by_form) == ("", ["one", "list"], True)


@pytest.mark.parametrize(
    "annotation", [int, int | None, Square, tuple[Square, ...], int | str, Annotated[int, Field(gt=0)]]
)
def test_other_types_are_no_tagged_union(annotation: Any) -> None:
    assert union_of(annotation) is None


def test_steps_lead_through_aliases_lists_and_mappings_and_end_where_nothing_may_stand() -> None:
    assert bare(step(Drawing, "name")) is str
    assert step(Drawing, "title") is None
    assert step(step(Drawing, "rows"), 3) is Square
    assert step(int, "x") is None


def test_keys_are_those_of_a_model_only() -> None:
    assert keys_of(Square | None) == ["kind", "side"]
    assert keys_of(Drawing)[0] == "name"
    assert keys_of(dict[str, int]) == []
    assert model_of(Circle | Square) is None


def test_a_field_keeps_what_was_said_about_it() -> None:
    assert union_of(field_type(Drawing.model_fields["shape"])) is not None
