"""A provider of the package `aws` that makes whatever it is asked to: the pack is tested, not AWS.

At preview it answers as the real one does: what was asked for, and unknown values for what only
creation tells. Each resource that it makes is a line in the file that ECHO_LOG names.
"""

from __future__ import annotations

import os
import sys
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
COMPUTED = ("arn", "metadataOptions", "rootBlockDevice", "privateIp")
"""What this provider chooses where nobody asks for it."""


class Echo(provider_pb2_grpc.ResourceProviderServicer):
    """Answers the engine."""

    def Handshake(self, request: Any, context: Any) -> Any:  # noqa: N802
        return provider_pb2.ProviderHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: N802
        return plugin_pb2.PluginInfo(version="7.0.0")

    def GetSchema(self, request: Any, context: Any) -> Any:  # noqa: N802
        return provider_pb2.GetSchemaResponse(schema='{"name": "aws", "version": "7.0.0"}')

    def CheckConfig(self, request: Any, context: Any) -> Any:  # noqa: N802
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: Any) -> Any:  # noqa: N802
        return provider_pb2.DiffResponse()

    def Configure(self, request: Any, context: Any) -> Any:  # noqa: N802
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    def Check(self, request: Any, context: Any) -> Any:  # noqa: N802
        return provider_pb2.CheckResponse(inputs=request.news)

    def Diff(self, request: Any, context: Any) -> Any:  # noqa: N802
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Create(self, request: Any, context: Any) -> Any:  # noqa: N802
        properties = struct_pb2.Struct()
        properties.CopyFrom(request.properties)
        for name in COMPUTED:
            if name not in properties.fields and request.preview:
                properties.fields[name].string_value = UNKNOWN_TEXT
            elif name not in properties.fields:
                properties.fields[name].string_value = f"made-{name}"
        if request.preview:
            return provider_pb2.CreateResponse(properties=properties)
        with Path(os.environ["ECHO_LOG"]).open("a", encoding="utf-8") as log:
            log.write(f"{request.urn}\n")
        return provider_pb2.CreateResponse(id=request.urn.rpartition("::")[2], properties=properties)

    def Delete(self, request: Any, context: Any) -> Any:  # noqa: N802
        return empty_pb2.Empty()

    def Cancel(self, request: Any, context: Any) -> Any:  # noqa: N802
        return empty_pb2.Empty()


def serve() -> None:
    """Answer until the engine ends this process."""
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=4))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Echo(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    server.wait_for_termination()


serve()
