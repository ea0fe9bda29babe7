from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import ExitCode
from schemas.loading import load_spec, load_spec_text
from schemas.shapes import model_of, step, union_of
from schemas.spec import Network
from schemas.spec.effects import ANY, EFFECTS, Effect, NotActedOnError, require_deployable, unacted

ROOT = Path(__file__).parents[3]
HEAD = """\
apiVersion: geofleet/v1
kind: Network
metadata: {name: net, environment: lab}
chains:
  net-1: {engine: cometbft}
fleets:
  validators:
    role: validator
    client: {name: cometbft, version: 0.38.26}
    chain: net-1
    count: 4
"""


def network(text: str) -> Network:
    return load_spec_text(HEAD + text).network


def reached(annotation: object, path: tuple[str, ...]) -> list[object]:
    """Return the types that a path leads to; unions may give several."""
    if not path:
        return [annotation]
    union = union_of(annotation)
    found = []
    for variant in union.variants.values() if union else (annotation,):
        following = step(variant, path[0] if model_of(variant) else 0)
        if following is not None and (model_of(variant) is None) == (path[0] == ANY):
            found += reached(following, path[1:])
    return found


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: effect.text)
def test_an_effect_is_about_a_field_that_exists(effect: Effect) -> None:
    assert reached(Network, effect.at)


def test_the_lab_uses_nothing_that_has_no_effect() -> None:
    spec = load_spec(ROOT / "stacks" / "lab.yaml")
    assert unacted(spec.network) == ()
    require_deployable(spec.network)


def test_a_field_without_effect_is_told_where_the_spec_sets_it() -> None:
    [found] = unacted(network("    disruption: {unavailable_max: 1}\n"))
    assert found.path == ("fleets", "validators", "disruption")
    assert found.text() == "is checked, but has no effect yet: upgrades and planned work will act on it"


def test_a_default_is_not_told_and_neither_is_a_value_that_acts() -> None:
    assert unacted(network("    signer: {kind: local, confidential: none}\n    confidential: none\n")) == ()


def test_only_some_values_of_a_field_may_have_no_effect() -> None:
    assert unacted(network("    signer: {kind: local, confidential: required}\n    confidential: required\n")) == ()
    [found] = unacted(network("    signer: {kind: remote_threshold, threshold: 2, shares: 3}\n"))
    assert found.effect.is_needed


def test_a_list_tells_each_place() -> None:
    text = (
        "  others:\n    role: oracle\n    chain: net-1\n    workload: none\n    reports_min: 1\n    members:\n"
        '      - {region: "aws:eu-west-1"}\n      - {name: sure, region: "aws:eu-west-2", wallet: "store:sure"}\n'
    )
    path = ("fleets", "others", "members", 1, "wallet")
    assert [found.path for found in unacted(network(text))] == [path]


def test_a_spec_that_would_be_built_as_something_else_is_not_deployed() -> None:
    spec = network("    keys: {consensus: 'store:{host}-consensus'}\n    sentries: {per_validator: 2}\n")
    with pytest.raises(NotActedOnError) as caught:
        require_deployable(spec)
    assert str(caught.value) == (
        "fleets.validators.keys is checked, but has no effect yet: the back ends of AWS and GCP will act on it; "
        "it cannot be deployed before\n"
        "fleets.validators.sentries is checked, but has no effect yet: the workload catalogue will act on it; "
        "it cannot be deployed before"
    )
    assert caught.value.exit_code is ExitCode.USAGE
    assert caught.value.remedy


def test_what_is_only_told_can_be_deployed() -> None:
    require_deployable(network("    disruption: {unavailable_max: 1}\nbudget: {cost_usd_per_month_max: 100}\n"))
