"""`geofleet plan --diff`: the comparison in the form that its reader needs."""

from __future__ import annotations

from operations.comparing_plans import compare
from operations.comparison_sources import after_side, before_side
from operations.comparison_text import comparison_markdown, comparison_text
from operations.console import show, show_json
from operations.planning import Planned


def show_comparison(found: Planned, given: str, output: str) -> None:
    """Show how the plan that the spec gives now differs from a lock.

    Args:
        found: The plan.
        given: A lock file, or a git revision; empty: the stack's lock on disk.
        output: `text`, `json` or `markdown`.

    Raises:
        UsageError: There is nothing to compare with.
        InvalidDocumentError: The lock is damaged.
    """
    compared = compare(before_side(found, given), after_side(found), found.spec.network, atlas=found.atlas)
    if output == "json":
        show_json(compared.to_json())
    elif output == "markdown":
        show(comparison_markdown(compared).rstrip("\n"))
    else:
        show(comparison_text(compared))
