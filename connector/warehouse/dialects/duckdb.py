"""DuckDB, embedded: one file, one writing process."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import duckdb
import duckdb_engine  # noqa: F401 - without it SQLAlchemy does not know the dialect
import pyarrow as pa
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError, ProgrammingError
from tenacity import Retrying, retry_if_exception, stop_after_attempt, stop_after_delay, wait_random

from connector.errors import ConfigurationError, ConnectorError, WarehouseBusy
from connector.settings import meant_for
from connector.warehouse.dialects import NANOSECONDS
from connector.warehouse.dialects.duckdb_refusals import (
    cause_of,
    error_of,
    lack_of_room,
    obstacle_to_writing,
    refusal_of,
    refusal_of_parameters,
)

log = logging.getLogger(__name__)

SCHEMAS = (
    "raw",
    "meta_conversions",
    "meta_conversions_staging",
    "meta_conversions_intermediate",
    "meta_conversions_reference",
    "meta_conversions_ledger",
    "information_schema",
)
"""The schemas that are asked by name. A file must not have the name of one of them."""
ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+]+:")
"""How what DuckDB would reach by an extension begins: md:my_db, s3://bucket/file, ducklake:file."""
MEMORY_LIMIT = "512MB"
"""DuckDB's own default would take most of a machine that it shares with others; beyond the limit it spills to disk.
A URL that ends in `?memory_limit=4GB` sets another."""


TOLD_AT = 3
"""The attempt at which a wait is logged: the two before it take about a second."""


LOOK_LIKE_TEXT = ("uuid", "enum")
"""Types that Arrow shows as text, and that SQL does not compare with texts."""


class DuckDB:
    one_process = True
    takes_back_tables = True
    reads_in_parts = True
    write_interval_s = 0.0
    asks_at_once = True
    errors: tuple[type[Exception], ...] = (DBAPIError, duckdb.Error)
    fragments: Mapping[str, str] = {
        "utc_now": "cast(now() at time zone 'UTC' as timestamp)",
        "outcome_rows": "(select unnest(cast(cast(:rows as json) as struct({outcome_columns})[]), recursive := true))",
        "lease_end": "cast(now() at time zone 'UTC' as timestamp) + :ttl_s * interval '1 second'",
        "schemata": "information_schema.schemata",
        "ties": "",
        "once": "materialized",
        "comments": (
            "(select schema_name, view_name as relation_name, comment from duckdb_views() union all "
            "select schema_name, table_name as relation_name, comment from duckdb_tables()) as comments"
        ),
    }

    in_utc: Mapping[str, str] = {
        "utc_time": "cast({} as timestamp)",
        "zoned_time": "timezone('UTC', {})",
        # infinity has no nanoseconds
        "nanoseconds": "coalesce(make_timestamp(epoch_ns({0}) // 1000), timezone('UTC', cast({0} as timestamptz)))",
        "date": "cast({} as timestamp)",
    }

    def open(self, url: URL, *, lock_wait_s: float, create: bool, key: object = None, looking: bool = False) -> Engine:
        """`looking`: a file that this user may not write is opened for reading."""
        path = path_of(url)
        if path is not None and path.stem.lower() in SCHEMAS:
            raise ConfigurationError(
                f"the warehouse file {named(path)} has the name of a schema in it: DuckDB calls the whole file "
                f"{path.stem}, so that {path.stem}.orders could mean either. Give the file another name, such as "
                "warehouse.duckdb."
            )
        if path is not None and not create and not path.exists():
            misspelt = meant_for("CONNECTOR_WAREHOUSE_URL")
            if ELSEWHERE.match(str(url.database)):
                raise ConfigurationError(
                    f"{named(path)} is no file of this machine: MotherDuck, DuckLake and object stores are not "
                    f"warehouses that this version speaks. CONNECTOR_WAREHOUSE_URL{misspelt} must name a DuckDB file."
                )
            raise ConfigurationError(
                f"the warehouse file {named(path)} does not exist: CONNECTOR_WAREHOUSE_URL{misspelt} must name the "
                "DuckDB file with your raw tables, in which dbt builds the events relation. Make that file first, or "
                "correct the path."
            )
        if not looking and str(url.query.get("access_mode")).lower() == "read_only":
            raise ConfigurationError(
                f"{named(path)} would be opened for reading, and this command writes: leave access_mode=read_only out "
                "of CONNECTOR_WAREHOUSE_URL. status, plan, why and report work with it."
            )
        obstacle = obstacle_to_writing(path, named(path)) if path is not None and path.exists() else None
        engine = _engine(url, read_only=bool(looking and obstacle))
        if looking and not obstacle and path is not None and _is_held(engine):
            engine = _engine(url, read_only=True)  # who only looks may do so beside others who only read
        _wait_for_file(engine, lock_wait_s, path, writing=not looking)
        if obstacle and not looking and path is not None and path.is_file():
            engine.dispose()
            raise ConfigurationError(obstacle)
        return engine

    @contextmanager
    def stream(
        self, engine: Engine, sql: str, params: Mapping[str, Any], *, rows: int
    ) -> Iterator[pa.RecordBatchReader]:
        # `:name` becomes `$name`, a double colon stays
        spelled = re.sub(r"(?<!:):(\w+)", r"$\1", sql)
        broken: duckdb.Error | None = None
        with engine.connect() as connection:
            raw: Any = connection.connection.driver_connection
            # its own connection, since an unread result may block it; from an open one, so that the file stays open
            reading = raw.duplicate()
            try:
                yield reading.sql(spelled, params=dict(params)).to_arrow_reader(rows)
            except (OSError, pa.ArrowException) as error:
                broken = error_of(str(error))
            finally:
                reading.close()
        # Outside the except block: Arrow's error carries DuckDB's text, which may quote a row, and is no driver's.
        if broken is not None:
            raise broken

    @contextmanager
    def joining_as_written(self, connection: Connection) -> Iterator[None]:
        """DuckDB takes a join by ranges for many times what it is, and would then hold all that is owed in memory.

        The setting is the whole process's; nothing else that a sync asks meanwhile joins much.
        """
        raw: Any = connection.connection.driver_connection
        with closing(raw.duplicate()) as beside:  # so that it is taken back behind a statement that failed, too
            beside.execute("set disabled_optimizers = 'build_side_probe_side'")
            try:
                yield
            finally:
                beside.execute("reset disabled_optimizers")

    def kinds(self, engine: Engine, relation: str) -> dict[str, str]:
        with engine.connect() as connection:
            empty = f"select * from {relation} limit 0"  # noqa: S608 - a validated name
            connection.execute(text(empty))  # DuckDB's own errors become those of every engine
            raw: Any = connection.connection.driver_connection
            found = raw.sql(empty)
            own = {name.lower(): str(kind.id) for name, kind in zip(found.columns, found.types, strict=True)}
            schema = found.to_arrow_table().schema
        arrow = {field.name.lower(): _kind(field.type) for field in schema}
        return arrow | {name: kind for name, kind in own.items() if kind in LOOK_LIKE_TEXT}

    def load(self, connection: Connection, relation: str, table: pa.Table) -> None:
        raw: Any = connection.connection.driver_connection
        raw.register("arriving_rows", table)
        try:
            raw.execute(f"insert into {relation} by name select * from arriving_rows")  # noqa: S608 - validated
        finally:
            raw.unregister("arriving_rows")

    def serialise_set_up(self, connection: Connection, ledger: str) -> None:
        """Only one process can have the file open, so there is nobody to keep out."""

    def move_table(self, connection: Connection, table: str, source: str, target: str) -> None:
        """DuckDB cannot move a table to another schema: it is copied, with the columns that must not be null."""
        columns = connection.execute(text(f"select name from pragma_table_info('{source}.{table}') where \"notnull\""))  # noqa: S608 - validated
        required = columns.scalars().all()
        connection.execute(text(f"create table {target}.{table} as from {source}.{table}"))
        for column in required:
            connection.execute(text(f'alter table {target}.{table} alter column "{column}" set not null'))
        connection.execute(text(f"drop table {source}.{table}"))

    def move_view(self, connection: Connection, view: str, source: str, target: str) -> None:
        connection.execute(text(f"drop view if exists {source}.{view}"))

    def building(self, url: URL, *, lock_wait_s: float) -> AbstractContextManager[None]:
        """The file lets one process in, and dbt would not wait for it."""
        path = path_of(url)
        if path is not None and path.exists():
            self.open(url, lock_wait_s=lock_wait_s, create=False).dispose()
        return nullcontext()

    def is_conflict(self, error: BaseException) -> bool:
        return isinstance(error, DBAPIError) and "conflict" in str(error.orig).lower()

    def is_missing(self, error: BaseException) -> bool:
        return isinstance(error, ProgrammingError)

    def is_transient(self, error: BaseException) -> bool:
        return _is_file_locked(error)

    def may_not_write(self, error: BaseException) -> bool:
        """The file was opened for reading, since this user may do no more."""
        return isinstance(error, DBAPIError) and "read-only" in str(error.orig)

    def closed_because(self, engine: Engine) -> str | None:
        return None

    def try_to_grow(self, url: URL) -> None:
        path = path_of(url)
        if path is not None and (lacking := lack_of_room(path)):
            raise ConnectorError(f"{named(path)} cannot be written: {lacking}.")

    def refusal(self, cause: BaseException) -> ConnectorError | None:
        return None

    def advice(self, cause: BaseException) -> str:
        """DuckDB has no log to look into."""
        told = cause_of(cause)
        return f"{told[0].upper()}{told[1:]}. Then" if told else "Fix the cause, then"


DIALECT = DuckDB()


def path_of(url: URL) -> Path | None:
    """The file of a DuckDB URL; None for one in memory."""
    return None if url.database in (None, "", ":memory:") else Path(str(url.database))


def named(path: Path | None) -> str:
    """The file in messages. A path with an @ may be an address with a password, under the wrong scheme."""
    return "(not shown, since there is an @ in it)" if "@" in str(path) else str(path)


def _engine(url: URL, *, read_only: bool) -> Engine:
    engine = create_engine(url, hide_parameters=True, connect_args={"read_only": read_only})
    if "memory_limit" not in url.query:
        # for every connection: DuckDB forgets its settings with the last one
        event.listen(engine, "connect", lambda raw, _: raw.execute(f"set memory_limit = '{MEMORY_LIMIT}'"))
    return engine


def _is_held(engine: Engine) -> bool:
    """Whether another process has the file open, for whatever."""
    try:
        engine.connect().close()
    except DBAPIError as error:
        return _is_file_locked(error)
    return False


def _wait_for_file(engine: Engine, lock_wait_s: float, path: Path | None, *, writing: bool) -> None:
    """Connect once; a lock held by another process is waited for with jitter, any other fault is not."""
    try:
        for attempt in Retrying(
            retry=retry_if_exception(_is_file_locked),
            stop=stop_after_delay(lock_wait_s) if lock_wait_s else stop_after_attempt(1),
            wait=wait_random(0.05, 1.0),
            reraise=True,
        ):
            if attempt.retry_state.attempt_number == TOLD_AT:
                log.warning("another process holds %s: waiting up to %g s for it", named(path), lock_wait_s)
            with attempt, engine.connect():
                pass
    except DBAPIError as error:
        if _is_file_locked(error):
            raise WarehouseBusy(
                f"another process{_who(error)} holds {named(path)} and did not release it within {lock_wait_s:g} s: "
                "DuckDB lets one process write, and none while others read. Wait for it to finish, or raise "
                "CONNECTOR_LOCK_WAIT_S."
            ) from None
        cause = error.orig or error
        if path is None:
            memory = "a DuckDB in memory"
            raise (refusal_of_parameters(memory, cause) or ConnectorError(f"{memory} cannot be opened.")) from None
        raise refusal_of(path, named(path), cause, writing=writing) from None


def _who(error: Exception) -> str:
    """The id of the process that holds the file, where DuckDB knows it."""
    found = re.search(r"\(PID (\d+)\)", str(error))
    return f" ({found[1]})" if found else ""


def _is_file_locked(error: BaseException) -> bool:
    return isinstance(error, DBAPIError) and "could not set lock on file" in str(error.orig).lower()


def _kind(kind: pa.DataType) -> str:
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return "text"
    if pa.types.is_decimal(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return "number"
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        return NANOSECONDS
    if pa.types.is_timestamp(kind):
        return "utc_time" if kind.tz is None else "zoned_time"
    if pa.types.is_date(kind):
        return "date"
    return str(kind)
