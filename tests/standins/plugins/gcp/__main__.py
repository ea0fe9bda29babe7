"""The stand-in for GCP as a provider plugin: `python tests/standins/plugins/gcp ENGINE_ADDRESS`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[4]))

from tests.standins.base.ground import Ground
from tests.standins.base.serving import serve
from tests.standins.gcp.cloud import GcpCloud

if __name__ == "__main__":
    serve(GcpCloud(Ground.of_environment()))
