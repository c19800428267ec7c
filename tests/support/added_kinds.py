"""The kinds of raw tables that few have, with a row or more of each, good and bad; and the vars that read them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

VARIABLES = {
    "meta_conversions_conversion_sources": [
        *("web_orders", "web_events", "lead_stages", "store_sales"),
        *("app_events", "messaging_events", "subscription_events"),
    ],
    "meta_conversions_people_sources": [
        *("customers", "web_orders", "leads", "store_sales", "suppressions", "messaging_events"),
    ],
}
SHOP_KINDS = (
    *("orders", "order_items", "customers", "sessions", "web_events", "pixel_events"),
    *("leads", "lead_stages", "store_sales"),
)
ADDED_KINDS = ("app_events", "messaging_events", "subscription_events")
LOAD_MARKS = VARIABLES | {"meta_conversions_loaded_at": dict.fromkeys((*SHOP_KINDS, *ADDED_KINDS), "_loaded_at")}
"""The same, built by loading time."""
Row = dict[str, Any]


def added_kinds(now: datetime) -> dict[str, pa.Table]:
    """The tables in memory, by name; what happened did so an hour before `now` (UTC, without zone)."""
    at = (now - timedelta(hours=1)).replace(microsecond=0)
    rows = {"app_events": _app(), "messaging_events": _messaging(), "subscription_events": _subscriptions()}
    return {name: _table([row | {"occurred_at": at} for row in listed]) for name, listed in rows.items()}


def _table(rows: list[Row]) -> pa.Table:
    names = dict.fromkeys(name for row in rows for name in row)
    types = {"occurred_at": pa.timestamp("us")}
    return pa.Table.from_pylist(rows, schema=pa.schema([(name, types.get(name, pa.string())) for name in names]))


def _app() -> list[Row]:
    good = {"event_name": "LevelReached", "platform": "iOS", "os_version": "17.4", "advertiser_tracking": "authorized"}
    good |= {"installed_app_id": "install-1", "device_model": 'Phone "8"', "vendor_id": "v-1"}
    return [
        good | {"app_event_id": "A1", "custom_properties": '{"level": 7, "ring": "gold \\"1\\"", "none": null}'},
        good | {"app_event_id": "A2", "advertiser_tracking": "not_determined", "content_ids": " SKU-1, SKU-2 ,"},
        good | {"app_event_id": "A3", "os_version": None},
        good | {"app_event_id": "A4", "custom_properties": "[1]", "content_ids": '["A"', "fb_login_id": "0"},
        good
        | {"app_event_id": "A5", "event_name": "Purchase", "value": "3.99", "currency": "eur", "user_id": "U-1"}
        | {"contents": '[{"id": "A", "quantity": 2}]', "fb_login_id": "1234567890123456789", "order_id": "A-order"},
    ]


def _messaging() -> list[Row]:
    good = {"event_name": "LeadSubmitted", "messaging_channel": "WhatsApp", "page_id": "7", "ctwa_clid": "clid-1"}
    good |= {"phone": "+49 1512 3456789", "country": "DE"}
    return [
        good | {"messaging_event_id": "M1", "customer_segmentation": "New customer to business"},
        good | {"messaging_event_id": "M2", "event_name": "Lead"},
        good | {"messaging_event_id": "M3", "messaging_channel": "instagram", "ig_sid": "ig-1"},
        good | {"messaging_event_id": "M4", "messaging_channel": "sms"},
        good
        | {"messaging_event_id": "M5", "messaging_channel": "messenger", "page_scoped_user_id": "ps-1"}
        | {"event_name": "Purchase", "value": "5", "currency": "EUR", "order_id": "M-order"},
    ]


def _subscriptions() -> list[Row]:
    good = {"subscription_id": "sub-1", "customer_id": "C-1", "value": "9.99", "currency": "EUR"}
    return [
        good | {"subscription_event_id": "S1", "event_name": "StartTrial", "value": None, "predicted_ltv": "120.5"},
        good
        | {"subscription_event_id": "S2", "event_name": "SubscriptionRenewed", "payment_status": "Paid"}
        | {"original_event_data": '{"event_name": "StartTrial", "event_id": "S1", "order_id": ""}'},
        good | {"subscription_event_id": "S3", "event_name": "SubscriptionRenewed", "payment_status": "failed"},
    ]
