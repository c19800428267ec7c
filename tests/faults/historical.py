"""A warehouse whose clock is in our hand, the model beside it, and what is counted over many histories."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import text
from sqlalchemy.engine import make_url

from connector.destinations.meta.destination import MetaDestination
from connector.ledger.setup import create_ledger
from connector.warehouse.dialects.duckdb import DuckDB
from connector.warehouse.dialects.postgres import Postgres
from connector.warehouse.warehouse import Warehouse
from tests.faults.remembered import Remembered
from tests.faults.troubled import FakeMeta, dataset_of
from tests.support.shops import DATASET, TABLE, event, insert_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.faults.troubled import TroubledRun

BEGINNING = datetime(2026, 11, 2, 9)  # noqa: DTZ001 - as the warehouse writes times: UTC without zone
IN_OUR_HAND = {
    "utc_now": "(select moment from fake_clock)",
    "lease_end": "(select moment from fake_clock) + :ttl_s * interval '1 second'",
}
EMPTIED = ("sync_runs", "sync_records", "sync_outcomes", "sync_leases")
META = partial(MetaDestination, batch_size=2)
OWED = "{candidates} select event_id from owed"


class DuckDBByOurClock(DuckDB):
    """Many processes on one file cannot be played in one; so leases decide who is gone, as on the other engines."""

    one_process = False
    fragments = dict(DuckDB.fragments) | IN_OUR_HAND


class PostgresByOurClock(Postgres):
    fragments = dict(Postgres.fragments) | IN_OUR_HAND


def open_warehouse(url: str) -> Warehouse:
    """A warehouse with an empty events relation and a ledger, under a clock that stands still."""
    parsed = make_url(url)
    dialect = DuckDBByOurClock() if parsed.get_backend_name() == "duckdb" else PostgresByOurClock()
    engine = dialect.open(parsed, lock_wait_s=5, create=True)
    warehouse = Warehouse(
        engine,
        dialect,
        events="meta_conversions.conversion_events",
        ledger="meta_conversions_ledger",
        default_dataset=DATASET,
    )
    with warehouse.transaction() as connection:
        for statement in ("create schema if not exists meta_conversions", "create table fake_clock (moment timestamp)"):
            connection.execute(text(statement))
        connection.execute(text(TABLE.replace("create table", "create table if not exists")))
    with warehouse.transaction() as connection:
        connection.execute(text("insert into fake_clock values (:moment)"), {"moment": BEGINNING})
    create_ledger(warehouse)
    return warehouse


@dataclass
class Clock:
    """The warehouse's clock and the process's two: the wall may be set back, the monotonic one only goes on."""

    history: History
    passed: float = 0.0

    def aware(self) -> datetime:
        return self.history.model.moment.replace(tzinfo=UTC)

    def monotonic(self) -> float:
        return self.passed

    def go_on(self, seconds: float) -> None:
        self.passed += max(seconds, 0)
        self.history.model.moment += timedelta(seconds=seconds)
        self.history.execute("update fake_clock set moment = :moment", moment=self.history.model.moment)


@dataclass
class History:
    """One history: a warehouse, a Meta, the model, and how many of what has happened."""

    warehouse: Warehouse
    destination: Callable[[TroubledRun], Any] = META
    has_event_time: bool = True
    model: Remembered = field(default_factory=lambda: Remembered(moment=BEGINNING))
    meta: FakeMeta = field(default_factory=FakeMeta)
    counts: Counter[str] = field(default_factory=Counter)
    deadlines: dict[str, datetime] = field(default_factory=dict)
    runs: int = 0

    def __post_init__(self) -> None:
        self.clock = Clock(self)
        self.clock.go_on(0)
        for table in EMPTIED:
            self.execute(f"delete from meta_conversions_ledger.{table}")
        self.execute("delete from meta_conversions.conversion_events")

    def execute(self, sql: str, **params: Any) -> None:
        with self.warehouse.transaction() as connection:
            connection.execute(text(sql), params)

    def rows(self, sql: str, **params: Any) -> list[Any]:
        with self.warehouse.transaction() as connection:
            return list(connection.execute(text(self.warehouse.queries.fill(sql)), params).fetchall())

    def put(self, key: str, *, hours_ago: float, kind: str = "good", version: int = 1, store: bool = False) -> None:
        """A late, a new or a corrected row: whatever stood under the key is replaced."""
        row = self.row(key, hours_ago=hours_ago, kind=kind, version=version, store=store)
        self.drop(key)
        self.model.rows[key] = row
        self.model.ever.add(key)
        self.deadlines[row["payload_hash"]] = row["deadline_at"]
        self.execute(insert_of(row).replace(", %s", ", :{}").replace("%s", ":{}").format(*row), **row)

    def row(self, key: str, *, hours_ago: float, kind: str, version: int, store: bool) -> dict[str, Any]:
        happened = (self.model.moment - timedelta(hours=hours_ago)).replace(microsecond=0)
        source = "physical_store" if store else "website"
        currency = "XTS" if kind == "poison" else "USD"
        body: dict[str, Any] = {
            "event_time": int(happened.replace(tzinfo=UTC).timestamp()),
            "action_source": source,
            "custom_data": {"value": version, "currency": currency, "order_id": key},
        }
        if kind == "plaintext":
            body["user_data"] = {"em": "somebody@shop.example"}
        lasts = timedelta(days=62 if store else 7, hours=-1)
        columns: dict[str, Any] = {"event_time": happened, "deadline_at": happened + lasts, "action_source": source}
        if not self.has_event_time:
            columns["event_time"] = body["event_time"] = None
        # the default dataset is one key, however it is named
        columns["dataset_id"] = dataset_of(key) or (DATASET if version % 2 else None)
        return event(key, body=body, value=version, currency=currency, **columns)

    def drop(self, key: str) -> None:
        self.model.rows.pop(key, None)
        self.execute("delete from meta_conversions.conversion_events where event_id = :key", key=key)

    def records_of(self, sync_id: str, batch_nos: range) -> dict[tuple[int, int], str]:
        sql = "select batch_no, position, event_id from {ledger}.sync_records where sync_id = :sync_id"
        found = self.rows(sql, sync_id=sync_id)
        return {(row.batch_no, row.position): row.event_id for row in found if row.batch_no in batch_nos}

    def count_received(self, run: TroubledRun, keys: Iterable[str]) -> None:
        for key in keys:
            self.counts["events received"] += 1
            again = self.model.received(run.sync_id, key, replayed=run.keys is not None)
            self.counts["twice, told"] += again

    def check(self) -> None:
        """The ledger says of every conversion what the model says."""
        told = {row.event_id: row.state for row in self.rows("select event_id, state from {ledger}.conversion_states")}
        known = {key: state for key in self.model.attempts if (state := self.model.state(key)[0]) is not None}
        assert told == known
        terms = {"now": self.model.moment, "resend_unconfirmed": True, "sync_id": ""}
        owed = {row.event_id for row in self.rows(OWED, **terms)}
        assert owed == self.model.owed(), f"lost from what is owed: {self.model.owed() - owed}"
