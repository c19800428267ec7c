"""Snowflake: its connector for statements, for rows in (a staged file) and for rows out as Arrow.

Its transactions are READ COMMITTED and an UPDATE locks what it changes, which the claim builds on. Known only from
Snowflake's documentation, not tried on an account: see docs/snowflake.md for what was run on which server.
"""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from cryptography.hazmat.primitives import serialization
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import URL, Connection, Engine, ExceptionContext
from sqlalchemy.exc import ArgumentError, DBAPIError

from connector.errors import ConfigurationError, ConnectorError, WarehouseUnavailable
from connector.settings import SnowflakeKey, is_loopback
from connector.warehouse.dialects.snowflake_refusals import (
    MISSING,
    NOT_ALLOWED,
    SESSION_GONE,
    TAKEN,
    TOO_MANY_WAIT,
    UNREADABLE,
    UNTRUSTED,
    number_of,
    refusal_of,
)
from connector.warehouse.queries import named_queries

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its own copy of requests warns of every companion that is newer than itself
    import snowflake.connector
    import snowflake.sqlalchemy  # type: ignore[import-untyped] # without it SQLAlchemy does not know the dialect
    from snowflake.connector.constants import FIELD_ID_TO_NAME

KINDS = {"FIXED": "number", "REAL": "number", "DECFLOAT": "number", "TEXT": "text", "TIMESTAMP_NTZ": "utc_time"}
KINDS |= {"TIMESTAMP_LTZ": "zoned_time", "TIMESTAMP_TZ": "zoned_time", "DATE": "date"}
ARROW = {"FIXED": pa.int64(), "REAL": pa.float64(), "TEXT": pa.string(), "BOOLEAN": pa.bool_(), "DATE": pa.date32()}
SERVICE_ERRORS = (
    snowflake.connector.errors.OperationalError,
    snowflake.connector.errors.InterfaceError,
    snowflake.connector.errors.ServiceUnavailableError,
    snowflake.connector.errors.GatewayTimeoutError,
    snowflake.connector.errors.InternalServerError,
    snowflake.connector.errors.BadGatewayError,
    snowflake.connector.errors.RequestTimeoutError,
    snowflake.connector.errors.TooManyRequests,
    snowflake.connector.errors.OtherHTTPRetryableError,
    snowflake.connector.errors.RequestExceedMaxRetryError,
    snowflake.connector.errors.TokenExpiredError,
)
"""What the driver raises for the network and the service, and not for a login that was refused."""
LOUD = ("snowflake.connector.network", "snowflake.connector.result_batch")
"""Its loggers that quote addresses, the signed ones of results too, and statements with their values."""
ARROW |= dict.fromkeys(("TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP_TZ"), pa.timestamp("us"))


def _members(columns: str) -> str:
    """The columns of a named list, each read from the object `value`."""
    lines = [line for line in named_queries()[columns].splitlines() if not line.startswith("--")]
    told = [column.split() for column in " ".join(lines).split(",")]
    return ", ".join(f"cast(value:{name} as {kind}) as {name}" for name, kind in told)


OUTCOME_ROWS = f"(select {_members('outcome_columns')} from table(flatten(input => parse_json(:rows)))) as arrived"  # noqa: S608 - our own names


class Snowflake:
    one_process = False
    takes_back_tables = False
    reads_in_parts = False
    write_interval_s = 1.0
    asks_at_once = False  # not tried on an account; the stand-in hangs on two sessions that ask at once
    errors: tuple[type[Exception], ...] = (DBAPIError, snowflake.connector.errors.Error)
    fragments: Mapping[str, str] = {
        "utc_now": "sysdate()",
        "lease_end": "dateadd(second, :ttl_s, sysdate())",
        "once": "",
        "ties": ", dataset_key, name_key, id_key",
        "schemata": "{ledger_database}information_schema.schemata",
        "comments": (
            "(select table_schema as schema_name, table_name as relation_name, comment "
            "from information_schema.tables) as comments"
        ),
        "outcome_rows": OUTCOME_ROWS,
    }

    in_utc: Mapping[str, str] = {
        # it keeps nanoseconds, and a bind parameter does not
        "utc_time": "cast({} as timestamp_ntz(6))",
        "zoned_time": "cast(convert_timezone('UTC', {}) as timestamp_ntz(6))",
        "date": "cast({} as timestamp_ntz(6))",
    }

    def open(
        self, url: URL, *, lock_wait_s: float, create: bool, key: SnowflakeKey | None = None, looking: bool = False
    ) -> Engine:
        plain, address = _address(url.difference_update_query(["query_tag"]))
        session = {
            "TIMEZONE": "UTC",
            "TIMESTAMP_TYPE_MAPPING": "TIMESTAMP_NTZ",
            "LOCK_TIMEOUT": int(max(lock_wait_s, 1)),
            "QUERY_TAG": str(url.query.get("query_tag", "conversions-connector")),
        }
        door = {"private_key": _der(key)} if key else {}
        engine = _engine(plain, address | door | {"session_parameters": session})
        if engine is None:
            raise ConfigurationError(UNREADABLE)
        event.listen(engine, "handle_error", self._drop_what_is_gone)
        _silence_while_open(engine)
        try:
            with engine.connect():
                return engine
        except (DBAPIError, snowflake.connector.errors.Error) as error:
            passing, refused = self.is_transient(error), self.refusal(_cause(error))
        engine.dispose()
        # Outside the except block: the original text names the user and may quote more of the URL.
        if refused:
            raise refused
        if passing:
            raise WarehouseUnavailable(
                "Snowflake cannot be reached just now: check the network and the account in CONNECTOR_WAREHOUSE_URL, "
                "and run this again; Airflow retries by itself."
            )
        raise ConfigurationError(
            "Snowflake refused the login of CONNECTOR_WAREHOUSE_URL: check the account, the user, its key "
            "(CONNECTOR_SNOWFLAKE_PRIVATE_KEY_PATH) or password, that the role exists and is granted to this user, the "
            "database, and that its network policy lets this machine in."
        )

    def _drop_what_is_gone(self, context: ExceptionContext) -> None:
        """The next statement gets a new connection; its SQLAlchemy dialect cannot tell."""
        context.is_disconnect = context.is_disconnect or self.is_transient(context.original_exception)

    @contextmanager
    def stream(
        self, engine: Engine, sql: str, params: Mapping[str, Any], *, rows: int
    ) -> Iterator[pa.RecordBatchReader]:
        # the server decides how large its pieces are; they are fetched as they are read
        try:
            with engine.connect() as connection:
                cursor: Any = connection.execute(text(sql), dict(params)).cursor
                schema = pa.schema([(column.name.lower(), _arrow_of(column)) for column in cursor.description])
                yield pa.RecordBatchReader.from_batches(schema, _batches(cursor, schema, rows))
        except (OSError, pa.ArrowException):
            broken = True  # of the network, which the driver lets through; it quotes the signed address of a piece
        else:
            broken = False
        if broken:
            raise snowflake.connector.errors.OperationalError("a piece of the result could not be read")

    def kinds(self, engine: Engine, relation: str) -> dict[str, str]:
        with engine.connect() as connection:
            cursor: Any = connection.execute(text(f"select * from {relation} limit 0")).cursor  # noqa: S608 - validated
            columns = cursor.description
        names = {column.name.lower(): FIELD_ID_TO_NAME[column.type_code] for column in columns}
        return {name: KINDS.get(found, found.lower()) for name, found in names.items()}

    def load(self, connection: Connection, relation: str, table: pa.Table) -> None:
        """Through a file, a stage of this session and one COPY. Making the stage commits what went before."""
        stage = f"{relation}_arriving"
        connection.execute(text(f"create or replace temporary stage {stage}"))
        with tempfile.TemporaryDirectory() as folder:
            pq.write_table(table, Path(folder) / "rows.parquet")
            connection.execute(text(f"put file://{folder}/rows.parquet @{stage} auto_compress=false overwrite=true"))
        connection.execute(
            text(
                f"copy into {relation} from @{stage} file_format = (type = parquet use_logical_type = true) "
                "match_by_column_name = case_insensitive"
            )
        )

    def joining_as_written(self, connection: Connection) -> AbstractContextManager[None]:
        return nullcontext()

    def serialise_set_up(self, connection: Connection, ledger: str) -> None:
        """Every statement that makes something commits by itself there: the lock and its one row are one statement."""
        connection.execute(
            text(
                f"create table if not exists {ledger}.sync_lock as select cast(null as varchar) as holder, "
                "cast(null as timestamp_ntz) as locked_at, cast(0 as integer) as ledger_version"
            )
        )

    def move_table(self, connection: Connection, table: str, source: str, target: str) -> None:
        connection.execute(text(f"alter table {source}.{table} rename to {target}.{table}"))

    def move_view(self, connection: Connection, view: str, source: str, target: str) -> None:
        connection.execute(text(f"drop view if exists {source}.{view}"))

    def building(self, url: URL, *, lock_wait_s: float) -> AbstractContextManager[None]:
        return nullcontext()  # a relation is replaced in one statement, and what stands on it stays

    def is_conflict(self, error: BaseException) -> bool:
        return number_of(_cause(error)) == TOO_MANY_WAIT

    def is_missing(self, error: BaseException) -> bool:
        return number_of(_cause(error)) in MISSING

    def is_transient(self, error: BaseException) -> bool:
        """By the driver's classes: it wraps a refused login in another one."""
        cause = _cause(error)
        if isinstance(cause, snowflake.connector.errors.NonRetryableTlsError):
            return False
        return isinstance(cause, SERVICE_ERRORS) or number_of(cause) in SESSION_GONE

    def may_not_write(self, error: BaseException) -> bool:
        cause = _cause(error)
        return number_of(cause) == NOT_ALLOWED or getattr(cause, "sqlstate", None) == TAKEN

    def closed_because(self, engine: Engine) -> str | None:
        return None

    def try_to_grow(self, url: URL) -> None:
        """Its disks are the server's."""

    def refusal(self, cause: BaseException) -> ConnectorError | None:
        if isinstance(cause, snowflake.connector.errors.NonRetryableTlsError):
            return ConfigurationError(UNTRUSTED)
        return refusal_of(cause)

    def advice(self, cause: BaseException) -> str:
        return "See Snowflake's query history for details, fix the cause, then"


DIALECT = Snowflake()


def _cause(error: BaseException) -> BaseException:
    """The driver's error, whether SQLAlchemy has wrapped it or not."""
    return (error.orig or error) if isinstance(error, DBAPIError) else error


def _silence_while_open(engine: Engine) -> None:
    """Where the network fails, the driver warns with what must not be told; the error says that it failed."""

    def is_quiet(record: logging.LogRecord) -> bool:
        return record.levelno < logging.WARNING

    loggers = [logging.getLogger(name) for name in LOUD]
    for logger in loggers:
        logger.addFilter(is_quiet)

    def let_speak(_: Engine) -> None:
        for logger in loggers:
            logger.removeFilter(is_quiet)

    event.listen(engine, "engine_disposed", let_speak)


def _engine(url: URL, connect_args: dict[str, Any]) -> Engine | None:
    """None where the driver's SQLAlchemy dialect cannot read the URL; the error of that quotes it."""
    try:
        return create_engine(
            url,
            connect_args=connect_args,
            hide_parameters=True,
            pool_reset_on_return=None,  # each ROLLBACK is a round trip, and every transaction here has ended before
        )
    except (ArgumentError, ValueError):
        return None


def _address(url: URL) -> tuple[URL, dict[str, Any]]:
    """The URL without what only a driver's argument may carry. Raises ConfigurationError for HTTP to elsewhere."""
    query = dict(url.query)
    host, port, protocol = (query.pop(name, None) for name in ("host", "port", "protocol"))
    numbers = (port, query.get("network_timeout"))
    if not all(one is None or (isinstance(one, str) and one.isascii() and one.isdecimal()) for one in numbers):
        raise ConfigurationError("port and network_timeout in CONNECTOR_WAREHOUSE_URL must be whole numbers.")
    if host is None:
        return url, {}
    if protocol == "http" and not is_loopback(str(host)):
        raise ConfigurationError(
            "CONNECTOR_WAREHOUSE_URL asks for Snowflake over http: only this machine may be contacted without TLS. "
            "Leave host, port and protocol out of it: the account says where Snowflake is."
        )
    address = {"account": url.host, "host": host, "port": int(str(port or 443)), "protocol": protocol or "https"}
    if "network_timeout" in query:
        address["network_timeout"] = int(str(query.pop("network_timeout")))
    return url.set(query=query), address


def _der(key: SnowflakeKey) -> bytes:
    """The private key as the driver takes it. Raises ConfigurationError, never with what stands in the key."""
    try:
        passphrase = key.passphrase.get_secret_value().encode() if key.passphrase else None
        loaded = serialization.load_pem_private_key(key.pem(), passphrase)
        return loaded.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    except (OSError, ValueError, TypeError):
        pass
    raise ConfigurationError(
        "the private key for Snowflake cannot be read: CONNECTOR_SNOWFLAKE_PRIVATE_KEY_PATH must name a PEM file (or "
        "CONNECTOR_SNOWFLAKE_PRIVATE_KEY hold its text), and CONNECTOR_SNOWFLAKE_PRIVATE_KEY_PASSPHRASE its passphrase."
    )


def _arrow_of(column: Any) -> pa.DataType:
    """One type for a column, where the server sends each piece with the smallest that fits."""
    kind = FIELD_ID_TO_NAME[column.type_code]
    if kind == "FIXED" and column.scale:
        return pa.decimal128(38, column.scale)
    return ARROW.get(kind, pa.string())


def _batches(cursor: Any, schema: pa.Schema, rows: int) -> Iterator[pa.RecordBatch]:
    for piece in cursor.fetch_arrow_batches(force_microsecond_precision=True):
        yield from piece.rename_columns(schema.names).cast(schema).to_batches(max_chunksize=rows)
