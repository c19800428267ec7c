"""What a run tells besides what it sent: conversions that have expired."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.model.amounts import Amount
from connector.warehouse.contract import is_covered_by_pixel

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from connector.warehouse.warehouse import Warehouse


def record_expired_before_first_run(warehouse: Warehouse, *, now: datetime) -> None:
    """Before the first live run: what has expired by then is recorded, but no run reports it."""
    for attempt in warehouse.again_on_conflict():
        with attempt, warehouse.transaction() as connection:
            if not warehouse.run(connection, "live_runs").scalar_one():
                warehouse.run(connection, "take_lock", {"sync_id": None})
                _record_expired(warehouse, connection, None, now)


def report_expired(warehouse: Warehouse, sync_id: str, *, now: datetime) -> Amount:
    """Conversions that expired unsent and that no run has reported yet: this run reports them, no later one will."""
    for attempt in warehouse.again_on_conflict():
        with attempt, warehouse.transaction() as connection:
            warehouse.run(connection, "take_lock", {"sync_id": sync_id})
            _record_expired(warehouse, connection, sync_id, now)
    expired = Amount()
    for row in warehouse.rows("reported_expired", {"sync_id": sync_id}):
        expired.add(row)
    return expired


def _record_expired(warehouse: Warehouse, connection: Connection, sync_id: str | None, now: datetime) -> None:
    covered = is_covered_by_pixel(warehouse)
    warehouse.run(connection, "record_expired", {"sync_id": sync_id, "now": now}, is_covered_by_pixel=covered)
