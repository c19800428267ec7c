"""A shop whose rows arrive late, are corrected and vanish, in an order that a seed decides."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random
from typing import Any

import pyarrow as pa

from examples.shop.data import SCHEMAS, build_shop

Row = dict[str, Any]

KEYS = {
    "customers": ("customer_id",),
    "orders": ("order_id",),
    "order_items": ("order_id", "line_number"),
    "web_sessions": ("session_id",),
    "web_events": ("web_event_id",),
    "crm_leads": ("crm_lead_id",),
    "store_sales": ("sale_id", "line_number"),
    "app_events": ("app_event_id",),
    "messaging_events": ("messaging_event_id",),
    "subscription_events": ("subscription_event_id",),
}
"""What is never corrected: a row with another key is another row."""
LINKS = {
    "web_sessions": ("customer_id", "user_id"),
    "web_events": ("order_id", "event_id"),
    "pixel_events": ("event_id",),
    "crm_lead_stages": ("crm_lead_id",),
    "suppressions": ("email", "reason", "created_at"),
}
"""What ties a row to others. Where one is corrected, those that it was tied to have no newer row of their own."""


class Arrivals:
    """The raw tables as they stand after each of some loads; `added` are tables beside the shop's."""

    def __init__(
        self, seed: int, *, orders: int = 60, loads: int = 3, added: dict[str, pa.Table] | None = None
    ) -> None:
        self.dice = Random(seed)  # noqa: S311 - a seeded order of arrival
        shop = build_shop(orders=orders, days=30, seed=seed, now=datetime.now(UTC)) | (added or {})
        self._schemas = SCHEMAS | {name: table.schema for name, table in (added or {}).items()}
        self._all = {name: table.to_pylist() for name, table in shop.items()}
        self._standing: dict[str, list[Row]] = {name: [] for name in self._schemas}
        self._waiting = [(self.dice.randrange(loads), name, row) for name, rows in self._all.items() for row in rows]
        self._load = 0

    def next(self, *, steady: bool = False) -> dict[str, pa.Table]:
        """The tables after one more load: new rows in no order, a tenth corrected, some gone for good.

        In a steady load none goes and each keeps its links.
        """
        for name, rows in self._standing.items():
            kept = [row for row in rows if steady or self.dice.random() > 0.04]
            self._standing[name] = [
                self._corrected(name, row, steady=steady) if self.dice.random() < 0.1 else row for row in kept
            ]
        for load, name, row in self._waiting:
            if load == self._load:
                self._standing[name].append(row)
        self._load += 1
        for rows in self._standing.values():
            self.dice.shuffle(rows)
        return {
            name: pa.Table.from_pylist(self._standing[name], schema=schema) for name, schema in self._schemas.items()
        }

    def _corrected(self, name: str, row: Row, *, steady: bool) -> Row:
        """The row with the value of another row of its table in one column."""
        fixed = (*KEYS.get(name, ()), *(LINKS.get(name, ()) if steady else ()))
        columns = [column for column in row if column not in fixed]
        if not columns:
            return row
        column = self.dice.choice(columns)
        return row | {column: self.dice.choice(self._all[name])[column]}
