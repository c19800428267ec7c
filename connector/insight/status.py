"""Where every conversion stands now, in events and money: what `status` says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.model.amounts import Amount, Amounts, collect
from connector.model.conversions import LOST
from connector.warehouse.contract import is_covered_by_pixel

if TYPE_CHECKING:
    from datetime import datetime

    from connector.warehouse.warehouse import Warehouse

STANDINGS = (
    "accepted",
    "rejected",
    "invalid",
    "deferred",
    "unconfirmed",
    "held",
    "expired",
    "lost",
    "covered_by_pixel",
    "owed",
    "in_flight",
)


def read_status(warehouse: Warehouse, *, now: datetime, resend_unconfirmed: bool) -> Amounts:
    """Events and money by standing. States of the ledger and derived words stand side by side: they overlap.

    `deferred` and part of `unconfirmed` are owed again; `held` is the part of `unconfirmed` that waits for a person;
    `lost` is what expired, and what was rejected or invalid and is not owed again.
    """
    amounts: Amounts = {name: Amount() for name in STANDINGS}
    collect(amounts, warehouse.rows("states_by_currency"), "state")
    terms = {"now": now, "resend_unconfirmed": resend_unconfirmed, "sync_id": ""}
    for row in warehouse.rows("unconfirmed_standing", terms | {"sync_id": None}):
        if row.standing == "held":
            amounts["held"].add(row)
    for row in warehouse.rows("owed_by_currency", terms):
        amounts["owed"].add(row)
    for row in warehouse.rows("rest_by_currency", {"now": now}, is_covered_by_pixel=is_covered_by_pixel(warehouse)):
        if row.reason in ("expired", "covered_by_pixel"):
            amounts[row.reason].add(row)
        if row.reason in LOST:
            amounts["lost"].add(row)
    return amounts
