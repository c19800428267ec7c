"""Making the ledger where it is missing, and bringing an older one up to date."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateSchema
from sqlalchemy.sql import quoted_name

from connector.errors import ConfigurationError, ConnectorError, WarehouseBusy, WarehouseUnavailable
from connector.ledger.former import COLUMNS_OF_OURS, MOVED, refuse_to_overlook
from connector.ledger.migration import VERSION, migrate
from connector.ledger.nothing_yet import read_as_empty
from connector.ledger.runs import RUNS_OF_THIS_PROCESS, end_runs_of_gone_processes
from connector.ledger.tables import TABLES, VIEWS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Connection

    from connector.warehouse.warehouse import Warehouse


def create_ledger(warehouse: Warehouse, *, host: str | None = None) -> None:
    """Make the ledger where it is missing, and bring an older one up to date, whole or not at all.

    A ledger of this version is left alone: its views may be in use, and the role may not be allowed to replace them.
    `host` is where events will go: None never makes an empty ledger beside a former one, see `refuse_to_overlook`.
    Raises ConfigurationError for that, and if a newer version of this package made the ledger; WarehouseBusy if an
    older one is in use.
    """
    found = ledger_version(warehouse)
    if found == VERSION:
        return
    if found is None:
        refuse_to_overlook(warehouse, host)
        refuse_names_of_others(warehouse)
    make = _make_at_once if warehouse.dialect.takes_back_tables else _make_in_turns
    for attempt in warehouse.again_on_conflict():
        with attempt:
            make(warehouse)


def open_ledger(warehouse: Warehouse, *, host: str) -> None:
    """For a command that only looks: where no ledger stands, none is made, and everything reads it as empty.

    Raises as `create_ledger` does, so that what looks says what a sync would.
    """
    if lock_columns(warehouse) is None:
        refuse_to_overlook(warehouse, host)
        refuse_names_of_others(warehouse)
        read_as_empty(warehouse)
        return
    create_ledger(warehouse, host=host)
    end_runs_of_gone_processes(warehouse)


def refuse_names_of_others(warehouse: Warehouse) -> None:
    """Raise ConfigurationError where relations that are not ours have the ledger's names: they are never written to.

    The same where this role may not read them. A set-up that was interrupted has left our lock, and is resumed.
    """
    asked = {"schema": warehouse.ledger.split(".")[-1], "names": ["sync_lock", *TABLES, *VIEWS]}
    taken = [row.relation_name for row in warehouse.rows("relations_in_ledger_schema", asked)]
    # the lock is looked for after them: another sender may make the whole ledger in between
    if taken and not COLUMNS_OF_OURS["sync_lock"] <= set(lock_columns(warehouse) or {}):
        raise ConfigurationError(
            f"{', '.join(f'{warehouse.ledger}.{name}' for name in taken)}: not made by this package, which would keep "
            "its ledger under these names. Name another schema with CONNECTOR_LEDGER_SCHEMA."
        )


def lock_columns(warehouse: Warehouse) -> dict[str, str] | None:
    """The columns of the ledger's lock; None if there is none. Raises ConfigurationError if this role may not read it:
    a ledger that cannot be read is none that is missing, and whoever began another would send again what it holds."""
    lock = f"{warehouse.ledger}.sync_lock"
    try:
        return warehouse.dialect.kinds(warehouse.engine, lock)
    except DBAPIError as error:
        if warehouse.dialect.may_not_write(error):
            raise ConfigurationError(
                f"this role may not read {lock}: grant it usage on the schema {warehouse.ledger} and select on its "
                "tables and views, and to send, insert and update on its tables. Name no other schema: its ledger "
                "would be empty, and everything that this one has recorded as sent would be sent again."
            ) from None
        if warehouse.dialect.is_missing(error):
            return None
        raise


def _make_at_once(warehouse: Warehouse) -> None:
    with warehouse.transaction() as connection:
        begin_set_up(warehouse, connection)
        # Asked again: another sender may have made it meanwhile, and is perhaps reading the views already;
        # replacing them would deadlock with it.
        if ledger_version(warehouse) == VERSION:
            return
        create_lock(warehouse, connection)
        check_version(warehouse, *warehouse.run(connection, "lock_row").one())
        for version in range(_locked_version(warehouse, connection) + 1, VERSION + 1):
            migrate(warehouse, connection, version)
        warehouse.run(connection, "set_ledger_version", {"ledger_version": VERSION})
        create_views(warehouse, connection)


def _make_in_turns(warehouse: Warehouse) -> None:
    """For where each statement that makes something commits, and with that lets go of the lock: one session holds the
    lock while another one makes what the next version adds. Who makes the ledger at the same time takes turns with it,
    and finds in the end that it is made."""
    with warehouse.transaction() as connection:
        begin_set_up(warehouse, connection)
        check_version(warehouse, *warehouse.run(connection, "lock_row").one())
    version = 0
    while version < VERSION:
        with warehouse.transaction() as holding, warehouse.transaction() as making:
            version = _locked_version(warehouse, holding) + 1
            if version <= VERSION:
                migrate(warehouse, making, version)
                warehouse.run(holding, "set_ledger_version", {"ledger_version": version})
            if version >= VERSION:
                create_views(warehouse, making)


def _locked_version(warehouse: Warehouse, connection: Connection) -> int:
    """The version of the ledger, which no other session changes until the transaction ends.

    Raises WarehouseBusy if the ledger is of an older version and in use."""
    warehouse.run(connection, "take_lock", {"sync_id": None})
    version = int(warehouse.run(connection, "lock_row").one().ledger_version)
    if 0 < version < VERSION:
        refuse_while_in_use(warehouse, connection)
    return version


def begin_set_up(warehouse: Warehouse, connection: Connection) -> None:
    """Keep other processes from making the ledger meanwhile. Raises as `make_schema` does."""
    if not warehouse.dialect.takes_back_tables:  # what keeps them out is a table then, in the ledger's own schema
        make_schema(warehouse, connection)
    warehouse.dialect.serialise_set_up(connection, warehouse.ledger)


def make_schema(warehouse: Warehouse, connection: Connection) -> None:
    """The ledger's schema, where it is missing. Raises ConfigurationError where this role may not create one.

    It is looked for first: `if not exists` needs the right to create a schema even where it stands.
    """
    *database, schema = warehouse.ledger.split(".")
    asked = {"schema": schema, "catalog": database[-1] if database else None}
    if warehouse.run(connection, "ledger_schema", asked).first() is not None:
        return
    try:
        # the schema stands unquoted in the named queries, so it must be made unquoted
        connection.execute(CreateSchema(quoted_name(warehouse.ledger, quote=False), if_not_exists=True))
    except DBAPIError as error:
        if warehouse.dialect.may_not_write(error):
            if closed := warehouse.dialect.closed_because(warehouse.engine):
                raise WarehouseUnavailable(closed) from None
            raise ConfigurationError(
                f"schema {warehouse.ledger} is not there, or this role has no right on it, and this role may not "
                "create a schema: create it and make this role its owner, or grant create on the database to this "
                "role. Where it has that right, its transactions are read-only by its settings."
            ) from None
        raise


def create_lock(warehouse: Warehouse, connection: Connection) -> None:
    """The schema and the lock, which holds the version: 0 in a ledger that has nothing else yet."""
    make_schema(warehouse, connection)
    warehouse.run(connection, "create_lock")
    warehouse.run(connection, "insert_lock_row")


def create_views(warehouse: Warehouse, connection: Connection) -> None:
    warehouse.run(connection, "create_record_outcomes")
    warehouse.run(connection, "create_conversion_states")


def check_version(warehouse: Warehouse, version: int, holder: str | None) -> None:
    """Raise ConfigurationError if a ledger of this version cannot be used: it has moved, or a newer package made it."""
    if version == MOVED:
        raise ConfigurationError(
            f"the ledger that was in schema {warehouse.ledger} has been {holder}: name that schema with "
            "CONNECTOR_LEDGER_SCHEMA."
        )
    if version > VERSION:
        raise ConfigurationError(
            f"the ledger in schema {warehouse.ledger} has version {version}, this package knows {VERSION}: "
            "upgrade conversions-connector, or name another CONNECTOR_LEDGER_SCHEMA."
        )


def examine_ledger(warehouse: Warehouse, host: str) -> tuple[str, bool]:
    """What stands there, in words, and whether it can be used as it is. Makes nothing that it does not take back.

    Raises as making would, and where this role may not write or finds no room."""
    schema = f"schema {warehouse.ledger}"
    if lock_columns(warehouse) is None:
        refuse_to_overlook(warehouse, host)
        refuse_names_of_others(warehouse)
        try_to_make(warehouse)
        return f"{schema} has none yet: connector init makes it, before the first dbt build.", False
    version, holder = warehouse.rows("lock_row")[0]
    check_version(warehouse, version, holder)
    if version < VERSION:
        return f"{schema}, version {version}: the next command brings it up to version {VERSION}.", False
    try_to_write(warehouse)
    return f"{schema}, version {version}", True


def try_to_write(warehouse: Warehouse) -> None:
    """Write to every table of the ledger, and take it back. Raises ConfigurationError where this role may not.

    No row is touched and no lock is taken that a sync would wait for: rights are checked all the same.
    """
    with _taken_back(warehouse) as connection:
        for table in TABLES:
            name = f"{warehouse.ledger}.{table}"
            connection.execute(text(f"insert into {name} select * from {name} where 1 = 0"))  # noqa: S608 - validated
        for lock in ("sync_lock set holder = holder", "sync_leases set ended = ended"):
            connection.execute(text(f"update {warehouse.ledger}.{lock} where 1 = 0"))
    warehouse.dialect.try_to_grow(warehouse.engine.url)


def try_to_make(warehouse: Warehouse) -> None:
    """Make the ledger's schema and lock, and take it back, where that can be. Raises as `try_to_write` does."""
    if warehouse.dialect.takes_back_tables:
        with _taken_back(warehouse) as connection:
            create_lock(warehouse, connection)
    warehouse.dialect.try_to_grow(warehouse.engine.url)


@contextmanager
def _taken_back(warehouse: Warehouse) -> Iterator[Connection]:
    with warehouse.engine.connect() as connection, connection.begin() as trying:
        try:
            yield connection
        except DBAPIError as error:
            if warehouse.dialect.may_not_write(error):
                raise _may_not_write(warehouse) from None
            raise
        finally:
            trying.rollback()


def _may_not_write(warehouse: Warehouse) -> ConnectorError:
    if closed := warehouse.dialect.closed_because(warehouse.engine):
        return WarehouseUnavailable(closed)
    return ConfigurationError(
        f"this role may not write the ledger in schema {warehouse.ledger}: status, plan, why and report work, sync and "
        "replay do not. Grant it insert and update on the schema's tables, or use the role that sends (nobody writes "
        "as a read-only role, or into a file that is read-only or that another process is reading)."
    )


def refuse_while_in_use(warehouse: Warehouse, connection: Connection) -> None:
    """Raise WarehouseBusy while a sync run has a valid lease. The caller holds the lock, so none can start now."""
    running = [row.sync_id for row in warehouse.run(connection, "living_leases")]
    if warehouse.dialect.one_process:  # whoever else had a lease is dead: this process holds the file
        running = [sync_id for sync_id in running if sync_id in RUNS_OF_THIS_PROCESS]
    if running:
        raise WarehouseBusy(
            f"the ledger in schema {warehouse.ledger} is of an older version and cannot be changed while sync run "
            f"{running[0]} uses it: run this again when it has ended. If it was killed, its lease expires by itself."
        )


def ledger_version(warehouse: Warehouse) -> int | None:
    """The version of the ledger; None where there is none, or where it was not finished."""
    try:
        found = warehouse.rows("version_of_whole_ledger")
    except DBAPIError as error:
        if warehouse.dialect.is_missing(error) or warehouse.dialect.may_not_write(error):
            return None
        raise
    return int(found[0].ledger_version) if found else None
