"""Measure what the atlas costs a command: import, the first answer, every pair, the machines of every region.

python benchmarks/atlas_speed.py [RUNS]        a table on standard error, JSON on standard output
Each run is a process of its own; the least of the runs counts, since other work on the machine only adds. Beside it,
as a yardstick: every value of every table read with csv.DictReader, which a lazy reader avoids. Exits 1 when import and
first answer together take longer than twice the yardstick.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
YARDSTICK = "yardstick: every table, every value"

CHILD = """
import json, time
from itertools import combinations
clock = time.process_time
marks, start = {}, clock()
def mark(name):
    global start
    marks[name] = (clock() - start) * 1000
    start = clock()
from schemas import atlas
mark("import")
atlas.round_trip("aws:eu-west-2", "gcp:europe-west3")
mark("first round trip")
for one, other in combinations(atlas.regions(), 2):
    atlas.round_trip(one, other)
mark("all 3,081 pairs")
for region in atlas.regions():
    atlas.PUBLISHED.offers(region, vcpu=4, memory_gib=16)
mark("machines of 79 regions")
import csv
from schemas.atlas.tables import DATA
for path in DATA.glob("*.csv"):
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            for value in row.values():
                try:
                    float(value)
                except ValueError:
                    pass
mark("yardstick: every table, every value")
from schemas.atlas.checking import check_atlas
start = clock()
check_atlas()
mark("atlas check")
print(json.dumps(marks))
"""


def main() -> int:
    runs = [measured() for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 5)]
    least = {name: min(run[name] for run in runs) for name in runs[0]}
    for name, ms in least.items():
        print(f"{name:36} {ms:8.1f} ms CPU", file=sys.stderr)
    print(json.dumps({"load": os.getloadavg()[0], "runs": len(runs), "cpu_ms": least}, indent=2))
    return 1 if least["import"] + least["first round trip"] > 2 * least[YARDSTICK] else 0


def measured() -> dict[str, float]:
    run = subprocess.run([sys.executable, "-c", CHILD], capture_output=True, text=True, cwd=ROOT, check=True)
    found: dict[str, float] = json.loads(run.stdout)
    return found


if __name__ == "__main__":
    sys.exit(main())
