"""A DuckDB file with a conversion_events relation, a local Meta, and the commands as a person says them."""

from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from connector import cli
from connector.sandbox.server import RunningSandbox

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

DATASET = "1234567890"
TABLE = """
create table marts.conversion_events (
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


def refused_by_meta(event_id: str) -> dict[str, Any]:
    """A row that our gate lets pass and the sandbox refuses: three letters that are no currency."""
    body = {"custom_data": {"value": 12.5, "currency": "RMB", "order_id": event_id}}
    return event(event_id, body=body, currency="RMB")


@dataclass
class Shop:
    """A warehouse file."""

    path: Path

    @contextmanager
    def opened(self) -> Iterator[duckdb.DuckDBPyConnection]:
        connection = duckdb.connect(str(self.path))
        try:
            yield connection
        finally:
            connection.close()

    def add(self, rows: Iterable[dict[str, Any]]) -> None:
        rows = list(rows)
        with self.opened() as connection:
            names = list(rows[0])
            connection.execute("begin")
            connection.executemany(
                f"insert into marts.conversion_events ({', '.join(names)}) values ({', '.join('?' * len(names))})",
                [list(row.values()) for row in rows],
            )
            connection.execute("commit")

    def change(self, row: dict[str, Any]) -> None:
        """Put `row` in the place of the row with its event_id."""
        self.run("delete from marts.conversion_events where event_id = ?", row["event_id"])
        self.add([row])

    def run(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        with self.opened() as connection:
            return connection.execute(sql, list(params)).fetchall()

    def state(self, event_id: str) -> str | None:
        rows = self.run("select state from delivery.conversion_states where event_id = ?", event_id)
        return rows[0][0] if rows else None

    def outcome(self, event_id: str) -> tuple[Any, ...]:
        """(outcome, error_code, error_subcode, error_text) of the newest record."""
        return self.run(
            "select outcome, error_code, error_subcode, error_text from delivery.record_outcomes "
            "where event_id = ? order by run_no desc limit 1",
            event_id,
        )[0]


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
        return self.code

    def asks(self, *words: str) -> dict[str, Any]:
        """The JSON answer of a command."""
        self.says(*words, "--json")
        answer: dict[str, Any] = json.loads(self.out)
        return answer


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = Shop(tmp_path / "warehouse.duckdb")
    shop.run("create schema marts")
    shop.run(TABLE)
    return shop


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    with RunningSandbox() as running:
        yield running


@pytest.fixture
def environment(shop: Shop, sandbox: RunningSandbox) -> dict[str, str]:
    return settings_for(shop, sandbox.base_url)


def settings_for(shop: Shop, base_url: str) -> dict[str, str]:
    return {
        "CONNECTOR_WAREHOUSE_URL": f"duckdb:///{shop.path}",
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
