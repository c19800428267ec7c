"""What a run checks besides sending: conversions that have expired, and keys that vanished from the relation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.errors import ConfigurationError
from connector.model.amounts import Amount
from connector.warehouse.contract import is_covered_by_pixel

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from connector.warehouse.warehouse import Warehouse

VANISHED_SHARE = 0.05


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


def refuse_vanished_keys(warehouse: Warehouse, *, now: datetime) -> None:
    """Raise ConfigurationError when more than 5 % of the accepted keys of the last 7 days are gone from the relation.

    The event_id is then probably built in a new way, and a sync would send everything a second time.
    """
    row = warehouse.rows("vanished_keys", {"now": now})[0]
    vanished = row.vanished or 0
    if row.accepted and vanished > VANISHED_SHARE * row.accepted:
        raise ConfigurationError(
            f"{vanished} of {row.accepted} conversions accepted in the last 7 days are gone from {warehouse.events}: "
            "if event_id is built in a new way, a sync would send them all a second time. Restore the old keys, or "
            "confirm the new ones with connector sync --confirm-new-keys."
        )
