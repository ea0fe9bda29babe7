"""Run a Pulumi program in this process: run_program.py HOST_PID DESCRIPTOR.

The descriptor holds a serialised RunRequest. Exit codes: 0 done; 32 failed and the engine has been told
why; anything else failed without a word.
"""

from __future__ import annotations

import asyncio
import ctypes
import logging
import os
import runpy
import signal
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pulumi
from pulumi.runtime import run_in_stack, set_all_config
from pulumi.runtime.proto import language_pb2
from pulumi.runtime.settings import reset_options

REPORTED = 32
PR_SET_PDEATHSIG = 1


def main() -> int:
    """Configure the SDK, run the program as `__main__`, report what went wrong."""
    host_pid, descriptor = (int(argument) for argument in sys.argv[1:3])
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != host_pid:
        return 1
    with os.fdopen(descriptor, "rb") as stream:
        stream.seek(0)
        request = language_pb2.RunRequest.FromString(stream.read())
    program = str(Path(request.info.program_directory) / request.info.entry_point)
    os.chdir(request.pwd or request.info.program_directory)
    reset_options(
        project=request.project,
        stack=request.stack,
        root_directory=request.info.root_directory,
        parallel=request.parallel,
        engine_address=request.args[0],
        monitor_address=request.monitor_address,
        preview=request.dryRun,
        organization=request.organization or "organization",
    )
    set_all_config(dict(request.config), list(request.configSecretKeys))
    sys.argv = [program]
    del sys.path[0]
    return _run(program, threads=max(request.parallel, 1) * 4)


def _run(program: str, *, threads: int) -> int:
    # The SDK's own executor does the same: tasks that fail after the program did are not news.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.set_default_executor(ThreadPoolExecutor(max_workers=min(threads, 512)))
    try:
        loop.run_until_complete(run_in_stack(lambda: _become(program)))
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
    except grpc.RpcError as error:
        if error.code() != grpc.StatusCode.UNAVAILABLE:
            pulumi.log.error(f"RPC error: {error.details()}")
        # Unavailable: the engine is ending, and says so itself.
    except Exception as error:
        pulumi.log.error("Program failed with an unhandled exception:\n" + _program_traceback(error))
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    else:
        return 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return REPORTED


def _become(program: str) -> None:
    runpy.run_path(program, run_name="__main__")


def _program_traceback(error: Exception) -> str:
    """Return the traceback without the frames that led into the program."""
    summary = traceback.TracebackException.from_exception(error)
    entered = [number for number, frame in enumerate(summary.stack) if frame.filename.endswith("runpy.py")]
    if entered:
        del summary.stack[: entered[-1] + 1]
    frozen = [number for number, frame in enumerate(summary.stack) if frame.filename == "<frozen runpy>"]
    if frozen:
        del summary.stack[: frozen[-1] + 1]
    return "".join(summary.format())


if __name__ == "__main__":
    code = main()
    # Threads of the SDK's channels must not keep a finished program alive.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
