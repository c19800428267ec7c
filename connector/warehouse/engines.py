"""Opening a warehouse: what differs by engine, in one place. DuckDB in this version; the other two follow."""

from __future__ import annotations

import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import stamina
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError

from connector.errors import ConfigurationError, WarehouseBusy

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa
    from pydantic import SecretStr
    from sqlalchemy.engine import URL, Connection, Engine

# The clock of the warehouse, in UTC without zone; a lease expires by it.
UTC_NOW = {"duckdb": "cast(now() at time zone 'UTC' as timestamp)"}


def parse_url(url: SecretStr) -> URL:
    """The SQLAlchemy URL of the warehouse. Raises ConfigurationError without repeating it: it may hold a password."""
    try:
        parsed = make_url(url.get_secret_value())
    except ArgumentError:
        parsed = None
    if parsed is None or parsed.get_backend_name() not in UTC_NOW:
        raise ConfigurationError(
            "CONNECTOR_WAREHOUSE_URL is not usable: it must be a SQLAlchemy URL of a warehouse this version speaks, "
            f"one of {', '.join(sorted(UTC_NOW))} (for example duckdb:///warehouse.duckdb)."
        )
    return parsed


def duckdb_path(url: URL) -> Path | None:
    """The file of a DuckDB URL; None for one in memory."""
    return None if url.database in (None, "", ":memory:") else Path(str(url.database))


def open_engine(url: URL, *, lock_wait_s: float, create: bool) -> Engine:
    """Open the warehouse for writing; waits up to `lock_wait_s` for a DuckDB file that another process holds.

    Raises ConfigurationError (no such file, no such driver) or WarehouseBusy (the file stayed locked).
    """
    path = duckdb_path(url)
    if path is not None and not create and not path.exists():
        raise ConfigurationError(
            f"the warehouse file {path} does not exist: CONNECTOR_WAREHOUSE_URL must name a DuckDB file that "
            "already holds the events relation. Build it with dbt first, or correct the path."
        )
    try:
        engine = create_engine(url)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise ConfigurationError(
            f"the driver for {url.get_backend_name()} is not installed: pip install "
            f"'conversions-connector[{url.get_backend_name()}]'."
        ) from error
    _wait_for_file(engine, lock_wait_s, path)
    return engine


def _wait_for_file(engine: Engine, lock_wait_s: float, path: Path | None) -> None:
    """Connect once; a lock held by another process is waited for with jitter, any other fault is not."""
    try:
        for attempt in stamina.retry_context(
            on=is_file_locked, attempts=None, timeout=lock_wait_s, wait_initial=0.05, wait_max=1.0
        ):
            with attempt, engine.connect():
                pass
    except DBAPIError as error:
        if is_file_locked(error):
            raise WarehouseBusy(
                f"another process holds {path} for writing and did not let go within {lock_wait_s:g} s: DuckDB lets "
                "one process write at a time. Wait for it to end, or raise CONNECTOR_LOCK_WAIT_S."
            ) from None
        raise ConfigurationError(
            f"{path} cannot be opened as a DuckDB database: check that CONNECTOR_WAREHOUSE_URL names the right file "
            "and that it was written by a DuckDB of this version or older."
        ) from None


def is_file_locked(error: Exception) -> bool:
    """True where DuckDB says that another process holds the file."""
    return isinstance(error, DBAPIError) and "could not set lock on file" in str(error.orig).lower()


def is_conflict(error: Exception) -> bool:
    """True where a transaction lost against another one and may be tried again as it was."""
    return isinstance(error, OperationalError | DBAPIError) and "conflict" in str(error.orig).lower()


@contextmanager
def arrow_stream(engine: Engine, sql: str, params: dict[str, Any], *, rows: int) -> Iterator[pa.RecordBatchReader]:
    """The result of a query as Arrow batches of about `rows` rows, on a connection of its own so that writes go on.

    `sql` carries `:name` parameters like every named query; the engine's own spelling of them is made here.
    """
    spelled = re.sub(r"(?<!:):(\w+)", r"$\1", sql)
    with engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        yield raw.sql(spelled, params=params).to_arrow_reader(rows)


def load_arrow(connection: Connection, relation: str, table: pa.Table, *, replace: bool) -> None:
    """Write an Arrow table into `relation` (a validated name): replacing it, or appending by column name."""
    raw: Any = connection.connection.driver_connection
    raw.register("arriving_rows", table)
    try:
        if replace:
            raw.execute(f"create or replace table {relation} as select * from arriving_rows")  # noqa: S608 - validated
        else:
            raw.execute(f"insert into {relation} by name select * from arriving_rows")  # noqa: S608 - validated
    finally:
        raw.unregister("arriving_rows")
