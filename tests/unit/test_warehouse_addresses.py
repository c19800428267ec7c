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
    for name in ("PGOPTIONS", "PGSSLMODE", "PGHOST", "PGPORT"):
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
    ("url", "host", "port"),
    [
        ("postgresql://u@h/d", "h", None),
        ("postgresql://u@h:6432/d", "h", "6432"),
        ("postgresql://u@[::1]:6432/d", "::1", "6432"),
        ("postgresql://u@/d?host=/var/run/postgresql", "/var/run/postgresql", None),
        ("postgresql://u@/d?host=a:6432&host=b:6432", "a,b", "6432"),
        ("postgresql://u@/d?host=a&host=b&port=6432", "a,b", "6432"),
    ],
)
def test_dbt_gets_the_hosts_and_the_port(url: str, host: str, port: str | None) -> None:
    environment = for_dbt(url)
    assert environment["CONNECTOR_DBT_POSTGRES_HOST"] == host
    assert environment.get("CONNECTOR_DBT_POSTGRES_PORT") == port


@pytest.mark.parametrize("query", ["host=a:1&host=b:2", "sslpassword=S3cret", "scram_client_key=S3cret"])
def test_what_dbt_cannot_be_given_is_refused_by_name(query: str) -> None:
    with pytest.raises(ConfigurationError, match=r"different ports|has (sslpassword|scram_client_key)") as caught:
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
