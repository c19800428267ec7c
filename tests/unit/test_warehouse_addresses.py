"""The address of a warehouse on its way to every driver: from an Airflow connection, in a URL, and to dbt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from connector import app
from connector.errors import ConfigurationError
from connector.settings import Settings
from connector.warehouse.addresses import warehouse_address
from connector.warehouse.dialects import parse_url

LEGAL = "".join(chr(number) for number in range(0x20, 0x7F)) + "äß漢"


@pytest.fixture(autouse=True)
def _no_variables_of_libpq(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PGOPTIONS", "PGSSLMODE", "PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE"):
        monkeypatch.delenv(name, raising=False)


def for_dbt(url: str) -> dict[str, str]:
    return app.dbt_environment(Settings(warehouse_url=SecretStr(url)))


def address(kind: str, **parts: Any) -> str:
    known = dict.fromkeys(("login", "password", "host", "port", "schema")) | {"extra": {}}
    return warehouse_address("the Airflow connection w", kind, **(known | parts))


def test_every_character_of_a_connection_s_fields_arrives() -> None:
    url = address("postgres", login=LEGAL, password=LEGAL, host="db.example", port=5432, schema="my db%/?@")
    parsed = parse_url(SecretStr(url))
    assert (parsed.username, parsed.password, parsed.database) == (LEGAL, LEGAL, "my db%/?@")
    environment = for_dbt(url)
    assert environment["CONNECTOR_DBT_POSTGRES_PASSWORD"] == LEGAL
    assert environment["CONNECTOR_DBT_POSTGRES_DATABASE"] == "my db%/?@"


def test_the_extras_of_a_connection_that_are_libpq_s_arrive_at_dbt() -> None:
    extra = {"sslmode": "verify-full", "sslrootcert": "/ca bundle.pem", "options": "-c work_mem=11MB", "cursor": "x"}
    extra |= {"passfile": "/run/pgpass", "require_auth": "scram-sha-256"}
    environment = for_dbt(address("postgres", login="u", host="db.example", schema="d", extra=extra))
    assert environment["CONNECTOR_DBT_POSTGRES_SSLMODE"] == "verify-full"
    assert environment["PGSSLROOTCERT"] == "/ca bundle.pem"
    assert environment["PGOPTIONS"] == "-c enable_nestloop=off -c work_mem=11MB"
    assert (environment["PGPASSFILE"], environment["PGREQUIREAUTH"]) == ("/run/pgpass", "scram-sha-256")


@pytest.mark.parametrize(
    ("extra", "account"),
    [
        ({"account": "ab12345", "region": "eu-west-1"}, "ab12345.eu-west-1"),
        ({"account": "ab12345.eu-west-1", "region": "eu-west-1"}, "ab12345.eu-west-1"),
        ({"account": "org-account"}, "org-account"),
    ],
)
def test_the_region_of_a_snowflake_connection_is_a_part_of_its_account(extra: dict[str, str], account: str) -> None:
    assert parse_url(SecretStr(address("snowflake", login="u", extra=extra))).host == account


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("postgresql://u@h/d", "h", None),
        ("postgresql://u@h:6432/d", "h", "6432"),
        ("postgresql://u@[::1]:6432/d", "::1", "6432"),
        ("postgresql://u@/d?host=/var/run/postgresql", "/var/run/postgresql", None),
        ("postgresql://u@/d?host=::1", "::1", None),
        ("postgresql://u@/d?host=a:6432&host=b:6432", "a,b", "6432"),
        ("postgresql://u@/d?host=a&host=b&port=6432", "a,b", "6432"),
    ],
)
def test_dbt_gets_the_hosts_and_the_port(url: str, host: str, port: str | None) -> None:
    environment = for_dbt(url)
    assert environment["CONNECTOR_DBT_POSTGRES_HOST"] == host
    assert environment.get("CONNECTOR_DBT_POSTGRES_PORT") == port


def test_what_the_url_leaves_out_dbt_gets_from_the_variables_of_libpq(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else dbt would build on another server than the one that is synced."""
    for name, value in {"PGHOST": "db.example", "PGPORT": "6432", "PGUSER": "u", "PGDATABASE": "d"}.items():
        monkeypatch.setenv(name, value)
    environment = for_dbt("postgresql://")
    told = {name.rpartition("_")[2]: value for name, value in environment.items() if "_POSTGRES_" in name}
    assert told == {"HOST": "db.example", "PORT": "6432", "USER": "u", "DATABASE": "d"}
    assert for_dbt("postgresql://me@h:1/mine")["CONNECTOR_DBT_POSTGRES_HOST"] == "h"


@pytest.mark.parametrize("url", ["duckdb://", "duckdb:///", "duckdb:///:memory:"])
def test_dbt_is_given_no_duckdb_in_memory(url: str) -> None:
    with pytest.raises(ConfigurationError, match="dbt needs a file"):
        for_dbt(url)


@pytest.mark.parametrize(
    "query", ["host=a:1&host=b:2", "sslpassword=S3cret", "scram_client_key=S3cret", "service=S3cret"]
)
def test_what_dbt_cannot_be_given_is_refused_by_name(query: str) -> None:
    told = r"different ports|has (sslpassword|scram_client_key)|names a service"
    with pytest.raises(ConfigurationError, match=told) as caught:
        for_dbt(f"postgresql://u@/d?{query}")
    assert "S3cret" not in str(caught.value)


def test_pgoptions_set_to_nothing_leaves_the_options_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGOPTIONS", "")
    assert "PGOPTIONS" not in for_dbt("postgresql://u@h/d")
    assert for_dbt("postgresql://u@h/d?options=-c%20work_mem%3D1MB")["PGOPTIONS"] == "-c work_mem=1MB"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:p@ss:S3cret@h/d",
        "postgresql://u:p@S3cret@h/d",
        "postgresql://u:p@h2/S3cret@h/d",
        "postgresql://u:p@h/d?S3cret@h",
        "postgresql://u:p@h:S3cret/d",
        "postgresql://u:p@h:70000/S3cret",
        "postgresql://u:S3cret",
        "postgresql://u:S3cret%00@h/d",
        "postgresql://u@h/S3cret%00",
        "snowflake://u:p@S3cret@account/d",
        "duckdb://u:S3cret@h/d",
        "duckdb://S3cret.duckdb",
        "postgres://u:S3cret@h/d",
        "S3cret",
        "",
    ],
)
def test_a_url_that_is_not_escaped_is_refused_whole_and_says_how_to_write_it(url: str) -> None:
    with pytest.raises(ConfigurationError, match="CONNECTOR_WAREHOUSE_URL is not usable") as caught:
        parse_url(SecretStr(url))
    assert "S3cret" not in str(caught.value)
    assert "%40" in str(caught.value) or "three slashes" in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("url", ["duckdb:///a.duckdb?threads=1", "snowflake://u:p@account/d?role=r"])
def test_a_parameter_that_stands_twice_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ConfigurationError, match="a parameter more than once") as caught:
        parse_url(SecretStr(f"{url}&S3cret=1&S3cret=2"))
    assert "S3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://user%40realm:p%40ss%2F%3A@h-1.example:5432/d?sslmode=require",
        "postgresql://u:pa:ss@127.0.0.1/d",
        "postgresql:///d?host=/var/run",
        "postgresql+psycopg://u@[::1]/d",
        "snowflake://u@org-account.region/db/schema?warehouse=w&role=r",
        "duckdb:////data/a b@c/ü%20.duckdb?memory_limit=4GB",
        "duckdb:///:memory:",
    ],
)
def test_a_url_that_can_be_divided_is_taken(url: str) -> None:
    assert parse_url(SecretStr(url))


def test_a_duckdb_file_with_a_question_mark_is_named_by_its_connection() -> None:
    with pytest.raises(ConfigurationError, match="the Airflow connection w has a \\?"):
        address("duckdb", host="/data/what?.duckdb")


def test_a_duckdb_file_that_is_missing_need_hold_nothing_but_the_raw_tables(tmp_path: Path) -> None:
    settings = Settings(warehouse_url=SecretStr(f"duckdb:///{tmp_path / 'shop.duckdb'}"))
    with pytest.raises(ConfigurationError, match=r"does not exist: .* the DuckDB file with your raw tables"):
        app.initialise(settings)
