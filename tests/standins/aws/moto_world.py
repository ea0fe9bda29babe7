"""moto's server, with one mistake of it taken out: `python -m tests.standins.aws.moto_world -H HOST -p PORT`.

moto applies bucket policies to object requests without their conditions, so that
"deny what is not encrypted in transit" would deny everything. Nobody is judged here:
requests carry no identity.
"""

from __future__ import annotations

import sys
from typing import Any

from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket
from moto.server import main


def _neutral(_bucket: FakeBucket, _action: str, _resource: str) -> Any:
    return PermissionResult.NEUTRAL


if __name__ == "__main__":
    FakeBucket.get_permission = _neutral
    main(sys.argv[1:])
