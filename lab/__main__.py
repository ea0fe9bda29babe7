"""The lab's provider plugin: `python lab ENGINE_ADDRESS`, started by the engine.

It ends when the engine is gone (a killed engine ends nothing by itself), after
the call that it is working on, and holds the plugins' lock until then: a new run
waits for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import socket
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
from pulumi.provider.experimental.server import ProviderServicer
from pulumi.runtime.proto import provider_pb2_grpc

from lab.provider import LabProvider
from schemas.errors import FleetError
from schemas.locations import plugins_lock

VERSION = "0.1.0"
_WORKING_CALLS = ("Create", "Update", "Delete", "Read", "Check", "Diff", "GetSchema")
_MESSAGE_BYTES_MAX = 400 * 1024 * 1024
"""What the engine itself allows."""


class LabServicer(ProviderServicer):
    """Counts the calls at work, and answers failures with a message instead of a traceback."""

    at_work = 0

    async def guarded(self, call: Callable[[Any, Any], Awaitable[Any]], request: Any, context: Any) -> Any:
        """Run one call; a `FleetError` becomes its own text."""
        self.at_work += 1
        try:
            return await call(request, context)
        except FleetError as error:
            await context.abort(grpc.StatusCode.FAILED_PRECONDITION, f"{error}\n{error.remedy}".rstrip())
        finally:
            self.at_work -= 1


def _guard(name: str) -> None:
    original = getattr(ProviderServicer, name)

    async def call(self: LabServicer, request: Any, context: Any) -> Any:
        return await self.guarded(lambda r, c: original(self, r, c), request, context)

    setattr(LabServicer, name, call)


async def _serve(engine: str) -> None:
    for name in _WORKING_CALLS:
        _guard(name)
    options = [("grpc.max_receive_message_length", _MESSAGE_BYTES_MAX)]
    server = grpc.aio.server(options=options)
    servicer = LabServicer(sys.argv[1:], VERSION, LabProvider(), engine_address=engine)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await _until_engine_is_gone(engine, servicer)
    await server.stop(grace=0)


async def _until_engine_is_gone(engine: str, servicer: LabServicer) -> None:
    missed = 0
    while missed < 2 or servicer.at_work:
        await asyncio.sleep(0.5)
        missed = 0 if await asyncio.to_thread(_answers, engine) else missed + 1


def _answers(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host or "127.0.0.1", int(port)), timeout=2):
            return True
    except ConnectionRefusedError:
        return False
    except OSError:
        return True  # slow is not gone


def main() -> None:
    """Serve until the engine ends."""
    descriptor = os.open(plugins_lock(), os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    engine = next((a for a in sys.argv[1:] if not a.startswith("-")), "")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(engine))


if __name__ == "__main__":
    main()
