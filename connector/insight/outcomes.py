"""What became of one run's conversions, read of the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.model.answers import RunOutcomes, outcomes_of

if TYPE_CHECKING:
    from connector.warehouse.warehouse import Warehouse


def read_run_outcomes(warehouse: Warehouse, sync_id: str) -> RunOutcomes:
    """Of a run that has ended: each conversion counts once, by its final outcome."""
    return outcomes_of(warehouse.rows("outcomes_of_run", {"sync_id": sync_id}))
