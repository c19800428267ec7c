"""The raw tables: their columns and types, and rows of plain values into Arrow.

Rows hold text, integers and booleans only: times are microseconds since 1970 in UTC, money is in hundredths of the
currency's unit.
"""

from collections.abc import Iterable, Sequence

import pyarrow as pa
from pyarrow.compute import multiply_checked

Row = tuple[str | int | bool | None, ...]
Rows = dict[str, list[Row]]

_MONEY = pa.decimal128(18, 4)
_TEXT = pa.string()
_TIME = pa.timestamp("us")
_TYPES = {
    "created_at": _TIME,
    "updated_at": _TIME,
    "ordered_at": _TIME,
    "started_at": _TIME,
    "occurred_at": _TIME,
    "entered_at": _TIME,
    "sold_at": _TIME,
    "refunded_at": _TIME,
    "subtotal": _MONEY,
    "tax": _MONEY,
    "shipping": _MONEY,
    "discount": _MONEY,
    "total": _MONEY,
    "cost_of_goods": _MONEY,
    "unit_price": _MONEY,
    "value": _MONEY,
    "expected_value": _MONEY,
    "amount": _MONEY,
    "line_number": pa.int32(),
    "quantity": pa.int32(),
    "is_test": pa.bool_(),
}

_COLUMNS = {
    "customers": "customer_id email email_2 phone first_name last_name date_of_birth gender city state postal_code"
    " country created_at updated_at",
    "orders": "order_id customer_id session_id order_status ordered_at currency subtotal tax shipping discount total"
    " cost_of_goods is_test billing_email billing_phone shipping_city shipping_state shipping_postal_code"
    " shipping_country updated_at",
    "order_items": "order_id line_number product_id quantity unit_price category",
    "web_sessions": "session_id customer_id started_at landing_url ip_address user_agent fbp fbc ad_consent us_state",
    "web_events": "web_event_id session_id event_name occurred_at event_id page_url referrer_url order_id product_id"
    " value currency",
    "pixel_events": "event_id event_name occurred_at session_id value currency",
    "crm_leads": "crm_lead_id meta_lead_id email phone first_name last_name country created_at",
    "crm_lead_stages": "crm_lead_id stage entered_at expected_value currency",
    "store_sales": "sale_id line_number store_id sold_at customer_email customer_phone first_name last_name postal_code"
    " country currency amount",
    "refunds": "refund_id order_id refunded_at amount currency",
    "suppressions": "email reason created_at",
}

SCHEMAS: dict[str, pa.Schema] = {
    table: pa.schema([pa.field(name, _TYPES.get(name, _TEXT)) for name in columns.split()])
    for table, columns in _COLUMNS.items()
}


def empty_rows() -> Rows:
    """One empty list for each raw table."""
    return {name: [] for name in SCHEMAS}


def to_tables(rows: Rows) -> dict[str, pa.Table]:
    """Arrow tables of `SCHEMAS`, in its order; an empty list gives an empty table."""
    return {name: _to_table(schema, rows[name]) for name, schema in SCHEMAS.items()}


def _to_table(schema: pa.Schema, rows: Sequence[Row]) -> pa.Table:
    columns: Iterable[Sequence[object]] = zip(*rows, strict=True) if rows else [()] * len(schema)
    return pa.Table.from_arrays(
        [_to_array(field.type, values) for field, values in zip(schema, columns, strict=True)], schema=schema
    )


def _to_array(kind: pa.DataType, values: Sequence[object]) -> pa.Array:
    if kind != _MONEY:
        return pa.array(values, type=kind)
    # Hundredths become the unscaled integers of decimal(18,4): exact, and without a Decimal for each value.
    unscaled = multiply_checked(pa.array(values, type=pa.int64()), 100).cast(pa.decimal128(19, 0))
    return pa.Array.from_buffers(kind, len(unscaled), unscaled.buffers(), unscaled.null_count)
