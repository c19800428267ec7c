"""The last word of a pipeline: is every unit of money in its place, and did the last run prove itself?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.conversions import amount_text
from connector.errors import ConfigurationError, Unproven
from connector.warehouse.contract import columns_of

if TYPE_CHECKING:
    from connector.warehouse.warehouse import Warehouse

UNPROVEN_ENDS = ("unproven", "failed", "process_gone", "lease_ran_out")


def require_waterfall(warehouse: Warehouse) -> str:
    """The name of the waterfall. Raises ConfigurationError if dbt has not built it."""
    waterfall = f"{warehouse.marts}.revenue_waterfall"
    if columns_of(warehouse, waterfall) is None:
        raise ConfigurationError(
            f"{waterfall} does not exist: build the reconciliation with dbt (dbt build --select tag:reconciliation)."
        )
    return waterfall


def prove_warehouse(warehouse: Warehouse) -> dict[str, Any]:
    """Counts of the last run, and `unexplained` by event and currency (empty when all is explained).

    Raises ConfigurationError if the reconciliation was never built, Unproven if anything is unexplained or the last run
    did not prove itself.
    """
    waterfall = require_waterfall(warehouse)
    unexplained = {
        f"{row.event_name} {row.currency}": f"{row.events} events, {amount_text(row.money)}"
        for row in warehouse.rows("unexplained_money")
    }
    if unexplained:
        told = "; ".join(f"{where}: {what}" for where, what in unexplained.items())
        raise Unproven(
            f"the reconciliation cannot explain {told}. Look at stage 'unexplained' of {waterfall}: a conversion was "
            "lost between the sources and marts.conversions, or counted twice."
        )
    runs = warehouse.rows("last_runs", {"newest": 1})
    if not runs:
        raise Unproven("no sync run has been recorded: run connector sync first.")
    last = runs[0]
    if last.ended_at is None or last.reason in UNPROVEN_ENDS:
        raise Unproven(
            f"the last sync run {last.sync_id} ended without a proof ({last.reason or 'it has not ended'}): "
            "run connector sync again; what it left is unconfirmed or owed."
        )
    counts = ("claimed", "accepted", "rejected", "invalid", "deferred", "unconfirmed", "requests")
    return {
        "sync_id": last.sync_id,
        "reason": last.reason,
        **{name: getattr(last, name) for name in counts},
        "unexplained": unexplained,
    }
