"""Moving a ledger out of the schema in which older versions kept it.

On DuckDB and PostgreSQL a move is one transaction. Snowflake commits each statement that moves a table: so the old lock
row is made unusable first, in the transaction that has seen no run in that ledger, and the table by which a ledger is
recognised moves last. So a killed move never looks like a missing ledger, and can be resumed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.errors import ConfigurationError
from connector.ledger.former import MOVED, former_ledger
from connector.ledger.migration import VERSION
from connector.ledger.setup import begin_set_up, create_ledger, create_lock, create_views, refuse_while_in_use
from connector.ledger.tables import TABLES, VIEWS
from connector.warehouse.contract import columns_of

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from connector.warehouse.warehouse import Warehouse


def move_ledger(warehouse: Warehouse) -> str | None:
    """Move the former ledger to this warehouse's schema with all it remembers; the schema it was in, None if none was.

    Can be repeated, also after it was killed. Raises WarehouseBusy while a run uses the former ledger, and
    ConfigurationError where both schemas hold one.
    """
    former = former_ledger(warehouse)
    if former is None:
        return None
    if columns_of(warehouse, f"{warehouse.ledger}.sync_runs") is not None:
        raise ConfigurationError(
            f"schemas {former.ledger} and {warehouse.ledger} both hold a ledger, and two are never merged: name the "
            "one that has sent to Meta with CONNECTOR_LEDGER_SCHEMA."
        )
    if former.rows("lock_row")[0].ledger_version != MOVED:
        create_ledger(former)  # what moves is of this version
    for attempt in warehouse.again_on_conflict():
        with attempt, warehouse.transaction() as connection:
            _move(warehouse, former, connection)
    return former.ledger


def _move(warehouse: Warehouse, former: Warehouse, connection: Connection) -> None:
    begin_set_up(warehouse, connection)
    create_lock(warehouse, connection)
    former.run(connection, "take_lock", {"sync_id": None})
    standing = [table for table in TABLES if columns_of(warehouse, f"{former.ledger}.{table}") is not None]
    if "sync_leases" in standing:
        refuse_while_in_use(former, connection)
    former.run(connection, "leave_moved", {"moved": MOVED, "holder": f"moved to schema {warehouse.ledger}"})
    warehouse.run(connection, "set_ledger_version", {"ledger_version": VERSION})
    for view in VIEWS:
        warehouse.dialect.move_view(connection, view, former.ledger, warehouse.ledger)
    for table in standing:
        warehouse.dialect.move_table(connection, table, former.ledger, warehouse.ledger)
    create_views(warehouse, connection)
