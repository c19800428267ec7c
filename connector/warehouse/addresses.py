"""The URL of a warehouse from its parts, as an Airflow Connection holds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sqlalchemy.engine import URL

from connector.errors import ConfigurationError
from connector.warehouse.dbt import OF_LIBPQ

if TYPE_CHECKING:
    from collections.abc import Mapping

POSTGRES = ("postgres", "postgresql")
POSTGRES_EXTRAS = (
    *OF_LIBPQ,
    *("sslmode", "options", "application_name", "connect_timeout"),
    *("keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count"),
)
"""Fields of a connection's extra that are parameters of libpq. Airflow's own (cursor, iam ...) are for its hook."""


def warehouse_address(
    name: str,
    kind: str | None,
    *,
    login: str | None,
    password: str | None,
    host: str | None,
    port: int | None,
    schema: str | None,
    extra: Mapping[str, Any],
) -> str:
    """The SQLAlchemy URL, password included. `name` is the connection in messages. Raises ConfigurationError."""
    if kind in POSTGRES:
        options = {option: str(extra[option]) for option in POSTGRES_EXTRAS if extra.get(option)}
        database = quote(schema, safe="") if schema else None  # which SQLAlchemy leaves as it is
        return _text(URL.create("postgresql+psycopg", login, password, host, port, database, options))
    if kind == "snowflake":
        options = {option: str(extra[option]) for option in ("warehouse", "role") if extra.get(option)}
        place = "/".join(part for part in (extra.get("database"), schema) if part) or None
        account, region = extra.get("account") or host, extra.get("region")
        if account and region and "." not in account:
            account = f"{account}.{region}"
        return _text(URL.create("snowflake", login, password or None, account, None, place, options))
    if kind == "duckdb":
        if file := host or schema:
            if "?" in file:
                raise ConfigurationError(f"{name} has a ? in the path of its file, where a URL ends: rename the file.")
            return f"duckdb:///{file}"
        raise ConfigurationError(f"{name} names no file: put the path of the DuckDB file into its host field.")
    raise ConfigurationError(
        f"{name} has type {kind}: a warehouse is a postgres, snowflake or duckdb connection. Airflow makes one of any "
        'type with airflow connections add NAME --conn-json \'{"conn_type": "duckdb", "host": "/path/to/file"}\'.'
    )


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)
