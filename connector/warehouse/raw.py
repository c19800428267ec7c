"""Loading raw tables, and telling dbt which warehouse this is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.schema import CreateSchema

from connector.warehouse.engines import duckdb_path, load_arrow, open_engine, parse_url

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from connector.settings import Settings

RAW_SCHEMA = "raw"


def load_raw(settings: Settings, tables: Mapping[str, pa.Table], *, replace: bool) -> dict[str, int]:
    """Write Arrow tables into schema `raw` in one transaction, replacing or appending; the row counts by table.

    Makes the DuckDB file if there is none.
    """
    url = parse_url(settings.warehouse_url)
    path = duckdb_path(url)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    engine = open_engine(url, lock_wait_s=settings.lock_wait_s, create=True)
    try:
        with engine.begin() as connection:
            connection.execute(CreateSchema(RAW_SCHEMA, if_not_exists=True))
            for name, table in tables.items():
                load_arrow(connection, f"{RAW_SCHEMA}.{name}", table, replace=replace)
    finally:
        engine.dispose()
    return {name: table.num_rows for name, table in tables.items()}


def dbt_environment(settings: Settings) -> dict[str, str]:
    """The environment variables that dbt's profiles.yml reads, made from the settings. No token is among them."""
    url = parse_url(settings.warehouse_url)
    path = duckdb_path(url)
    return {
        "CONNECTOR_DBT_TARGET": url.get_backend_name(),
        "CONNECTOR_DBT_DUCKDB_PATH": str(path.absolute()) if path is not None else ":memory:",
    }
