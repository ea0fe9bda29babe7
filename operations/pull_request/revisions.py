"""The stacks of a checkout, and of a git revision of it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from operations.git_files import git, top_of, yaml_files
from schemas.diagnostics import InvalidDocumentError
from schemas.document import read_file
from schemas.errors import EnvironmentMissingError, UsageError
from schemas.locations import REPOSITORY
from stacks.stack import StackFiles

BESIDE = (".lock", ".keys", ".atlas", ".policies", ".waivers", ".baseline")
"""Middle parts of the names of files that stand beside a spec and are none."""


def stacks_in(root: Path) -> dict[str, StackFiles]:
    """Return the stacks of a checkout: every network's spec directly in its `stacks` folder, by name.

    Overlays and files that do not say what they are count too when their name could be a stack's: a spec that has
    become unreadable must not look like one that was deleted.
    """
    found: dict[str, StackFiles] = {}
    for spec in sorted((root / "stacks").glob("*.yaml")):
        if not spec.name.startswith("Pulumi") and Path(spec.stem).suffix not in BESIDE and _may_be_a_network(spec):
            found[spec.stem] = StackFiles(
                name=spec.stem, spec=spec, lock=spec.with_name(f"{spec.stem}.lock.yaml"),
                ledger=spec.with_name(f"{spec.stem}.keys.yaml"),
            )  # fmt: skip
    return found


def _may_be_a_network(spec: Path) -> bool:
    try:
        value = read_file(spec).value
    except InvalidDocumentError:
        return True
    return not isinstance(value, dict) or value.get("kind", "Network") in ("Network", "Overlay")


@contextmanager
def revision(base: str, repository: Path = REPOSITORY) -> Iterator[Path]:
    """Yield a folder with every YAML file of a git revision.

    Args:
        base: A revision; what a pull request is compared with is where it left the branch: `main...HEAD` means that.
        repository: The checkout.

    Raises:
        UsageError: There is no such revision.
        EnvironmentMissingError: git is not installed, or this is no git checkout.
    """
    if shutil.which("git") is None:
        raise EnvironmentMissingError("git is not installed", remedy="Install git.")
    top = top_of(repository)
    if top is None:
        raise EnvironmentMissingError(
            f"{repository} is no git checkout", remedy="Run it in a clone; shallow clones need `fetch-depth: 0`."
        )
    with yaml_files(top, _commit(repository, base)) as found, tempfile.TemporaryDirectory() as nothing:
        # a revision without any such file: every stack is new
        yield (found or Path(nothing)) / repository.resolve().relative_to(top.resolve())


def _commit(repository: Path, base: str) -> str:
    """Return the commit that a base names: where the branches parted, so that others' work is not ours."""
    if base.startswith("-"):
        raise UsageError(f"'{base}' is no git revision", remedy="Name one, such as origin/main.")
    parted = git(repository, "merge-base", base, "HEAD")
    found = parted or git(repository, "rev-parse", "--verify", "--quiet", f"{base}^{{commit}}")
    if found is None:
        raise UsageError(
            f"'{base}' is no git revision of this checkout",
            remedy="Name one, such as origin/main; in CI fetch it first (`fetch-depth: 0`).",
        )
    return found.decode().strip()
