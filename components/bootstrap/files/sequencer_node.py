"""Runs the chain's node: a full node that never votes, or one that asks the signer while this host leads.

`sequencer_node BINARY HOME LEAD SOCKET`. LEAD is the signer's file: while it exists the node gets its signatures by
SOCKET; when it comes, goes or changes, the node is started anew.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

from .documents import log

STOP_S = 3.0
"""Given to a node that is asked to stop; its log of messages must reach the disk."""


def wanted(lead: Path) -> str:
    """Return the signer's word; empty when this host is to follow."""
    try:
        return lead.read_text()
    except OSError:
        return ""


def command(binary: str, home: str, socket: str, *, leads: bool) -> list[str]:
    """Return how the node is started."""
    return [binary, "start", "--home", home, *([f"--priv_validator_laddr=unix://{socket}"] if leads else [])]


def stop(node: subprocess.Popen[bytes]) -> None:
    """End the node, by force when it does not end by itself."""
    node.terminate()
    try:
        node.wait(STOP_S)
    except subprocess.TimeoutExpired:
        node.kill()
        node.wait()


def main() -> None:
    """Run until stopped, or until the node ends by itself; systemd starts both again."""
    binary, home, lead, path = sys.argv[1:5]

    def end(_number: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)
    while True:
        word = wanted(Path(lead))
        Path(path).unlink(missing_ok=True)
        log(f"the node {'leads' if word else 'follows'}")
        node = subprocess.Popen(command(binary, home, path, leads=bool(word)))
        try:
            while wanted(Path(lead)) == word:
                if node.poll() is not None:
                    sys.exit(f"the node ended with {node.returncode}")
                time.sleep(0.05)
        finally:
            stop(node)


if __name__ == "__main__":
    main()
