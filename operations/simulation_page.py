"""docs/simulation.md and its pictures, written from the lab's plan: python -m operations.simulation_page."""

from __future__ import annotations

from pathlib import Path

from operations.pictures.files import PICTURES
from operations.planning import files_of, planned
from operations.simulating import simulate
from operations.simulation_text import simulation_markdown
from schemas.locations import REPOSITORY

PAGE = REPOSITORY / "docs" / "simulation.md"
FOLDER = REPOSITORY / "docs" / "pictures"
STACK = "lab"

_HEAD = """<!-- Written by `python -m operations.simulation_page` from stacks/lab.yaml; do not edit. -->
# What survives, and what it looks like

Before anything is built, a plan answers three questions: what happens when something fails, where everything is, and
what a change of the spec moves. Nothing here needs credentials, an engine or root.

## Failures on paper

`geofleet simulate STACK` loses every host, zone, region, metro, provider, operator and client in turn, and the worst
pairs of places, and tells for each fleet what is left. `--pairs zone+region` (as often as needed) loses one of each of
two kinds at once. `--format json` is the envelope `geofleet/simulation/v1`, `--format markdown` is for pull requests.
It ends with 0 whatever it finds: `geofleet check` judges, this tells. A promise of the spec that a failure breaks is
named with the rule that refuses it.

| result | what it means |
| --- | --- |
| goes on | the quorum is left |
| halts safely | it stops, and what is lost could not decide by itself, were it cut off instead of dead; it resumes when what is lost comes back |
| goes on, can fork | both sides have a quorum: with thresholds of half or less, two sets of members can each report |
| halts, can fork | it stops, and what is lost has a quorum of its own: cut off or captured, it decides without the rest |

The arithmetic is the one of rules and placement (`schemas/survival.py`): BFT needs more than two thirds of all voting
power, a majority floor(n/2) + 1 members, a threshold as many as the spec says, relayers one near each hub. Members that
others run count in every quorum.

**Out for an upgrade.** The last column has the same failure while one more host is out as planned: the fleet's worst,
the one whose absence leaves least when the worst domain fails too. What halts there is what an upgrade risks.

**Latency after.** A floor from planned round trips, with the weakest evidence among them: nothing is faster, and
processing, gossip, time-outs and block size come on top.

- *Validators*: three one-way delays. A proposal goes from the leader to each member, prevotes from each to each,
  precommits from each to each; a member goes on when votes of more than two thirds of all power are with it; the time
  ends when members with more than two thirds have committed. Leaders rotate by power: mean, and worst leader. Rounds
  that a lost leader would have led time out first; that is not in the floor.
- *Sequencers*: one round trip from the leader to the nearest followers that make a majority with it (raft). Any member
  may lead: mean, and worst leader.
- *Oracles*: one round trip from a member to the nearest that make `reports_min` with it.
- *Members near hubs*: from the nearest member that is left to each hub: mean over hubs, and the worst.

**Pairs.** Without `--pairs`, zones, regions, metros and providers are paired that each do no harm alone (among the 40
with most members); shown are the least pairs that do.

## The plan as pictures

`geofleet plan STACK --map FILE.svg --matrix FILE.svg` draws it. Both are SVG with text as text, light and dark, a
description for those who do not see them, and a tip on every mark; the same plan gives the same bytes.

![Map of the lab](pictures/lab-map.svg)

Regions of one metro are one point on the map and drawn apart in its card. A line between two metros stands for all pairs
of regions that share a fleet; its colour is the slowest's, broken lines are not measured. Where there are more than 45
lines, those are kept that join all metros in the least time and lead to the two nearest. Land: Natural Earth
(`operations/pictures/SOURCES.md`).

![Round trips of the lab](pictures/lab-matrix.svg)

Outlined is what a promise is about: kept, broken, or not proven, since only measured figures prove a limit.

## What a change moves

`geofleet plan STACK --diff` compares the plan that the spec gives now with the lock on disk: run it before `geofleet
plan STACK --write`, and in a pull request as `geofleet plan STACK --diff main --format markdown`. It takes a lock file
or a git revision. Each host that comes, goes or changes has its reason; then what changed in the worst loss of each
kind, in latency and in cost. What nobody knows, a price above all, is said, and never counted as zero. Nothing moved is
one line.

"""


def page() -> str:
    """Return the whole page."""
    found = planned(files_of(STACK))
    return _HEAD + simulation_markdown(simulate(found.plan, atlas=found.atlas), level=2)


def pictures() -> dict[Path, str]:
    """Return each picture of the page by its file."""
    found = planned(files_of(STACK))
    return {FOLDER / f"{STACK}-{kind}.svg": draw(found.plan, found.atlas) for kind, draw in PICTURES.items()}


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    FOLDER.mkdir(exist_ok=True)
    for path, svg in pictures().items():
        path.write_text(svg, encoding="utf-8")
