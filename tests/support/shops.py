"""Warehouses with a conversion_events relation, a local Meta, and the commands as a person says them."""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
from abc import ABC, abstractmethod
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import jsonschema
import psycopg
import pytest

from connector import cli
from connector.sandbox.server import RunningSandbox
from tests.support.forms import EVERYTHING
from tests.support.snowflake_stand_in import SnowflakeStandIn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

DATASET = "1234567890"
ANSWERS = json.loads((Path(__file__).parents[2] / "docs" / "answers.schema.json").read_text())
TABLE = """
create table meta_conversions.conversion_events (
    dataset_id varchar, event_name varchar, event_id varchar, event_time timestamp, action_source varchar,
    value decimal(18, 4), currency varchar, deadline_at timestamp, payload varchar, payload_hash varchar
)
"""


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def utc_now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def event(event_id: str, *, age: timedelta = timedelta(hours=1), **changes: Any) -> dict[str, Any]:
    """A row that Meta accepts; `changes` overwrite columns, `payload` may be any text."""
    event_time = utc_now() - age
    body = {
        "event_name": "Purchase",
        "event_time": int(event_time.replace(tzinfo=UTC).timestamp()),
        "event_id": event_id,
        "action_source": "website",
        "event_source_url": "https://shop.example/thanks",
        "user_data": {"em": sha256(f"{event_id}@shop.example"), "client_user_agent": "Browser/1.0"},
        "custom_data": {"value": 12.5, "currency": "USD", "order_id": event_id},
    } | changes.pop("body", {})
    row = {
        "dataset_id": None,
        "event_name": body["event_name"],
        "event_id": event_id,
        "event_time": event_time,
        "action_source": "website",
        "value": "12.5",
        "currency": "USD",
        "deadline_at": event_time + timedelta(days=7, hours=-1),
        "payload": json.dumps(body, separators=(",", ":")),
    } | changes
    return row | {"payload_hash": changes.get("payload_hash", sha256(str(row["payload"])))}


def refused_by_meta(event_id: str, *, age: timedelta = timedelta(hours=1)) -> dict[str, Any]:
    """A row that our gate lets pass and the sandbox refuses: a code of ISO 4217 that is no money."""
    body = {"custom_data": {"value": 12.5, "currency": "XTS", "order_id": event_id}}
    return event(event_id, age=age, body=body, currency="XTS")


class Shop(ABC):
    """A warehouse with an events relation. SQL in tests is what every engine reads, parameters are `%s`."""

    url: str

    @abstractmethod
    def run(self, sql: str, *params: Any) -> list[tuple[Any, ...]]: ...

    @abstractmethod
    def add(self, rows: Iterable[dict[str, Any]]) -> None: ...

    def let_leases_run_out(self) -> None:
        """What waiting would do: the runs of killed processes are dead. A DuckDB file proves it when it is opened."""
        self.run(
            "update meta_conversions_ledger.sync_leases set expires_at = expires_at - interval '1' hour where not ended"
        )

    def change(self, row: dict[str, Any]) -> None:
        """Put `row` in the place of the row with its event_id."""
        self.run("delete from meta_conversions.conversion_events where event_id = %s", row["event_id"])
        self.add([row])

    def state(self, event_id: str) -> str | None:
        rows = self.run("select state from meta_conversions_ledger.conversion_states where event_id = %s", event_id)
        return rows[0][0] if rows else None

    def states(self, *event_ids: str) -> list[str | None]:
        """Of each of them, asked at once: to open a DuckDB file takes longer than the question."""
        known = dict(self.run("select event_id, state from meta_conversions_ledger.conversion_states"))
        return [known.get(event_id) for event_id in event_ids]

    def outcome(self, event_id: str) -> tuple[Any, ...]:
        """(outcome, error_code, error_subcode, error_text) of the newest record."""
        return self.run(
            "select outcome, error_code, error_subcode, error_text from meta_conversions_ledger.record_outcomes "
            "where event_id = %s order by run_no desc limit 1",
            event_id,
        )[0]


class DuckDBShop(Shop):
    def __init__(self, path: Path) -> None:
        self.path = path
        self.url = f"duckdb:///{path}"

    @contextmanager
    def opened(self) -> Iterator[duckdb.DuckDBPyConnection]:
        connection = duckdb.connect(str(self.path))
        try:
            yield connection
        finally:
            connection.close()

    def run(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        with self.opened() as connection:
            return connection.execute(sql.replace("%s", "?"), list(params)).fetchall()

    def add(self, rows: Iterable[dict[str, Any]]) -> None:
        rows = list(rows)
        with self.opened() as connection:
            connection.execute("begin")
            connection.executemany(insert_of(rows[0]).replace("%s", "?"), [list(row.values()) for row in rows])
            connection.execute("commit")


class PostgresShop(Shop):
    def __init__(self, url: str) -> None:
        self.url = url

    def run(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            cursor = connection.execute(sql, params or None)
            return cursor.fetchall() if cursor.description else []

    def add(self, rows: Iterable[dict[str, Any]]) -> None:
        rows = list(rows)
        with psycopg.connect(self.url) as connection, connection.cursor() as cursor:
            cursor.executemany(insert_of(rows[0]), [list(row.values()) for row in rows])


class SnowflakeShop(Shop):
    """On the stand-in, which is not Snowflake: docs/snowflake.md says what that leaves unproven."""

    def __init__(self, server: SnowflakeStandIn) -> None:
        self.server = server
        self.database = server.new_database()
        self.url = server.url(self.database)

    def run(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        spelled = SNOWFLAKE_SPELLING.get(sql, sql)
        with self.server.connect(self.database) as connection, connection.cursor() as cursor:
            cursor.execute(spelled, params or None)
            return cursor.fetchall()

    def add(self, rows: Iterable[dict[str, Any]]) -> None:
        rows = list(rows)
        with self.server.connect(self.database) as connection, connection.cursor() as cursor:
            cursor.executemany(insert_of(rows[0]), [list(row.values()) for row in rows])


SNOWFLAKE_SPELLING = {"create schema meta_conversions": "create schema if not exists meta_conversions"}


ON_STAND_IN = {
    "test_everything_owed_is_accepted_once_and_both_sides_say_so",
    "test_status_as_json_has_the_keys_of_the_contract",
    "test_plan_tells_what_a_sync_then_does",
    "test_an_unreadable_answer_makes_the_batch_unconfirmed_and_the_next_run_sends_it_again",
    "test_a_rejected_one_goes_once_more_and_is_proven",
    "test_an_accepted_one_tells_its_run_its_trace_and_when",
    "test_the_ledger_of_a_synced_warehouse_is_told",
}
"""One test of each kind, with the first of its faults: the stand-in is slow. `make test-all` runs them with every
fault and IN_FULL_ON_STAND_IN, `pytest -k snowflake` the other tests too."""

IN_FULL_ON_STAND_IN = {
    "test_only_what_lies_in_the_window_is_sent_and_the_rest_by_the_next_run",
    "test_a_corrected_row_goes_after_its_rejection",
    "test_a_second_sync_sends_nothing_and_says_so",
    "test_many_refused_events_do_not_keep_the_good_ones",
    "test_an_accepted_row_that_changes_is_not_sent_again",
    "test_an_unconfirmed_row_that_changed_is_held_for_a_person",
    "test_a_sender_that_was_declared_dead_stops_at_its_next_mark_and_keeps_the_facts",
}
"""The same statements once more in another order: on the stand-in in `make test-all` only."""
if EVERYTHING:
    ON_STAND_IN |= IN_FULL_ON_STAND_IN

NOT_ON_STAND_IN = {
    **dict.fromkeys(
        (
            "test_a_value_that_the_ledger_cannot_hold_makes_its_row_invalid_and_stops_nobody_else",
            "test_a_time_is_a_moment_whatever_its_type_and_the_zones_around_it",
            "test_a_date_is_its_midnight_in_utc",
            "test_a_time_as_text_is_refused_by_its_column",
        ),
        "changes a column's type, which Snowflake refuses",
    ),
    "test_an_order_id_finds_all_its_events": "asks information_schema for a lower-case name",
}
"""Each with its reason; these run on no Snowflake."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On the stand-in only what stands in ON_STAND_IN, or whatever it can run if it is asked for by name."""
    asked = "snowflake" in (config.option.keyword or "")
    left_out, seen = [], set()
    for item in items:
        engine = getattr(item, "callspec", None) and item.callspec.params.get("shop")
        name = getattr(item, "originalname", item.name)
        if engine != "snowflake":
            continue
        repeated = name in seen and not EVERYTHING
        seen.add(name)
        if name in NOT_ON_STAND_IN or not (asked or (name in ON_STAND_IN and not repeated)):
            left_out.append(item)
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def insert_of(row: dict[str, Any]) -> str:
    return f"insert into meta_conversions.conversion_events ({', '.join(row)}) values ({', '.join(['%s'] * len(row))})"


def hold_to_schema(command: str, answer: str) -> None:
    """Every JSON answer that any test hears has the documented shape."""
    schema = {"$defs": ANSWERS["$defs"], **ANSWERS["properties"][command]}
    jsonschema.validate(json.loads(answer), schema, cls=jsonschema.Draft202012Validator)


@dataclass
class Person:
    """Says commands and keeps what came back."""

    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch
    code: int = 0
    out: str = ""
    err: str = ""

    def says(self, *words: str) -> int:
        self.monkeypatch.setattr("sys.argv", ["connector", *words])
        self.capsys.readouterr()
        try:
            cli.main()
        except SystemExit as leaving:
            self.code = int(leaving.code or 0)
        else:
            self.code = 0
        self.out, self.err = self.capsys.readouterr()
        if "--json" in words and self.out:
            hold_to_schema(words[0], self.out)
        return self.code

    def asks(self, *words: str) -> dict[str, Any]:
        """The JSON answer of a command."""
        self.says(*words, "--json")
        answer: dict[str, Any] = json.loads(self.out)
        return answer


@pytest.fixture
def duckdb_shop(tmp_path: Path) -> Shop:
    return furnished(DuckDBShop(tmp_path / "warehouse.duckdb"))


@pytest.fixture
def postgres_shop(postgres: str) -> Iterator[Shop]:
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"create database {name}")
    yield furnished(PostgresShop(postgres.replace("/postgres?", f"/{name}?")))
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"drop database {name} with (force)")


@pytest.fixture
def snowflake_shop(snowflake_stand_in: SnowflakeStandIn) -> Shop:
    return furnished(SnowflakeShop(snowflake_stand_in))


@pytest.fixture(params=["duckdb", "postgres", "snowflake"])
def shop(request: pytest.FixtureRequest) -> Shop:
    """The warehouse of a test: each test runs on every engine."""
    shop: Shop = request.getfixturevalue(f"{request.param}_shop")
    return shop


def furnished(shop: Shop) -> Shop:
    shop.run("create schema meta_conversions")
    shop.run(TABLE)
    return shop


class Hasty:
    """asyncio for uvicorn, which looks ten times a second whether it should end: 0.15 s for every sandbox that ends."""

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    @staticmethod
    async def sleep(delay: float) -> None:
        await asyncio.sleep(delay / 20)


@pytest.fixture(scope="session", autouse=True)
def _sandboxes_end_at_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("uvicorn.server.asyncio", Hasty())
        yield


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    with RunningSandbox() as running:
        yield running


@pytest.fixture
def environment(shop: Shop, sandbox: RunningSandbox) -> dict[str, str]:
    return settings_for(shop, sandbox.base_url)


def settings_for(shop: Shop, base_url: str) -> dict[str, str]:
    return {
        "CONNECTOR_WAREHOUSE_URL": shop.url,
        "CONNECTOR_META_BASE_URL": base_url,
        "CONNECTOR_META_DATASET_ID": DATASET,
        "CONNECTOR_META_ACCESS_TOKEN": "token-of-a-test",
        "CONNECTOR_REQUEST_TIMEOUT_S": "5",
    }


@pytest.fixture
def person(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> Person:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return Person(capsys, monkeypatch)
