"""Raw tables into a warehouse, as an ELT tool would leave them. It stands in for Fivetran, Airbyte or your own script.

DuckDB and PostgreSQL. For Snowflake, write the tables to files and `copy into` from a stage.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
from sqlalchemy.engine import URL, make_url

from connector.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.settings import Settings

SCHEMA = "raw"
POSTGRES_TYPES = {pa.string(): "text", pa.bool_(): "boolean", pa.int32(): "integer", pa.timestamp("us"): "timestamp"}


def load_raw(settings: Settings, tables: Mapping[str, pa.Table], *, replace: bool) -> dict[str, int]:
    """Write the tables into schema `raw` in one transaction, replacing or appending rows; the row counts by table.

    Makes the DuckDB file if there is none. Raises UsageError for another warehouse.
    """
    url = make_url(settings.warehouse_url.get_secret_value())
    match url.get_backend_name():
        case "duckdb":
            _into_duckdb(url, tables, replace=replace)
        case "postgresql":
            _into_postgres(url, tables, replace=replace)
        case other:
            raise UsageError(f"the example loads DuckDB and PostgreSQL, not {other}: load its raw tables from a stage.")
    return {name: table.num_rows for name, table in tables.items()}


def _into_duckdb(url: URL, tables: Mapping[str, pa.Table], *, replace: bool) -> None:
    import duckdb

    with duckdb.connect(url.database or ":memory:") as connection:
        connection.execute(f"create schema if not exists {SCHEMA}")
        connection.begin()
        for name, table in tables.items():
            connection.register("arriving_rows", table)
            verb, by_name = ("create or replace table", "as") if replace else ("insert into", "by name")
            connection.execute(f"{verb} {SCHEMA}.{name} {by_name} select * from arriving_rows")  # noqa: S608 - our own names
            connection.unregister("arriving_rows")
        connection.commit()


def _into_postgres(url: URL, tables: Mapping[str, pa.Table], *, replace: bool) -> None:
    """Views on a table stay: it is emptied, not recreated."""
    import adbc_driver_postgresql.dbapi as adbc

    # SQLAlchemy writes a blank as a plus sign, which libpq takes for itself
    address = url.set(drivername="postgresql").render_as_string(hide_password=False).replace("+", "%20")
    with adbc.connect(address) as connection, connection.cursor() as cursor:
        cursor.execute(f"create schema if not exists {SCHEMA}")
        for name, table in tables.items():
            columns = ", ".join(f"{field.name} {_postgres_type(field.type)}" for field in table.schema)
            cursor.execute(f"create table if not exists {SCHEMA}.{name} ({columns})")
            if replace:
                cursor.execute(f"truncate {SCHEMA}.{name}")
            cursor.adbc_ingest(name, table, mode="append", db_schema_name=SCHEMA)
        connection.commit()


def _postgres_type(kind: pa.DataType) -> str:
    if pa.types.is_decimal(kind):
        return f"numeric({kind.precision}, {kind.scale})"
    return POSTGRES_TYPES[kind]
