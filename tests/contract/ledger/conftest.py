"""A ledger made by hand: a test writes rows, then asks the view what it thinks of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from connector.ledger.setup import create_ledger
from connector.settings import Settings
from connector.warehouse.warehouse import Warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

T0 = datetime(2026, 1, 1)  # noqa: DTZ001 - the ledger's times are UTC without zone; shifted to now below


@dataclass
class HandLedger:
    warehouse: Warehouse
    now: datetime
    runs: int = 0
    keys: list[str] = field(default_factory=list)

    def run(self, *, living: bool = False, mode: str = "live", lease: bool = True) -> str:
        """A run that started; living means its lease holds."""
        self.runs += 1
        sync_id = f"run{self.runs}"
        self.insert(
            "sync_runs",
            sync_id=sync_id,
            run_no=self.runs,
            mode=mode,
            phase="started",
            recorded_at=self.now,
            destination_host="127.0.0.1",
        )
        if lease:
            until = self.now + timedelta(hours=1 if living else -1)
            self.insert("sync_leases", sync_id=sync_id, expires_at=until, ended=not living)
        return sync_id

    def record(self, sync_id: str, event_id: str | None, *, batch_no: int = 0, position: int = 0, **more: Any) -> None:
        row = {
            "sync_id": sync_id,
            "batch_no": batch_no,
            "position": position,
            "dataset_id": None,
            "event_name": "Purchase",
            "event_id": event_id,
            "payload_hash": "h1",
            "claimed_at": self.now,
        }
        self.insert("sync_records", **row | more)

    def outcome(
        self, sync_id: str, outcome: str, first: int = 0, last: int = 0, *, batch_no: int = 0, **more: Any
    ) -> None:
        row = {
            "sync_id": sync_id,
            "batch_no": batch_no,
            "first_position": first,
            "last_position": last,
            "outcome": outcome,
            "recorded_at": self.now,
        }
        self.insert("sync_outcomes", **row | more)

    def insert(self, table: str, **row: Any) -> None:
        names = ", ".join(row)
        binds = ", ".join(f":{name}" for name in row)
        with self.warehouse.transaction() as connection:
            connection.execute(text(f"insert into meta_conversions_ledger.{table} ({names}) values ({binds})"), row)

    def states(self) -> dict[str | None, Any]:
        with self.warehouse.transaction() as connection:
            rows = connection.execute(text("select * from meta_conversions_ledger.conversion_states")).fetchall()
        assert len({(row.dataset_id, row.event_name, row.event_id) for row in rows}) == len(rows)
        return {row.event_id: row for row in rows}

    def state(self, event_id: str | None) -> str | None:
        row = self.states().get(event_id)
        return None if row is None else str(row.state)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[HandLedger]:
    settings = Settings(warehouse_url=f"duckdb:///{tmp_path}/ledger.duckdb")  # type: ignore[arg-type]
    with Warehouse.open(settings, create=True) as warehouse:
        create_ledger(warehouse)
        with warehouse.transaction() as connection:
            now = connection.execute(text("select cast(now() at time zone 'UTC' as timestamp)")).scalar_one()
        yield HandLedger(warehouse, now)
