"""Columns that a raw table may have beside the fixed ones: the shop of the demo fills some of them.

Each is worked out of the row that it stands in and of dice of its own, so that the fixed columns stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from json import dumps
from random import Random
from typing import Any

import pyarrow as pa

from examples.shop.data.goods import PRODUCTS
from examples.shop.data.names import NAMES
from examples.shop.data.phones import phone_field
from examples.shop.data.places import PLACES
from examples.shop.data.sessions import draw_click
from examples.shop.data.shares import SHARES

Row = dict[str, Any]
Details = dict[str, Any]

_BY_SPELLING = {spelling: place for place in PLACES for spelling in place.spellings}
_CATEGORIES = {product.product_id: product.category for product in PRODUCTS}
_PAYMENTS = ("card", "card", "paypal", "invoice", "wallet")
_TYPES = {"fbclid_seen_at": pa.timestamp("us"), "quantity": pa.int32()}


def with_details(tables: Mapping[str, pa.Table], *, seed: int) -> dict[str, pa.Table]:
    """The same tables with more columns at their ends; same tables and seed, same columns."""
    ordered = _first_products(tables["order_items"])
    fill: dict[str, Callable[[Random, Row], Details]] = {
        "customers": _customer,
        "orders": lambda rng, row: _order(rng, row, ordered.get(row["order_id"])),
        "web_sessions": _session,
        "web_events": _web_event,
        "store_sales": _store_sale,
    }
    found: dict[str, list[Details]] = {}
    for name, details_of in fill.items():
        rng = Random(f"{seed}:{name}")  # noqa: S311 - a demo shop, no secret
        found[name] = [details_of(rng, row) for row in tables[name].to_pylist()]
    return {name: _widened(table, found.get(name, [])) for name, table in tables.items()}


def _widened(table: pa.Table, details: list[Details]) -> pa.Table:
    for column in details[0] if details else ():
        values = pa.array([one[column] for one in details], type=_TYPES.get(column, pa.string()))
        table = table.append_column(column, values)
    return table


def _first_products(items: pa.Table) -> dict[str, str]:
    """The product on the first line of each order."""
    return {row["order_id"]: row["product_id"] for row in items.to_pylist() if row["line_number"] == 1}


def _customer(rng: Random, row: Row) -> Details:
    """A second phone, and the number on a loyalty card."""
    place = _BY_SPELLING.get(row["country"])
    return {
        "phone_2": phone_field(rng, place, SHARES) if place and rng.random() < SHARES.second_phone else None,
        "external_id": f"CARD-{row['customer_id']}" if rng.random() < SHARES.loyalty_card else None,
    }


def _order(rng: Random, row: Row, product_id: str | None) -> Details:
    """Guests give their name with the order; a few orders belong to a subscription."""
    guest = row["customer_id"] is None
    names = NAMES.get(row["shipping_country"] or "") if guest else None
    subscribes = not guest and rng.random() < SHARES.subscriptions
    return {
        "billing_first_name": rng.choice(names.women + names.men) if names else None,
        "billing_last_name": rng.choice(names.family) if names else None,
        "content_category": _CATEGORIES.get(product_id or ""),
        "customer_segmentation": f"{'new' if guest else 'existing'}_customer_to_business",
        "subscription_id": f"SUB-{row['order_id']}" if subscribes else None,
        "custom_properties": dumps({"payment_method": rng.choice(_PAYMENTS), "is_gift": rng.random() < 0.06}),
    }


def _session(rng: Random, row: Row) -> Details:
    """A bare click id, where the page kept the parameter of a visit some days ago and no cookie was written."""
    traceless = row["fbp"] is None or row["fbc"] is not None or "fbclid=" in row["landing_url"]
    if traceless or rng.random() >= SHARES.bare_click:
        return {"fbclid": None, "fbclid_seen_at": None}
    return {"fbclid": draw_click(rng), "fbclid_seen_at": row["started_at"] - timedelta(hours=rng.randint(1, 72))}


def _web_event(rng: Random, row: Row) -> Details:
    added = row["event_name"] == "AddToCart" and row["product_id"] is not None
    return {
        "content_category": _CATEGORIES.get(row["product_id"] or ""),
        "quantity": rng.choices((1, 2, 3), (80, 15, 5))[0] if added else None,
    }


def _store_sale(rng: Random, row: Row) -> Details:
    """The store's code, and who shows a loyalty card; the lines of a receipt say the same."""
    shown = bool(row["customer_email"]) and Random(row["sale_id"]).random() < SHARES.loyalty_card  # noqa: S311 - a demo shop, no secret
    return {
        "store_data": dumps({"store_code": row["store_id"].replace("-", "")}),
        "customer_segmentation": "customer_in_loyalty_program" if shown else None,
    }
