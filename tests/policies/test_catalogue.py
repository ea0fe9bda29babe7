from __future__ import annotations

import importlib
import pkgutil

import pytest

from policies import catalogue_page, identity, proximity, redundancy
from policies.catalogue import CATALOGUE, RULES
from policies.host_rules import HOST_RULES
from policies.rule import Family, Rule
from schemas.report import Feed

FINAL = [
    "IDN001",
    "IDN002",
    "IDN003",
    "OPS001",
    "OPS002",
    "OPS003",
    "OPS004",
    "OPS005",
    "OPS060",
    "OPS061",
    "OPS062",
    "PRX001",
    "PRX002",
    "PRX003",
    "RED001",
    "RED002",
    "RED003",
    "RED004",
    "RED005",
    "RED006",
    "RED007",
    "RED010",
    "RED011",
    "RED020",
    "RED021",
    "SEC001",
    "SEC002",
    "SEC003",
    "SEC004",
    "SEC005",
]


def test_the_catalogue_holds_every_rule_once_in_order() -> None:
    assert [entry.rule.id for entry in CATALOGUE] == FINAL


def test_every_rule_file_is_in_the_catalogue() -> None:
    checks = {entry.check for entry in CATALOGUE}
    for family in (redundancy, proximity, identity):
        for module in pkgutil.iter_modules(family.__path__):
            found = importlib.import_module(f"{family.__name__}.{module.name}")
            if hasattr(found, "RULE"):
                assert found.check in checks, f"{found.__name__} is not in the catalogue"


def test_rules_without_a_check_are_judged_on_hosts_only_and_all_others_on_every_planned_feed() -> None:
    for entry in CATALOGUE:
        if entry.check is None:
            assert entry.rule.feeds == {Feed.HOSTS}
        else:
            assert {Feed.PLAN, Feed.PREVIEW, Feed.STATE} <= entry.rule.feeds


def test_the_rules_that_hosts_are_measured_by_share_the_planned_rules_ids() -> None:
    on_hosts = {rule.id for rule in RULES.values() if Feed.HOSTS in rule.feeds}
    assert on_hosts == {rule.id for rule in HOST_RULES} | {"PRX001", "PRX003"}


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
