"""`geofleet atlas`: what is known of the world, with its evidence, and measurements of one's own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from operations.console import say, show, show_json

if TYPE_CHECKING:
    from operations.locating import Minimised
    from schemas.atlas import Atlas
    from schemas.spec import Network

_FORMAT = click.option(
    "--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True,
    help="Form of the result.",
)  # fmt: skip
_STACK = click.option("--stack", metavar="STACK", help="Also use the figures in stacks/STACK.atlas.yaml.")


@click.group()
def atlas() -> None:
    """Show regions, round trips, hubs and machines with their evidence; check and measure them.

    Figures of your own go over the published ones: atlas/overrides.yaml for all stacks,
    stacks/NAME.atlas.yaml for one. See docs/atlas.md.
    """


@atlas.command("show")
@click.argument("region", metavar="[REGION]", required=False)
@_STACK
@_FORMAT
def show_regions(region: str | None, stack: str | None, output: str) -> None:
    """Show one region with its zones, hubs and nearest regions, or list all of them.

    \b
    Example:
      geofleet atlas show aws:eu-west-2
    """
    from operations.atlas_text import regions_text
    from schemas.atlas.answers import regions_answer

    answer = regions_answer(_atlas_of(stack), region)
    _answered(answer.to_json, lambda: regions_text(answer), output)


@atlas.command("distance")
@click.argument("region", metavar="REGION")
@click.argument("other", metavar="REGION|HUB")
@_STACK
@_FORMAT
def distance(region: str, other: str, stack: str | None, output: str) -> None:
    """Show every figure between two regions, or a region and a hub, with the light bound.

    \b
    Example:
      geofleet atlas distance aws:eu-west-2 gcp:europe-west3
      geofleet atlas distance gcp:europe-west2 deribit
    """
    from operations.atlas_text import distance_text
    from schemas.atlas.answers import distance_answer

    answer = distance_answer(_atlas_of(stack), region, other)
    _answered(answer.to_json, lambda: distance_text(answer), output)


@atlas.command("hubs")
@_FORMAT
def hubs(output: str) -> None:
    """List the hubs: where liquidity is, how well that is known, and who says so.

    \b
    Example:
      geofleet atlas hubs
    """
    from operations.atlas_text import hubs_text
    from schemas.atlas import PUBLISHED
    from schemas.atlas.answers import hubs_answer

    answer = hubs_answer(PUBLISHED)
    _answered(answer.to_json, lambda: hubs_text(answer), output)


@atlas.command("machines")
@click.argument("region", metavar="[REGION]", required=False)
@click.option("--vcpu", type=click.IntRange(1, 192), default=2, show_default=True, help="Virtual processors, at least.")
@click.option("--memory-gib", type=click.IntRange(1, 1536), default=4, show_default=True, help="Memory, at least.")
@click.option("--local-disk-gib", type=click.IntRange(0), default=0, show_default=True, help="Local disk, at least.")
@click.option("--confidential", is_flag=True, help="Only types that run AMD SEV-SNP or Intel TDX.")
@click.option("--most", type=click.IntRange(1), default=20, show_default=True, help="Rows of the table.")
@_STACK
@_FORMAT
def machines(  # the words of the command line
    region: str | None, vcpu: int, memory_gib: int, local_disk_gib: int, confidential: bool, most: int,
    stack: str | None, output: str,
) -> None:  # fmt: skip
    """List the machines that fit in a region, or the cheapest in each, with price and evidence.

    Prices are on demand, for the machine alone; a month has 730 hours.

    \b
    Example:
      geofleet atlas machines gcp:europe-west2 --vcpu 4 --memory-gib 16 --confidential
    """
    from operations.atlas_text import machines_text
    from schemas.atlas.answers import machines_answer
    from schemas.atlas.offers import Need

    need = Need(vcpu=vcpu, memory_gib=memory_gib, local_disk_gib=local_disk_gib, confidential=confidential)
    answer = machines_answer(_atlas_of(stack), need, region)
    _answered(answer.to_json, lambda: machines_text(answer, most), output)


@atlas.command("locate")
@click.argument("count", metavar="COUNT", type=click.IntRange(1))
@click.option("--minimise", type=click.Choice(["worst", "mean"]), default="worst", show_default=True,
              help="The longest round trip, or the mean of all.")  # fmt: skip
@click.option("--to", multiple=True, metavar="REGION|HUB", help="A place to reach; aws:* is many. Left out: the "
              "regions to choose from.")  # fmt: skip
@click.option("--allow", multiple=True, metavar="REGION", help="Choose from these only; aws:eu-* is many.")
@click.option("--forbid", multiple=True, metavar="REGION", help="Never choose these.")
@click.option("--keep", multiple=True, metavar="REGION", help="One of the COUNT that is settled already.")
@click.option("--measured", "is_measured", is_flag=True, help="Use measured round trips only, no estimates.")
@click.option("--stack", metavar="STACK", help="Choose from the regions that this spec allows, know its hubs, and use "
              "the figures in stacks/STACK.atlas.yaml.")  # fmt: skip
@_FORMAT
def locate(  # the words of the command line
    count: int, minimise: Minimised, to: tuple[str, ...], allow: tuple[str, ...], forbid: tuple[str, ...],
    keep: tuple[str, ...], is_measured: bool, stack: str | None, output: str,
) -> None:  # fmt: skip
    """Choose the COUNT regions from which places are reached in the least time, proven.

    Answers for places alone: no survival, no cost, no machines, for which see geofleet plan.
    Exits with 5 when so few regions cannot reach every place.

    \b
    Example:
      geofleet atlas locate 3 --minimise worst
      geofleet atlas locate 2 --allow 'gcp:*' --to deribit --to binance --minimise mean
    """
    from operations.atlas_text import location_text
    from operations.locating import Question
    from operations.locating import locate as answer_to

    question = Question(
        count=count, minimise=minimise, network=_network_of(stack), allow=allow, forbid=forbid, to=to, keep=keep,
        is_measured=is_measured,
    )  # fmt: skip
    answer = answer_to(_atlas_of(stack), question)
    _answered(answer.to_json, lambda: location_text(answer), output)


@atlas.command("check")
@_STACK
@_FORMAT
def check(stack: str | None, output: str) -> None:
    """Check that everything the atlas says can be so: light, symmetry, sources, dates, prices.

    Exits with 1 when anything is found. A note is worth knowing and fails nothing.

    \b
    Example:
      geofleet atlas check --stack lab
    """
    from schemas.atlas.checking import check_atlas, check_text

    found = check_atlas(_atlas_of(stack))
    _answered(found.to_json, lambda: check_text(found), output)
    sys.exit(found.exit_code)


@atlas.command("measure")
@click.argument("stack", metavar="STACK")
@click.option("--output", "path", type=click.Path(dir_okay=False, path_type=Path),
              help="The file; stacks/STACK.atlas.yaml when left out, for a lab its reports.")  # fmt: skip
def measure(stack: str, path: Path | None) -> None:
    """Measure round trips and jitter between a deployed stack's regions, and write them as a file.

    The file is one of overrides: where it lies beside the spec, plans and rules use it. A lab
    emulates what its plan says, so its figures keep the kind of evidence that the plan had.

    \b
    Example:
      geofleet atlas measure lab --output stacks/lab.atlas.yaml
    """
    from operations.atlas_measuring import run_measure

    say(f"written: {run_measure(stack, path)}")


def _atlas_of(stack: str | None) -> Atlas:
    from schemas.loading.atlas_file import every_stack_atlas, stack_atlas

    if stack is None:
        return every_stack_atlas()
    from operations.planning import files_of  # here, as it loads all of placement

    return stack_atlas(files_of(stack).spec)


def _network_of(stack: str | None) -> Network | None:
    if stack is None:
        return None
    from operations.planning import files_of
    from stacks.stack import load_stack_spec

    return load_stack_spec(files_of(stack)).network


def _answered(to_json: Callable[[], dict[str, Any]], text: Callable[[], str], output: str) -> None:
    if output == "json":
        show_json(to_json())
    else:
        show(text())
