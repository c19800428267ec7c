"""What a run tells besides what it sent: what has expired since its source was first seen by a sync."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.model.amounts import Amount
from connector.model.stop_reasons import StopReason
from connector.warehouse.contract import has_conversions, modelled_facts

if TYPE_CHECKING:
    from datetime import datetime

    from connector.warehouse.warehouse import Warehouse


def record_new_sources(warehouse: Warehouse) -> None:
    """Before a live run: the sources that are here for the first time. What is past its deadline by now is not lost."""
    models = {} if has_conversions(warehouse) else {"held_by_models": ""}
    for attempt in warehouse.again_on_conflict():
        with attempt, warehouse.transaction() as connection:
            # asked first: the search for what they hold reads the whole ledger
            if warehouse.run(connection, "new_sources", None, **models).first() is not None:
                warehouse.run(connection, "record_new_sources", None, **models)


def report_expired(warehouse: Warehouse, sync_id: str, *, now: datetime) -> Amount:
    """Conversions that expired unsent and of which no run has told yet, for this run to tell of before it ends.

    Once it has ended by itself no later run tells of them; one that dies before leaves them to the next.
    """
    terms = {"sync_id": sync_id, "now": now, "ends_untold": StopReason.untold()}
    for attempt in warehouse.again_on_conflict():
        with attempt, warehouse.transaction() as connection:
            warehouse.run(connection, "take_lock", {"sync_id": sync_id})
            recorded = warehouse.run(connection, "record_expired", terms, **modelled_facts(warehouse)).rowcount
    expired = Amount()
    if recorded:
        for row in warehouse.rows("reported_expired", {"sync_id": sync_id}):
            expired.add(row)
    return expired
