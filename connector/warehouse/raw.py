"""Loading raw tables, and telling dbt which warehouse this is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.schema import CreateSchema

from connector.warehouse.dialects import dialect_of, parse_url

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
    dialect = dialect_of(url)
    engine = dialect.open(url, lock_wait_s=settings.lock_wait_s, create=True)
    try:
        with engine.begin() as connection:
            connection.execute(CreateSchema(RAW_SCHEMA, if_not_exists=True))
        with engine.begin() as connection:
            for name, table in tables.items():
                dialect.load(connection, f"{RAW_SCHEMA}.{name}", table, replace=replace)
    finally:
        engine.dispose()
    return {name: table.num_rows for name, table in tables.items()}


def dbt_environment(settings: Settings) -> dict[str, str]:
    """The environment variables that dbt's profiles.yml reads, made from the settings. No token is among them."""
    url = parse_url(settings.warehouse_url)
    names = {"CONNECTOR_DBT_TARGET": {"postgresql": "postgres"}.get(url.get_backend_name(), url.get_backend_name())}
    if url.get_backend_name() == "duckdb":
        return names | {"CONNECTOR_DBT_DUCKDB_PATH": str(Path(str(url.database)).absolute())}
    parts = {
        "HOST": url.host or url.query.get("host"),
        "PORT": url.port,
        "USER": url.username,
        "PASSWORD": url.password,
        "DATABASE": url.database,
        "SSLMODE": url.query.get("sslmode"),
    }
    return names | {f"CONNECTOR_DBT_POSTGRES_{name}": str(part) for name, part in parts.items() if part is not None}
