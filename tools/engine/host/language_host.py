"""A language host for Python: what `pulumi-language-python` of an official installation does.

The engine starts it with its own address as last argument and reads a port from its first line of output.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import grpc
from children import Child, Children, Command, output_of
from dependencies import install_commands, installed_packages, run_lines
from google.protobuf import empty_pb2, json_format
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2
from run_plugin import FINISH_S
from toolchain import ToolchainError, child_environment, python_command, virtual_environment

HERE = Path(__file__).resolve().parent
VERSION = "3.258.0"
REPORTED = 32
"""What run_program.py exits with when the engine has been told what went wrong."""

WATCH_S = 0.5
CLOSING_S = 4.0
"""The engine kills a host that has not ended five seconds after the interrupt."""

STREAMS_MAX = 128
"""Each running plugin holds one thread for as long as it runs."""


class PythonLanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """Runs programs and plugins in processes of their own, each with its project's Python."""

    def __init__(self, *, engine_address: str, children: Children) -> None:
        self._engine_address = engine_address
        self._children = children

    def Handshake(  # noqa: N802 - the protocol's names
        self, request: language_pb2.LanguageHandshakeRequest, context: grpc.ServicerContext
    ) -> language_pb2.LanguageHandshakeResponse:
        """Learn the engine's address when it was not an argument."""
        self._engine_address = self._engine_address or request.engine_address
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(  # noqa: N802
        self, request: empty_pb2.Empty, context: grpc.ServicerContext
    ) -> plugin_pb2.PluginInfo:
        """Tell the version of the engine that this host was written for."""
        return plugin_pb2.PluginInfo(version=VERSION)

    def GetRequiredPlugins(  # noqa: N802
        self, request: language_pb2.GetRequiredPluginsRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPluginsResponse:
        """Name none: the engine finds a provider when a resource first needs it.

        Naming every SDK that is installed would make a run in the lab download the clouds' plugins.
        """
        return language_pb2.GetRequiredPluginsResponse()

    def GetRequiredPackages(  # noqa: N802
        self, request: language_pb2.GetRequiredPackagesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPackagesResponse:
        """Name none, for the same reason."""
        return language_pb2.GetRequiredPackagesResponse()

    def About(  # noqa: N802
        self, request: language_pb2.AboutRequest, context: grpc.ServicerContext
    ) -> language_pb2.AboutResponse:
        """Tell which Python would run the program."""
        python = _python(request.info, context)
        version = "".join(line.decode() for line in run_lines([python, "--version"], Path("/")))
        return language_pb2.AboutResponse(executable=python, version=version.removeprefix("Python ").strip())

    def GetProgramDependencies(  # noqa: N802
        self, request: language_pb2.GetProgramDependenciesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetProgramDependenciesResponse:
        """List the packages of the program's environment."""
        python = _python(request.info, context)
        try:
            packages = installed_packages(python, transitive=request.transitiveDependencies)
        except ToolchainError as error:
            _refuse(context, error)
        return language_pb2.GetProgramDependenciesResponse(
            dependencies=[language_pb2.DependencyInfo(name=name, version=version) for name, version in packages]
        )

    def InstallDependencies(  # noqa: N802
        self, request: language_pb2.InstallDependenciesRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.InstallDependenciesResponse]:
        """Make the environment that the options name and install what the program lists, streaming pip's words."""
        info = request.info
        directory = Path(info.program_directory or request.directory)
        try:
            folder = virtual_environment(_options(info), info.root_directory)
            for command in install_commands(folder, directory):
                for line in run_lines(command, directory):
                    yield language_pb2.InstallDependenciesResponse(stdout=line)
        except ToolchainError as error:
            _refuse(context, error)

    def Run(  # noqa: N802
        self, request: language_pb2.RunRequest, context: grpc.ServicerContext
    ) -> language_pb2.RunResponse:
        """Run the program to its end; its output goes to the engine as the host's own."""
        if request.attach_debugger:
            _refuse(context, ToolchainError("this language host has no debugger; use the official Pulumi for that"))
        python = _python(request.info, context)
        request.args[:] = [self._engine_address]
        # Not the command line nor the environment: configuration holds decrypted secrets.
        descriptor = os.memfd_create("run-request")
        try:
            os.write(descriptor, request.SerializeToString())
            command = Command(
                arguments=[python, "-u", str(HERE / "run_program.py"), str(os.getpid()), str(descriptor)],
                environment=child_environment(python),
                folder=request.info.program_directory,
            )
            child = self._children.start(command, request=descriptor)
        finally:
            os.close(descriptor)
        _end_with(context, child)
        code = self._children.wait(child)
        if code == REPORTED:
            return language_pb2.RunResponse(bail=True)
        if code != 0:
            how = f"was ended by signal {-code}" if code < 0 else f"exited with non-zero exit code: {code}"
            return language_pb2.RunResponse(error=f"Program {how}")
        return language_pb2.RunResponse()

    def RunPlugin(  # noqa: N802
        self, request: language_pb2.RunPluginRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.RunPluginResponse]:
        """Run a provider or policy pack, streaming its output, then its exit code."""
        if request.attach_debugger:
            _refuse(context, ToolchainError("this language host has no debugger; use the official Pulumi for that"))
        python = _python(request.info, context)
        kind = "analyzer" if request.kind == "analyzer" else "provider"
        launcher = [python, "-u", str(HERE / "run_plugin.py"), str(os.getpid()), kind]
        command = Command(
            arguments=[*launcher, request.info.program_directory, *request.args],
            environment=child_environment(python, request.env),
            folder=request.pwd,
        )
        child = self._children.start(command, patient=kind == "provider", piped=True)
        _end_with(context, child)
        for name, data in output_of(child):
            if name == "stdout":
                yield language_pb2.RunPluginResponse(stdout=data)
            else:
                yield language_pb2.RunPluginResponse(stderr=data)
        # A process that was ended by a signal has no exit code of its own: the shell's convention.
        code = self._children.wait(child)
        yield language_pb2.RunPluginResponse(exitcode=code if code >= 0 else 128 - code)

    def Cancel(  # noqa: N802
        self, request: empty_pb2.Empty, context: grpc.ServicerContext
    ) -> empty_pb2.Empty:
        """End running programs and packs."""
        self._children.tell_hasty_ones()
        return empty_pb2.Empty()


def _options(info: language_pb2.ProgramInfo) -> dict[str, Any]:
    options: dict[str, Any] = json_format.MessageToDict(info.options)
    return options


def _python(info: language_pb2.ProgramInfo, context: grpc.ServicerContext) -> str:
    try:
        return python_command(_options(info), info.root_directory)
    except ToolchainError as error:
        _refuse(context, error)


def _refuse(context: grpc.ServicerContext, error: ToolchainError) -> NoReturn:
    context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))
    raise AssertionError("abort raises")


def _end_with(context: grpc.ServicerContext, child: Child) -> None:
    """Tell the child to end when the call does: the engine has cancelled it, or has died."""
    if not context.add_callback(child.tell_to_end):
        child.tell_to_end()


def serve(engine_address: str) -> None:
    """Serve until the engine says so, dies, or a signal comes."""
    children = Children()
    ending = threading.Event()
    engine_pid = os.getppid()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ending.set()

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    server = grpc.server(ThreadPoolExecutor(max_workers=STREAMS_MAX), options=_GRPC_CHANNEL_OPTIONS)
    host = PythonLanguageHost(engine_address=engine_address, children=children)
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    while not ending.wait(WATCH_S) and os.getppid() == engine_pid:
        pass
    # With a living engine the host has to be quick; after its death nobody waits, and providers may finish.
    children.end_all(patience_s=CLOSING_S if os.getppid() == engine_pid else FINISH_S + 5)
    server.stop(0)


if __name__ == "__main__":
    # Flags such as --tracing come before the address; without any, the handshake brings it.
    serve(sys.argv[-1] if len(sys.argv) > 1 and not sys.argv[-1].startswith("-") else "")
    # Threads that still read a child's pipe must not keep the host alive.
    os._exit(0)
