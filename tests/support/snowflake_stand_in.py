"""A server that speaks Snowflake's protocol, for tests. It is not Snowflake: see docs/snowflake.md."""

from __future__ import annotations

import contextlib
import secrets
import warnings
from collections.abc import Mapping

import pyarrow as pa
from pydantic import SecretStr
from sqlalchemy import text

from connector.warehouse.dialects import dialect_of, parse_url

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the driver's own copy of requests knows older companions than are installed
    import snowflake.connector

NOT_RUN = {
    "on Snowflake itself": "nothing of this project has run there",
    "two senders at once": "the stand-in's transactions are DuckDB's, and it has no locks",
    "temporary tables and merge": "it knows neither as dbt writes them: transient tables, rows deleted and inserted",
    "the column list of contracts, clustering": "it reads the one in no engine's SQL and strips the other",
    "dbt's unit tests": "they need temporary tables",
    "meta_conversions_intermediate.unicode_nfc": "it has no JavaScript: a function of DuckDB's stands under that name",
    "array_sort, array_distinct, split": "it does not sort the arrays that it makes: DuckDB's functions stand there",
    "comments": "it hangs on two at once: no relation carries our mark there, and none of others is refused",
    "empty times": "its Arrow results tell 1970-01-01",
    "sums of money": "it adds decimals as floats",
}
"""What the stand-in does not prove, each with its reason; docs/snowflake.md has the same lines."""


TYPES = {pa.string(): "varchar", pa.bool_(): "boolean", pa.int32(): "integer", pa.timestamp("us"): "timestamp_ntz"}


class SnowflakeStandIn:
    """fakesnow, in a process of its own: Snowflake's protocol over DuckDB."""

    account = "fakesnow"
    """dbt and the connector know it by its account, and leave out what it cannot run."""

    def __init__(self, port: int) -> None:
        self.port = port

    def connect(self, database: str | None = None, *, wait_s: int = 60) -> snowflake.connector.SnowflakeConnection:
        """`wait_s`: for an answer at most, since the driver asks again and again where the server fails inside.

        Snowflake answers while a statement still runs; a stand-in when it has ended.
        """
        return snowflake.connector.connect(
            user="test",
            password="none",
            account=self.account,
            host="127.0.0.1",
            port=self.port,
            protocol="http",
            database=database,
            network_timeout=wait_s,
            socket_timeout=wait_s,
            session_parameters={"TIMEZONE": "UTC"},
        )

    def new_database(self) -> str:
        """A database with the function that dbt makes on Snowflake, as DuckDB has it: there is no JavaScript."""
        name = f"test_{secrets.token_hex(6)}".upper()
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(f"create database {name}")
            for schema in (f"{name}.meta_conversions", f"{name}.meta_conversions_intermediate"):
                cursor.execute(f"create schema {schema}")
                with contextlib.suppress(
                    snowflake.connector.errors.ProgrammingError
                ):  # made, but it cannot describe that
                    cursor.execute(f"create function {schema}.unicode_nfc(letters) as nfc_normalize(letters)")
        return name

    def load(self, url: str, schema: str, tables: Mapping[str, pa.Table]) -> None:
        """New tables of these rows, by the same COPY that the ledger's rows take."""
        parsed = parse_url(SecretStr(url))
        dialect = dialect_of(parsed)
        engine = dialect.open(parsed, lock_wait_s=5, create=False)
        try:
            with engine.begin() as connection:
                connection.execute(text(f"create schema if not exists {schema}"))
                for name, table in tables.items():
                    columns = ", ".join(f"{field.name} {_type_of(field.type)}" for field in table.schema)
                    connection.execute(text(f"create or replace table {schema}.{name} ({columns})"))
                    dialect.load(connection, f"{schema}.{name}", table)
        finally:
            engine.dispose()

    def url(self, database: str) -> str:
        return f"snowflake://test:none@{self.account}/{database}?host=127.0.0.1&port={self.port}&protocol=http&network_timeout=60"


def _type_of(kind: pa.DataType) -> str:
    return f"number({kind.precision}, {kind.scale})" if pa.types.is_decimal(kind) else TYPES[kind]
