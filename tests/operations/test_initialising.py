"""`geofleet init` writes specs that pass `geofleet check` at once, whatever is wished for, or says why none can."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from operations.checking import judged
from operations.formatting import formatted
from operations.initialising import ImpossibleWishError, new_spec, run_init
from operations.planning import files_of, planned
from operations.wishes import wishes_of
from schemas.errors import ExitCode, UsageError
from schemas.loading import load_spec

ROLES = ["validator", "relayer", "sequencer", "oracle", "validator,relayer,sequencer,oracle"]
REGIONS = ["aws:*,gcp:*", "aws:eu-*,gcp:europe-*", "aws:us-east-1", "gcp:asia-*"]


@pytest.mark.parametrize(
    ("roles", "regions", "environment"), list(product(ROLES, REGIONS, ["lab", "staging", "production"]))
)
def test_a_new_spec_passes_the_check_at_once(roles: str, regions: str, environment: str, tmp_path: Path) -> None:
    file = tmp_path / "perps.yaml"
    told = run_init(file, {"roles": roles, "regions": regions, "environment": environment}, force=False, asks=False)
    assert told.splitlines()[0] == f"{file} is written"
    assert judged(planned(files_of(str(file)))).exit_code is ExitCode.PASSED
    spec = load_spec(file)
    assert spec.network.metadata.environment == environment
    assert [fleet.role for fleet in spec.network.fleets.values()] == roles.split(",")
    assert not formatted(file).is_changed


def test_a_new_spec_has_both_modelines_and_comments_that_teach(tmp_path: Path) -> None:
    text = new_spec(wishes_of({"name": "perps"}, None, asks=False), schema="../schemas/network.schema.json")
    lines = text.splitlines()
    assert lines[:2] == [
        "# yaml-language-server: $schema=../schemas/network.schema.json", "# $schema: ../schemas/network.schema.json",
    ]  # fmt: skip
    assert "    # Goes on when any one zone or region is lost, one loss at a time." in lines
    assert "    survive: {zone: 1, region: 1}" in lines
    assert sum(line.lstrip().startswith("#") for line in lines) >= 10


def test_the_schema_is_named_relative_inside_the_repository_and_in_full_outside(tmp_path: Path) -> None:
    from operations.initialising import _schema_from
    from schemas.locations import REPOSITORY

    assert _schema_from(REPOSITORY / "stacks" / "new.yaml") == "../schemas/network.schema.json"
    assert _schema_from(tmp_path / "new.yaml") == str(REPOSITORY / "schemas" / "network.schema.json")


def test_everything_that_was_wished_for_is_in_the_spec() -> None:
    wishes = wishes_of(
        {"name": "perps", "environment": "production", "roles": "relayer,validator", "regions": "aws:us-*, gcp:us-*",
         "chain": "perps-7", "hub": "gcp:us-east4", "survive": "zone"}, None, asks=False,
    )  # fmt: skip
    text = new_spec(wishes, schema="s.json")
    assert "perps-7: {engine: cometbft" in text
    assert 'main: {at: "gcp:us-east4"}' in text
    assert text.count("survive: {zone: 1}\n") == 2
    assert '    - "aws:us-*"\n    - "gcp:us-*"' in text


REFUSALS = [
    ({"name": "Perps!"}, ("'Perps!' cannot name a network: it must be a name: 2 to 32 lower-case letters, digits and dashes, "
     "a letter first, no dash last"), "Write it like eu-validators."),
    ({"roles": "validator,relayr"}, "'relayr' is no role", "Did you mean 'relayer'? Allowed: oracle, relayer, sequencer, validator."),
    ({"roles": ","}, "no role is named", "Name one: validator, relayer, sequencer, oracle."),
    ({"environment": "prod"}, "'prod' is no environment", "Allowed: lab, production, staging."),
    ({"survive": "zone,planet"}, "'planet' is no failure domain", "Allowed: metro, provider, region, zone."),
    ({"regions": "eu-west-2"}, "'eu-west-2' cannot name regions: it must be 'provider:pattern', `*` in the pattern for any text",
     "Write it like aws:eu-*."),
    ({"chain": "Perps"}, ("'Perps' cannot name a chain: it must be a chain ID: 2 to 49 lower-case letters, digits and dashes, "
     "a letter first"), "Write it like perps-1."),
    ({"regions": "aws:nowhere-*"}, "no region of the atlas matches 'aws:nowhere-*'", None),
    ({"roles": "relayer", "hub": "aws:eu-west-9"}, "region 'aws:eu-west-9' is not in the atlas", None),
]  # fmt: skip


@pytest.mark.parametrize(("given", "said", "remedy"), REFUSALS, ids=[str(case[0]) for case in REFUSALS])
def test_a_wish_of_the_wrong_form_is_refused_with_a_remedy(
    given: dict[str, str | None], said: str, remedy: str | None, tmp_path: Path
) -> None:
    file = tmp_path / "perps.yaml"
    with pytest.raises(UsageError) as caught:
        run_init(file, given, force=False, asks=False)
    assert str(caught.value) == said
    assert caught.value.remedy == remedy if remedy else caught.value.remedy
    assert not file.exists()


def test_a_wish_that_no_placement_keeps_is_refused_with_the_reason(tmp_path: Path) -> None:
    file = tmp_path / "perps.yaml"
    with pytest.raises(ImpossibleWishError) as caught:
        run_init(file, {"survive": "provider"}, force=False, asks=False)
    assert "with two clouds no BFT fleet goes on when either is lost" in str(caught.value)
    assert "halt_safely: {provider: 1}" in caught.value.remedy
    assert caught.value.exit_code is ExitCode.INFEASIBLE
    assert not file.exists()


def test_a_reason_names_no_place_in_a_file_that_nobody_has(tmp_path: Path) -> None:
    with pytest.raises(ImpossibleWishError) as caught:
        run_init(tmp_path / "x-y.yaml", {"survive": "region", "regions": "aws:us-east-1"}, force=False, asks=False)
    assert "geofleet-init-" not in str(caught.value)
    assert "survive region" in str(caught.value)


def test_a_file_that_exists_is_overwritten_only_with_force(tmp_path: Path) -> None:
    file = tmp_path / "perps.yaml"
    file.write_text("mine\n")
    with pytest.raises(UsageError) as caught:
        run_init(file, {}, force=False, asks=False)
    assert str(caught.value) == f"{file} exists"
    assert file.read_text() == "mine\n"
    run_init(file, {}, force=True, asks=False)
    assert load_spec(file).network.metadata.name == "perps"


def test_a_folder_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        run_init(tmp_path / "no" / "perps.yaml", {}, force=False, asks=False)
    assert str(caught.value) == f"{tmp_path / 'no' / 'perps.yaml'} cannot be a file there"


def test_on_a_terminal_it_asks_for_what_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def answer(question: str, *, default: str, err: bool) -> str:
        assert err, "questions are no result"
        asked.append(question)
        return {"Fleets, by role": "relayer"}.get(question, default)

    monkeypatch.setattr("operations.wishes.click.prompt", answer)
    wishes = wishes_of({"name": "perps"}, None, asks=True)
    assert wishes.roles == ("relayer",)
    assert asked == [
        "Environment (lab, staging, production)", "Fleets, by role", "Regions that may be used, as patterns",
        "Region that relayers are near to",
    ]  # fmt: skip
