"""Serve a stand-in as a provider plugin: print the port, answer until told to end."""

from __future__ import annotations

import os
import signal
import sys
from concurrent import futures
from types import FrameType

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from tests.standins.base.servicer import StandinCloud, StandinServicer

_MESSAGE_BYTES_MAX = 400 * 1024 * 1024
"""What the engine itself allows."""


def serve(cloud: StandinCloud) -> None:
    """Answer the engine until SIGINT or SIGTERM; running calls end first."""
    options = [
        ("grpc.max_receive_message_length", _MESSAGE_BYTES_MAX),
        ("grpc.max_send_message_length", _MESSAGE_BYTES_MAX),
    ]
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=32), options=options)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(StandinServicer(cloud), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()

    def end(_signal: int, _frame: FrameType | None) -> None:
        server.stop(grace=60).wait()
        os._exit(0)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    server.wait_for_termination()
