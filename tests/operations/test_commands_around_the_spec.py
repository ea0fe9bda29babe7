"""The commands around the spec as people type them: exit codes, forms, examples in every help, completion."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from operations.command import cli
from schemas.locations import REPOSITORY


def geofleet(*arguments: str, cwd: Path = REPOSITORY, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "operations.command", *arguments], cwd=cwd, capture_output=True, text=True,
        check=False, stdin=subprocess.DEVNULL, env={**os.environ, **environment}, timeout=60,
    )  # fmt: skip


def leaves(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        for word, inner in command.commands.items():
            yield from leaves(inner, f"{name} {word}")
    else:
        yield name, command


@pytest.mark.parametrize(("name", "command"), list(leaves(cli, "geofleet")), ids=lambda value: str(value)[:40])
def test_every_help_teaches_by_an_example_of_its_own_command(name: str, command: click.Command) -> None:
    text = command.help or ""
    assert "Example:" in text, f"{name} has no example"
    assert name in text.partition("Example:")[2], f"the example of {name} is of another command"


def test_every_option_is_explained() -> None:
    bare = [
        f"{name} {option.opts[0]}" for name, command in leaves(cli, "geofleet") for option in command.params
        if isinstance(option, click.Option) and not option.help
    ]  # fmt: skip
    assert bare == []


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    file = tmp_path / "perps.yaml"
    done = geofleet("init", str(file), "--roles", "sequencer", "--environment", "staging")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == f"{file} is written"
    return file


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_a_check_ends_alike_in_every_form(spec: Path, form: str) -> None:
    assert geofleet("check", str(spec), "--format", form).returncode == 0
    spec.write_text(spec.read_text().replace("staging", "stagign"))
    done = geofleet("check", str(spec), "--format", form)
    assert done.returncode == 2
    assert "Did you mean 'staging'?" in done.stderr
    if form in ("json", "sarif"):
        json.loads(done.stdout)


def test_a_mistake_is_a_sarif_result_and_a_workflow_command_at_its_place(spec: Path) -> None:
    spec.write_text(spec.read_text().replace("environment: staging", "environment: stagign"))
    line = 1 + next(n for n, text in enumerate(spec.read_text().splitlines()) if "stagign" in text)
    column = 1 + spec.read_text().splitlines()[line - 1].index("stagign")
    [run] = json.loads(geofleet("check", str(spec), "--format", "sarif").stdout)["runs"]
    [result] = run["results"]
    assert result["locations"][0]["physicalLocation"]["region"] == {
        "startLine": line, "startColumn": column, "endColumn": column + 7,
    }  # fmt: skip
    shown = geofleet("check", str(spec), "--format", "github").stdout
    assert f",line={line},col={column},endColumn={column + 7},title=SPEC204::metadata.environment: " in shown


def test_a_promise_that_cannot_be_kept_is_told_where_it_stands(spec: Path) -> None:
    text = spec.read_text().replace('- "aws:*"', '- "aws:us-east-1"').replace('    - "gcp:*"\n', "")
    spec.write_text(text)
    done = geofleet("check", str(spec), "--format", "sarif")
    assert done.returncode == 5
    [result] = json.loads(done.stdout)["runs"][0]["results"]
    assert result["ruleId"] == "PLAN001"
    line = result["locations"][0]["physicalLocation"]["region"]["startLine"]
    assert text.splitlines()[line - 1].strip()


def test_a_finding_of_a_rule_is_told_on_the_key_that_it_judges(tmp_path: Path) -> None:
    lab = (REPOSITORY / "stacks" / "lab.yaml").read_text()
    bad = tmp_path / "bad.yaml"
    bad.write_text(
        lab.replace('{region: "aws:eu-central-1"}', '{region: "gcp:us-east4"}').replace(
            "reports_min: 2", "reports_min: 3"
        )
    )
    done = geofleet("check", str(bad), "--format", "sarif")
    assert done.returncode == 1
    found = [r for r in json.loads(done.stdout)["runs"][0]["results"] if r["level"] == "error"]
    assert found
    for result in found:
        region = result["locations"][0]["physicalLocation"]["region"]
        assert region["endColumn"] > region["startColumn"]
    github = geofleet("check", str(bad), "--format", "github")
    assert github.returncode == 1
    assert github.stdout.count("::error ") == len(found)


def test_fmt_check_fails_on_a_file_that_is_not_formatted_and_fmt_mends_it(spec: Path) -> None:
    assert geofleet("fmt", "--check", str(spec)).returncode == 0
    spec.write_text(spec.read_text().replace("metadata: {name: perps", "metadata: { name: 'perps'"))
    assert geofleet("fmt", "--check", str(spec)).returncode == 1
    assert geofleet("fmt", str(spec)).stdout == f"{spec}: formatted\n"
    assert geofleet("fmt", "--check", str(spec)).returncode == 0


def test_migrate_explains_on_standard_error_and_gives_the_spec_on_standard_output() -> None:
    old = REPOSITORY / "tests" / "schemas" / "migrations" / "least.v1alpha1.yaml"
    done = geofleet("migrate", str(old))
    assert done.stdout == (old.parent / "least.v1.yaml").read_text()
    assert done.stderr == f"{old}:1:13: apiVersion: is now geofleet/v1 (the version that this geofleet reads)\n"
    assert geofleet("migrate", "lab").stderr.endswith("stacks/lab.yaml: is geofleet/v1 already\n")


def test_explain_answers_and_refuses_with_the_right_codes() -> None:
    done = geofleet("explain", "fleets.survive", "--in", "lab")
    assert done.returncode == 0
    assert "stacks/lab.yaml:" in done.stdout
    wrong = geofleet("explain", "fleets.surive")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr == "'fleets.surive' is not a field: 'fleets.*' has no key 'surive'\n  Did you mean 'survive'?\n"
    assert json.loads(geofleet("explain", "RED002", "--format", "json").stdout)["rule"]["id"] == "RED002"


def test_words_are_completed_in_a_shell() -> None:
    done = geofleet(_GEOFLEET_COMPLETE="bash_complete", COMP_WORDS="geofleet ex", COMP_CWORD="1")
    assert done.stdout.split() == ["plain,explain"]
