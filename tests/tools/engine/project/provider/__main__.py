"""A provider whose calls can take time, and that writes down when they begin and end."""

import os
import sys
import time
from pathlib import Path

from pulumi.provider.experimental import provider
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.provider.experimental.server import main


class Trial(provider.Provider):
    async def check(self, request: provider.CheckRequest) -> provider.CheckResponse:
        return provider.CheckResponse(inputs=request.new_inputs)

    async def create(self, request: provider.CreateRequest) -> provider.CreateResponse:
        if request.preview:
            return provider.CreateResponse(resource_id="", properties=request.properties)
        note(f"begin {request.name}")
        time.sleep(float(os.environ.get("TRIAL_CALL_S", "0")))
        sys.stdout.write("a message to nobody, once the engine is gone\n")
        sys.stdout.flush()
        note(f"end {request.name}")
        made = {**request.properties, "made_at": PropertyValue(1.0)}
        return provider.CreateResponse(resource_id=request.name, properties=made)

    async def diff(self, _request: provider.DiffRequest) -> provider.DiffResponse:
        return provider.DiffResponse(changes=False)

    async def delete(self, _request: provider.DeleteRequest) -> None:
        return None


def note(text: str) -> None:
    with Path(os.environ["TRIAL_NOTES"]).open("a", encoding="utf-8") as notes:
        notes.write(text + "\n")


main(sys.argv[1:], "0.0.1", Trial())
