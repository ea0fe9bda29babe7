from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from policies import catalogue_page
from policies.attested_rules import ATTESTED_RULES
from policies.catalogue import CATALOGUE, RULES
from policies.host_rules import HOST_RULES
from policies.rule import Family, Rule, Weaker
from schemas.report import Feed

ROOT = Path(__file__).parents[2]
GIVEN = [
    "CST001",
    "CST002",
    "CST003",
    "CST004",
    "IDN001",
    "IDN002",
    "IDN003",
    "IDN010",
    "IDN011",
    "OPS001",
    "OPS002",
    "OPS003",
    "OPS004",
    "OPS005",
    "OPS010",
    "OPS011",
    "OPS012",
    "OPS013",
    "OPS014",
    "OPS015",
    "OPS016",
    "OPS017",
    "OPS018",
    "OPS019",
    "OPS020",
    "OPS040",
    "OPS041",
    "OPS042",
    "OPS043",
    "OPS044",
    "OPS060",
    "OPS061",
    "OPS062",
    "OPS080",
    "OPS081",
    "OPS082",
    "OPS070",
    "PRX001",
    "PRX002",
    "PRX003",
    "PRX010",
    "PRX011",
    "PRX012",
    "PRX013",
    "PRX014",
    "PRX015",
    "PRX016",
    "PRX017",
    "PRX018",
    "RED001",
    "RED002",
    "RED003",
    "RED004",
    "RED005",
    "RED006",
    "RED007",
    "RED010",
    "RED011",
    "RED012",
    "RED013",
    "RED014",
    "RED015",
    "RED016",
    "RED017",
    "RED018",
    "RED019",
    "RED020",
    "RED021",
    "RED022",
    "RED024",
    "RED025",
    "RED026",
    "RED027",
    "RED028",
    "RED029",
    "RED040",
    "RED041",
    "SEC001",
    "SEC002",
    "SEC003",
    "SEC004",
    "SEC005",
    "SEC010",
    "SEC011",
    "SEC012",
    "SEC013",
    "SEC014",
    "SEC015",
    "SEC016",
    "SEC017",
    "SEC018",
    "SEC019",
    "SEC020",
    "SEC021",
    "SEC022",
    "SEC023",
    "SEC024",
    "SEC025",
    "SEC026",
    "SEC027",
    "SEC028",
    "SEC029",
    "SEC030",
    "SEC031",
    "SEC032",
    "SEC033",
    "SEC034",
    "SEC035",
    "SEC036",
    "SEC037",
    "SEC038",
    "SEC039",
    "SEC040",
    "SEC041",
]
"""IDs that were given to a rule: reports, waivers and settings name them, so none is ever taken back."""


def test_the_catalogue_holds_every_rule_once_in_order() -> None:
    found = [entry.rule.id for entry in CATALOGUE]
    assert found == sorted(set(found))
    assert set(GIVEN) <= set(found)


def test_there_are_at_least_forty_rules_in_every_family() -> None:
    assert len(RULES) >= 40
    assert {rule.family for rule in RULES.values()} == set(Family)


def test_every_file_of_a_family_with_a_rule_is_in_the_catalogue_and_has_tests_of_its_own() -> None:
    checks = {entry.check for entry in CATALOGUE}
    for path in sorted((ROOT / "policies").glob("*/*.py")):
        if "\nRULE = Rule(" in path.read_text(encoding="utf-8"):
            found = importlib.import_module(f"policies.{path.parent.name}.{path.stem}")
            assert found.check in checks, f"{found.__name__} is not in the catalogue"
            assert files_that_test(path, found.RULE.id), f"{path.name} has no test"


def test_a_rule_that_reads_terms_says_so_and_no_other_does() -> None:
    reads = re.compile(r"\.terms\b|\.network_terms\b|view\.chain\(|makers_of\(")
    for path in sorted((ROOT / "policies").glob("*/*.py")):
        text = path.read_text(encoding="utf-8")
        if "\nRULE = Rule(" in text:
            rule = importlib.import_module(f"policies.{path.parent.name}.{path.stem}").RULE
            assert rule.reads_terms is (reads.search(text) is not None), path.name


def files_that_test(path: Path, rule: str) -> list[Path]:
    own = ROOT / "tests" / "policies" / path.parent.name
    texts = {test: test.read_text(encoding="utf-8") for test in own.glob("test_*.py")}
    return [test for test, text in texts.items() if path.stem in text or f'"{rule}"' in text]


def test_rules_without_a_check_are_judged_on_hosts_only_and_others_that_skip_a_feed_say_so() -> None:
    for entry in CATALOGUE:
        if entry.check is None:
            assert entry.rule.feeds == {Feed.HOSTS}
        elif Feed.PREVIEW not in entry.rule.feeds:
            assert entry.rule.feeds == {Feed.PLAN}
            assert "from the plan only" in entry.rule.judges
        elif entry.rule.tokens:
            assert entry.rule.feeds == {Feed.PREVIEW, Feed.STATE}
        else:
            assert {Feed.PREVIEW, Feed.STATE} <= entry.rule.feeds


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_a_parameters_default_is_within_its_limits_and_can_be_weakened(rule: Rule) -> None:
    for parameter in rule.parameters:
        assert parameter.minimum <= parameter.default <= parameter.maximum
        assert parameter.meaning.endswith(".")
        weaker = parameter.maximum if parameter.weaker is Weaker.HIGHER else parameter.minimum
        assert parameter.is_weakened(weaker) or weaker == parameter.default
        assert not parameter.is_weakened(parameter.default)
        assert not parameter.is_whole or float(parameter.default).is_integer()


def test_the_rules_that_hosts_are_measured_by_share_the_planned_rules_ids() -> None:
    on_hosts = {rule.id for rule in RULES.values() if Feed.HOSTS in rule.feeds}
    assert on_hosts == {rule.id for rule in (*HOST_RULES, *ATTESTED_RULES)} | {"PRX001", "PRX003"}


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_a_rule_tells_its_reason_and_remedy_in_sentences(rule: Rule) -> None:
    assert rule.family in Family
    assert rule.title[0].isupper() or rule.title.startswith("cloud-init")
    assert not rule.title.endswith(".")
    assert rule.source.endswith(".")
    assert rule.remedy.endswith(".")


def test_the_page_of_rules_is_not_stale() -> None:
    kept = catalogue_page.PAGE.read_text(encoding="utf-8")
    assert kept == catalogue_page.page(), "run: python -m policies.catalogue_page"
