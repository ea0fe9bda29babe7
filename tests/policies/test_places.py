from __future__ import annotations

from collections.abc import Callable
from typing import Any

from policies.fleet_view import view_of
from policies.places import places_in
from schemas.document import read_text
from schemas.report import Where

TEXT = """fleets:
  validators:
    role: validator
    survive: {zone: 1}
"""


def test_a_finding_points_to_the_key_then_to_the_fleet_then_to_the_file(hosts: Callable[..., Any]) -> None:
    locate = places_in(read_text(TEXT, source="s.yaml"), view_of(hosts("aws:euc1-az1")))

    def place(line: int, column: int) -> Where:
        return Where(file="s.yaml", line=line, column=column)

    assert locate("validators", ("survive", "zone")) == place(4, 15)
    assert locate("validators", ("survive", "region")) == place(4, 5)
    assert locate("validators", ("near",)) == place(2, 3)
    assert locate("validators-1", ()) == place(2, 3)
    assert locate("perps", ("survive",)) == place(1, 1)
    assert locate("key SHA256:abc", ()) == place(1, 1)
