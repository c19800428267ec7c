"""Columns that a raw table may have beside those that it must have, and what becomes of good and bad values in them."""

from __future__ import annotations

from typing import Any

COLUMNS = {
    "orders": "billing_phone_2 billing_first_name billing_last_name user_id fbclid subscription_id fb_login_id "
    "predicted_ltv content_name content_category delivery_category customer_segmentation custom_properties "
    "original_event_data",
    "customers": "phone_2 external_id",
    "web_events": "quantity contents content_ids content_type content_name search_string status customer_segmentation "
    "custom_properties",
    "crm_leads": "email_2 phone_2 date_of_birth gender city state postal_code external_id fbclid",
    "store_sales": "date_of_birth city external_id sale_status is_test product_id quantity unit_price store_data",
    "refunds": "source_system",
}
TIMES = {"orders": "fbclid_seen_at", "crm_leads": "fbclid_seen_at"}

ROWS = """
insert into raw.customers (customer_id, email, phone, phone_2, external_id, country)
values ('C-loyal', 'loyal@mail-of-canaries.org', '+49 1512 3456789', '+49 1512 3456780', 'LOYAL-1', 'DE');
insert into raw.orders (order_id, session_id, order_status, ordered_at, currency, total, billing_phone_2,
    billing_first_name, billing_last_name, user_id, fbclid, fbclid_seen_at, subscription_id, fb_login_id, predicted_ltv,
    content_name, content_category, delivery_category, customer_segmentation, custom_properties, original_event_data)
select 'D-good', 'S-bare', order_status, ordered_at, currency, total, '+49 1512 3456789', 'Grace', 'Hopper', 'U-9',
    'IwAR1AbC_d-E', ordered_at - interval '1 hour', 'SUB-1', '1234567890123456789', '250.5', 'Box', ' ', 'In-Store',
    'new customer to business', '{"tier": "gold \\"1\\"", "points": 12, "note": null, "memo": "", "value": 3}',
    '{"event_name": "Lead", "event_time": 1700000000}' from raw.orders where order_id = 'O-good';
insert into raw.orders (order_id, session_id, order_status, ordered_at, currency, total, billing_email, fbclid,
    fb_login_id, predicted_ltv, delivery_category, customer_segmentation, custom_properties, original_event_data)
select 'D-bad', 'S-bare', order_status, ordered_at, currency, total, billing_email, 'not a click', '12x', 'much',
    'drone', 'vip', '{"tags": ["a"]}', '{"event_time": "yesterday"}' from raw.orders where order_id = 'O-good';
insert into raw.orders (order_id, session_id, customer_id, order_status, ordered_at, currency, total, user_id)
select 'D-loyal', 'S-bare', 'C-loyal', order_status, ordered_at, currency, total, 'U-10'
from raw.orders where order_id = 'O-good';
insert into raw.web_events (web_event_id, session_id, event_name, occurred_at, event_id, product_id, quantity,
    content_ids, content_name, search_string, status, custom_properties)
select 'WD1', 'S-granted', 'AddToCart', occurred_at, 'cart-three', 'SKU-3', '3', 'SKU-3, B"4 ,', 'Three', 'red shoes',
    'paid', '{"a,b": ",\\"c\\": null", ":": 1}' from raw.web_events where web_event_id = 'W3';
insert into raw.web_events (web_event_id, session_id, event_name, occurred_at, event_id, contents, content_ids,
    content_type, search_string, custom_properties)
select 'WD2', 'S-granted', 'AddToCart', occurred_at, 'cart-listed',
    '[{"id": "A", "quantity": 2}, {"quantity": 1, "id": 7}]', '["A", 7]',
    'product_group', 'ada@mail-of-canaries.org', '{"a,b": ",\\"c\\": null", "d": null}'
from raw.web_events where web_event_id = 'W3';
insert into raw.web_events (web_event_id, session_id, event_name, occurred_at, event_id, product_id, quantity, contents,
    content_ids)
select 'WD3', 'S-granted', 'AddToCart', occurred_at, 'cart-odd', 'SKU-5', '5e9', '[{"quantity": 2}]', '[{"id": "A"}]'
from raw.web_events where web_event_id = 'W3';
insert into raw.web_events (web_event_id, session_id, event_name, occurred_at, event_id, contents, custom_properties)
select 'WD4', 'S-granted', 'AddToCart', occurred_at, 'cart-mixed',
    '[{"id": "A", "quantity": null, "delivery_category": "post"}, {"id": " "}, {"id": "B", "item_price": 2}]',
    '{"tier": "gold", "tier": "silver"}'
from raw.web_events where web_event_id = 'W3';
insert into raw.web_events (web_event_id, session_id, event_name, occurred_at, event_id, contents)
select 'WD5', 'S-granted', 'AddToCart', occurred_at, 'cart-nulls', '[{"id": "A", "quantity": 1, "item_price": null}]'
from raw.web_events where web_event_id = 'W3';
insert into raw.crm_leads (crm_lead_id, email_2, phone_2, date_of_birth, gender, city, state, postal_code, country,
    external_id, fbclid, created_at)
select 'L-whole', 'lead@mail-of-canaries.org', '212 555 0188', '1980-02-03', 'f', 'New York', 'NY', '10001', 'US',
    'P-1', 'IwAR2Lead', created_at from raw.crm_leads where crm_lead_id = 'L1';
insert into raw.crm_lead_stages (crm_lead_id, stage, entered_at)
select 'L-whole', 'qualified', entered_at from raw.crm_lead_stages where stage = 'qualified' and expected_value is null;
insert into raw.store_sales (sale_id, line_number, sold_at, currency, amount, date_of_birth, city, external_id,
    sale_status, is_test, product_id, quantity, unit_price, store_data)
select added.sale_id, added.line_number, sold_at, 'EUR', 5, '1980-02-03', 'Bonn', added.card, added.sale_status,
    added.is_test, added.product_id, added.quantity, '2.50', added.store_data
from raw.store_sales cross join (values
    ('D-sale', 1, 'CARD-1', null, null, 'SKU-1', '2', '{"store_code": "B1", "store_page_id": "42"}'),
    ('D-sale', 2, null, null, null, null, '1', null),
    ('D-sale', 3, null, null, null, 'SKU-2', null, null),
    ('D-void', 1, 'CARD-1', 'Voided', 'no', 'SKU-1', '1', '{"store_code": "B 1"}'),
    ('D-trial', 1, 'CARD-1', 'paid', 'yes', 'SKU-1', '1', null)
) as added (sale_id, line_number, card, sale_status, is_test, product_id, quantity, store_data)
where store_sales.sale_id = 'T-1' and store_sales.line_number = 1
"""

DETAILS: dict[str, dict[str, Any]] = {
    "D-good": {
        "subscription_id": "SUB-1",
        "fb_login_id": "1234567890123456789",
        "predicted_ltv": 250.5,
        "content_name": "Box",
        "content_category": None,
        "delivery_category": "in_store",
        "customer_segmentation": "new_customer_to_business",
        "custom_properties": '{"tier": "gold \\"1\\"", "points": 12}',
        "original_event_data": '{"event_name": "Lead", "event_time": 1700000000}',
        "dropped_identifiers": None,
        "is_eligible": True,
    },
    "D-bad": {
        "fbc": None,
        "fb_login_id": None,
        "predicted_ltv": None,
        "delivery_category": None,
        "customer_segmentation": None,
        "custom_properties": None,
        "original_event_data": None,
        "dropped_identifiers": "custom_properties_invalid,customer_segmentation_invalid,delivery_category_invalid,"
        "fb_login_id_invalid,fbc_invalid,original_event_data_invalid",
        "is_eligible": True,
    },
    "AddToCart:cart-three": {
        "contents": '[{"id":"SKU-3","quantity":3}]',
        "num_items": 3,
        "content_ids": '["SKU-3","B\\"4"]',
        "content_name": "Three",
        "search_string": "red shoes",
        "status": "paid",
        "custom_properties": None,  # a name that begins with a colon is none that can be told from the end of a text
    },
    "AddToCart:cart-listed": {
        "contents": '[{"id": "A", "quantity": 2}, {"quantity": 1, "id": 7}]',
        "content_ids": '["A", 7]',
        "content_type": "product_group",
        "search_string": None,
        "custom_properties": '{"a,b": ",\\"c\\": null"}',
        "dropped_identifiers": "search_string_invalid",
    },
    "AddToCart:cart-odd": {
        "contents": '[{"id":"SKU-5","quantity":5000000000}]',
        "num_items": None,
        "content_ids": None,
        "dropped_identifiers": "content_ids_invalid,contents_invalid",
    },
    "AddToCart:cart-mixed": {
        "contents": '[{"id": "A"}, {"id": "B", "item_price": 2}]',
        "custom_properties": None,
        "dropped_identifiers": "contents_invalid,custom_properties_invalid",
        "is_eligible": True,
    },
    "AddToCart:cart-nulls": {"contents": '[{"id": "A", "quantity": 1}]', "dropped_identifiers": None},
    "D-sale": {
        "contents": '[{"id":"SKU-1","quantity":2,"item_price":2.5},{"id":"SKU-2","quantity":1,"item_price":2.5}]',
        "content_type": "product",
        "store_data": '{"store_code": "B1", "store_page_id": "42"}',
        "value": 15,
        "ineligible_reason": None,
        "match_keys": "db,ct,external_id",
    },
    "D-void": {"ineligible_reason": "not_paid", "store_data": None, "dropped_identifiers": "store_data_invalid"},
    "D-trial": {"ineligible_reason": "test_order"},
    "L-whole:qualified": {
        "match_keys": "em,ph,db,ge,ct,st,zp,country,external_id,fbc",
        "ineligible_reason": None,
    },
}
"""By source_id: what must stand in `conversions`."""


def statements() -> list[str]:
    """The columns of `COLUMNS` and the rows."""
    texts = [(table, column, "varchar") for table, columns in COLUMNS.items() for column in columns.split()]
    times = [(table, column, "timestamp") for table, column in TIMES.items()]
    added = [f"alter table raw.{table} add column {column} {kind}" for table, column, kind in texts + times]
    return [*added, *ROWS.split(";")]
