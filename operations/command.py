"""The `geofleet` command: its words, its help, and how it ends.

Each subcommand imports what it needs when it runs, so that `geofleet check` starts
without the engine's SDK and `geofleet --help` at once.
"""

from __future__ import annotations

import errno
import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from operations.commands.atlas import atlas
from operations.commands.attesting import attest
from operations.commands.checking import baseline, check
from operations.commands.drilling import drill
from operations.commands.monitoring import dashboard
from operations.commands.pull_requests import affected, diff
from operations.commands.recovering import recover
from operations.commands.rendering import render
from operations.commands.reporting import report
from operations.commands.simulating import simulate
from operations.commands.watching import watch
from operations.commands.writing import explain, fmt, init, migrate
from operations.console import say, show, show_json
from schemas.errors import EnvironmentMissingError, ExitCode, FleetError

if TYPE_CHECKING:
    from schemas.report import Report

_FORMAT = click.option(
    "--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True,
    help="Form of the result on standard output; progress goes to standard error.",
)  # fmt: skip
_STACK = click.argument("stack", metavar="STACK")

_EPILOG = """\b
STACK is a stack's name (lab is stacks/lab.yaml); check and plan also take a spec's path.
\b
Exit codes: 0 pass, 1 findings or failed verification, 2 spec or usage, 3 drift,
4 not evaluated, 5 infeasible, 6 environment, 7 engine or provider, 8 locked.
"""


@click.group(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def cli() -> None:
    """Turn one YAML file into a decentralised network's infrastructure.

    A first look: `geofleet check lab`, `geofleet plan lab`, `geofleet up lab`,
    `geofleet status lab`, `geofleet down lab`.
    """


for _command in (
    check, explain, init, fmt, migrate, render, atlas, simulate, drill, affected, diff, baseline, report, recover,
    watch, dashboard, attest,
):  # fmt: skip
    cli.add_command(_command)


@cli.command()
@_STACK
@click.option("--write", is_flag=True, help="Write the plan lock, stacks/NAME.lock.yaml; commit it.")
@click.option("--map", "map_file", metavar="FILE.svg", help="Draw the fleet on a map of the world.")
@click.option("--matrix", "matrix_file", metavar="FILE.svg", help="Draw round trips and jitter as a heat map.")
@click.option("--front", is_flag=True, help="Show instead what each fleet can have of cost, latency and survival.")
@click.option("--front-picture", "front_file", metavar="FILE.svg", help="Draw that too.")
@click.option("--diff", "other", is_flag=False, flag_value="", metavar="[LOCKFILE|GIT_REF]",
              help="Show instead what moves, why, and what it changes in survival, latency and cost, against the lock "
              "on disk, another lock, or the lock of a git revision.")  # fmt: skip
@click.option("--seconds", "seconds_max", type=click.FloatRange(0.1, 3600), default=60, show_default=True,
              help="Longest time to place one fleet; the best found is then taken, and its proven gap told.")  # fmt: skip
@click.option("--format", "output", type=click.Choice(["text", "json", "markdown"]), default="text",
              show_default=True, help="Form of the result on standard output; markdown only with --diff.")  # fmt: skip
def plan(
    stack: str, write: bool, map_file: str | None, matrix_file: str | None, front: bool, front_file: str | None,
    other: str | None, seconds_max: float, output: str,
) -> None:  # fmt: skip
    """Show where every host goes, what separates them, and what they cost.

    The last lines tell each fleet's machines, cost, latency and worst single failure, as
    `geofleet simulate` has them. A price that nobody knows stays unknown.

    With --front every fleet is placed again under lower and lower budgets and stronger
    promises; what no other placement beats in cost, latency and survival is shown.

    With --write the placements are locked: no later run, atlas or solver moves them.

    \b
    Example:
      geofleet plan lab
      geofleet plan lab --write
      geofleet plan lab --map lab.svg --matrix lab-round-trips.svg
      geofleet plan lab --diff main
      geofleet plan lab --front --front-picture choices.svg
    """
    from operations.plan_summary import plan_summary, proof_text
    from operations.planning import files_of, planned, write_lock
    from schemas.plan_text import plan_text

    if output == "markdown" and other is None:
        raise click.UsageError("markdown is a form of --diff")
    if other is not None and (front or front_file is not None):
        raise click.UsageError("--diff and --front are two questions: ask one at a time")
    found = planned(files_of(stack), seconds_max=seconds_max)
    if found.proofs:
        say(proof_text(found.proofs))
    for kind, file in (("map", map_file), ("matrix", matrix_file)):
        if file is not None:
            from operations.pictures.files import write_picture

            write_picture(kind, Path(file), found.plan, found.atlas)
            say(f"written: {file}")
    if other is not None:
        from operations.comparing import show_comparison

        show_comparison(found, other, output)
    if write:
        say(f"written: {write_lock(found)}")
    elif not found.locked:
        say(f"not locked yet; lock it with: geofleet plan {stack} --write")
    if front or front_file is not None:
        from operations.front import show_front

        show_front(found, Path(front_file) if front_file else None, output)
    if other is not None or front or front_file is not None:
        return
    if output == "json":
        show_json(found.plan.to_json())
    else:
        show(plan_text(found.plan) + "\n" + plan_summary(found.plan, found.atlas))


@cli.command()
@_STACK
@click.option("--verify/--no-verify", default=True, show_default=True, help="Verify every host when it is built.")
@_FORMAT
def up(stack: str, verify: bool, output: str) -> None:
    """Build a stack, or bring back what is missing, and verify it.

    Checks and plans, previews with the policy pack (and stops there when a rule refuses),
    builds, waits for the hosts, and runs the host verification. A second run with nothing
    changed changes nothing.

    \b
    Example:
      geofleet up lab
    """
    from operations.running import run_up

    _show_status(*run_up(stack, verify=verify), output)


@cli.command()
@_STACK
@click.option("--wait", "wait_s", type=click.IntRange(0, 3600), default=0, show_default=True,
              help="Seconds to wait for hosts that are still booting.")  # fmt: skip
@_FORMAT
def verify(stack: str, wait_s: int, output: str) -> None:
    """Verify every host of a deployed stack, as an operator would: over SSH.

    Runs the testinfra suite in tests/hosts (so it works from a checkout only) and writes one
    JUnit file. Each check has the ID of the rule that it proves.

    \b
    Example:
      geofleet verify lab --wait 120
    """
    from operations.checking import report_text
    from operations.running import run_verify

    report = run_verify(stack, wait_s=wait_s)
    _finish(report, output, report_text(report))


@cli.command()
@_STACK
@_FORMAT
def status(stack: str, output: str) -> None:
    """Show hosts, their work, chains, and promised beside measured round trips.

    \b
    Example:
      geofleet status lab
    """
    from operations.running import run_status

    _show_status(run_status(stack), None, output)


@cli.command()
@_STACK
@click.option("--yes", is_flag=True, help="Do not ask.")
def down(stack: str, yes: bool) -> None:
    """Remove a lab stack: hosts, keys, ledger, sign state, genesis and state together.

    The next `up` makes new keys and a new chain ID. The spec and its plan lock stay.

    \b
    Example:
      geofleet down lab --yes
    """
    from operations.teardown import tear_down

    if not yes and not sys.stdin.isatty():
        raise click.UsageError("nobody can be asked here; say --yes to remove the stack with its keys")
    if not yes:
        click.confirm(f"Remove stack '{stack}' with its keys and sign state?", abort=True, err=True)
    tear_down(stack)
    say(f"stack '{stack}' is gone")


@cli.command()
@_STACK
@click.argument("host", metavar="HOST")
def restart(stack: str, host: str) -> None:
    """Restart one host: a reboot, which brings back every unit and the firewall.

    Its keys, its volume and its address stay. Verify afterwards.

    \b
    Example:
      geofleet restart lab validators-1
    """
    from operations.running import run_restart

    run_restart(stack, host)


@cli.command()
@_STACK
@click.argument("host", metavar="HOST")
@click.argument("arguments", metavar="[COMMAND]...", nargs=-1)
def ssh(stack: str, host: str, arguments: tuple[str, ...]) -> None:
    """Open a shell on a host as the operator, or run one command there.

    \b
    Example:
      geofleet ssh lab validators-1
      geofleet ssh lab validators-1 systemctl status cometbft
    """
    from operations.running import run_ssh

    run_ssh(stack, host, arguments)


@cli.command()
@_STACK
def env(stack: str) -> None:
    """Print the variables that plain `pulumi` needs for a stack: eval "$(geofleet env lab)".

    \b
    Example:
      eval "$(geofleet env lab)" && pulumi preview --stack lab
    """
    import shlex

    from operations.engine import engine_environment, prepare_state
    from operations.planning import files_of

    prepare_state()
    for name, value in sorted(engine_environment(files_of(stack).name).items()):
        show(f"export {name}={shlex.quote(value)}")


@cli.group()
def keys() -> None:
    """Make keys, and give permissions that only an operator can give."""


@keys.command("create")
@_STACK
def keys_create(stack: str) -> None:
    """Make every key that the plan's hosts lack, before they are deployed.

    Private keys go to the stack's secret store, public parts to stacks/NAME.keys.yaml. A key
    that exists is never replaced.

    \b
    Example:
      geofleet keys create lab
    """
    from operations.running import run_keys_create

    run_keys_create(stack)


@keys.command("put")
@_STACK
def keys_put(stack: str) -> None:
    """Put secrets' values and first-start permissions into a stack's clouds.

    `geofleet up` does it by itself; say it after a plain `pulumi up`, which never sees a secret.
    What is there already stays; another key under the same name is refused.

    \b
    Example:
      geofleet keys put production
    """
    from operations.running import run_keys_put

    run_keys_put(stack)


@keys.command("permit-first-start")
@_STACK
@click.argument("host", metavar="HOST")
@click.option("--i-know-it-never-signed", is_flag=True, required=True,
              help="Say that this key has signed nothing that its volume no longer knows.")  # fmt: skip
def keys_permit(stack: str, host: str, i_know_it_never_signed: bool) -> None:
    """Let a validator start once without sign state.

    A key that has signed and starts without its sign state signs a height twice and is
    slashed. Only someone who knows that it has not signed, or that the chain has passed what
    it signed, may say this.

    \b
    Example:
      geofleet keys permit-first-start lab validators-1 --i-know-it-never-signed
    """
    from operations.running import run_permit

    assert i_know_it_never_signed, "click refuses without it"
    run_permit(stack, host)


def main() -> None:
    """Run the command; every failure is one message and an exit code with a meaning."""
    # Start-up makes tens of thousands of objects that all stay (models of the spec, rules): looking for garbage among
    # them again and again costs a tenth of it.
    gc.set_threshold(50_000, 20, 100)
    try:
        code = cli.main(prog_name="geofleet", standalone_mode=False)
    except click.exceptions.Abort:
        say("stopped")
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(ExitCode.USAGE)
    except FleetError as error:
        _fail(error)
    except KeyboardInterrupt:
        say("interrupted; run the same command again to go on")
        sys.exit(130)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EDQUOT):
            raise
        _fail(
            EnvironmentMissingError(
                f"{error.filename or 'a file'} cannot be read or written: {error.strerror}",
                remedy="Free some space, or mend the permissions; then run the command again.",
            )
        )
    sys.exit(code if isinstance(code, int) else ExitCode.PASSED)


def _fail(error: FleetError) -> None:
    if "--format=json" in sys.argv or ("--format" in sys.argv and "json" in sys.argv):
        from schemas.diagnostics import error_report

        show_json(error_report(error).to_json())
    say("\n".join(part for part in (str(error), error.remedy and f"  {error.remedy}") if part))
    sys.exit(error.exit_code)


def _finish(report: Report, output: str, text: str) -> None:
    if output == "json":
        show_json(report.to_json())
    else:
        show(text)
    sys.exit(report.exit_code)


def _show_status(found: Any, report: Report | None, output: str) -> None:
    from operations.checking import report_text
    from operations.overview import overview_text

    if output == "json":
        show_json(found.to_json())
    else:
        show(overview_text(found))
    if report is not None and report.exit_code is not ExitCode.PASSED:
        say(report_text(report))
        sys.exit(report.exit_code)


if __name__ == "__main__":
    main()
