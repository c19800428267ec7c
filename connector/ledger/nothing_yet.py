"""A ledger that does not stand yet, for commands that only look: its relations are read as empty, and none is made."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from connector.ledger.migration import RENAME, migrations
from connector.ledger.tables import VIEWS
from connector.warehouse.queries import Queries

if TYPE_CHECKING:
    from connector.warehouse.warehouse import Warehouse

TABLE = re.compile(r"create table if not exists \{ledger\}\.(\w+) \((.*)\)", re.DOTALL)
ADDED = re.compile(r"alter table \{ledger\}\.(\w+) add column if not exists (\w+) (.+)")
COLUMN = re.compile(r"^\s+(\w+) (.+?)(?: not null)?,?$", re.MULTILINE)
FOLDS = dict(zip(VIEWS, ("{fold_states_of_ledger}", "{fold_records_of_ledger}"), strict=True))


def read_as_empty(warehouse: Warehouse) -> None:
    """Have every query of the warehouse find an empty ledger."""
    warehouse.read_through(lambda queries: _NothingYet(queries, warehouse.ledger))


class _NothingYet(Queries):
    def __init__(self, queries: Queries, ledger: str) -> None:
        self._queries = queries
        self._relation = re.compile(rf"\b{re.escape(ledger)}\.(\w+)(?:\s+as\s+(\w+))?")

    def fill(self, text: str, **more: str) -> str:
        return self._relation.sub(self._nothing, self._queries.fill(text, **more))

    def _nothing(self, found: re.Match[str]) -> str:
        name, alias = found.groups()
        rows = self.fill(FOLDS[name]) if name in FOLDS else _no_rows(name)
        return f"({rows}) as {alias or name}"


def _no_rows(table: str) -> str:
    columns = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in _columns()[table].items())
    return f"select {columns} where 1 = 0"


@cache
def _columns() -> dict[str, dict[str, str]]:
    """The columns of each table with their types, as the migrations leave them."""
    tables: dict[str, dict[str, str]] = {}
    for statement in [one for version in migrations().values() for one in version]:
        if made := TABLE.fullmatch(statement):
            tables[made[1]] = dict(COLUMN.findall(made[2]))
        elif added := ADDED.fullmatch(statement):
            tables[added[1]][added[2]] = added[3]
        elif renamed := RENAME.fullmatch(statement):
            columns = tables[renamed[1].rpartition(".")[2]]
            columns[renamed[3]] = columns.pop(renamed[2])
    return tables
