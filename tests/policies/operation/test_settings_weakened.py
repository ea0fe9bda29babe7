from __future__ import annotations

from collections.abc import Callable
from typing import Any

from policies.fleet_view import view_of
from policies.operation import settings_weakened
from policies.settings import settings_from_text

Make = Callable[..., Any]


def test_what_asks_for_less_is_told_with_its_place(hosts: Make, told: Make) -> None:
    text = "schema: geofleet/policies/v1\nrules:\n  RED011: {parameters: {share_max: 0.9}}\n"
    chosen = settings_from_text(text, source="geofleet.policies.yaml")
    assert told(settings_weakened, chosen.applied_to(view_of(hosts("aws:euc1-az1")))) == [
        ("low", "perps", ("1 setting of the rules asks for less | RED011 has share_max 0.9, not 0.666667 "
         "(geofleet.policies.yaml:3:36)"))
    ]  # fmt: skip


def test_several_are_counted(hosts: Make, view: Make, told: Make) -> None:
    [(_, _, message)] = told(settings_weakened, view(hosts("aws:euc1-az1"), weakened=("A", "B")))
    assert message == "2 settings of the rules ask for less | A; B"


def test_no_setting_passes_and_an_empty_stack_says_nothing(hosts: Make, view: Make, told: Make) -> None:
    assert told(settings_weakened, view(hosts("aws:euc1-az1"))) == [
        ("passed", "perps", "all rules ask for what the catalogue says, or more")
    ]
    assert told(settings_weakened, view()) == []
