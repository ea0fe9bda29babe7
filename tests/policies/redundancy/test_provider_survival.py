from __future__ import annotations

from collections.abc import Callable
from typing import Any

from policies.redundancy import provider_survival
from schemas.roles import Role

Make = Callable[..., Any]
BOTH = ("aws:euc1-az1", "aws:euw1-az1", "gcp:europe-west3-a", "gcp:europe-west2-a")


def test_validators_on_two_clouds_cannot_lose_one_and_hear_the_nearest_promise(hosts: Make, findings: Make) -> None:
    [found] = findings(provider_survival, hosts(*BOTH, survive=("provider",)))
    assert found.rule_id == "RED003"
    assert found.counter_example == (
        "losing aws leaves 50.0 % of voting power; more than 66.7 % is needed (lost: validators-1, validators-2); "
        "losing gcp leaves 50.0 % of voting power; more than 66.7 % is needed (lost: validators-3, validators-4)"
    )
    assert found.remedy == (
        "Keep at most 1 of the 4 members in one provider: that takes at least 4 providers. "
        "With two, promise 'halt_safely: {provider: 1}' instead."
    )


def test_relayers_on_two_clouds_survive_losing_one(hosts: Make, findings: Make) -> None:
    options = {"role": Role.RELAYER, "fleet": "relayers", "survive": ("provider",)}
    assert findings(provider_survival, hosts(BOTH[0], BOTH[2], **options)) == []
    [found] = findings(provider_survival, hosts(BOTH[0], BOTH[1], **options))
    assert found.counter_example.startswith("losing aws leaves 0 members")
    assert found.remedy == "Keep at most 1 of the 2 members in one provider: that takes at least 2 providers."


def test_an_oracle_whose_threshold_fits_one_cloud_survives(hosts: Make, findings: Make) -> None:
    options = {"role": Role.ORACLE, "fleet": "oracles", "survive": ("provider",)}
    assert findings(provider_survival, hosts(*BOTH, reports_min=2, **options)) == []
    assert len(findings(provider_survival, hosts(*BOTH, reports_min=3, **options))) == 1
