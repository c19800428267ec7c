"""A wrong set-up is one line that names the thing, the rule and the fix; nothing is sent, nothing half written."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from connector.warehouse.dialects import duckdb as duckdb_dialect
from tests.support.shops import event

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from connector.sandbox.server import RunningSandbox
    from tests.support.shops import DuckDBShop, Person, Shop


ON_DUCKDB = pytest.mark.parametrize("shop", ["duckdb"], indirect=True)


def is_one_line(text: str) -> bool:
    return text.startswith("error: ") and text.count("\n") == 1


def test_a_relation_that_stands_in_another_schema_is_named_with_it(
    shop: Shop, sandbox: RunningSandbox, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.add([event("o1")])
    monkeypatch.setenv("CONNECTOR_EVENTS_RELATION", "marts.conversion_events")
    assert person.says("sync") == 3
    assert "the relation marts.conversion_events does not exist" in person.err
    assert "is there: meta_conversions.conversion_events. Set CONNECTOR_EVENTS_RELATION to it" in person.err
    assert is_one_line(person.err)


@pytest.mark.parametrize("shop", ["postgres"], indirect=True)
def test_a_relation_that_only_quotes_reach_is_told_as_that_and_not_offered(
    shop: Shop, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """dbt quotes the schema of a target there."""
    shop.add([event("o1")])
    shop.run('alter schema meta_conversions rename to "Shop"')
    monkeypatch.setenv("CONNECTOR_EVENTS_RELATION", "Shop.conversion_events")
    assert person.says("sync") == 3
    assert "is there, but cannot be read: Shop.conversion_events" in person.err
    assert "needs quotes" in person.err
    assert is_one_line(person.err)


@ON_DUCKDB
@pytest.mark.parametrize(
    ("variable", "value", "named"),
    [
        ("CONNECTOR_EVENTS_RELATION", "meta_conversions.nothing_here", "meta_conversions.nothing_here"),
        ("CONNECTOR_EVENTS_RELATION", "meta_conversions.x; drop table y", "CONNECTOR_EVENTS_RELATION"),
        ("CONNECTOR_LEDGER_SCHEMA", "delivery--", "CONNECTOR_LEDGER_SCHEMA"),
        ("CONNECTOR_META_ACCESS_TOKEN", "", "CONNECTOR_META_ACCESS_TOKEN"),
        ("CONNECTOR_META_ACCESS_TOKEN", "secret\ncanary", "CONNECTOR_META_ACCESS_TOKEN"),
        ("CONNECTOR_META_BASE_URL", "http://graph.facebook.com", "CONNECTOR_META_BASE_URL"),
        ("CONNECTOR_META_BASE_URL", "http://10.0.0.1", "CONNECTOR_META_BASE_URL"),
        ("CONNECTOR_META_BASE_URL", "https://user:canary@graph.facebook.com", "CONNECTOR_META_BASE_URL"),
        ("CONNECTOR_META_API_VERSION", "26", "CONNECTOR_META_API_VERSION"),
        ("CONNECTOR_META_DATASET_ID", "my-pixel", "CONNECTOR_META_DATASET_ID"),
        ("CONNECTOR_BATCH_SIZE", "1001", "CONNECTOR_BATCH_SIZE"),
        ("CONNECTOR_BATCH_SIZE", "many", "CONNECTOR_BATCH_SIZE"),
        ("CONNECTOR_CONCURRENCY", "0", "CONNECTOR_CONCURRENCY"),
        ("CONNECTOR_WAREHOUSE_URL", "canary-not-a-url", "CONNECTOR_WAREHOUSE_URL"),
        ("CONNECTOR_WAREHOUSE_URL", "duckdb:////nowhere/at/all.duckdb", "/nowhere/at/all.duckdb"),
        ("CONNECTOR_WAREHOUSE_URL", "duckdb:////nowhere/Meta_Conversions.duckdb", "has the name of a schema in it"),
        ("CONNECTOR_WAREHOUSE_URL", "duckdb:///information_schema.duckdb", "has the name of a schema in it"),
        ("CONNECTOR_WAREHOUSE_URL", "duckdb:///md:shop?motherduck_token=canary", "md:shop is no file of this machine"),
        ("CONNECTOR_WAREHOUSE_URL", "duckdb:///s3://bucket/shop.duckdb", "is no file of this machine"),
    ],
)
def test_a_wrong_setting_is_one_line_and_exit_3(
    shop: Shop,
    sandbox: RunningSandbox,
    person: Person,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
    named: str,
) -> None:
    shop.add([event("o1")])
    monkeypatch.setenv(variable, value)
    assert person.says("sync") == 3
    assert is_one_line(person.err), person.err
    assert named in person.err
    assert "canary" not in person.err
    assert sandbox.summary()["requests"] == 0
    assert not shop.run("select 1 from information_schema.tables where table_name = 'sync_runs'")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("alter table meta_conversions.conversion_events drop column payload_hash", "payload_hash"),
        ("alter table meta_conversions.conversion_events alter column event_time type varchar", "event_time"),
        ("alter table meta_conversions.conversion_events alter column deadline_at type time", "deadline_at"),
        ("alter table meta_conversions.conversion_events alter column value type varchar", "value"),
        (
            "alter table meta_conversions.conversion_events alter column payload type integer using length(payload)",
            "payload",
        ),
    ],
)
def test_a_relation_of_another_shape_is_refused_by_column_before_anything_is_written(
    shop: Shop, sandbox: RunningSandbox, person: Person, change: str, named: str
) -> None:
    shop.add([event("o1")])
    shop.run(change)
    assert person.says("sync") == 3
    assert is_one_line(person.err), person.err
    assert f"meta_conversions.conversion_events.{named}" in person.err or f"no column {named}" in person.err
    assert sandbox.summary()["requests"] == 0
    assert not shop.run("select 1 from information_schema.tables where table_schema = 'meta_conversions_ledger'")


def test_a_view_and_further_columns_are_as_good_as_the_table(
    shop: Shop, sandbox: RunningSandbox, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.add([event("o1")])
    shop.run("create schema own")
    shop.run("create view own.my_events as select *, 'x' as note from meta_conversions.conversion_events")
    monkeypatch.setenv("CONNECTOR_EVENTS_RELATION", "own.my_events")
    assert person.says("sync") == 0, person.err
    assert sandbox.summary()["distinct_accepted"] == 1


@ON_DUCKDB
def test_a_file_that_is_no_database_is_named(shop: DuckDBShop, person: Person) -> None:
    shop.path.write_bytes(b"this is no database at all " * 400)
    assert person.says("sync") == 3
    assert is_one_line(person.err), person.err
    assert str(shop.path) in person.err


@ON_DUCKDB
def test_a_file_that_another_process_holds_is_waited_for_and_then_named(
    shop: DuckDBShop, person: Person, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(duckdb_dialect, "TOLD_AT", 1)  # a later try depends on the clock
    holding = f"import duckdb; c = duckdb.connect({str(shop.path)!r}); print('held', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", holding], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        monkeypatch.setenv("CONNECTOR_LOCK_WAIT_S", "0.3")
        assert person.says("sync") == 1
        other.communicate("\n")
    assert is_one_line(person.err), person.err
    assert "CONNECTOR_LOCK_WAIT_S" in person.err
    assert f"another process ({other.pid}) holds" in person.err
    assert f"holds {shop.path}: waiting up to 0.3 s" in caplog.text
    assert person.says("sync") == 0, person.err


@contextmanager
def read_by_another(path: Path) -> Iterator[int]:
    """The id of a process that has the file open for reading, as dashboards and notebooks do."""
    reading = f"import duckdb; c = duckdb.connect({str(path)!r}, read_only=True); print('held', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", reading], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        yield other.pid
        other.communicate("\n")


@ON_DUCKDB
def test_beside_a_process_that_reads_the_file_looking_works_and_a_sync_waits_for_it(
    shop: DuckDBShop, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert person.says("sync") == 0
    shop.add([event("o1")])
    monkeypatch.setenv("CONNECTOR_LOCK_WAIT_S", "0")
    with read_by_another(shop.path) as reader:
        for words in (("status",), ("plan",), ("why", "o1"), ("alarms",)):
            assert person.says(*words) == 0, person.err
        (ledger,) = [check for check in person.asks("doctor")["checks"] if check["name"] == "ledger"]
        assert "another process is reading" in ledger["words"]
        assert person.says("sync") == 1
    assert f"another process ({reader}) holds" in person.err
    assert person.says("sync") == 0, person.err


@ON_DUCKDB
def test_a_file_that_is_let_go_in_time_is_no_trouble(shop: DuckDBShop, person: Person) -> None:
    holding = (
        f"import duckdb, time; c = duckdb.connect({str(shop.path)!r}); print('held', flush=True); input(); c.close()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holding], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdin is not None
        assert other.stdout.readline() == "held\n"
        other.stdin.write("\n")
        other.stdin.flush()
        assert person.says("sync") == 0, person.err


@pytest.mark.parametrize(
    "words",
    [
        *(("sink",), ("sync", "--limit", "none"), ("plan", "--show", "-1"), ("sync", "--max-seconds", "inf")),
        *(("alive", "--within", "nan"), ("alive", "--within", "1e300"), ("alarms", "--hours", "nan")),
        ("plan", "--since", "0001-01-01T00:00:00+02:00"),
    ],
)
def test_a_wrong_command_is_exit_2(person: Person, words: tuple[str, ...]) -> None:
    assert person.says(*words) == 2


def test_init_makes_the_ledger_and_may_be_said_twice(shop: Shop, person: Person) -> None:
    assert person.says("init") == 0, person.err
    assert person.says("init") == 0
    tables = shop.run(
        "select table_name from information_schema.tables where table_schema = 'meta_conversions_ledger' order by 1"
    )
    assert [name for (name,) in tables] == [
        "alarm_notices",
        "conversion_states",
        "meta_campaigns",
        "meta_event_stats",
        "meta_insights",
        "meta_match_quality",
        "meta_pulls",
        "record_outcomes",
        "sync_confirmed_keys",
        "sync_expired",
        "sync_leases",
        "sync_lock",
        "sync_outcomes",
        "sync_records",
        "sync_runs",
        "sync_sources",
    ]


def test_a_ledger_of_a_newer_version_is_refused(shop: Shop, person: Person) -> None:
    person.says("init")
    shop.run("update meta_conversions_ledger.sync_lock set ledger_version = 99")
    assert person.says("sync") == 3
    assert "version 99" in person.err


@ON_DUCKDB
def test_a_bulk_read_that_breaks_off_is_one_line_without_the_row_that_it_quotes(
    shop: Shop, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Arrow raises for it is no error of a driver's."""
    shop.add([event("o1")])
    shop.run("create schema own")
    shop.run(
        "create view own.my_events as select * replace (cast(cast('canary' || event_id as integer) as varchar) "
        "as payload) from meta_conversions.conversion_events"
    )
    monkeypatch.setenv("CONNECTOR_EVENTS_RELATION", "own.my_events")
    assert person.says("sync") == 1
    assert is_one_line(person.err), person.err
    assert "a value cannot be read as the type that is asked for" in person.err.lower()
    assert "canary" not in person.err


def test_an_error_of_the_warehouse_is_one_line_without_its_text(shop: Shop, person: Person) -> None:
    shop.add([event("o1")])
    person.says("init")
    shop.run("alter table meta_conversions_ledger.sync_runs drop column requests")
    assert person.says("sync") == 1
    assert is_one_line(person.err), person.err
    assert "warehouse error" in person.err
    assert "requests" not in person.err
