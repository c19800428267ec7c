"""The last word of a pipeline: is every unit of money in its place, and did every run prove itself?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.errors import ConfigurationError, Unproven
from connector.model.money import amount_text
from connector.model.stop_reasons import StopReason
from connector.warehouse.contract import columns_of

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from connector.warehouse.warehouse import Warehouse

GREEN = [str(reason) for reason in StopReason if reason.is_green]


def require_waterfall(warehouse: Warehouse) -> str:
    """The name of the waterfall. Raises ConfigurationError if dbt has not built it."""
    waterfall = f"{warehouse.marts}.revenue_waterfall"
    if columns_of(warehouse, waterfall) is None:
        raise ConfigurationError(
            f"{waterfall} does not exist: build the reconciliation with dbt "
            "(dbt build --select tag:meta_conversions_reconciliation)."
        )
    return waterfall


def read_unexplained(warehouse: Warehouse) -> dict[str, str] | None:
    """What the reconciliation cannot place, by event and currency; None where dbt has not built it."""
    if columns_of(warehouse, f"{warehouse.marts}.revenue_waterfall") is None:
        return None
    return {
        f"{row.event_name} {row.currency}": f"{row.events} events, {amount_text(row.money)}"
        for row in warehouse.rows("unexplained_money")
    }


def prove_warehouse(warehouse: Warehouse) -> dict[str, Any]:
    """Counts of the last run, and `unexplained` by event and currency (empty when all is explained).

    Raises ConfigurationError if the reconciliation was never built, Unproven if anything is unexplained, if the sums of
    any run of the last 90 days differ, or if no run has proven itself since one ended without a proof.
    """
    waterfall = require_waterfall(warehouse)
    unexplained = read_unexplained(warehouse)
    if unexplained:
        told = "; ".join(f"{where}: {what}" for where, what in unexplained.items())
        raise Unproven(
            f"the reconciliation cannot explain {told}. Look at stage 'unexplained' of {waterfall}: a conversion was "
            f"lost between the sources and {warehouse.conversions}, or counted twice."
        )
    return {**prove_warehouse_runs(warehouse), "unexplained": {}}


def prove_alive(warehouse: Warehouse, *, within: timedelta) -> datetime:
    """When the newest run that ended well was proven. Raises Unproven if that is longer ago, or there is none."""
    found = warehouse.rows("newest_proven_run", {"green": GREEN})
    if not found:
        raise Unproven("no sync has ended well yet: see connector status.")
    ended_at: datetime = found[0].ended_at
    if found[0].now - ended_at > within:
        raise Unproven(
            f"no sync has ended well within {within.total_seconds() / 60:g} minutes, the last one at "
            f"{ended_at:%Y-%m-%d %H:%M} UTC: see connector status, and whether the scheduler runs at all."
        )
    return ended_at


def prove_warehouse_runs(warehouse: Warehouse) -> dict[str, Any]:
    """Counts of the last run. Raises Unproven if there is none, or if any run has not proven itself."""
    runs = warehouse.rows("last_runs", {"newest": 1})
    if not runs:
        raise Unproven("no sync run has been recorded: run connector sync first.")
    _refuse_unproven(warehouse)
    last = runs[0]
    counts = ("claimed", "accepted", "rejected", "invalid", "deferred", "unconfirmed", "requests")
    return {
        "sync_id": last.sync_id,
        "reason": last.reason,
        **{name: getattr(last, name) for name in counts},
    }


def _refuse_unproven(warehouse: Warehouse) -> None:
    """What a dead run left is owed or unconfirmed, so a later one that ended well proves it. Wrong sums stay wrong."""
    for run in warehouse.rows("unproven_runs", {"ends_without_proof": StopReason.without_proof()}):
        if run.is_wrong:
            raise Unproven(
                f"the sums of sync run {run.sync_id} differ: some of what it claimed has no outcome, or more than one. "
                f"Look at its rows in {warehouse.ledger}.record_outcomes; no later run can correct its account."
            )
        raise Unproven(
            f"sync run {run.sync_id} ended without a proof ({run.reason or 'it has not ended'}), and no later run has "
            "given one: run connector sync again; what it left is unconfirmed or owed."
        )
