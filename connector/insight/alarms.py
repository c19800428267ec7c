"""The alarms of the mart by cause: one for each name and dataset, over all event names and currencies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connector.model.alarms import Alarm
from connector.model.amounts import Amount, Part
from connector.model.money import NO_CURRENCY, format_money
from connector.warehouse.contract import columns_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from connector.warehouse.warehouse import Warehouse

ALL_EVENTS = "all"
"""The event name of an alarm that is about no single event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MartAlarms:
    """What the mart shows: one alarm for each name and dataset. `reading`: when it was built, if that is known."""

    alarms: Sequence[Alarm]
    reading: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AsOf:
    """When the reconciliation was built. `swept`: as of when deletions are seen, None where each build looks.

    `is_pixel_log_absent`: whether the project declares that the pixel's log is not in the warehouse.
    """

    reconciled: datetime | None = None
    swept: datetime | None = None
    is_pixel_log_absent: bool = False


def read_as_of(warehouse: Warehouse) -> AsOf:
    """Nothing is known where it was never built, or by an older version of the dbt package."""
    if columns_of(warehouse, f"{warehouse.marts}.reconciliation_as_of") is None:
        return AsOf()
    rows = warehouse.rows("reconciled_as_of")
    if not rows:
        return AsOf()
    return AsOf(
        reconciled=rows[0].as_of,
        swept=getattr(rows[0], "swept_at", None),
        is_pixel_log_absent=getattr(rows[0], "is_pixel_log_absent", False),
    )


def read_mart_alarms(warehouse: Warehouse) -> MartAlarms | None:
    """None where dbt has built no mart of alarms."""
    if columns_of(warehouse, f"{warehouse.marts}.alarms") is None:
        return None
    return MartAlarms(alarms=by_cause(warehouse.rows("page_alarms")), reading=read_as_of(warehouse).reconciled)


def by_cause(rows: Iterable[Any]) -> list[Alarm]:
    """One alarm for each name and dataset, over the event names and currencies of its rows."""
    grouped: dict[tuple[str, str], list[Any]] = {}
    for row in rows:
        grouped.setdefault((row.alarm, row.dataset_id or ""), []).append(row)
    return [_alarm(name, scope, found) for (name, scope), found in grouped.items()]


def _alarm(name: str, scope: str, rows: Sequence[Any]) -> Alarm:
    total = Amount()
    for row in rows:
        total.add(Part(row.events or 0, row.currency, row.amount))
    return Alarm(
        name=name,
        scope=scope,
        severity=rows[0].severity,
        happened=tuple(_happened(row) for row in rows),
        what_to_do=rows[0].what_to_do,
        who=rows[0].who,
        events=total.events or None,
        money={currency: amount for currency, amount in total.money.items() if amount},
    )


def _happened(row: Any) -> str:
    """Which event, what happened, how much money. Where no amount names the currency, the event does."""
    event = "" if row.event_name == ALL_EVENTS else row.event_name or "no event name"
    currency = "" if row.amount or row.currency == NO_CURRENCY else row.currency
    about = ", ".join(filter(None, (event, currency)))
    money = f" Money: {format_money(row.amount, row.currency)}." if row.amount else ""
    return f"{about}: {row.message}{money}" if about else f"{row.message}{money}"
