import pytest

from operations.drills.ground import Ground
from operations.planning import files_of, planned
from schemas.inventory import Inventory


@pytest.fixture(scope="session")
def ground() -> Ground:
    """The lab's plan as drills see it; nothing is deployed."""
    found = planned(files_of("lab"))
    inventory = Inventory(
        stack="lab",
        target="lab",
        operator_namespace="",
        network_cidr="",
        operator_cidr="",
        hosts=(),
        chains=(),
        links=(),
    )
    return Ground(inventory=inventory, plan=found.plan, atlas=found.atlas)
