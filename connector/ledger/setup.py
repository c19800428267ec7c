"""Making the ledger where it is missing, and bringing an older one up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.schema import CreateSchema, CreateTable
from sqlalchemy.sql import quoted_name

from connector.errors import ConfigurationError
from connector.ledger.tables import STEPS, VERSION, ledger_tables

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from connector.warehouse.warehouse import Warehouse


def create_ledger(warehouse: Warehouse) -> None:
    """Make the ledger where it is missing, and bring an older one up to date, whole or not at all.

    Where it stands, nothing is touched: its views may be in use, and the role may not make any.
    Raises ConfigurationError if a newer version of this package made it.
    """
    if _ledger_version(warehouse) == VERSION:
        return
    for attempt in warehouse.again_on_conflict():
        with attempt, warehouse.transaction() as connection:
            warehouse.dialect.serialise_set_up(connection, warehouse.ledger, VERSION)
            # Asked again: another sender may have made it meanwhile, and is perhaps reading the views already,
            # which to make anew would be a deadlock with it.
            if _ledger_version(warehouse) != VERSION:
                _make_ledger(warehouse, connection)


def _make_ledger(warehouse: Warehouse, connection: Connection) -> None:
    # the schema stands unquoted in the named queries, so it must be made unquoted
    connection.execute(CreateSchema(quoted_name(warehouse.ledger, quote=False), if_not_exists=True))
    for table in ledger_tables(quoted_name(warehouse.ledger, quote=False)).sorted_tables:
        connection.execute(CreateTable(table, if_not_exists=True))
    warehouse.run(connection, "insert_lock_row", {"ledger_version": VERSION})
    found = warehouse.run(connection, "lock_row").scalar_one()
    if found > VERSION:
        raise ConfigurationError(
            f"the ledger in schema {warehouse.ledger} has version {found}, this package knows {VERSION}: "
            "upgrade conversions-connector, or name another CONNECTOR_LEDGER_SCHEMA."
        )
    for version in range(found + 1, VERSION + 1):
        for step in STEPS[version]:
            warehouse.run(connection, step)
    warehouse.run(connection, "set_ledger_version", {"ledger_version": VERSION})
    warehouse.run(connection, "create_record_outcomes")
    warehouse.run(connection, "create_conversion_states")


def _ledger_version(warehouse: Warehouse) -> int | None:
    """The version of the ledger that stands; None where there is none, or where it was not finished."""
    try:
        with warehouse.transaction() as connection:
            connection.execute(text(f"select 1 from {warehouse.ledger}.conversion_states limit 0"))  # noqa: S608 - validated
            found: int | None = warehouse.run(connection, "lock_row").scalar()
    except ProgrammingError:
        return None
    return found
