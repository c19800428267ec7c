"""PostgreSQL: psycopg for statements and for rows in, ADBC for rows out as Arrow. Transactions are READ COMMITTED."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import adbc_driver_postgresql.dbapi as adbc
import psycopg
import pyarrow as pa
from psycopg.conninfo import make_conninfo
from psycopg.types.datetime import TimestampLoader
from pyarrow.csv import WriteOptions, write_csv
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import ArgumentError, DBAPIError, ProgrammingError

from connector.errors import ConfigurationError, ConnectorError, WarehouseBusy
from connector.warehouse.dialects import ENUM
from connector.warehouse.dialects.postgres_refusals import MOST_S, check_parameters, is_passing, lack_of, refusal_of

if TYPE_CHECKING:
    from psycopg.abc import Buffer

log = logging.getLogger(__name__)

SET_UP_LOCK = 4_726_550_117
"""Our key for the advisory lock around creating the ledger."""
BUILD_LOCK = 4_726_550_118
"""Our key for the advisory lock around a dbt build."""
STAY_CONNECTED = {"keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3"}
"""For a session that is silent as long as a build runs: neither the network nor the server may take it for dead."""
PATIENT = """
select set_config(name, '0', false)
from pg_settings
where name in ('lock_timeout', 'statement_timeout', 'idle_session_timeout')
"""

KINDS = {
    **dict.fromkeys(("text", "varchar", "bpchar", "name"), "text"),
    **dict.fromkeys(("numeric", "int2", "int4", "int8", "float4", "float8"), "number"),
    "timestamp": "utc_time",
    "timestamptz": "zoned_time",
    "date": "date",
}

OWN_TYPES = text("select oid, typname, typtype from pg_type where oid = any(cast(:codes as oid[]))")
LOCK_NOT_AVAILABLE = "55P03"
"""PostgreSQL's code for a lock that was not granted within lock_timeout."""
CANCELLED = "57014"
"""Its code for a statement that took longer than statement_timeout, or that somebody cancelled."""
LOST = ("40001", "40P01")
"""Its codes for a transaction that lost against another one: a serialization failure or a deadlock."""
NOT_ALLOWED = ("42501", "25006")
"""PostgreSQL's codes for a right that is missing, and for a transaction that may only read."""
MAY_PASS = (psycopg.OperationalError, psycopg.InterfaceError, adbc.OperationalError)
"""What the drivers raise when the connection breaks, among other things."""
ROWS_AT_ONCE = 10_000
PATIENCE = {"connect_timeout": f"{MOST_S:g}"}
ANY_TEXT = {"client_encoding": "UTF8"}
"""Whatever the role, the database or PGCLIENTENCODING say: in another encoding some payloads cannot be read."""
PLANNER = "enable_nestloop"
TERMS = "terms_of_sessions"
"""The execution option of our engines under which the statement stands that a session begins with."""


CLOSED = text("""
select
    pg_is_in_recovery(),
    setting = 'on' and source not in ('user', 'database user', 'client', 'session')
from pg_settings
where name = 'default_transaction_read_only'
""")
STANDBY = (
    "the warehouse is a standby, which nobody can write: status, plan, why and report work, sync and replay do not. "
    "While a failover is under way, run this again when it is over; otherwise name the primary in "
    "CONNECTOR_WAREHOUSE_URL."
)
READ_ONLY = (
    "nobody can write the warehouse: default_transaction_read_only is on for the whole server or database, as hosted "
    "services switch it on when the disk is nearly full. status, plan, why and report work, sync and replay do not. "
    "Make room and switch it off, then run this again."
)
EARLIEST = datetime(1, 1, 1)  # noqa: DTZ001 - times are UTC without zone
LATEST = datetime(9999, 12, 31, 23, 59, 59)  # noqa: DTZ001 - the same


class BoundedTimestampLoader(TimestampLoader):
    """Reads a time that Python has no value for (infinity, before Christ, after 9999) as the nearest that it has."""

    def load(self, data: Buffer) -> datetime:
        try:
            return super().load(data)
        except psycopg.DataError:
            text = bytes(data)
            return EARLIEST if text.startswith(b"-") or text.endswith(b"BC") else LATEST


class Postgres:
    one_process = False
    takes_back_tables = True
    reads_in_parts = True
    write_interval_s = 0.0
    asks_at_once = True
    errors: tuple[type[Exception], ...] = (DBAPIError, psycopg.Error, adbc.Error)
    fragments: Mapping[str, str] = {
        "utc_now": "timezone('utc', clock_timestamp())",
        "outcome_rows": "json_to_recordset(cast(:rows as json)) as arrived ({outcome_columns})",
        "lease_end": "timezone('utc', clock_timestamp()) + :ttl_s * interval '1 second'",
        "schemata": "information_schema.schemata",
        "ties": "",
        "once": "materialized",
        "comments": (
            "(select nspname as schema_name, relname as relation_name, obj_description(pg_class.oid, 'pg_class') as "
            "comment from pg_class inner join pg_namespace on relnamespace = pg_namespace.oid) as comments"
        ),
    }

    in_utc: Mapping[str, str] = {
        "utc_time": "{}",
        "zoned_time": "timezone('UTC', {})",
        "date": "cast({} as timestamp)",
    }

    def open(self, url: URL, *, lock_wait_s: float, create: bool, key: object = None, looking: bool = False) -> Engine:
        """Raises WarehouseUnavailable for what time mends, ConfigurationError for what only a person does."""
        check_parameters(url.query)
        if (engine := _engine(url, lock_wait_s)) is None:
            raise ConfigurationError("the hosts and ports in CONNECTOR_WAREHOUSE_URL do not match: each host has one.")
        event.listen(engine, "connect", partial(_set_terms, terms=engine.get_execution_options()[TERMS]))
        try:
            with engine.connect():
                return engine
        except (DBAPIError, psycopg.Error):
            pass
        # Outside the except block: the original text names the user and may quote more of the URL.
        raise refusal_of(_parts(engine))

    @contextmanager
    def stream(
        self, engine: Engine, sql: str, params: Mapping[str, Any], *, rows: int
    ) -> Iterator[pa.RecordBatchReader]:
        # not a URL: SQLAlchemy and libpq escape in different ways
        address = make_conninfo("", **_parts(engine) | _unquoted(engine))
        hint = {"adbc.postgresql.batch_size_hint_bytes": str(rows * 1024)}
        try:
            with adbc.connect(address) as connection, connection.cursor() as cursor:
                cursor.execute(engine.get_execution_options()[TERMS])
                cursor.fetchone()
                cursor.adbc_statement.set_options(**hint)
                cursor.execute(_with_literals(sql, params))
                yield _with_codes(cursor)
        except (OSError, pa.ArrowException):
            broken = True  # Arrow's own error carries the server's text, which may quote a row
        else:
            broken = False
        if broken:
            raise psycopg.OperationalError("the bulk read failed")

    def kinds(self, engine: Engine, relation: str) -> dict[str, str]:
        with engine.connect() as connection:
            cursor: Any = connection.execute(text(f"select * from {relation} limit 0")).cursor  # noqa: S608 - validated
            types = psycopg.adapters.types
            codes = {column.name.lower(): column.type_code for column in cursor.description}
            own = sorted({code for code in codes.values() if types.get(code) is None})
            known = connection.execute(OWN_TYPES, {"codes": own}) if own else ()
            names = {row.oid: ENUM if row.typtype == "e" else row.typname for row in known}
        names |= {code: found.name for code in codes.values() if (found := types.get(code))}
        return {column: KINDS.get(names.get(code, ""), names.get(code, "unknown")) for column, code in codes.items()}

    def load(self, connection: Connection, relation: str, table: pa.Table) -> None:
        raw: Any = connection.connection.driver_connection
        names = ", ".join(f'"{name}"' for name in table.column_names)
        texts = table.cast(pa.schema([(name, pa.string()) for name in table.column_names]))
        with raw.cursor() as cursor, cursor.copy(f"copy {relation} ({names}) from stdin (format csv)") as copy:
            for batch in texts.to_batches(max_chunksize=ROWS_AT_ONCE):
                rows = pa.BufferOutputStream()
                write_csv(batch, rows, WriteOptions(include_header=False, quoting_style="all_valid"))
                copy.write(rows.getvalue())

    def joining_as_written(self, connection: Connection) -> AbstractContextManager[None]:
        return nullcontext()

    def serialise_set_up(self, connection: Connection, ledger: str) -> None:
        connection.execute(text("select pg_advisory_xact_lock(:number)"), {"number": SET_UP_LOCK})

    def move_table(self, connection: Connection, table: str, source: str, target: str) -> None:
        connection.execute(text(f"alter table {source}.{table} set schema {target}"))

    def move_view(self, connection: Connection, view: str, source: str, target: str) -> None:
        """Views that dbt has built on it know it by its identity, so that they go on reading it."""
        connection.execute(text(f"alter view if exists {source}.{view} set schema {target}"))

    @contextmanager
    def building(self, url: URL, *, lock_wait_s: float) -> Iterator[None]:
        """dbt replaces a view by dropping the old one and every view that depends on it: another build's, too.

        Waits as long as the other build takes; a lock of the session, so that no transaction stays open meanwhile.
        """
        terms = dict(STAY_CONNECTED)
        if os.environ.get("PGOPTIONS") != "":  # as dbt's own sessions have it: what refuses it is told before dbt runs
            terms["options"] = f"-c {PLANNER}=off {url.query.get('options', '')}".rstrip()
        engine = self.open(url.update_query_dict(terms), lock_wait_s=0, create=False)
        connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            connection.execute(text(PATIENT))
            lock = {"number": BUILD_LOCK}
            if not connection.execute(text("select pg_try_advisory_lock(:number)"), lock).scalar_one():
                log.info("another dbt build is running on this database: waiting until it has finished")
                connection.execute(text("select pg_advisory_lock(:number)"), lock)
            yield
        finally:
            connection.invalidate()  # the lock goes with the session
            engine.dispose()

    def is_conflict(self, error: BaseException) -> bool:
        """A deadlock or a serialization failure: PostgreSQL has rolled the transaction back."""
        return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in LOST

    def is_missing(self, error: BaseException) -> bool:
        return isinstance(error, ProgrammingError)

    def is_transient(self, error: BaseException) -> bool:
        cause = error.orig if isinstance(error, DBAPIError) else error
        code = getattr(cause, "sqlstate", None)
        return isinstance(cause, MAY_PASS) and is_passing(code)

    def may_not_write(self, error: BaseException) -> bool:
        """The role lacks a right, or the server is a standby, or the role's transactions are read-only."""
        return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in NOT_ALLOWED

    def closed_because(self, engine: Engine) -> str | None:
        with suppress(DBAPIError), engine.connect() as connection:
            follows, is_read_only = connection.execute(CLOSED).one()
            return STANDBY if follows else READ_ONLY if is_read_only else None
        return None

    def try_to_grow(self, url: URL) -> None:
        """Its disks are the server's."""

    def refusal(self, cause: BaseException) -> ConnectorError | None:
        code = getattr(cause, "sqlstate", None)
        if lack := lack_of(code):
            return lack
        if code == LOCK_NOT_AVAILABLE:
            return WarehouseBusy(
                "another session holds a lock in the warehouse and did not release it in time: wait for it to end, "
                "or raise CONNECTOR_LOCK_WAIT_S."
            )
        if code in LOST:
            return WarehouseBusy(
                f"PostgreSQL ended a transaction that was in the way of another one ({code}): run this again. On a "
                "standby, what comes from the primary goes first: set hot_standby_feedback = on there, or raise "
                "max_standby_streaming_delay."
            )
        if code == CANCELLED:
            return ConnectorError(
                "PostgreSQL cancelled a statement: it took longer than statement_timeout allows (of the role, the "
                "database or the server), or a person cancelled it. Raise statement_timeout for this role, then run "
                "this again; what a sync had claimed is owed or unconfirmed, never lost."
            )
        return None

    def advice(self, cause: BaseException) -> str:
        return "See PostgreSQL's own log for details, fix the cause, then"


DIALECT = Postgres()


def _terms(url: URL, lock_wait_s: float) -> str:
    """The statement that a session begins with. Not startup options, which a pooler such as PgBouncer refuses."""
    terms = {"TimeZone": "UTC", "lock_timeout": str(int(max(lock_wait_s, 1) * 1000))}
    # right after a large load there are no statistics, and nested loops made the claim take quadratic time
    if PLANNER not in str(url.query.get("options", "")):
        terms[PLANNER] = "off"
    return "select " + ", ".join(f"set_config('{name}', '{value}', false)" for name, value in terms.items())


def _set_terms(raw: Any, _: object, *, terms: str) -> None:
    before, raw.autocommit = raw.autocommit, True  # else the next rollback would undo them
    raw.execute(terms)
    raw.autocommit = before
    raw.adapters.register_loader("timestamp", BoundedTimestampLoader)


def _engine(url: URL, lock_wait_s: float) -> Engine | None:
    """None where the hosts and ports of the URL do not match; the error of that quotes them."""
    try:
        return create_engine(
            url.set(drivername="postgresql+psycopg").update_query_dict({**PATIENCE, **url.query, **ANY_TEXT}),
            isolation_level="READ COMMITTED",
            hide_parameters=True,
            pool_pre_ping=True,  # so that whatever follows a restart of the server gets a new connection
            execution_options={TERMS: _terms(url, lock_wait_s)},
        )
    except (ArgumentError, ValueError):
        return None


def _parts(engine: Engine) -> dict[str, Any]:
    """The address as the parameters of libpq, for whichever driver."""
    parts = engine.dialect.create_connect_args(engine.url)[1]
    return {name: value for name, value in parts.items() if name != "context"}


def _unquoted(engine: Engine) -> dict[str, str]:
    """What makes ADBC find the types of columns: it looks for their names, which quote_all_identifiers would quote."""
    with engine.connect() as connection:
        if connection.execute(text("show quote_all_identifiers")).scalar_one() == "off":
            return {}  # an option at the start of a session, which a pooler may refuse, only where there is need
    return {"options": f"{_parts(engine).get('options', '')} -c quote_all_identifiers=off".strip()}


def _with_codes(cursor: Any) -> pa.RecordBatchReader:
    """The cursor's rows. What ends a read in the middle is ADBC's error, with the server's SQLSTATE: the reader that
    `fetch_record_batch` hands out raises Arrow's, which has none."""
    rows = cursor._results.reader
    return pa.RecordBatchReader.from_batches(rows.schema, rows)


def _with_literals(sql: str, params: Mapping[str, Any]) -> str:
    """Numbers, times and plain words as literals: COPY, which ADBC uses to read, takes no parameters."""

    def literal(match: re.Match[str]) -> str:
        value = params[match.group(1)]
        if isinstance(value, int):
            return str(value)
        if isinstance(value, datetime):
            return f"timestamp '{value.isoformat(sep=' ')}'"
        if not re.fullmatch(r"[A-Za-z0-9_-]+", str(value)):
            raise ValueError("only plain words can stand in a bulk read")
        return f"'{value}'"

    return re.sub(r"(?<!:):(\w+)", literal, sql)
