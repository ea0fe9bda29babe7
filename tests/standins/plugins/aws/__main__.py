"""The stand-in for AWS as a provider plugin: `python tests/standins/plugins/aws ENGINE_ADDRESS`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[4]))

from tests.standins.aws.cloud import AwsCloud
from tests.standins.base.ground import Ground
from tests.standins.base.serving import serve

if __name__ == "__main__":
    serve(AwsCloud(Ground.of_environment()))
