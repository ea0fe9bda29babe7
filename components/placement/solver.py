"""Exact integer programmes through HiGHS: the one place that imports it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import highspy
import numpy as np


class Status(StrEnum):
    """How a run of the solver ended."""

    OPTIMAL = "optimal"
    INFEASIBLE = "infeasible"
    STOPPED = "stopped"
    """The time was up; `values` may hold the best that was found."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """at_least <= sum of factor * column <= at_most; None means no limit."""

    columns: tuple[int, ...]
    factors: tuple[int, ...]
    at_least: int | None = None
    at_most: int | None = None


@dataclass(frozen=True, kw_only=True)
class Program:
    """Minimise whole-numbered costs over columns with whole-numbered bounds and rows."""

    costs: tuple[int, ...]
    lower: tuple[int, ...]
    upper: tuple[int, ...]
    rows: tuple[Row, ...]
    continuous: frozenset[int] = frozenset()
    """Columns that need not be whole: those that are whole by themselves once the others are."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the solver found."""

    status: Status
    values: tuple[int, ...] = ()
    """Of every column; empty when nothing was found."""
    gap: float = 0.0
    """How far the best found may be from the optimum, as a share of it; 0 when it is proven."""


def minimise(program: Program, *, seconds_max: float) -> Answer:
    """Return the optimum of a programme, or why there is none.

    The same programme always gives the same answer: one thread, fixed seed, no
    tolerance on the optimum. Only running out of time depends on the machine.

    Args:
        program: What to minimise.
        seconds_max: Wall time after which the best found is returned with its gap.
    """
    if any(low > high for low, high in zip(program.lower, program.upper, strict=True)):
        return Answer(status=Status.INFEASIBLE)
    engine = _engine(seconds_max)
    engine.passModel(_model(program))
    engine.run()
    status, info = engine.getModelStatus(), engine.getInfo()
    if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
        return Answer(status=Status.INFEASIBLE)
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    values = tuple(round(value) for value in engine.getSolution().col_value) if found else ()
    if status == highspy.HighsModelStatus.kOptimal:
        return Answer(status=Status.OPTIMAL, values=values)
    assert status == highspy.HighsModelStatus.kTimeLimit, f"HiGHS ended with {status}"
    return Answer(status=Status.STOPPED, values=values, gap=float(info.mip_gap) if found else float("inf"))


class _Engine(highspy.Highs):
    """HiGHS that never writes on standard output, where a program may be reading JSON."""

    def enableCallbacks(self) -> None:  # noqa: N802 (HiGHS's name)
        """Do nothing: enabling prints a banner before output can be turned off, and no callback is used."""


def _engine(seconds_max: float) -> _Engine:
    engine = _Engine()  # type: ignore[no-untyped-call]  # HiGHS does not annotate its constructor
    options: dict[str, bool | int | float | str] = {
        "output_flag": False,
        "threads": 1,
        "parallel": "off",
        "random_seed": 0,
        "mip_rel_gap": 0.0,
        "mip_abs_gap": 0.5,  # costs are whole numbers: nothing lies between
        "time_limit": max(seconds_max, 0.001),
    }
    for option, value in options.items():
        engine.setOptionValue(option, value)
    return engine


def _model(program: Program) -> highspy.HighsLp:
    infinity = highspy.kHighsInf
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(program.costs), len(program.rows)
    model.col_cost_ = np.array(program.costs, dtype=float)
    model.col_lower_ = np.array(program.lower, dtype=float)
    model.col_upper_ = np.array(program.upper, dtype=float)
    model.row_lower_ = np.array([-infinity if r.at_least is None else r.at_least for r in program.rows], dtype=float)
    model.row_upper_ = np.array([infinity if r.at_most is None else r.at_most for r in program.rows], dtype=float)
    kinds = (highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous)
    model.integrality_ = [kinds[i in program.continuous] for i in range(len(program.costs))]
    starts = np.cumsum([0] + [len(row.columns) for row in program.rows])
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = starts.astype(np.int32)
    model.a_matrix_.index_ = np.array([c for row in program.rows for c in row.columns], dtype=np.int32)
    model.a_matrix_.value_ = np.array([f for row in program.rows for f in row.factors], dtype=float)
    return model
