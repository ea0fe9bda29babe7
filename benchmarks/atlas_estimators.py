"""Measure the atlas's estimators on pairs that they were not made from, and beside distance alone.

python benchmarks/atlas_estimators.py          a table on standard error, JSON on standard output
Exits 1 when a held-out pair of a shared metro is missed by 5 % or more in the median, or when fewer than 95 of 100
measurements are below an upper bound.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from dataclasses import asdict
from itertools import combinations

from schemas import atlas
from schemas.atlas.accuracy import accuracies

ERROR_MAX, COVERED_MIN = 0.05, 0.95


def main() -> int:
    started = time.process_time()
    found = accuracies()
    for result in found:
        covered = "-" if result.covered is None else f"{result.covered:6.1%}"
        tell(
            f"{result.name:38} n={result.count:5}  p50 {result.error_p50:6.1%}  p90 {result.error_p90:6.1%}  "
            f"covered {covered}"
        )
    composed, band = found[0], found[2]
    tell(f"composing is {band.error_p50 / composed.error_p50:.1f} times nearer than distance, in the median")
    kinds = Counter(
        atlas.round_trip(one, other).evidence.value
        for one, other in combinations(atlas.regions(), 2)
        if one.partition(":")[0] != other.partition(":")[0]
    )
    tell(f"pairs between the clouds: {', '.join(f'{count} {kind}' for kind, count in sorted(kinds.items()))}")
    value = {"load": os.getloadavg()[0], "cpu_s": time.process_time() - started, "pairs": dict(kinds)}
    print(json.dumps({**value, "estimators": [asdict(result) for result in found]}, indent=2))
    bounded = [result.covered for result in found if result.covered is not None]
    return 1 if composed.error_p50 >= ERROR_MAX or min(bounded) < COVERED_MIN else 0


def tell(line: str) -> None:
    print(line, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
