"""A shop of a dozen conversions, one for each thing that can become of one, as raw tables in a DuckDB file."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from examples.shop.data import SCHEMAS

Row = dict[str, Any]

PLAINTEXT = (
    "canary.one@mail-of-canaries.org",
    "canary.two@mail-of-canaries.org",
    "canaryfirst",
    "canarylast",
    "canaryville",
    "+49 1512 3456789",
    "15123456789",
    "1984-03-07",
    "canary.url@mail-of-canaries.org",
)
"""Planted in the raw tables; none of them may stand in a mart, in any case of letters."""


def write_raw_shop(path: Path, *, now: datetime) -> None:
    """Write every raw table of the demo shop's schema; times stand relative to `now` (UTC, without zone)."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema raw")
        for table, rows in raw_tables(now=now).items():
            connection.register("loaded", rows)
            connection.execute(f"create table raw.{table} as select * from loaded")
            connection.unregister("loaded")


def raw_tables(*, now: datetime) -> dict[str, pa.Table]:
    """The same tables in memory, by name."""
    rows = _people() | _orders(now - timedelta(hours=3)) | _web(now - timedelta(hours=3)) | _others(now)
    return {table: pa.Table.from_pylist(rows.get(table, []), schema=schema) for table, schema in SCHEMAS.items()}


def _people() -> dict[str, list[Row]]:
    one = {
        "customer_id": "C1",
        "email": " Canary.One@Mail-of-Canaries.org ",
        "email_2": "canary.two@mail-of-canaries.org",
        "phone": "+49 1512 3456789",
        "first_name": "Canaryfirst",
        "last_name": "Canarylast",
        "date_of_birth": "1984-03-07",
        "gender": "f",
        "city": "Canaryville",
        "country": "DE",
    }
    two = {"customer_id": "C2", "email": "Leave.Me@Mail-of-Canaries.org", "country": "US"}
    return {
        "customers": [one, two],
        "suppressions": [
            {"email": "leave.me@mail-of-canaries.org ", "reason": "do_not_share"},
            {"email": "leave.me@mail-of-canaries.org", "reason": "erasure_request"},
        ],
    }


def _orders(ordered_at: datetime) -> dict[str, list[Row]]:
    whole: Row = {
        "customer_id": "C1",
        "session_id": "S-granted",
        "order_status": "paid",
        "ordered_at": ordered_at,
        "currency": "EUR",
        "subtotal": Decimal("120"),
        "discount": Decimal("10"),
        "cost_of_goods": Decimal("60.25"),
        "total": Decimal("142.50"),
        "is_test": False,
        "billing_email": "canary.two@mail-of-canaries.org",
        "updated_at": ordered_at,
    }
    changes: dict[str, Row] = {
        "O-good": {},
        "O-named": {"total": Decimal("10")},
        "O-twice": {"total": Decimal("11")},
        "O-unpaid": {"order_status": "pending"},
        "O-test": {"is_test": True},
        "O-denied": {"session_id": "S-denied"},
        "O-never-asked": {"session_id": None},
        "O-suppressed": {"customer_id": "C2"},
        "O-no-value": {"total": None},
        "O-negative": {"total": Decimal("-1")},
        "O-no-currency": {"currency": " "},
        "O-odd-currency": {"currency": "US$"},
        "O-old-click": {"session_id": "S-old"},
        "O-nobody": {"customer_id": None, "session_id": "S-bare", "billing_email": None},
    }
    item: Row = {"order_id": "O-good", "quantity": 2, "unit_price": Decimal("30.00")}
    return {
        "orders": [whole | {"order_id": order_id} | change for order_id, change in changes.items()],
        "order_items": [item | {"line_number": 1, "product_id": 'SKU "1"'}, item | {"line_number": 2}],
    }


def _web(at: datetime) -> dict[str, list[Row]]:
    session: Row = {
        "started_at": at - timedelta(minutes=20),
        "landing_url": "https://shop.test/start?fbclid=IwAR0Click_Id&utm_source=fb&email=canary.url@mail-of-canaries.org",
        "ip_address": "93.184.216.34",
        "user_agent": 'Mozilla/5.0 ("quoted" \\ agent)',
        "fbp": "fb.1.1700000000000.1234567890",
        "ad_consent": "granted",
    }
    event: Row = {"session_id": "S-granted", "occurred_at": at, "value": Decimal("5.10"), "currency": "EUR"}
    page = "https://shop.test/thanks?order=1&utm_campaign=x#top"
    return {
        "web_sessions": [
            session | {"session_id": "S-granted", "customer_id": "C1", "us_state": "CA"},
            session | {"session_id": "S-denied", "ad_consent": "denied"},
            session | {"session_id": "S-old", "started_at": at - timedelta(days=90, minutes=1)},
            {"session_id": "S-bare", "started_at": at, "ad_consent": "granted"},
        ],
        "web_events": [
            event | {"web_event_id": "W1", "event_name": "AddToCart", "event_id": "cart-1", "product_id": "SKU-2"},
            event | {"web_event_id": "W2", "event_name": "AddToCart", "event_id": "cart-1", "product_id": "SKU-2"},
            event | {"web_event_id": "W3", "event_name": "AddToCart"},
            event | {"web_event_id": "W4", "event_name": "AddToCart"},
            event | {"web_event_id": "W5", "event_name": "ViewContent", "event_id": "view-1"},
            event
            | {"web_event_id": "W6", "event_name": "Purchase", "event_id": "site-1", "order_id": "O-named"}
            | {"page_url": page, "referrer_url": "https://pay.test/canary.url@mail-of-canaries.org/back"},
            event | {"web_event_id": "W7", "event_name": "Purchase", "event_id": "site-1", "order_id": "O-twice"},
        ],
        "pixel_events": [
            {"event_id": "site-1", "event_name": "Purchase", "occurred_at": at + timedelta(minutes=9)},
            {"event_id": "site-1", "event_name": "Purchase", "occurred_at": at + timedelta(minutes=1)},
            {"event_id": "O-good", "event_name": "AddToCart", "occurred_at": at},
        ],
    }


def _others(now: datetime) -> dict[str, list[Row]]:
    lead: Row = {"meta_lead_id": "12345678901234567", "email": "canary.one@mail-of-canaries.org"}
    stage: Row = {"crm_lead_id": "L1", "entered_at": now - timedelta(hours=9)}
    sale: Row = {
        "sale_id": "T-1",
        "sold_at": now - timedelta(days=20),
        "currency": "EUR",
        "amount": Decimal("9.99"),
    }
    return {
        "crm_leads": [lead | {"crm_lead_id": "L1", "created_at": now - timedelta(days=2)}],
        "crm_lead_stages": [
            stage | {"stage": "qualified", "expected_value": Decimal("1000"), "currency": "EUR"},
            stage | {"stage": "qualified", "entered_at": now - timedelta(hours=1)},
            stage | {"stage": "new", "entered_at": now - timedelta(days=3)},
        ],
        "store_sales": [
            sale | {"line_number": 1},
            sale | {"line_number": 2, "customer_email": "canary.two@mail-of-canaries.org"},
        ],
    }
