"""What differs by engine, in one place: one module a warehouse, all of the shape of `Dialect`.

A driver is imported only when its warehouse is opened, so that the others need not be installed.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, cast
from urllib.parse import unquote

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from connector.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    import pyarrow as pa
    from pydantic import SecretStr
    from sqlalchemy.engine import URL, Connection, Engine

    from connector.errors import ConnectorError
    from connector.settings import SnowflakeKey

KNOWN = {"duckdb": "duckdb", "postgresql": "postgres", "snowflake": "snowflake"}
"""SQLAlchemy's name of an engine -> its module here, which is also the name of the extra that installs its driver."""
UTC_TIME, ZONED_TIME, DATE, NANOSECONDS = "utc_time", "zoned_time", "date", "nanoseconds"
"""The kinds of columns that hold a time: without zone, in UTC; a moment, whatever zone it is shown in; a day; either of
the first two in nanoseconds, which are cut off: rounded, 09.9999999 would be another second than its payload says."""

ENUM = "enum"
"""The kind of a column of words of a type of one's own."""

HOST = re.compile(r"[A-Za-z0-9._,-]*|[0-9A-Fa-f:.]+(%[A-Za-z0-9]+)?")
"""Names or addresses, divided by commas; or one address of IPv6, perhaps with its zone."""
USER_AND_PASSWORD = re.compile(r"^[^:/]*(:[^@]*)?@")
"""As SQLAlchemy finds them."""
MAX_PORT = 65_535
SHAPE = (
    "it must be a SQLAlchemy URL of a warehouse this version speaks, such as duckdb:///warehouse.duckdb, "
    "postgresql://user@host/database or snowflake://user@account/database"
)
ESCAPE = (
    "In the user and the password, escape @ : / ? # % and blanks as %40 %3A %2F %3F %23 %25 %20; the port is a number."
)


class Dialect(Protocol):
    """One engine. `fragments` fill braces of the named queries; `utc_now` is the clock that leases expire by,
    `outcome_rows` the rows of the JSON list `:rows` with the columns of `outcome_columns`, `lease_end` that clock
    `:ttl_s` seconds on, `once` what keeps a step of a query from being worked out twice, `ties` what makes the order of
    the claim's chunk total where nothing does, `schemata` the schemas of a database (schema_name, catalog_name),
    `comments` the comments of all relations (schema_name, relation_name, comment).

    `in_utc`: by kind, how a column of times (`{}`) is read as UTC without zone in microseconds, whatever the session's
    zone; a day is its midnight in UTC.
    `one_process`: opening the warehouse for writing proves that no other process has it open.
    `takes_back_tables`: a transaction that is rolled back leaves no table that it made.
    `reads_in_parts`: a claimed chunk is read in several statements, to hold less at once; not where a statement has a
    price. `write_interval_s`: the least time between two writes of a sync run.
    `asks_at_once`: a sync run reads and claims in one session while another one writes.
    `errors`: what the engine's drivers raise. Their texts may quote rows, so they never leave the warehouse room.
    """

    one_process: bool
    takes_back_tables: bool
    reads_in_parts: bool
    write_interval_s: float
    asks_at_once: bool
    fragments: Mapping[str, str]
    in_utc: Mapping[str, str]
    errors: tuple[type[Exception], ...]

    def open(
        self, url: URL, *, lock_wait_s: float, create: bool, key: SnowflakeKey | None = None, looking: bool = False
    ) -> Engine:
        """Open for writing, or, if only `looking`, as far as this user may.

        Raises ConfigurationError (not there, not usable), WarehouseUnavailable, or WarehouseBusy (locked too long).
        `key` is what Snowflake knows the user by instead of a password.
        """

    def stream(
        self, engine: Engine, sql: str, params: Mapping[str, Any], *, rows: int
    ) -> AbstractContextManager[pa.RecordBatchReader]:
        """The result of a query as Arrow batches of about `rows` rows, beside the writes of other connections."""

    def kinds(self, engine: Engine, relation: str) -> dict[str, str]:
        """The columns of a relation by lower-case name: text, number, enum, a kind of time, or the engine's word.

        Raises DBAPIError, also where it is not there or may not be read.
        """

    def load(self, connection: Connection, relation: str, table: pa.Table) -> None:
        """Append the rows of an Arrow table to `relation` (a validated name), by column name."""

    def serialise_set_up(self, connection: Connection, ledger: str) -> None:
        """Keep two processes from making the ledger in schema `ledger` at the same moment."""

    def joining_as_written(self, connection: Connection) -> AbstractContextManager[None]:
        """Build the tables of joins of their right sides, as written, whatever the planner thinks of their sizes."""

    def move_table(self, connection: Connection, table: str, source: str, target: str) -> None:
        """Move a table with its rows from schema `source` to schema `target` (validated names)."""

    def move_view(self, connection: Connection, view: str, source: str, target: str) -> None:
        """Take a view out of `source`, if it is there. Where other views read it, it moves to `target` with them."""

    def building(self, url: URL, *, lock_wait_s: float) -> AbstractContextManager[None]:
        """Keep two dbt builds apart until it is left, where one would pull down what the other stands on."""

    def is_conflict(self, error: BaseException) -> bool:
        """True where a transaction lost against another one and may be tried again as it was."""

    def is_missing(self, error: BaseException) -> bool:
        """True where a statement names a relation that is not there, or that this user may not see."""

    def is_transient(self, error: BaseException) -> bool:
        """True where the connection broke, or the warehouse takes nothing just now: the same may work later."""

    def may_not_write(self, error: BaseException) -> bool:
        """True where the role, the user or the server may only read."""

    def closed_because(self, engine: Engine) -> str | None:
        """Why the server takes no writes from anybody, in a sentence and what to do; None where it does."""

    def try_to_grow(self, url: URL) -> None:
        """Raise ConnectorError where there is no room; what is taken back needs none, and so tells nothing of it."""

    def refusal(self, cause: BaseException) -> ConnectorError | None:
        """The error for the caller where this engine knows more of the cause than its class says; never its text."""

    def advice(self, cause: BaseException) -> str:
        """Where to look for the cause of a driver's error, and what to do: the beginning of a sentence on trying again.

        Never with the error's text, which may quote a row.
        """


def parse_url(url: SecretStr) -> URL:
    """The SQLAlchemy URL of the warehouse. Raises ConfigurationError that repeats nothing of it: where a password was
    not escaped, any part may be the password's."""
    parsed = _parsed(url.get_secret_value())
    if parsed is None or parsed.get_backend_name() not in KNOWN:
        raise ConfigurationError(f"CONNECTOR_WAREHOUSE_URL is not usable: {SHAPE}. {ESCAPE}")
    if parsed.get_backend_name() != "postgresql" and not all(isinstance(one, str) for one in parsed.query.values()):
        raise ConfigurationError(
            "CONNECTOR_WAREHOUSE_URL has a parameter more than once after its ?: leave one of them."
        )
    if parsed.get_backend_name() == "duckdb":
        if parsed.host or parsed.username or parsed.password:
            raise ConfigurationError(
                "CONNECTOR_WAREHOUSE_URL is not usable: a DuckDB file is written after three slashes, an absolute path "
                "after four: duckdb:///warehouse.duckdb, duckdb:////data/warehouse.duckdb."
            )
        return parsed
    if not _is_well_divided(parsed, url.get_secret_value()):
        raise ConfigurationError(
            f"CONNECTOR_WAREHOUSE_URL is not usable: it cannot be divided into its parts. {ESCAPE}"
        )
    if parsed.get_backend_name() == "postgresql" and parsed.database:
        return parsed.set(database=unquote(parsed.database))  # as libpq reads it
    return parsed


def _parsed(text: str) -> URL | None:
    try:
        return make_url(text)
    except (ArgumentError, ValueError):  # ValueError: a port that is not a number
        return None


def _is_well_divided(url: URL, text: str) -> bool:
    """False where characters stand in a part that cannot hold them: what should have been escaped came before it."""
    after = USER_AND_PASSWORD.sub("", text.partition("://")[2], count=1)
    return (
        HOST.fullmatch(url.host or "") is not None
        and "@" not in after
        and "%00" not in text  # no part can hold it, and it would end the part for the driver
        and (url.port is None or 0 < url.port <= MAX_PORT)
    )


def dialect_of(url: URL) -> Dialect:
    """The dialect of a parsed URL. Raises ConfigurationError if its driver is not installed."""
    extra = KNOWN[url.get_backend_name()]
    try:
        return cast("Dialect", import_module(f"{__name__}.{extra}").DIALECT)
    except ModuleNotFoundError as error:
        missing = error.name
    raise ConfigurationError(
        f"the driver for {url.get_backend_name()} is not installed ({missing}): "
        f"pip install 'conversions-connector[{extra}]'."
    )
