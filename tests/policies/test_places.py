from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from policies.fleet_view import view_of
from policies.places import places_in
from schemas.document import read_file, read_text
from schemas.loading.composing import composed
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


def test_a_finding_about_a_composed_spec_points_into_the_file_that_says_it(
    hosts: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "base.yaml").write_text(TEXT)
    (tmp_path / "s.yaml").write_text("extends: base.yaml\nfleets: {validators: {survive: {region: 1}}}\n")
    document = composed(read_file(tmp_path / "s.yaml", source="s.yaml"), tmp_path / "s.yaml")
    locate = places_in(document, view_of(hosts("aws:euc1-az1")))
    found = [locate("validators", keys) for keys in [("survive", "zone"), ("survive", "region"), ("role",), ()]]
    places = [(where.file, where.line, where.column) for where in found]
    assert places == [("base.yaml", 4, 15), ("s.yaml", 2, 33), ("base.yaml", 3, 5), ("s.yaml", 2, 10)]
    assert locate("perps", ()).file == "s.yaml"
