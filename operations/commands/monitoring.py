"""`geofleet dashboard`: what Grafana and Prometheus need of a stack."""

from __future__ import annotations

import click

from operations.console import show


@click.command()
@click.argument("stack", metavar="STACK")
@click.option("--targets", is_flag=True, help="Print instead what Prometheus scrapes, for its file_sd_configs.")
def dashboard(stack: str, targets: bool) -> None:
    """Print a stack's Grafana dashboard, or the targets that feed it, as JSON.

    Both come from the plan; nothing needs to run. Let Prometheus read the targets
    (file_sd_configs): they have the labels that the dashboard selects by. In the lab they can be
    reached from the operators' network only.

    \b
    Example:
      geofleet dashboard lab > dashboard.json
      geofleet dashboard lab --targets > targets.json
    """
    import json

    from operations.planning import files_of, planned

    plan = planned(files_of(stack)).plan
    if targets:
        from operations.monitoring.targets import file_sd, targets_of

        show(json.dumps(file_sd(plan.stack, targets_of(plan)), indent=2))
    else:
        from operations.monitoring.dashboard import dashboard_text

        show(dashboard_text(plan))
