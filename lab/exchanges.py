"""The stack's exchanges: the server that plays them, what its sources do wrong, and the price that is true."""

from __future__ import annotations

import http.client
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from lab import naming, processes
from lab.exchange_server import TRUTH
from lab.iproute import in_namespace, listens
from schemas.canonical import canonical_json, sha256_hex
from schemas.errors import BackendError
from schemas.locations import run_dir

NAME = "exchanges"
PORT = 8090
_READY_S = 10.0
_WAIT_S = 5.0


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What a source does wrong, to all pairs."""

    do: Literal["lie", "drift", "freeze", "refuse"]
    """`lie`: `bps` off. `drift`: `bps` farther off every second. `freeze`: the price of `since`. `refuse`: 503."""
    bps: float = 0.0
    """Basis points; below 0: too low."""
    since: float = 0.0
    """Unix time in seconds from which it does so."""


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What pairs are worth at one moment."""

    at: float
    """Unix time in seconds."""
    prices: Mapping[str, float]
    """Pair to price."""


def start_exchanges(stack: str, *, operator_cidr: str, answers: Mapping[str, str]) -> processes.Detached:
    """Start the stack's exchanges in the operator's namespace, unless they run so; return when they answer.

    Args:
        stack: The stack.
        operator_cidr: They listen on the third address of it, as the store does.
        answers: Path and query to JSON: `source`, `pair`, and `answer` with `$price` in the price's place.

    Raises:
        BackendError: They do not answer; the server's own last words are in the message.
    """
    text = _text(answers)
    # Other answers are another file, so another command line: the server starts anew.
    file = run_dir(stack) / f"{NAME}-{sha256_hex(text)[:16]}.answers"
    _write(file, text)
    address = naming.operator_address(operator_cidr)
    argv = (
        sys.executable, "-I", "-S", "-B", str(Path(__file__).with_name("exchange_server.py")),
        "--answers", str(file), "--control", str(control_path(stack)), "--address", f"{address}:{PORT}",
    )  # fmt: skip
    namespace = naming.operator_namespace(stack)
    process = processes.start(stack, NAME, argv, namespace=namespace)
    for old in set(file.parent.glob(f"{NAME}-*.answers")) - {file}:
        old.unlink(missing_ok=True)
    processes.wait_until_ready(
        stack, NAME, lambda: listens(namespace, address, PORT), limit_s=_READY_S,
        complaint=f"the exchanges of {stack} do not answer",
    )  # fmt: skip
    return process


def read_exchanges(stack: str, *, operator_cidr: str) -> Mapping[str, str] | None:
    """Return what the exchanges answer, as given to `start_exchanges`; None when they do not run or not answer."""
    process, address = processes.read(stack, NAME), naming.operator_address(operator_cidr)
    if not process:
        return None
    try:
        if not listens(naming.operator_namespace(stack), address, PORT):
            return None
        file = Path(process.argv[process.argv.index("--answers") + 1])
        found = json.loads(file.read_text(encoding="utf-8"))
    except (BackendError, OSError, ValueError):  # the namespace or the file is gone
        return None
    return {target: canonical_json(answer) for target, answer in found.items()}


def stop_exchanges(stack: str) -> None:
    """Stop the exchanges; faults are forgotten."""
    processes.stop(stack, NAME)
    control_path(stack).unlink(missing_ok=True)
    for file in run_dir(stack).glob(f"{NAME}-*.answers"):
        file.unlink(missing_ok=True)


def set_faults(stack: str, faults: Mapping[str, Fault]) -> None:
    """Let sources do wrong, from now on; all others are honest again. They see it with the next question."""
    _write(control_path(stack), json.dumps({source: asdict(fault) for source, fault in sorted(faults.items())}))


def truth(stack: str, *, operator_cidr: str, at_s: float | None = None) -> Truth:
    """Return what every pair is worth, now or at a time (Unix, in seconds).

    Raises:
        BackendError: The exchanges do not answer.
    """
    address = naming.operator_address(operator_cidr)
    query = "" if at_s is None else f"?at={at_s!r}"
    try:
        found = in_namespace(naming.operator_namespace(stack), lambda: _get(address, TRUTH + query))
        return Truth(at=float(found["at"]), prices={pair: float(price) for pair, price in found["prices"].items()})
    except (OSError, ValueError, KeyError, http.client.HTTPException) as error:
        raise BackendError(f"the exchanges of {stack} do not tell the true price: {error}") from error


def control_path(stack: str) -> Path:
    """Return the file that says what sources do wrong."""
    return run_dir(stack) / f"{NAME}.control"


def _text(answers: Mapping[str, str]) -> str:
    return canonical_json({target: json.loads(text) for target, text in answers.items()})


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.new")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def _get(address: str, target: str) -> Any:
    connection = http.client.HTTPConnection(address, PORT, timeout=_WAIT_S)
    try:
        connection.request("GET", target)
        answer = connection.getresponse()
        return json.loads(answer.read())
    finally:
        connection.close()
