"""Run a command that ends, with all its children, when the setup does: supervised.py SETUP_PID COMMAND...

The kernel tells only a direct child of its parent's death. mmdebstrap, for one, finishes its work when it
alone is told to end, and tidies up at once when its children are told too.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from types import FrameType

PR_SET_PDEATHSIG = 1


def main() -> int:
    """Run the command; return its exit code, or 128 plus the signal that ended it."""
    setup_pid, *command = sys.argv[1:]
    signal.signal(signal.SIGTERM, _end_group)
    # mmdebstrap hangs up on its whole group before it tidies up; this process waits for that. A handler,
    # not SIG_IGN: the command would inherit that.
    signal.signal(signal.SIGHUP, _stay)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(setup_pid):
        return 1
    code = subprocess.run(command, check=False).returncode
    return code if code >= 0 else 128 - code


def _stay(number: int, _frame: FrameType | None) -> None:
    """Take note of a signal and go on."""
    sys.stderr.write(f"signal {number}: waiting for the command to tidy up\n")


def _end_group(_signal: int, _frame: FrameType | None) -> None:
    # This process leads the group; it stays to wait for the command.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.killpg(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
