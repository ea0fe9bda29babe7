"""Measure placement: textbook location problems beside a plain HiGHS model, and fleets over all 79 regions.

python benchmarks/placement.py [RUNS]          a table on standard error, JSON on standard output
CPU seconds, the least of the runs, since other work on the machine only adds; every fleet is placed in a process of its
own, so that reading the atlas is in its figure. The plain model is the textbook's, in highspy, with the options of our
solver; both must find the same optimum. Exits 1 when an optimum differs, something is not proven, or a figure is missed.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import highspy
import numpy as np

from components.placement.locating import p_center, p_median

ROOT = Path(__file__).parent.parent
RATIO_MAX, TWELVE_S_MAX, HUNDRED_S_MAX = 2.0, 1.0, 10.0
P_CENTER_MS = {("aws-32", 5): 105.934, ("aws-32", 9): 49.946, ("aws-32", 15): 25.086,
               ("gcp-44", 5): 92.0, ("gcp-44", 9): 45.0, ("gcp-44", 15): 28.0}  # fmt: skip
"""Known optima: research/performance.md, section 6."""
SOLVER_MS = 1e-4
"""To what the plain model's optimum is exact: HiGHS lets each row be missed by 1e-6; ours adds costs up again."""

HEAD = """\
apiVersion: geofleet/v1
kind: Network
metadata: {name: net, environment: staging}
chains: {net-1: {engine: cometbft}, osmosis-1: {engine: cometbft, operated: elsewhere, rpc: ["https://rpc.example"]}}
hubs: {virginia: {at: "aws:us-east-1"}, tokyo: {at: "aws:ap-northeast-1"}, london: {at: "aws:eu-west-2"}}
regions: {allow: ["aws:*", "gcp:*"]}
fleets:
"""
VALIDATORS = "  validators: {role: validator, chain: net-1, workload: none, count: COUNT, survive: {zone: 1, region: 1}"
SEQUENCERS = "  sequencers: {role: sequencer, workload: none, count: COUNT, survive: {zone: 1, region: 1}"
ORACLES = (
    "  oracles: {role: oracle, workload: none, count: COUNT, reports_min: LEAST, survive: {region: 1, provider: 1}}\n"
)
RELAYERS = (
    "  relayers: {role: relayer, workload: none, per_hub: PER_HUB, survive: {provider: 1}, near: [{hub: virginia, "
    "latency_ms_max: 6}, {hub: tokyo, latency_ms_max: 6}, {hub: london, latency_ms_max: 6}]}\n"
)
FLEETS = {
    "validators, any zone or region lost": VALIDATORS + "}\n",
    "validators, within 160 ms": VALIDATORS + ", latency: {between_members_ms_max: 160}}\n",
    "validators, provider may halt": VALIDATORS + ", halt_safely: {provider: 1}}\n",
    "sequencers, within 25 ms, jitter 2": SEQUENCERS + ", latency: {between_members_ms_max: 25, jitter_ms_max: 2}}\n",
    "sequencers, within 40 ms": SEQUENCERS + ", latency: {between_members_ms_max: 40}}\n",
    "oracles, any region or provider lost": ORACLES,
    "relayers at three hubs": RELAYERS,
}
MIXED = {
    12: [("validators, within 160 ms", 4), ("sequencers, within 25 ms, jitter 2", 3),
         ("oracles, any region or provider lost", 5)],
    100: [("validators, within 160 ms", 40), ("sequencers, within 40 ms", 21), ("relayers at three hubs", 9),
          ("oracles, any region or provider lost", 30)],
}  # fmt: skip

CHILD = """
import json, logging, sys, time
from components.placement.planning import place
from schemas.loading import load_spec_text
found = []
class Unproven(logging.Handler):
    def emit(self, record):
        found.append(record.getMessage())
logging.getLogger("geofleet.placement").addHandler(Unproven())
loaded = load_spec_text(sys.stdin.read())
import components.placement.search
start = time.process_time()
plan, _ = place(loaded.network, stack="net", spec_sha256=loaded.sha256)
print(json.dumps({"cpu_s": time.process_time() - start, "hosts": len(plan.hosts), "unproven": found}))
"""


def main() -> int:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    problems = [located(cloud, count, runs) for cloud in ("aws-32", "gcp-44") for count in (5, 9, 15)]
    fleets = [placed(title, text, hosts, runs if hosts < 20 else 1) for title, text, hosts in specs()]
    value = {"load": os.getloadavg()[0], "runs": runs, "location": [p for both in problems for p in both]}
    print(json.dumps({**value, "fleets": fleets}, indent=2))
    failed = any(p["ratio"] > RATIO_MAX or not p["same"] for both in problems for p in both)
    for fleet in fleets:
        most = TWELVE_S_MAX if int(str(fleet["hosts"])) < 20 else HUNDRED_S_MAX
        if fleet["cpu_s"] >= most or fleet["unproven"]:
            tell(
                f"missed: {fleet['fleet']}, {fleet['hosts']} hosts: {fleet['cpu_s']:.2f} s, reach under {most:g} s, proven"
            )
            failed = True
    return int(failed)


AIMS = {"": "", ", for cost": "cost", ", for commit latency": "commit_latency"}
"""What fleets are placed for: the usual wishes, which need no objective, and the two objectives that are exact sums."""


def specs() -> list[tuple[str, str, int]]:
    found = []
    for aim, objective in AIMS.items():
        head = HEAD.replace("fleets:\n", f"placement: {{objective: {objective}}}\nfleets:\n") if objective else HEAD
        for hosts in (12, 100):
            for title, text in FLEETS.items():
                members = hosts + 1 if "sequencers" in title else hosts  # an even one of voters adds nothing: refused
                members = hosts // 3 * 3 if "relayers" in title else members
                found.append((title + aim, head + sized(text, members), members))
            mixed = "".join(sized(FLEETS[title], count) for title, count in MIXED[hosts])
            found.append(("several fleets" + aim, head + mixed, hosts))
    return found


def sized(text: str, count: int) -> str:
    return text.replace("COUNT", str(count)).replace("LEAST", str(count // 3)).replace("PER_HUB", str(count // 3))


def placed(title: str, text: str, hosts: int, runs: int) -> dict[str, object]:
    found = []
    for _ in range(runs):
        done = subprocess.run(
            [sys.executable, "-c", CHILD], input=text, capture_output=True, text=True, cwd=ROOT, check=False
        )
        if done.returncode:
            sys.exit(f"{title}, {hosts} hosts: {done.stderr}")
        found.append(json.loads(done.stdout))
    best: dict[str, object] = {"fleet": title, **min(found, key=lambda one: one["cpu_s"]), "hosts": hosts}
    tell(f"{title:60} {hosts:4} hosts {best['cpu_s']:8.3f} s  {'; '.join(best['unproven']) or 'proven'}")
    return best


def located(cloud: str, count: int, runs: int) -> list[dict[str, object]]:
    with (ROOT / "tests" / "data" / f"{cloud}-round-trips.csv").open(newline="", encoding="utf-8") as file:
        costs = [[float(value) for value in row[1:]] for row in list(csv.reader(file))[1:]]
    found = []
    for name, ours, worst in (("p-median", p_median, False), ("p-center", p_center, True)):
        our_s, our_cost = least(lambda ours=ours: ours(costs, count).cost, runs)
        plain_s, plain_cost = least(lambda worst=worst: plain(costs, count, worst=worst), runs)
        same = abs(our_cost - plain_cost) < SOLVER_MS and (not worst or our_cost == P_CENTER_MS[cloud, count])
        tell(
            f"{cloud} {name} p={count:2}  {our_cost:9.3f} ms  ours {our_s * 1000:6.1f} ms  plain {plain_s * 1000:6.1f} ms  "
            f"{our_s / plain_s:5.2f} of it{'' if same else f'  NOT THE SAME: {plain_cost}'}"
        )
        found.append(
            {
                "matrix": cloud, "problem": name, "sites": count, "optimum_ms": our_cost, "same": same, "cpu_s": our_s,
                "plain_cpu_s": plain_s, "ratio": our_s / plain_s,
            }
        )  # fmt: skip
    return found


def least(ask: Callable[[], float], runs: int) -> tuple[float, float]:
    """Return the least CPU seconds of the runs, and the answer."""
    seconds, answer = [], 0.0
    for _ in range(runs):
        start = time.process_time()
        answer = ask()
        seconds.append(time.process_time() - start)
    return min(seconds), answer


def plain(costs: Sequence[Sequence[float]], count: int, *, worst: bool) -> float:
    """Solve the textbook's model: y says that a site is used, x who serves whom, and for the center z is the worst."""
    n = len(costs)
    matrix = np.array(costs)
    lp = highspy.HighsLp()
    columns = n + n * n + worst
    lp.num_col_ = columns
    lp.col_cost_ = np.concatenate([np.zeros(n), np.zeros(n * n) if worst else matrix.ravel(), np.ones(int(worst))])
    lp.col_lower_ = np.zeros(columns)
    lp.col_upper_ = np.concatenate([np.ones(n + n * n), np.full(int(worst), highspy.kHighsInf)])
    lp.integrality_ = [highspy.HighsVarType.kInteger] * n + [highspy.HighsVarType.kContinuous] * (columns - n)
    rows: list[tuple[float, float, list[int], list[float]]] = [(count, count, list(range(n)), [1.0] * n)]
    for i in range(n):
        served = [n + i * n + j for j in range(n)]
        rows.append((1, 1, served, [1.0] * n))
        rows += [(-highspy.kHighsInf, 0, [own, j], [1.0, -1.0]) for j, own in enumerate(served)]
        if worst:
            rows.append((-highspy.kHighsInf, 0, [*served, columns - 1], [*costs[i], -1.0]))
    lp.num_row_ = len(rows)
    lp.row_lower_ = np.array([row[0] for row in rows])
    lp.row_upper_ = np.array([row[1] for row in rows])
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.cumsum([0] + [len(row[2]) for row in rows]).astype(np.int32)
    lp.a_matrix_.index_ = np.array([column for row in rows for column in row[2]], dtype=np.int32)
    lp.a_matrix_.value_ = np.array([factor for row in rows for factor in row[3]])
    engine = highspy.Highs()
    for option, value in (("output_flag", False), ("threads", 1), ("parallel", "off"), ("mip_rel_gap", 0.0)):
        engine.setOptionValue(option, value)
    engine.passModel(lp)
    engine.run()
    assert engine.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return float(engine.getInfo().objective_function_value)


def tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
