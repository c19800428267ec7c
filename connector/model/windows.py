"""The spans of time that rules are made of, each told once: SQL takes them by name, dbt's macros are made from here.

Meta's own are in docs/meta-api.md §5 (deduplication) and §2 (age of events); of each an hour is kept in hand.
"""

from __future__ import annotations

IN_HAND_HOURS = 1
"""What a request, a queue or a clock may take of a window of Meta's."""

PIXEL_WINDOW_HOURS = 48
"""So long Meta drops a second copy of an event, by event name and event id."""
ORDER_WINDOW_HOURS = 7 * 24
"""So long it drops a second copy of an offline event, by its order_id."""

WINDOW_DAYS, STORE_WINDOW_DAYS = 7, 62
"""So old may an event be that Meta takes; a store sale the second."""

SPANS = {
    "window_days": WINDOW_DAYS,
    "store_window_days": STORE_WINDOW_DAYS,
    "deadline_hours": WINDOW_DAYS * 24 - IN_HAND_HOURS,
    "store_deadline_hours": STORE_WINDOW_DAYS * 24 - IN_HAND_HOURS,
    "pixel_window_hours": PIXEL_WINDOW_HOURS,
    "resend_hours": PIXEL_WINDOW_HOURS - IN_HAND_HOURS,
    "order_resend_hours": ORDER_WINDOW_HOURS - IN_HAND_HOURS,
    "web_max_age_hours": PIXEL_WINDOW_HOURS - IN_HAND_HOURS,
    "kept_days": 7,
    "ledger_days": 90,
    "reconciled_days": 89,
}
"""By name, whole hours or days:

- `window_days`, `store_window_days`: after its time Meta takes an event no more (physical_store: the second).
- `deadline_hours`, `store_deadline_hours`: after its time an event is sent no more (physical_store: the second).
- `resend_hours`, `order_resend_hours`: an unconfirmed event is sent again, counted from its first sending (a
  physical_store event with an order_id: the second). The first is also the deadline behind the pixel's copy.
- `web_max_age_hours`: the default age of website events where the pixel's log is not in the warehouse.
- `kept_days`: an event stays in conversion_events after its deadline.
- `ledger_days`: what was claimed longer ago is not looked at; `reconciled_days`, a day less, is remembered whole, since
  nothing is claimed before it happens.
"""
