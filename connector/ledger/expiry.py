"""What a run tells besides what it sent: conversions that have expired, but for those that could never be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.model.amounts import Amount
from connector.warehouse.contract import MODELLED, columns_of

if TYPE_CHECKING:
    from datetime import datetime

    from connector.warehouse.warehouse import Warehouse

Modelled = dict[str, str]


def note_sources(warehouse: Warehouse, *, now: datetime) -> Modelled:
    """Note the sources that are seen for the first time: what of them has expired by now, no run reports.

    Returns what `report_expired` needs to know of `conversions`.
    """
    modelled = _modelled(warehouse)
    for attempt in warehouse.again_on_conflict():
        with attempt, warehouse.transaction() as connection:
            if warehouse.run(connection, "see_sources", {"now": now}, **modelled).rowcount:
                warehouse.run(connection, "take_lock", {"sync_id": None})
                nobody = {"sync_id": None, "now": now}
                warehouse.run(connection, "record_expired", nobody, **modelled, which_sources="{of_new_sources}")
    return modelled


def report_expired(warehouse: Warehouse, sync_id: str, *, now: datetime, modelled: Modelled) -> Amount:
    """Conversions that expired unsent and that no run has reported yet: this run reports them, no later one will."""
    for attempt in warehouse.again_on_conflict():
        with attempt, warehouse.transaction() as connection:
            warehouse.run(connection, "take_lock", {"sync_id": sync_id})
            warehouse.run(connection, "record_expired", {"sync_id": sync_id, "now": now}, **modelled)
    expired = Amount()
    for row in warehouse.rows("reported_expired", {"sync_id": sync_id}):
        expired.add(row)
    return expired


def _modelled(warehouse: Warehouse) -> Modelled:
    """The fragments for `conversions`, where it stands beside the events relation."""
    columns = set(columns_of(warehouse, warehouse.conversions) or ())
    if not columns >= MODELLED:
        return {"modelled_for_expiry": "{nothing_modelled_for_expiry}"}
    return {"source_system": "source_system" if "source_system" in columns else "cast(null as varchar)"}
