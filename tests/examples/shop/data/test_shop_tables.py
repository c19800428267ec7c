"""The raw tables have the columns that the design fixes, and hang together."""

from collections import Counter
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

# As the raw schema is fixed; order and spelling count.
COLUMNS = {
    "customers": "customer_id, email, email_2, phone, first_name, last_name, date_of_birth, gender, city, state,"
    " postal_code, country, created_at, updated_at",
    "orders": "order_id, customer_id, session_id, order_status, ordered_at, currency, subtotal, tax, shipping,"
    " discount, total, cost_of_goods, is_test, billing_email, billing_phone, shipping_city, shipping_state, "
    "shipping_postal_code, shipping_country, updated_at",
    "order_items": "order_id, line_number, product_id, quantity, unit_price, category",
    "web_sessions": "session_id, customer_id, started_at, landing_url, ip_address, user_agent, fbp, fbc, ad_consent,"
    " us_state",
    "web_events": "web_event_id, session_id, event_name, occurred_at, event_id, page_url, referrer_url, order_id,"
    " product_id, value, currency",
    "pixel_events": "event_id, event_name, occurred_at, session_id, value, currency",
    "crm_leads": "crm_lead_id, meta_lead_id, email, phone, first_name, last_name, country, created_at",
    "crm_lead_stages": "crm_lead_id, stage, entered_at, expected_value, currency",
    "store_sales": "sale_id, line_number, store_id, sold_at, customer_email, customer_phone, first_name, last_name,"
    " postal_code, country, currency, amount",
    "refunds": "refund_id, order_id, refunded_at, amount, currency",
    "suppressions": "email, reason, created_at",
}
KEYS = {
    "customers": ("customer_id",),
    "orders": ("order_id",),
    "order_items": ("order_id", "line_number"),
    "web_sessions": ("session_id",),
    "web_events": ("web_event_id",),
    "pixel_events": ("event_name", "event_id"),
    "crm_leads": ("crm_lead_id",),
    "crm_lead_stages": ("crm_lead_id", "stage"),
    "store_sales": ("sale_id", "line_number"),
    "refunds": ("refund_id",),
}

Rows = dict[str, list[dict[str, Any]]]
Tables = dict[str, pa.Table]


def test_the_shop_has_the_eleven_raw_tables_with_exactly_their_columns(shop_tables: Tables) -> None:
    assert {name: ", ".join(table.column_names) for name, table in shop_tables.items()} == COLUMNS


def test_later_rows_have_the_same_schemas(shop_tables: Tables, more_tables: Tables) -> None:
    assert {n: t.schema for n, t in more_tables.items()} == {n: t.schema for n, t in shop_tables.items()}


def test_times_have_no_zone_money_is_exact_and_the_rest_is_text(shop_tables: Tables) -> None:
    types = {f"{name}.{field.name}": field.type for name, table in shop_tables.items() for field in table.schema}
    odd = {column: kind for column, kind in types.items() if kind != pa.string()}
    assert {kind for column, kind in odd.items() if column.endswith("_at")} == {pa.timestamp("us")}
    assert {column for column, kind in odd.items() if kind == pa.decimal128(18, 4)} == {
        *(f"orders.{name}" for name in ("subtotal", "tax", "shipping", "discount", "total", "cost_of_goods")),
        "order_items.unit_price", "web_events.value", "pixel_events.value", "crm_lead_stages.expected_value",
        "store_sales.amount", "refunds.amount",
    }  # fmt: skip
    assert {column for column, kind in odd.items() if kind == pa.int32()} == {
        "order_items.line_number", "order_items.quantity", "store_sales.line_number",
    }  # fmt: skip
    assert types["orders.is_test"] == pa.bool_()


@pytest.mark.parametrize("table", KEYS)
def test_every_key_is_there_and_unique_over_the_shop_and_two_later_loads(
    table: str, shop: Rows, more: Rows, second_more: Rows
) -> None:
    keys = Counter(
        tuple(row[part] for part in KEYS[table]) for rows in (shop, more, second_more) for row in rows[table]
    )
    assert keys
    assert None not in {part for key in keys for part in key}
    assert [key for key, count in keys.items() if count > 1] == []


def test_conversions_of_one_name_never_share_an_event_id(shop: Rows, more: Rows) -> None:
    own = [
        (row["event_name"], row["event_id"])
        for rows in (shop, more)
        for row in rows["web_events"]
        if row["event_id"] is not None
    ]
    orders = [("Purchase", row["order_id"]) for rows in (shop, more) for row in rows["orders"]]
    assert len(set(own + orders)) == len(own) + len(orders)


@pytest.mark.parametrize("load", ["shop", "more"])
def test_every_reference_leads_somewhere(load: str, request: pytest.FixtureRequest) -> None:
    rows: Rows = request.getfixturevalue(load)
    ids = {
        name: {row[name] for row in rows[table]}
        for table, name in (
            ("customers", "customer_id"), ("orders", "order_id"), ("web_sessions", "session_id"),
            ("crm_leads", "crm_lead_id"),
        )
    }  # fmt: skip
    dangling = [
        (table, name, row[name])
        for table, all_rows in rows.items()
        for row in all_rows
        for name in ids.keys() & row.keys()
        if row[name] is not None and row[name] not in ids[name]
    ]
    assert dangling == []


def test_an_order_adds_up_from_its_lines(shop: Rows) -> None:
    lines: Counter[str] = Counter()
    for item in shop["order_items"]:
        lines[item["order_id"]] += item["quantity"] * item["unit_price"]
    wrong = [
        row["order_id"]
        for row in shop["orders"]
        if row["subtotal"] != lines[row["order_id"]]
        or row["total"] not in (None, row["subtotal"] - row["discount"] + row["tax"] + row["shipping"])
    ]
    assert wrong == []


def test_yen_and_won_have_no_fractions(shop: Rows) -> None:
    whole = [row["total"] for row in shop["orders"] if row["currency"] in ("JPY", "KRW") and row["total"] is not None]
    assert whole
    assert {amount % 1 for amount in whole} == {Decimal("0.0000")}


def test_no_value_that_would_be_sent_is_zero_or_negative(shop: Rows) -> None:
    values = [row["total"] for row in shop["orders"]] + [row["amount"] for row in shop["store_sales"]]
    values += [row["value"] for row in shop["web_events"]] + [row["expected_value"] for row in shop["crm_lead_stages"]]
    assert min(value for value in values if value is not None) > 0


def test_a_refund_is_no_larger_than_its_order_and_a_whole_one_sets_the_status(shop: Rows) -> None:
    orders = {row["order_id"]: row for row in shop["orders"]}
    for refund in shop["refunds"]:
        order = orders[refund["order_id"]]
        if order["total"] is not None:
            assert refund["amount"] <= order["total"]
            assert (order["order_status"] == "refunded") is (refund["amount"] == order["total"])
    refunded = {row["order_id"] for row in shop["orders"] if row["order_status"] == "refunded"}
    assert refunded <= {refund["order_id"] for refund in shop["refunds"]}
