"""The published JSON Schema is fresh, and agrees with the loader wherever a schema can judge."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from schemas.diagnostics import InvalidDocumentError
from schemas.document import yaml_text
from schemas.draft7 import schema_text
from schemas.loading import load_spec, load_spec_text
from schemas.spec.base import FORMS
from schemas.spec.schema import EXAMPLE, FILE, network_schema

ROOT = Path(__file__).parents[3]
SPECS = ROOT / "tests" / "specs"
STACKS = sorted(
    path
    for path in (ROOT / "stacks").glob("[a-z]*.yaml")
    if path.name.count(".") == 1 and not path.name.startswith("trial-")  # made and removed by engine tests meanwhile
)
GOOD = [
    *sorted((SPECS / "good").glob("*.yaml")),
    *sorted((ROOT / "tests" / "schemas" / "good").glob("*.yaml")),
    *STACKS,
]
VALIDATOR = jsonschema.Draft7Validator(network_schema())


def plain(path: Path) -> Any:
    """Return a file's value by another reader: PyYAML's own, with every plain scalar as YAML 1.1 has it."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def codes_of(path: Path) -> set[str]:
    with pytest.raises(InvalidDocumentError) as caught:
        load_spec(path)
    return {found.code for found in caught.value.diagnostics}


BAD_CODES = {path: codes_of(path) for path in sorted((SPECS / "bad").glob("*.yaml"))}
STRUCTURAL = [path for path, codes in BAD_CODES.items() if any(code.startswith("SPEC2") for code in codes)]
OF_MEANING = [path for path, codes in BAD_CODES.items() if all(code.startswith("SPEC3") for code in codes)]


def test_the_published_schema_is_fresh() -> None:
    told = "stale: python -m schemas.spec.schema"
    assert FILE.read_text(encoding="utf-8") == schema_text(network_schema()), told


def test_the_schema_itself_is_draft_7() -> None:
    jsonschema.Draft7Validator.check_schema(network_schema())
    assert network_schema()["$schema"] == "http://json-schema.org/draft-07/schema#"


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_a_good_spec_is_accepted_by_both(path: Path) -> None:
    loaded = load_spec(path)
    if "extends" in plain(path):
        VALIDATOR.validate(loaded.network.model_dump(mode="json", by_alias=True, exclude_unset=True))
    else:
        VALIDATOR.validate(plain(path))


@pytest.mark.parametrize("path", STACKS, ids=lambda path: path.stem)
def test_every_stack_tells_editors_its_schema(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    schema = "overlay" if "\nextends:" in text else "network"
    assert text.splitlines()[0] == f"# yaml-language-server: $schema=../schemas/{schema}.schema.json"


@pytest.mark.parametrize("path", STRUCTURAL, ids=lambda path: path.stem)
def test_a_mistake_of_structure_is_refused_by_both(path: Path) -> None:
    assert list(VALIDATOR.iter_errors(plain(path)))


@pytest.mark.parametrize("path", OF_MEANING, ids=lambda path: path.stem)
def test_a_mistake_of_meaning_is_beyond_the_schema(path: Path) -> None:
    VALIDATOR.validate(plain(path))


def test_both_kinds_of_bad_spec_are_many() -> None:
    assert len(STRUCTURAL) >= 60
    assert len(OF_MEANING) >= 80


def test_the_example_is_a_good_spec() -> None:
    load_spec_text(yaml_text(EXAMPLE))
    VALIDATOR.validate(EXAMPLE)
    assert network_schema()["examples"] == [EXAMPLE]


def parts(schema: Any, path: str = "") -> list[tuple[str, dict[str, Any]]]:
    found = [(path, schema)] if isinstance(schema, dict) else []
    items = schema.items() if isinstance(schema, dict) else enumerate(schema) if isinstance(schema, list) else ()
    return found + [part for key, value in items for part in parts(value, f"{path}/{key}")]


def test_every_field_has_a_description_and_nothing_stands_beside_a_reference() -> None:
    for path, part in parts({**network_schema(), "examples": []}):
        assert "$ref" not in part or len(part) == 1, path
        if path.endswith("/if"):
            continue  # a condition on the tag of a union, which is described where it stands
        for name, field in part.get("properties", {}).items() if path.count("/") != 1 else ():
            assert field.get("description") or "$ref" in field, f"{path}/{name}"


def test_every_example_fits_its_field() -> None:
    root = {**network_schema(), "examples": []}
    for path, part in parts(root):
        for example in part.get("examples", []):
            jsonschema.Draft7Validator({**part, "definitions": root["definitions"]}).validate(example)
        assert isinstance(part.get("examples", []), list), path


def test_every_pattern_has_words() -> None:
    patterns = {part["pattern"] for _, part in parts(network_schema()) if isinstance(part.get("pattern"), str)}
    patterns |= {pattern for _, part in parts(network_schema()) for pattern in part.get("patternProperties", {})}
    assert patterns == set(FORMS)


@pytest.mark.parametrize(("pattern", "example"), [(pattern, example) for pattern, (_, example) in FORMS.items()])
def test_the_example_in_a_message_has_the_form_it_explains(pattern: str, example: str) -> None:
    jsonschema.validate(example.strip('"'), {"type": "string", "pattern": pattern})


def keys_written(schema: dict[str, Any], value: Any, found: set[tuple[str, str]]) -> None:
    """Collect which keys of which definition a value has, as far as the schema's branches let it be told."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        keys_written({**ROOT_SCHEMA["definitions"][name], "definition": name}, value, found)
        return
    for branch in [*schema.get("allOf", []), *schema.get("anyOf", [])]:
        chosen = branch.get("then", branch)
        condition = {**branch.get("if", chosen), "definitions": ROOT_SCHEMA["definitions"]}
        if jsonschema.Draft7Validator(condition).is_valid(value):
            keys_written(chosen, value, found)
    for key, inside in value.items() if isinstance(value, dict) else ():
        if key in schema.get("properties", {}):
            found.add((schema.get("definition", ""), key))
            keys_written(schema["properties"][key], inside, found)
        for rest in [*schema.get("patternProperties", {}).values(), schema.get("additionalProperties")]:
            if isinstance(rest, dict):
                keys_written(rest, inside, found)
    for inside in value if isinstance(value, list) else ():
        keys_written(schema.get("items", {}), inside, found)


ROOT_SCHEMA = network_schema()


def test_the_good_specs_together_have_every_field_of_the_format() -> None:
    written: set[tuple[str, str]] = set()
    for path in GOOD:
        keys_written(ROOT_SCHEMA, plain(path), written)
    fields = {("", name) for name in ROOT_SCHEMA["properties"]}
    fields |= {(name, key) for name, part in ROOT_SCHEMA["definitions"].items() for key in part.get("properties", {})}
    assert fields <= written, sorted(fields - written)
