"""The schema in which older versions kept their ledger. One that stands there is never overlooked.

A ledger that was overlooked would be started again, empty, and everything it had recorded as sent would be sent again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.errors import ConfigurationError
from connector.settings import Settings
from connector.warehouse.contract import columns_of

if TYPE_CHECKING:
    from connector.warehouse.warehouse import Warehouse

FORMER_SCHEMA = "delivery"
"""The default of CONNECTOR_LEDGER_SCHEMA before version 4 of the ledger."""
MOVED = 9_999
"""The version that stays behind in the lock row of a ledger that has moved: above all that a sender of any version
knows, so that each refuses it before it sends anything."""
COLUMNS_OF_OURS = {
    "sync_runs": {"sync_id", "run_no", "destination_host"},
    "sync_lock": {"holder", "locked_at", "ledger_version"},
}
"""A schema of that name may belong to others; tables with these columns are ours, in every version."""


def former_ledger(warehouse: Warehouse) -> Warehouse | None:
    """The warehouse with its ledger in the former schema, where one stands that has not moved, or not as a whole."""
    schema = ".".join([*warehouse.ledger.split(".")[:-1], FORMER_SCHEMA])
    if schema.lower() == warehouse.ledger.lower():
        return None
    for table, ours in COLUMNS_OF_OURS.items():
        if not ours <= set(columns_of(warehouse, f"{schema}.{table}") or {}):
            return None
    return warehouse.with_ledger(schema)


def refuse_to_overlook(warehouse: Warehouse, host: str | None) -> None:
    """Raise ConfigurationError where a former ledger stands that has sent to `host`; None: to any.

    A schema other than the default was named on purpose, and may be for another host.
    """
    former = former_ledger(warehouse)
    if former is None:
        return
    named = warehouse.ledger.split(".")[-1] != Settings.model_fields["ledger_schema"].default
    if named and host is not None and not former.rows("runs_of_host", {"host": host})[0].runs:
        return
    raise ConfigurationError(
        f"schema {warehouse.ledger} holds no ledger, but {former.ledger}, where older versions kept theirs, holds one: "
        "with an empty ledger, everything that it has recorded as sent would be sent again. Move it with "
        f"connector init --move-ledger, or keep it where it is with CONNECTOR_LEDGER_SCHEMA={former.ledger}."
    )
