"""Run a plugin's Python in this process: run_plugin.py HOST_PID KIND FOLDER ENGINE_ADDRESS...

A provider that is told to end (SIGTERM, or the language host's death) finishes its current call first:
asyncio lets a handler that blocks run to its end on the *first* interrupt, and waits for its threads.
"""

from __future__ import annotations

import ctypes
import os
import runpy
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

FINISH_S = 120.0
"""How long a call may still take once the engine has gone; starting a host takes a tenth of that."""

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Take the arguments, arrange for the end, become the plugin."""
    host_pid, kind, folder, *arguments = sys.argv[1:]
    signal.signal(signal.SIGTERM, _finish)
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(host_pid):
        sys.exit("the language host has gone")
    if kind == "analyzer":
        # As `python -m` does: the working folder comes first.
        sys.path[0] = str(Path.cwd())
        sys.argv = ["pulumi.policy", *arguments, folder]
        runpy.run_module("pulumi.policy", run_name="__main__", alter_sys=True)
        return
    del sys.path[0]
    sys.argv = [folder, *arguments]
    if not (Path(folder) / "__main__.py").is_file():
        sys.exit(f"the plugin {folder} has no __main__.py")
    runpy.run_path(folder, run_name="__main__")


def _finish(_signal: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    # Nobody reads the pipes any more: a message must not break the call that is to be finished.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    limit = threading.Timer(FINISH_S, os._exit, (1,))
    limit.daemon = True
    limit.start()
    signal.raise_signal(signal.SIGINT)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(0)
