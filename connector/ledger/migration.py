"""The numbered migrations: each file brings a ledger from the version before it to its own number.

A new ledger runs them all, so that it cannot differ from one that was brought up to date. On DuckDB and PostgreSQL they
are one transaction. Snowflake commits each statement that alters a table, so every statement of a migration can be
repeated: columns are added if they are missing, and a column is not renamed once it has its new name.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from connector.warehouse.warehouse import Warehouse

FILE = re.compile(r"(\d{4})_\w+\.sql")
RENAME = re.compile(r"alter table (\S+) rename column (\w+) to (\w+)")


@cache
def migrations() -> dict[int, tuple[str, ...]]:
    """By version, in order, the statements that bring the version before it up to it."""
    found: dict[int, tuple[str, ...]] = {}
    for entry in files("connector.ledger").joinpath("migrations").iterdir():
        if number := FILE.fullmatch(entry.name):
            if int(number[1]) in found:
                raise ValueError(f"two migrations have the number {number[1]}")
            found[int(number[1])] = _statements(entry.read_text(encoding="utf-8"))
    return dict(sorted(found.items()))


def _statements(script: str) -> tuple[str, ...]:
    plain = "\n".join(line for line in script.splitlines() if not line.startswith("--"))
    return tuple(filter(None, (statement.strip() for statement in plain.split(";"))))


VERSION = max(migrations())
"""The version of the ledger that this package reads and writes."""


def migrate(warehouse: Warehouse, connection: Connection, version: int) -> None:
    """Bring the tables of the ledger from the version before `version` to it. The version is the caller's to write."""
    for statement in migrations()[version]:
        sql = warehouse.queries.fill(statement)
        if not _is_renamed(connection, sql):
            connection.execute(text(sql))


def _is_renamed(connection: Connection, sql: str) -> bool:
    """Whether a statement renames a column that has its new name already, by an attempt that was interrupted."""
    rename = RENAME.fullmatch(sql)
    if rename is None:
        return False
    found = connection.execute(text(f"select * from {rename[1]} limit 0"))  # noqa: S608 - our own names
    return rename[3] in {name.lower() for name in found.keys()}  # noqa: SIM118 - a result, not a dictionary
