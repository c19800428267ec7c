"""Telling dbt which warehouse this is."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from connector.errors import ConfigurationError
from connector.warehouse.dialects import dialect_of, parse_url

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from sqlalchemy.engine import URL

    from connector.settings import Settings, SnowflakeKey

WITHOUT_NESTED_LOOPS = "-c enable_nestloop=off"
"""Through libpq, as dbt has no setting for it: right after a large load there are no statistics, and nested loops made
the reconciliation take quadratic time, as they did with claims."""
OF_LIBPQ = {
    "sslrootcert": "SSLROOTCERT",
    "sslcert": "SSLCERT",
    "sslkey": "SSLKEY",
    "sslcrl": "SSLCRL",
    "sslcertmode": "SSLCERTMODE",
    "sslnegotiation": "SSLNEGOTIATION",
    "sslsni": "SSLSNI",
    "ssl_min_protocol_version": "SSLMINPROTOCOLVERSION",
    "ssl_max_protocol_version": "SSLMAXPROTOCOLVERSION",
    "channel_binding": "CHANNELBINDING",
    "require_auth": "REQUIREAUTH",
    "requirepeer": "REQUIREPEER",
    "gssencmode": "GSSENCMODE",
    "krbsrvname": "KRBSRVNAME",
    "target_session_attrs": "TARGETSESSIONATTRS",
    "load_balance_hosts": "LOADBALANCEHOSTS",
    "hostaddr": "HOSTADDR",
    "passfile": "PASSFILE",
    "service": "SERVICE",
}
"""Parameters of a URL that dbt's profile has no field for -> what libpq calls their environment variable, after PG."""
NOT_FOR_DBT = ("user", "password", "dbname", "sslpassword", "replication", "scram_client_key", "scram_server_key")
"""Neither the profile nor libpq's environment has a place for them. (What only tunes the connector's own sessions, such
as keepalives and connect_timeout, dbt does without.)"""


def dbt_environment(settings: Settings) -> dict[str, str]:
    """The environment variables that dbt reads, made from the settings. Tokens are not among them."""
    url = parse_url(settings.warehouse_url)
    names = {
        "CONNECTOR_DBT_TARGET": {"postgresql": "postgres"}.get(url.get_backend_name(), url.get_backend_name()),
    }
    if settings.meta_dataset_id:  # it may come from an Airflow connection
        names["CONNECTOR_META_DATASET_ID"] = settings.meta_dataset_id
    if url.get_backend_name() == "duckdb":
        if url.database in (None, "", ":memory:"):
            raise ConfigurationError(
                "CONNECTOR_WAREHOUSE_URL is a DuckDB in memory, which ends with its process: dbt needs a file. Name "
                "one, such as duckdb:///warehouse.duckdb."
            )
        return names | {"CONNECTOR_DBT_DUCKDB_PATH": str(Path(str(url.database)).absolute())}
    if url.get_backend_name() == "snowflake":
        return names | _snowflake_environment(url, settings.snowflake_key)
    return names | _postgres_environment(url)


def building(settings: Settings) -> AbstractContextManager[None]:
    """The context of a dbt build: on PostgreSQL it waits for another build, on DuckDB for the file.

    Raises ConfigurationError or WarehouseBusy.
    """
    url = parse_url(settings.warehouse_url)
    return dialect_of(url).building(url, lock_wait_s=settings.lock_wait_s)


def _postgres_environment(url: URL) -> dict[str, str]:
    hosts, ports = _places(url)
    if len(set(ports)) > 1:
        raise ConfigurationError(
            "CONNECTOR_WAREHOUSE_URL names hosts with different ports: dbt takes one port for all of them. Let them "
            "listen on the same one, or name a single host."
        )
    if unknown := [name for name in url.query if name in NOT_FOR_DBT]:
        raise ConfigurationError(
            f"CONNECTOR_WAREHOUSE_URL has {unknown[0]}, which dbt cannot be given: leave it out of the URL."
        )
    if "service" in url.query and not (hosts and url.username and url.database):
        raise ConfigurationError(
            "CONNECTOR_WAREHOUSE_URL names a service, and dbt's profile says host, user and database itself: let the "
            "URL name them too."
        )
    parts = {
        "HOST": ",".join(hosts),
        "PORT": ports[0] if ports else None,
        "USER": url.username,
        "PASSWORD": url.password,
        "DATABASE": url.database,
        "SSLMODE": url.query.get("sslmode"),
    }
    # what the URL leaves out libpq takes from its own variables, and dbt's profile would from nowhere
    told = {name: part or os.environ.get(f"PG{name}") for name, part in parts.items()}
    names = {f"CONNECTOR_DBT_POSTGRES_{name}": str(part) for name, part in told.items() if part}
    names |= {f"PG{OF_LIBPQ[name]}": str(value) for name, value in url.query.items() if name in OF_LIBPQ}
    names["PGCLIENTENCODING"] = "UTF8"  # whatever the role or the database say: seeds and payloads hold any text
    if options := _options(url):
        names["PGOPTIONS"] = options
    return names


def _options(url: URL) -> str:
    """Ours, then what the environment and the URL ask for, which win. PGOPTIONS set to nothing leaves ours out."""
    asked = os.environ.get("PGOPTIONS")
    return " ".join(
        filter(None, ["" if asked == "" else WITHOUT_NESTED_LOOPS, asked, str(url.query.get("options", ""))])
    )


def _places(url: URL) -> tuple[list[str], list[str]]:
    """The hosts and their ports, which a URL may hold in three ways: h, ?host=h:5432&host=.., ?host=..&port=..."""
    told = url.query.get("host", ())
    hosts, ports = [], []
    for one in (told,) if isinstance(told, str) else told:
        host, colon, port = one.rpartition(":")
        is_divided = bool(colon) and port.isdecimal() and (":" not in host or host.endswith("]"))  # IPv6 has colons too
        hosts.append((host if is_divided else one).strip("[]"))
        ports += [port] if is_divided else []
    known = url.query.get("port", ())
    ports += [str(url.port)] if url.port else [known] if isinstance(known, str) else [*known]
    if url.host and not hosts:
        hosts = url.host.split(",")
    return hosts, [port for one in ports for port in one.split(",")]


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
