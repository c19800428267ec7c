"""Rows whose ids and words stand in blanks, or are nothing but blanks, and rows of one moment; they begin with `P-`."""

from __future__ import annotations

PADDED = """
insert into raw.orders (order_id, customer_id, session_id, order_status, ordered_at, currency, total)
    select ' P-order\u00a0', 'C1\r', '\tS-granted ', order_status, ordered_at, currency, total
    from raw.orders where order_id = 'O-good';
insert into raw.order_items (order_id, line_number, product_id, quantity) values ('P-order ', '1', 'SKU-P\n', 3);
insert into raw.pixel_events (event_id, event_name, occurred_at)
    select 'P-order\u200b', 'Purchase ', ordered_at from raw.orders where order_id = 'O-good';
insert into raw.refunds (refund_id, order_id, refunded_at, amount, currency, source_system)
    select 'P-refund', '\ufeffP-order', ordered_at, 3, 'GBP', 'shop\r' from raw.orders where order_id = 'O-good';
insert into raw.orders (order_id, customer_id, session_id, order_status, ordered_at, currency, total)
    select 'P-guest', ' ', 'S-user', order_status, ordered_at, currency, total
    from raw.orders where order_id = 'O-good';
insert into raw.orders (order_id, session_id, order_status, ordered_at, currency, total, billing_email)
    select ' ', 'S-bare', order_status, ordered_at, currency, total, billing_email
    from raw.orders where order_id = 'O-good';
insert into raw.store_sales (sale_id, line_number, sold_at, currency, amount, sale_status, customer_email)
    select 'P-sale', number, sold_at, 'EUR', 4, ' ', email
    from raw.store_sales cross join (values (7, ' '), (8, 'canary.two@mail-of-canaries.org')) as lines (number, email)
    where sale_id = 'T-1' and line_number = 1;
insert into raw.orders (order_id, session_id, order_status, ordered_at, currency, total, billing_email)
    select 'P-suppressed', 'S-bare', order_status, ordered_at, currency, total, '{hash_of_suppressed}.AQQCAQIB'
    from raw.orders where order_id = 'O-good'
"""
AT_ONCE = """
insert into raw.web_events (web_event_id, session_id, event_name, occurred_at, order_id, event_id)
    select 'P-' || event_id, 'S-granted', 'Purchase', ordered_at, order_id, event_id
    from raw.orders cross join (values ('site-b'), ('site-a'), ('site-c')) as told (event_id)
    where order_id = 'P-guest';
insert into raw.crm_leads (crm_lead_id, email, created_at)
    select 'L-twice', email, created_at from raw.crm_leads where crm_lead_id = 'L1';
insert into raw.crm_lead_stages (crm_lead_id, stage, entered_at, expected_value, currency)
    select 'L-twice', stage, since + days * interval '1 day', expected_value, currency
    from (
        select max(entered_at) - interval '2 day' as since from raw.crm_lead_stages where crm_lead_id = 'L1'
    ) as entries
    cross join (values
        ('demo', 0, 20, 'USD'), ('demo', 0, 10, 'GBP'), ('demo', 0, 30, 'EUR'), ('offer', 0, 5, 'EUR'),
        ('offer', 1, cast('NaN' as double precision), 'EUR')
    ) as stages (stage, days, expected_value, currency)
"""
"""Rows of one moment, and an entry into a stage again whose value cannot be read."""


def padded_statements(hash_of_suppressed: str) -> list[str]:
    """The rows; the hash is that of an address that is suppressed."""
    return [*PADDED.format(hash_of_suppressed=hash_of_suppressed).split(";"), *AT_ONCE.split(";")]
