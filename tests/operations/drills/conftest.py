import pytest

from operations.drills.ground import Ground
from operations.planning import files_of, planned


@pytest.fixture(scope="session")
def ground() -> Ground:
    """The lab's plan as drills see it; nothing is deployed."""
    found = planned(files_of("lab"))
    return Ground(plan=found.plan, atlas=found.atlas)
