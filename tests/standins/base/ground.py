"""What stand-ins and tests share: a folder with the faults that a test asks for, and a small database.

The folder is named by `GEOFLEET_STANDINS`. In it, `control.json` is written by tests and read at each
operation; `ground.sqlite` holds what the emulated cloud drops, every operation of the engine, and how
often each fault has struck.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER_VARIABLE = "GEOFLEET_STANDINS"
_TABLES = """
create table if not exists facts (kind text, region text, id text, value text, primary key (kind, region, id));
create table if not exists operations (
    number integer primary key, at real, package text, operation text, type text, urn text, id text, failed text);
create table if not exists strikes (fault text primary key, count integer);
create table if not exists numbers (name text primary key, value integer);
"""


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One operation that the engine asked a stand-in for."""

    package: str
    operation: str
    """create, read, update, delete or invoke; previews are not counted."""
    type: str
    urn: str
    id: str
    failed: str
    """Why it failed; empty when it did not."""

    @property
    def name(self) -> str:
        """Return the resource's name in the program."""
        return self.urn.rpartition("::")[2]


class Ground:
    """A folder shared by tests and stand-ins, safe for many threads and processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with self._database() as database:
            database.execute("pragma journal_mode=wal")
            database.executescript(_TABLES)

    @classmethod
    def of_environment(cls) -> Ground:
        """Return the folder that the environment names.

        Raises:
            RuntimeError: It names none.
        """
        folder = os.environ.get(FOLDER_VARIABLE)
        if not folder:
            raise RuntimeError(f"a stand-in needs {FOLDER_VARIABLE}: the folder that its test made")
        return cls(Path(folder))

    @contextlib.contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.folder / "ground.sqlite", timeout=60, isolation_level=None)
        try:
            connection.execute("pragma synchronous=off")
            yield connection
        finally:
            connection.close()

    def settings(self) -> Mapping[str, Any]:
        """Return `settings.json`: addresses of emulators and the like."""
        return dict(json.loads((self.folder / "settings.json").read_text(encoding="utf-8")))

    def put(self, kind: str, region: str, identity: str, value: Mapping[str, Any]) -> None:
        """Keep a fact of a resource, in place of a former one."""
        with self._database() as database:
            row = (kind, region, identity, json.dumps(value, sort_keys=True))
            database.execute("insert or replace into facts values (?, ?, ?, ?)", row)

    def get(self, kind: str, region: str, identity: str) -> dict[str, Any] | None:
        """Return a kept fact, or None."""
        with self._database() as database:
            query = "select value from facts where kind = ? and region = ? and id = ?"
            row = database.execute(query, (kind, region, identity)).fetchone()
        return None if row is None else dict(json.loads(row[0]))

    def drop(self, kind: str, region: str, identity: str) -> None:
        """Forget a fact; one that is not there is no error."""
        with self._database() as database:
            database.execute("delete from facts where kind = ? and region = ? and id = ?", (kind, region, identity))

    def facts(self, kind: str | None = None) -> dict[tuple[str, str, str], dict[str, Any]]:
        """Return every kept fact by (kind, region, ID)."""
        with self._database() as database:
            rows = database.execute("select kind, region, id, value from facts order by 1, 2, 3").fetchall()
        return {(k, r, i): json.loads(value) for k, r, i, value in rows if kind in (None, k)}

    def next_number(self, name: str) -> int:
        """Return 1, 2, 3, ...: for identifiers that no two resources share."""
        with self._database() as database:
            statement = (
                "insert into numbers values (?, 1) on conflict(name) do update set value = value + 1 returning value"
            )
            return int(database.execute(statement, (name,)).fetchone()[0])

    def record(self, operation: Operation) -> None:
        """Note an operation that the engine asked for."""
        with self._database() as database:
            database.execute(
                "insert into operations (at, package, operation, type, urn, id, failed) values (?, ?, ?, ?, ?, ?, ?)",
                (
                    time.time(),
                    operation.package,
                    operation.operation,
                    operation.type,
                    operation.urn,
                    operation.id,
                    operation.failed,
                ),
            )

    def operations(self) -> list[Operation]:
        """Return every operation so far, in order."""
        with self._database() as database:
            rows = database.execute(
                "select package, operation, type, urn, id, failed from operations order by number"
            ).fetchall()
        names = ("package", "operation", "type", "urn", "id", "failed")
        return [Operation(**dict(zip(names, row, strict=True))) for row in rows]

    def strike(self, fault: str, times: int) -> bool:
        """Count one more strike of a fault; return whether it may still strike (0 means always)."""
        with self._database() as database:
            statement = (
                "insert into strikes values (?, 1) on conflict(fault) do update set count = count + 1 returning count"
            )
            count = int(database.execute(statement, (fault,)).fetchone()[0])
        return times == 0 or count <= times
