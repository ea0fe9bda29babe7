"""Which Python runs a program or plugin, and in what environment."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any


class ToolchainError(Exception):
    """No Python can run the program; the message says what to do."""


def virtual_environment(options: Mapping[str, Any], root_directory: str) -> Path | None:
    """Return the folder that the `virtualenv` option names, or None without the option.

    A relative path counts from the folder of Pulumi.yaml, PulumiPlugin.yaml or PulumiPolicy.yaml, as with
    the official host.
    """
    named = options.get("virtualenv")
    if not named:
        return None
    return Path(os.path.normpath(Path(root_directory) / str(named)))


def python_command(options: Mapping[str, Any], root_directory: str) -> str:
    """Return the interpreter of the option's virtual environment, else the one on PATH.

    Raises:
        ToolchainError: The option names an environment that is not there, or PATH has no Python.
    """
    folder = virtual_environment(options, root_directory)
    if folder is not None:
        python = folder / "bin" / "python"
        if not os.access(python, os.X_OK):
            raise ToolchainError(
                f"the option 'virtualenv' of {root_directory} names {folder}, which has no bin/python. "
                "Make it (in geofleet: make setup; elsewhere: pulumi install)."
            )
        return str(python)
    found = shutil.which("python3") or shutil.which("python")
    if found is None:
        raise ToolchainError("no python3 on PATH, and the project's options name no 'virtualenv'.")
    return found


def child_environment(python: str, extra: Iterable[str] = ()) -> dict[str, str]:
    """Return this process's environment plus `KEY=value` lines, with the Python's environment activated.

    Activation as `bin/activate` does it, so that commands of the environment are found first.
    """
    environment = dict(os.environ)
    for line in extra:
        key, _, value = line.partition("=")
        environment[key] = value
    folder = Path(python).parent
    if (folder.parent / "pyvenv.cfg").is_file():
        environment["VIRTUAL_ENV"] = str(folder.parent)
        environment["PATH"] = f"{folder}{os.pathsep}{environment.get('PATH', os.defpath)}"
        environment.pop("PYTHONHOME", None)
    return environment
