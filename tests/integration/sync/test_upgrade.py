"""A warehouse whose ledger an older version made: nothing is sent twice, and the older version sends nothing more."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr
from sqlalchemy import event as sqlalchemy_event

from connector.ledger.former import MOVED
from connector.ledger.migration import VERSION
from connector.ledger.move import move_ledger
from connector.ledger.runs import RUNS_OF_THIS_PROCESS
from connector.ledger.setup import create_ledger
from connector.settings import Settings
from connector.warehouse.warehouse import Warehouse
from tests.support.older_ledger import OWED, SETTLED, filled_by_version_3, now_of, statements_of_version_3
from tests.support.shops import event

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.sandbox.server import RunningSandbox
    from tests.support.shops import Person, Shop

ON_BOTH = pytest.mark.parametrize("shop", ["duckdb", "postgres"], indirect=True)
ON_DUCKDB = pytest.mark.parametrize("shop", ["duckdb"], indirect=True)
NEW = "meta_conversions_ledger"
COLUMNS = (
    "select table_name, column_name, data_type, is_nullable from information_schema.columns "
    "where table_schema = %s order by 1, 2"
)


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture
def older(shop: Shop) -> Shop:
    filled_by_version_3(shop)
    return shop


def received(sandbox: RunningSandbox) -> dict[str, int]:
    return {event_id: count for (_, event_id), count in sandbox.receipts().items()}


@contextmanager
def killed_at(warehouse: Warehouse, number: int) -> Iterator[None]:
    """Kills what runs inside before its statement of that number, counted from 0."""
    sent = count()

    def listen(*_: Any) -> None:
        if next(sent) == number:
            raise Killed

    sqlalchemy_event.listen(warehouse.engine, "before_cursor_execute", listen)
    try:
        yield
    finally:
        sqlalchemy_event.remove(warehouse.engine, "before_cursor_execute", listen)


def opened(shop: Shop, ledger: str = NEW) -> Warehouse:
    return Warehouse.open(Settings(warehouse_url=SecretStr(shop.url), ledger_schema=ledger))


@ON_BOTH
def test_after_a_move_only_what_is_owed_is_sent(older: Shop, sandbox: RunningSandbox, person: Person) -> None:
    assert person.says("init", "--move-ledger") == 0, person.err
    assert "It was moved from schema delivery" in person.out
    assert person.says("sync") == 0, person.err
    assert received(sandbox) == dict.fromkeys(OWED, 1)
    states = {one: older.state(one) for one in SETTLED}
    assert states == {one: one for one in SETTLED} | {"unconfirmed too long": "unconfirmed"}
    status = person.asks("status")
    assert (status["accepted"], status["held"], status["owed"]) == (5, 1, 0)
    assert person.says("sync") == 0
    assert received(sandbox) == dict.fromkeys(OWED, 1)


@ON_BOTH
def test_a_ledger_that_stays_where_it_is_is_brought_up_to_date_there(
    older: Shop, sandbox: RunningSandbox, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONNECTOR_LEDGER_SCHEMA", "delivery")
    assert person.says("sync") == 0, person.err
    assert received(sandbox) == dict.fromkeys(OWED, 1)
    assert older.run("select ledger_version from delivery.sync_lock") == [(VERSION,)]


@ON_DUCKDB
@pytest.mark.parametrize("command", ["init", "sync", "plan", "status", "pull", "doctor"])
def test_an_empty_ledger_is_never_begun_beside_a_former_one(older: Shop, person: Person, command: str) -> None:
    assert person.says(command) == 3
    told = person.out + person.err
    assert all(name in told for name in (NEW, "delivery", "connector init --move-ledger")), told
    assert not older.run("select 1 from information_schema.tables where table_schema = %s", NEW)


@ON_DUCKDB
def test_a_ledger_named_for_another_host_may_stand_beside_a_former_one(
    older: Shop, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONNECTOR_LEDGER_SCHEMA", "rehearsal")
    assert person.says("init") == 3, "it has sent to this host"
    older.run("update delivery.sync_runs set destination_host = 'graph.facebook.com'")
    assert person.says("init") == 0, person.err


@ON_DUCKDB
def test_a_schema_of_others_that_is_called_delivery_is_left_alone(shop: Shop, person: Person) -> None:
    shop.run("create schema delivery")
    shop.run("create table delivery.sync_runs (sync_id varchar, parcels integer)")
    shop.add([event("one")])
    assert person.says("init", "--move-ledger") == 0, person.err
    assert person.says("sync") == 0, person.err
    assert shop.run("select count(*) from delivery.sync_runs") == [(0,)]


@ON_DUCKDB
def test_two_ledgers_are_never_merged(older: Shop, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTOR_META_BASE_URL", "https://graph.facebook.com")
    monkeypatch.setenv("CONNECTOR_LEDGER_SCHEMA", "another")
    assert person.says("init") == 0, person.err
    assert person.says("init", "--move-ledger") == 3
    assert "both hold a ledger" in person.err


@ON_BOTH
def test_an_older_sender_refuses_what_a_move_leaves_behind(older: Shop, person: Person) -> None:
    person.says("init", "--move-ledger")
    assert older.run("select ledger_version, holder from delivery.sync_lock") == [(MOVED, f"moved to schema {NEW}")]
    assert MOVED > VERSION > 3
    for statement in statements_of_version_3(older):  # whatever is missing it makes, then it asks for the version
        if not statement.startswith("create or replace view"):
            older.run(statement)
    assert older.run("select ledger_version from delivery.sync_lock") == [(MOVED,)]


@ON_BOTH
@pytest.mark.parametrize("words", [("init", "--move-ledger"), ("init",)])
def test_an_older_sender_that_has_read_the_version_before_fails_when_it_begins(
    older: Shop, person: Person, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    if words == ("init",):
        monkeypatch.setenv("CONNECTOR_LEDGER_SCHEMA", "delivery")
    assert person.says(*words) == 0, person.err
    older.run(f"update delivery.sync_lock set holder = 'older', locked_at = {now_of(older)}")
    with pytest.raises(Exception, match=r"sync_runs|change"):
        older.run("select destination_host from delivery.sync_runs where change = 'started' and lane = 'live'")


@ON_DUCKDB
def test_a_move_can_be_repeated_and_its_former_place_names_the_new_one(
    older: Shop, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert person.asks("init", "--move-ledger") == {"ledger_schema": NEW, "moved_from": "delivery"}
    assert person.asks("init", "--move-ledger") == {"ledger_schema": NEW, "moved_from": None}
    monkeypatch.setenv("CONNECTOR_LEDGER_SCHEMA", "delivery")
    assert person.says("sync") == 3
    assert f"moved to schema {NEW}" in person.err


@ON_BOTH
@pytest.mark.parametrize("ledger", [NEW, "delivery"])
def test_while_a_run_has_a_lease_its_ledger_is_neither_moved_nor_migrated(
    older: Shop, person: Person, monkeypatch: pytest.MonkeyPatch, ledger: str
) -> None:
    monkeypatch.setenv("CONNECTOR_LEDGER_SCHEMA", ledger)
    monkeypatch.setattr("connector.ledger.setup.RUNS_OF_THIS_PROCESS", RUNS_OF_THIS_PROCESS | {"third"})
    before = older.run(COLUMNS, "delivery")
    older.run(f"update delivery.sync_leases set expires_at = {now_of(older)} + interval '1 hour' where not ended")
    assert person.says("init", "--move-ledger") == 1
    assert "while sync run third uses it" in person.err
    assert older.run(COLUMNS, "delivery") == before
    older.run("update delivery.sync_leases set ended = true")
    assert person.says("init", "--move-ledger") == 0, person.err


@ON_BOTH
@pytest.mark.parametrize("ledger", [NEW, "delivery"])
def test_an_upgrade_can_be_repeated_after_a_kill_at_any_statement(older: Shop, ledger: str) -> None:
    for number in count():
        try:
            with opened(older, ledger) as warehouse, killed_at(warehouse, number):
                move_ledger(warehouse)
                create_ledger(warehouse)
        except Killed:
            continue
        break
    assert number > 20
    assert older.run(f"select count(*) from {ledger}.sync_runs") == [(5,)]
    assert older.run(f"select ledger_version from {ledger}.sync_lock") == [(VERSION,)]
    assert older.run(f"select count(*) from {ledger}.conversion_states") == [(7,)]


@pytest.mark.parametrize("shop", ["postgres"], indirect=True)
@pytest.mark.parametrize("ledger", [NEW, "delivery"])
def test_an_upgrade_can_be_repeated_where_each_statement_commits_by_itself(
    older: Shop, sandbox: RunningSandbox, person: Person, monkeypatch: pytest.MonkeyPatch, ledger: str
) -> None:
    """As on Snowflake. Whatever stands in between, no command begins an empty ledger."""
    monkeypatch.setenv("CONNECTOR_LEDGER_SCHEMA", ledger)
    for number in count():
        with opened(older, ledger) as warehouse:
            warehouse.engine = warehouse.engine.execution_options(isolation_level="AUTOCOMMIT")
            try:
                with killed_at(warehouse, number):
                    move_ledger(warehouse)
                    create_ledger(warehouse)
            except Killed:
                if ledger == NEW:
                    runs = [schema for schema in (NEW, "delivery") if _stands(older, schema)]
                    assert len(runs) == 1
                continue
        break
    assert number > 20
    assert person.says("sync") == 0, person.err
    assert received(sandbox) == dict.fromkeys(OWED, 1)


def _stands(shop: Shop, schema: str) -> bool:
    found = shop.run(
        "select 1 from information_schema.tables where table_schema = %s and table_name = 'sync_runs'", schema
    )
    return bool(found)


@ON_BOTH
def test_a_new_ledger_a_migrated_one_and_a_moved_one_are_alike(
    older: Shop, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONNECTOR_LEDGER_SCHEMA", "delivery")
    assert person.says("init") == 0, person.err
    migrated = older.run(COLUMNS, "delivery")
    monkeypatch.delenv("CONNECTOR_LEDGER_SCHEMA")
    assert person.says("init", "--move-ledger") == 0, person.err
    moved = older.run(COLUMNS, NEW)
    monkeypatch.setenv("CONNECTOR_LEDGER_SCHEMA", "fresh")
    assert person.says("init") == 0, person.err
    assert older.run(COLUMNS, "fresh") == moved == migrated
    assert len(moved) > 100


@ON_BOTH
def test_reasons_in_rows_that_stand_have_their_new_words(older: Shop, person: Person) -> None:
    person.says("init", "--move-ledger")
    assert older.run(f"select reason from {NEW}.sync_runs where phase = 'ended' order by run_no") == [
        ("time_limit_reached",),
        ("finished",),
    ]
    assert older.outcome("deferred") == ("deferred", None, None, "bisection_budget_spent")


@ON_DUCKDB
def test_a_run_says_who_started_it_and_from_where(shop: Shop, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "analyst")
    monkeypatch.setattr("socket.gethostname", lambda: "worker-1")
    assert person.says("sync") == 0
    monkeypatch.setenv("AIRFLOW_CTX_DAG_ID", "conversions_sync")
    monkeypatch.setenv("AIRFLOW_CTX_DAG_RUN_ID", "manual__2026-11-01")
    assert person.says("sync") == 0
    rows = shop.run(f"select distinct run_no, started_by, started_on, airflow_run from {NEW}.sync_runs order by 1")
    assert rows == [
        (1, "analyst", "worker-1", None),
        (2, "analyst", "worker-1", "conversions_sync/manual__2026-11-01"),
    ]
    assert shop.run(f"select count(*) from {NEW}.sync_runs where connector_version is null") == [(0,)]
