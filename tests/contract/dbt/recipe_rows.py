"""Made-up rows in the shape in which Fivetran and Airbyte leave Shopify, WooCommerce, Analytics and HubSpot."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

CLICK = "https://shop.test.de/start?fbclid=IwAR1Landing"
AGENT = "Mozilla/5.0 (X11; Linux x86_64)"
TYPES = {"json": {"duckdb": "json", "postgres": "jsonb"}}


def statements(engine: str, now: datetime) -> Iterator[str]:
    """The SQL that makes the tables and fills them."""
    for schema, tables in ALL.items():
        yield f"create schema if not exists {schema}"
        for table, (columns, rows) in tables.items():
            name = f'{schema}."{table}"'
            types = {column: TYPES.get(kind, {}).get(engine, kind) for column, kind in columns.items()}
            yield f"create table {name} ({', '.join(f'{column} {kind}' for column, kind in types.items())})"
            filled = [_row(columns, row, now) for row in rows]
            yield f"insert into {name} ({', '.join(columns)}) values {', '.join(filled)}"


def _row(columns: dict[str, str], row: dict[str, Any], now: datetime) -> str:
    assert set(row) <= set(columns), set(row) - set(columns)
    return f"({', '.join(_literal(row.get(name), now) for name in columns)})"


def _literal(value: Any, now: datetime) -> str:
    if isinstance(value, timedelta):
        value = f"{now - value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, (dict, list)):
        value = json.dumps(value)
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return "null" if value is None else str(value).lower()


def ago(hours: float) -> timedelta:
    return timedelta(hours=hours)


def both_moneys(presentment: str, currency: str, shop: str) -> dict[str, Any]:
    return {
        "shop_money": {"amount": shop, "currency_code": "USD"},
        "presentment_money": {"amount": presentment, "currency_code": currency},
    }


SHOPIFY_ORDER = {
    "id": "bigint",
    "created_at": "timestamp",
    "updated_at": "timestamp",
    "customer_id": "bigint",
    "email": "varchar",
    "source_name": "varchar",
    "financial_status": "varchar",
    "test": "boolean",
    "buyer_accepts_marketing": "boolean",
    "total_price": "double precision",
    "currency": "varchar",
    "total_price_set": "varchar",
    "landing_site_base_url": "varchar",
    "referring_site": "varchar",
    "browser_ip": "varchar",
    "client_details_user_agent": "varchar",
    **{
        f"{whose}_address_{part}": "varchar"
        for whose in ("billing", "shipping")
        for part in ("first_name", "last_name", "phone", "city", "province_code", "zip", "country_code")
    },
    "_fivetran_deleted": "boolean",
    "_fivetran_synced": "timestamp",
}


def shopify_order(number: int, presentment: str, currency: str = "EUR", **others: Any) -> dict[str, Any]:
    row = {
        "id": number,
        "created_at": ago(3),
        "updated_at": ago(2),
        "customer_id": 70,
        "email": f"buyer{number}@post.test.de",
        "source_name": "web",
        "financial_status": "paid",
        "test": False,
        "buyer_accepts_marketing": True,
        "total_price": 100,
        "currency": "USD",
        "total_price_set": json.dumps(both_moneys(presentment, currency, "100.00")),
        "landing_site_base_url": "/products/lamp?fbclid=IwAR1Shopify&utm_source=ig",
        "browser_ip": "93.184.216.34",
        "client_details_user_agent": AGENT,
        "billing_address_first_name": "Ada",
        "billing_address_city": "Kiel",
        "billing_address_country_code": "DE",
        "shipping_address_zip": "24103",
        "_fivetran_deleted": False,
        "_fivetran_synced": ago(1),
    }
    return row | others


def attribute(order: int, name: str, value: str) -> dict[str, Any]:
    return {"order_id": order, "name": name, "value": json.dumps(value), "_fivetran_synced": ago(1)}


SHOPIFY = {
    "order": (
        SHOPIFY_ORDER,
        [
            shopify_order(9001, "92.00"),
            shopify_order(9002, "50.00", financial_status="partially_refunded"),
            shopify_order(9003, "30.00", "USD", source_name="pos", browser_ip=None, landing_site_base_url=None),
            shopify_order(9004, "20.00", "USD", source_name="subscription_contract"),
            shopify_order(9005, "11.00"),
            shopify_order(9006, "12.00", financial_status="pending"),
            shopify_order(9007, "13.00", test=True),
            shopify_order(9008, "14.00"),
            shopify_order(9009, "15.00", _fivetran_deleted=True),
        ],
    ),
    "order_line": (
        {"id": "bigint", "order_id": "bigint", "variant_id": "bigint", "quantity": "integer"},
        [
            {"id": 1, "order_id": 9001, "variant_id": 501, "quantity": 2},
            {"id": 2, "order_id": 9001, "variant_id": 502, "quantity": 1},
            {"id": 3, "order_id": 9001, "variant_id": None, "quantity": 1},
        ],
    ),
    "order_note_attribute": (
        {"order_id": "bigint", "name": "varchar", "value": "varchar", "_fivetran_synced": "timestamp"},
        [
            *(attribute(order, "ad_consent", "granted") for order in (9001, 9002, 9003, 9004, 9006, 9007, 9009)),
            attribute(9008, "ad_consent", "denied"),
            attribute(9001, "_fbp", "fb.1.1795000000000.1110590605"),
            attribute(9002, "_event_id", "pixel-of-9002"),
        ],
    ),
    "customer": (
        {"id": "bigint", "email": "varchar", "phone": "varchar", "first_name": "varchar", "last_name": "varchar"},
        [{"id": 70, "email": "c@post.test.de", "phone": "+49 151 12345678", "first_name": "A", "last_name": "Byron"}],
    ),
    "transaction": (
        {
            "id": "bigint",
            "order_id": "bigint",
            "kind": "varchar",
            "status": "varchar",
            "test": "boolean",
            "amount": "decimal(18,4)",
            "currency": "varchar",
            "processed_at": "timestamp",
        },
        [
            {"id": 1, "order_id": 9002, "kind": "sale", "status": "success", "amount": 50, "currency": "EUR"},
            {
                "id": 2,
                "order_id": 9002,
                "kind": "refund",
                "status": "success",
                "amount": 10,
                "currency": "EUR",
                "processed_at": ago(1),
            },
        ],
    ),
}


def woocommerce_order(number: int, total: str, **others: Any) -> dict[str, Any]:
    consent = others.pop("consent", "yes")
    meta = [
        {"id": 1, "key": "_fbp", "value": "fb.1.1795000000000.2220590605"},
        {"id": 2, "key": "_wc_order_attribution_session_entry", "value": CLICK},
    ]
    if others.get("created_via") == "subscription":
        meta.append({"id": 4, "key": "_subscription_renewal", "value": "88"})
    if consent:
        meta.append({"id": 3, "key": "ad_consent", "value": consent})
    row = {
        "id": number,
        "created_via": "checkout",
        "status": "processing",
        "currency": "EUR",
        "total": total,
        "date_created_gmt": ago(5),
        "date_modified_gmt": ago(1),
        "customer_id": 0,
        "customer_ip_address": "2a00:1450:4001:80b::200e",
        "customer_user_agent": AGENT,
        "billing": {"email": f"woo{number}@post.test.de", "phone": "0151 2345678", "country": "DE", "city": "Bonn"},
        "meta_data": meta,
        "line_items": [{"id": 1, "product_id": 31, "variation_id": 0, "quantity": 2, "price": 10.5}],
        "refunds": [],
    }
    return row | others


WOOCOMMERCE = {
    "orders": (
        {
            "id": "bigint",
            "created_via": "varchar",
            "status": "varchar",
            "currency": "varchar",
            "total": "varchar",
            "date_created_gmt": "varchar",
            "date_modified_gmt": "varchar",
            "customer_id": "bigint",
            "customer_ip_address": "varchar",
            "customer_user_agent": "varchar",
            **dict.fromkeys(("billing", "meta_data", "line_items", "refunds"), "json"),
        },
        [
            woocommerce_order(101, "45.50"),
            woocommerce_order(
                102,
                "60.00",
                status="completed",
                refunds=[{"id": 7, "reason": "", "total": "-5.00"}, {"id": 8, "reason": "", "total": "-1.00"}],
            ),
            woocommerce_order(103, "9.00", status="pending"),
            woocommerce_order(104, "8.00", created_via="subscription"),
            woocommerce_order(105, "7.00", consent=None),
            woocommerce_order(106, "4.00", created_via="pos-rest-api"),
        ],
    ),
    "refunds": (
        {"id": "bigint", "date_created_gmt": "varchar", "amount": "varchar"},
        [{"id": 7, "date_created_gmt": ago(3), "amount": "5.00"}],
    ),
}


def ga4_event(name: str, number: int, **others: Any) -> dict[str, Any]:
    row = {
        "_fivetran_id": f"ga-{number}",
        "name": name,
        "platform": "WEB",
        "timestamp": ago(4),
        "user_pseudo_id": "123.456",
        "user_id": "C-7",
        "param_ga_session_id": "77",
        "param_page_location": "https://shop.test.de/cart?utm_source=ig",
        "param_currency": "EUR",
        "param_fbp": "fb.1.1795000000000.3330590605",
        "param_ad_consent": "granted",
        "is_intraday": False,
    }
    return row | others


GA4 = {
    "event": (
        {
            "_fivetran_id": "varchar",
            "name": "varchar",
            "platform": "varchar",
            "timestamp": "timestamp",
            "user_pseudo_id": "varchar",
            "user_id": "varchar",
            "ecommerce_transaction_id": "varchar",
            "ecommerce_purchase_revenue": "double precision",
            "param_ga_session_id": "varchar",
            "param_event_id": "varchar",
            "param_value": "double precision",
            "param_currency": "varchar",
            "param_page_location": "varchar",
            "param_page_referrer": "varchar",
            "param_fbp": "varchar",
            "param_fbc": "varchar",
            "param_ad_consent": "varchar",
            "is_intraday": "boolean",
        },
        [
            ga4_event("add_to_cart", 1, param_value=9.9, param_event_id="cart-1"),
            ga4_event("purchase", 2, ecommerce_transaction_id="T-9", ecommerce_purchase_revenue=19.9),
            ga4_event("purchase", 3, ecommerce_transaction_id="T-9", ecommerce_purchase_revenue=19.9, timestamp=ago(3)),
            ga4_event(
                "purchase", 4, ecommerce_transaction_id="T-10", ecommerce_purchase_revenue=5, param_ad_consent=None
            ),
            ga4_event("begin_checkout", 5, is_intraday=True, param_value=1),
            ga4_event("scroll", 6),
        ],
    )
}


def contact(number: int, **others: Any) -> dict[str, Any]:
    row = {
        "id": number,
        "property_email": f"lead{number}@post.test.de",
        "property_firstname": "Grace",
        "property_createdate": ago(40),
        "property_ad_consent": "true",
        "property_hs_email_optout": False,
        "_fivetran_deleted": False,
    }
    return row | others


def stage(number: int, value: str, hours: float) -> dict[str, Any]:
    return {"contact_id": number, "name": "lifecyclestage", "value": value, "timestamp": ago(hours)}


HUBSPOT = {
    "contact": (
        {
            "id": "bigint",
            **dict.fromkeys(
                (
                    *("property_email", "property_phone", "property_firstname", "property_lastname", "property_city"),
                    *("property_state", "property_zip", "property_country", "property_ad_consent"),
                    *("property_meta_lead_id", "property_hs_facebook_click_id"),
                ),
                "varchar",
            ),
            "property_createdate": "timestamp",
            "property_hs_email_optout": "boolean",
            "_fivetran_deleted": "boolean",
        },
        [
            contact(1, property_meta_lead_id="123456789012345", property_hs_facebook_click_id="IwAR1HubSpot"),
            contact(2, property_ad_consent=None),
            contact(3),
        ],
    ),
    "contact_property_history": (
        {"contact_id": "bigint", "name": "varchar", "value": "varchar", "timestamp": "timestamp"},
        [
            stage(1, "lead", 40),
            stage(1, "marketingqualifiedlead", 30),
            stage(1, "marketingqualifiedlead", 6),
            stage(2, "lead", 20),
            stage(3, "subscriber", 20),
        ],
    ),
    "deal": (
        {
            "deal_id": "bigint",
            "property_amount": "decimal(18,4)",
            "property_deal_currency_code": "varchar",
            "is_deleted": "boolean",
        },
        [
            {"deal_id": 5, "property_amount": 1500, "property_deal_currency_code": "EUR", "is_deleted": False},
            {"deal_id": 6, "property_amount": 900, "property_deal_currency_code": "EUR", "is_deleted": False},
        ],
    ),
    "deal_contact": (
        {"deal_id": "bigint", "contact_id": "bigint"},
        [{"deal_id": 5, "contact_id": 1}, {"deal_id": 5, "contact_id": 3}, {"deal_id": 6, "contact_id": 1}],
    ),
    "deal_stage": (
        {"deal_id": "bigint", "value": "varchar", "date_entered": "timestamp"},
        [
            {"deal_id": 5, "value": "s1", "date_entered": ago(20)},
            {"deal_id": 5, "value": "s9", "date_entered": ago(10)},
            {"deal_id": 6, "value": "s1", "date_entered": ago(10)},
        ],
    ),
    "deal_pipeline_stage": (
        {"stage_id": "varchar", "closed_won": "boolean"},
        [{"stage_id": "s1", "closed_won": False}, {"stage_id": "s9", "closed_won": True}],
    ),
}

ALL = {"shopify": SHOPIFY, "woocommerce": WOOCOMMERCE, "google_analytics_4_export": GA4, "hubspot": HUBSPOT}
