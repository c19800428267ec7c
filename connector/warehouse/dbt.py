"""Telling dbt which warehouse this is."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from connector.warehouse.dialects import dialect_of, parse_url

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from sqlalchemy.engine import URL

    from connector.settings import Settings, SnowflakeKey

WITHOUT_NESTED_LOOPS = "-c enable_nestloop=off"
"""Through libpq, as dbt has no setting for it: right after a large load there are no statistics, and nested loops made
the reconciliation take quadratic time, as they did with claims."""


def dbt_environment(settings: Settings) -> dict[str, str]:
    """The environment variables that dbt reads, made from the settings. Tokens are not among them."""
    url = parse_url(settings.warehouse_url)
    names = {
        "CONNECTOR_DBT_TARGET": {"postgresql": "postgres"}.get(url.get_backend_name(), url.get_backend_name()),
    }
    if settings.meta_dataset_id:  # it may come from an Airflow connection
        names["CONNECTOR_META_DATASET_ID"] = settings.meta_dataset_id
    if url.get_backend_name() == "duckdb":
        return names | {"CONNECTOR_DBT_DUCKDB_PATH": str(Path(str(url.database)).absolute())}
    if url.get_backend_name() == "snowflake":
        return names | _snowflake_environment(url, settings.snowflake_key)
    parts = {
        "HOST": url.host or url.query.get("host"),
        "PORT": url.port,
        "USER": url.username,
        "PASSWORD": url.password,
        "DATABASE": url.database,
        "SSLMODE": url.query.get("sslmode"),
    }
    names |= {f"CONNECTOR_DBT_POSTGRES_{name}": str(part) for name, part in parts.items() if part is not None}
    return names | {"PGOPTIONS": f"{WITHOUT_NESTED_LOOPS} {os.environ.get('PGOPTIONS', '')}".rstrip()}


def building(settings: Settings) -> AbstractContextManager[None]:
    """The context of a dbt build: on PostgreSQL it waits for another build, on DuckDB for the file.

    Raises ConfigurationError or WarehouseBusy.
    """
    url = parse_url(settings.warehouse_url)
    return dialect_of(url).building(url, lock_wait_s=settings.lock_wait_s)


def _snowflake_environment(url: URL, key: SnowflakeKey | None) -> dict[str, str]:
    secret = (
        {"PRIVATE_KEY_PATH": key.path, "PRIVATE_KEY": key.text, "PRIVATE_KEY_PASSPHRASE": key.passphrase} if key else {}
    )
    parts: dict[str, object] = {
        "ACCOUNT": url.host,
        "USER": url.username,
        "PASSWORD": url.password,
        "DATABASE": (url.database or "").split("/")[0] or None,
        **{name.upper(): url.query.get(name) for name in ("role", "warehouse", "host", "port", "protocol")},
        **{name: part.get_secret_value() if isinstance(part, SecretStr) else part for name, part in secret.items()},
    }
    return {f"CONNECTOR_DBT_SNOWFLAKE_{name}": str(part) for name, part in parts.items() if part is not None}
