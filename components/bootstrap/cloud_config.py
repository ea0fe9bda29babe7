"""Cloud-init's user data as a Python object, dumped once."""

from __future__ import annotations

import base64
import gzip
import io
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from schemas.errors import FleetError

BYTES_MAX = 16384
"""What AWS takes as user data."""

_FOLDER = "/var/lib/geofleet"
_CHANGED = 1_700_000_000
"""One time stamp for every file, so that the same files are the same bytes."""


class BootDataError(FleetError):
    """Boot data that no host could use."""


@dataclass(frozen=True, kw_only=True)
class Fragment:
    """Files and commands that one part of boot data brings."""

    files: Mapping[str, str] = field(default_factory=dict)
    """Path to text."""
    modes: Mapping[str, int] = field(default_factory=dict)
    """Mode of files that are not 0644."""
    links: Mapping[str, str] = field(default_factory=dict)
    """Path of a symbolic link to its target."""
    commands: Sequence[Sequence[str]] = ()
    """Words, run in order after all files are there, at every boot; the second time they change nothing.

    A provider's come before the core's, which start the services.
    """
    bytes_max: int = 0
    """What the provider takes as user data, if that is more than AWS takes; only a provider's part says it."""


def cloud_config(core: Fragment, provider: Fragment) -> str:
    """Return `#cloud-config` text; the core's part is the same bytes on every back end.

    Files come as one compressed archive for each part: a third smaller than one by
    one, and unpacked again at every boot, so a restart puts right what was edited on
    the host. Everything happens in cloud-init's first stage: firewall and units are
    there before anything listens, and the later stages have nothing to do. Modules
    that are not named do not run: no default user, no generated host keys.

    Raises:
        BootDataError: It is larger than a provider takes.
    """
    parts = {f"{_FOLDER}/{name}.tar": part for name, part in (("core", core), ("provider", provider)) if part.files}
    commands: list[Sequence[str]] = [
        ("tar", "--extract", f"--file={path}", "--directory=/", "--no-overwrite-dir") for path in parts
    ]
    value: dict[str, Any] = {
        "bootcmd": [list(command) for command in (*commands, *provider.commands, *core.commands)],
        "cloud_config_modules": [],
        "cloud_final_modules": ["final-message"],
        "cloud_init_modules": [
            "growpart", "resizefs", "disk_setup", "mounts", "set_hostname", "update_hostname", "update_etc_hosts",
            "write-files", "bootcmd",
        ],
        "manage_etc_hosts": "localhost",  # sudo looks its own host's name up
        "write_files": [_entry(path, part) for path, part in parts.items()],
    }  # fmt: skip
    text = "#cloud-config\n" + yaml.safe_dump(value, sort_keys=True, width=1 << 20)
    bytes_max = max(BYTES_MAX, provider.bytes_max)
    if len(text.encode()) > bytes_max:
        raise BootDataError(
            f"user data is {len(text.encode())} bytes, a provider takes {bytes_max}",
            remedy="Let the host fetch the larger parts by hash (components/bootstrap/programs.py).",
        )
    return text


def _entry(path: str, part: Fragment) -> dict[str, str]:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, text in sorted(part.files.items()):
            data = text.encode()
            member = tarfile.TarInfo(name.removeprefix("/"))
            member.size, member.mtime, member.mode = len(data), _CHANGED, part.modes.get(name, 0o644)
            archive.addfile(member, io.BytesIO(data))
        for name, target in sorted(part.links.items()):
            member = tarfile.TarInfo(name.removeprefix("/"))
            member.type, member.linkname, member.mtime, member.mode = tarfile.SYMTYPE, target, _CHANGED, 0o777
            archive.addfile(member)
    content = gzip.compress(packed.getvalue(), compresslevel=9, mtime=0)
    return {
        "content": base64.b64encode(content).decode(),
        "encoding": "gz+b64",
        "path": path,
        "permissions": "0600",
    }


def written_files(user_data: str) -> dict[str, tuple[int, str]]:
    """Return path to mode and text of every file that user data brings: what a reader reviews.

    A link's text is `-> target`.

    The packed form may differ between machines, because zlib's output may.
    """
    files: dict[str, tuple[int, str]] = {}
    for entry in yaml.safe_load(user_data)["write_files"]:
        packed = gzip.decompress(base64.b64decode(entry["content"]))
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            for member in archive:
                file = None if member.issym() else archive.extractfile(member)
                text = file.read().decode() if file else f"-> {member.linkname}"
                files[f"/{member.name}"] = member.mode, text
    return files
