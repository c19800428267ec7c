"""The terms under which the connector speaks to PostgreSQL hold for both of its drivers, and the planner's for dbt."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.engine import make_url

from connector import app
from connector.errors import ConnectorError, WarehouseBusy, WarehouseUnavailable
from connector.settings import Settings
from connector.warehouse.warehouse import Warehouse
from tests.support.warm_dbt import run_dbt

PROJECT = Path(__file__).parents[3] / "dbt_project"


@pytest.fixture
def warehouse(new_database: Callable[[], str]) -> Iterator[Warehouse]:
    with Warehouse.open(Settings(warehouse_url=SecretStr(new_database()), lock_wait_s=7)) as opened:
        yield opened


TERMS = {"enable_nestloop": "off", "lock_timeout": "7s", "TimeZone": "UTC"}


@pytest.mark.parametrize("term", TERMS)
def test_statements_and_bulk_reads_have_the_same_terms(warehouse: Warehouse, term: str) -> None:
    with warehouse.transaction() as connection:
        assert connection.execute(text(f"show {term}")).scalar_one() == TERMS[term]
    asked = f"select current_setting('{term}') as told"
    with warehouse.dialect.stream(warehouse.engine, asked, {}, rows=1) as reader:
        assert reader.read_all().column("told").to_pylist() == [TERMS[term]]


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII", "WIN1252"])
@pytest.mark.parametrize("of", ["the database", "the environment"])
def test_any_text_is_read_and_written_whatever_encoding_is_the_default(
    new_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch, encoding: str, of: str
) -> None:
    url = new_database()
    if of == "the database":
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"alter database {make_url(url).database} set client_encoding = '{encoding}'")
    else:
        monkeypatch.setenv("PGCLIENTENCODING", encoding)
    settings = Settings(warehouse_url=SecretStr(url))
    with Warehouse.open(settings) as warehouse:
        with warehouse.transaction() as session:
            assert session.execute(text("select cast(:given as text)"), {"given": "ö€漢"}).scalar_one() == "ö€漢"
        with warehouse.dialect.stream(warehouse.engine, "select chr(28450) as told", {}, rows=1) as reader:
            assert reader.read_all().column("told").to_pylist() == ["漢"]
    assert app.dbt_environment(settings)["PGCLIENTENCODING"] == "UTF8"


@pytest.mark.parametrize("options", ["", "-c work_mem=11MB"])
def test_columns_have_their_types_where_the_database_quotes_all_identifiers(
    new_database: Callable[[], str], options: str
) -> None:
    url = make_url(new_database())
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(f"alter database {url.database} set quote_all_identifiers = on")
    asked = "select 'a' as told, timestamp '2026-11-28' as at_time, current_setting('work_mem') as memory"
    ours = url.update_query_dict({"options": options} if options else {}).render_as_string(hide_password=False)
    with (
        Warehouse.open(Settings(warehouse_url=SecretStr(ours))) as warehouse,
        warehouse.dialect.stream(warehouse.engine, asked, {}, rows=1) as reader,
    ):
        (row,) = reader.read_all().to_pylist()
    assert (row["told"], str(row["at_time"])) == ("a", "2026-11-28 00:00:00")
    assert options == "" or row["memory"] == "11MB"


STOP = """
create function stop() returns int language plpgsql as $$
begin raise exception 'a row: S3cret' using errcode = '{code}'; end $$
"""


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        ("57014", ConnectorError, "statement_timeout"),
        ("53100", WarehouseUnavailable, "its disk is full"),
        ("40001", WarehouseBusy, "max_standby_streaming_delay"),
    ],
)
def test_what_ends_a_bulk_read_in_the_middle_is_told_by_its_code(
    new_database: Callable[[], str], code: str, kind: type[ConnectorError], words: str
) -> None:
    url = new_database()
    with psycopg.connect(url) as other:
        other.execute(STOP.format(code=code))
    with (
        pytest.raises(ConnectorError, match=words) as caught,
        Warehouse.open(Settings(warehouse_url=SecretStr(url))) as warehouse,
        warehouse.dialect.stream(warehouse.engine, "select stop() as one", {}, rows=1) as reader,
    ):
        reader.read_all()
    assert type(caught.value) is kind
    assert "S3cret" not in str(caught.value)


def test_dbt_builds_without_nested_loops_and_keeps_what_else_is_asked_of_its_sessions(
    new_database: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGOPTIONS", "-c work_mem=11MB")
    asked = "select current_setting('enable_nestloop') as loops, current_setting('work_mem') as memory"
    command = ["--quiet", "show", "--inline", asked, "--output", "json"]
    command += ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    command += ["--target-path", str(tmp_path), "--log-path", str(tmp_path)]
    environment = os.environ | app.dbt_environment(Settings(warehouse_url=SecretStr(new_database())))
    done = run_dbt(command, env=environment)
    assert '"loops": "off"' in done.stdout, done.stdout + done.stderr
    assert '"memory": "11MB"' in done.stdout
