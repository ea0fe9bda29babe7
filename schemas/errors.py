"""What can go wrong, as the reader meets it.

FleetError                    anything the reader can fix; carries place, finding, remedy, exit code
├── SpecError                 the YAML says something impossible                      (2)
├── UsageError                the command was called in a way that cannot work        (2)
├── InfeasiblePlacementError  no placement satisfies all limits                       (5)
├── AtlasError                a region, round trip or price is not known              (2)
├── EnvironmentMissingError   the machine lacks something: Podman, root, disk, a port (6)
├── EngineError               the engine or a provider failed                         (7)
├── BackendError              what makes the hosts failed: Podman, the kernel, a cloud (7)
└── LockedError               another run holds the stack                             (8)

Exit codes are those of the design, section 4; `ExitCode` is their one list.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What a `geofleet` process says when it ends."""

    PASSED = 0
    FINDINGS = 1
    USAGE = 2
    DRIFT = 3
    NOT_EVALUATED = 4
    INFEASIBLE = 5
    ENVIRONMENT = 6
    ENGINE = 7
    LOCKED = 8


class FleetError(Exception):
    """A problem the reader can fix: where it is, what is wrong, what to do."""

    exit_code = ExitCode.USAGE

    def __init__(self, problem: str, *, at: str = "", remedy: str = "") -> None:
        super().__init__(f"{at}: {problem}" if at else problem)
        self.problem = problem
        self.at = at
        self.remedy = remedy


class SpecError(FleetError):
    """The spec says something impossible; `InvalidDocumentError` holds every mistake, located."""


class UsageError(FleetError):
    """The command was called in a way that cannot work."""


class InfeasiblePlacementError(FleetError):
    """No placement satisfies all limits of the spec."""

    exit_code = ExitCode.INFEASIBLE


class AtlasError(FleetError):
    """A region, round trip or price is not known."""


class EnvironmentMissingError(FleetError):
    """The machine lacks something that this step needs."""

    exit_code = ExitCode.ENVIRONMENT


class EngineError(FleetError):
    """The engine or a provider failed; the original message is kept."""

    exit_code = ExitCode.ENGINE


class BackendError(FleetError):
    """What makes the hosts failed or refused: Podman, the kernel's network, a cloud; its own words are kept."""

    exit_code = ExitCode.ENGINE


class LockedError(FleetError):
    """Another run holds the stack."""

    exit_code = ExitCode.LOCKED
