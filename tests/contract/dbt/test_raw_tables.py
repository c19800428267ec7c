"""Raw tables as loads leave them: other names, numbers as ids, booleans as consent, times with a zone, absent kinds."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.contract.dbt.conftest import DbtWarehouse

TABLES = """
create schema shopify;
create schema elsewhere;
create table shopify.orders as select
    cast(1001 as bigint) as order_id, cast(7 as bigint) as customer_id,
    cast('{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}' as uuid) as session_id,
    'paid' as order_status, timestamptz '2026-01-01 12:00:00+02:00' as ordered_at, 'EUR' as currency,
    1.5 as subtotal, 0 as tax, 0 as shipping, 0 as discount, 1.5 as total, null as cost_of_goods, false as is_test,
    null as billing_email, null as billing_phone, null as shipping_city, null as shipping_state,
    cast(10115 as bigint) as shipping_postal_code, 'DE' as shipping_country,
    timestamp '2026-01-01 10:00:00' as updated_at, cast(0 as smallint) as limited_data_use;
create table elsewhere.visits as select
    cast('A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11' as uuid) as session_id, '007' as customer_id,
    timestamp '2026-01-01 10:00:00' as started_at, null as landing_url,
    null as ip_address, null as user_agent, null as fbp, null as fbc, true as ad_consent, null as us_state,
    cast(1 as smallint) as limited_data_use, cast('00123' as char(8)) as user_id;
create table shopify.order_items as select
    cast(1001 as numeric(20, 0)) as order_id, 1 as line_number, cast(31 as bigint) as product_id, 2 as quantity,
    0.75 as unit_price, null as category
union all select 1001, 2, 18446744073709551617, 1, 1, null
"""
ZONE = "America/New_York"
ABSENT = ["customers", "refunds", "web_events", "pixel_events", "leads", "lead_stages", "store_sales"]
VARS = {
    "meta_conversions_raw_schema": "shopify",
    "meta_conversions_tables": {"sessions": "elsewhere.visits"},
    "meta_conversions_absent_kinds": [*ABSENT, "suppressions"],
}


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def loaded(request: pytest.FixtureRequest, new_warehouse: Callable[..., DbtWarehouse]) -> DbtWarehouse:
    warehouse = new_warehouse(request.param)
    if request.param == "duckdb":
        warehouse.load({})  # makes the file
    else:
        database = warehouse.rows("select current_database() as name")[0]["name"]
        warehouse.change(f"alter database {database} set timezone = '{ZONE}'")
    for statement in TABLES.split(";"):
        warehouse.change(statement)
    if request.param == "postgres":  # a raw table may be one that its information_schema leaves out
        warehouse.change("alter table elsewhere.visits rename to loaded")
        warehouse.change("create materialized view elsewhere.visits as select * from elsewhere.loaded")
    return warehouse


def staged(warehouse: DbtWarehouse, model: str) -> list[dict[str, Any]]:
    return warehouse.rows(f"select * from meta_conversions_staging.{model}")


def test_ids_are_text_consent_is_a_word_times_are_moments_and_what_is_absent_is_empty(
    loaded: DbtWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever zone the worker and the database are in."""
    monkeypatch.setenv("TZ", ZONE)
    loaded.dbt("run", "--select", "path:models/staging", "--vars", json.dumps(VARS))
    [order] = staged(loaded, "stg_shop__orders")
    assert (order["order_id"], order["customer_id"]) == ("1001", "7")
    assert str(order["ordered_at"]) == "2026-01-01 10:00:00"
    assert order["session_id"] == "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"
    items = staged(loaded, "stg_shop__order_items")
    assert {row["product_id"]: row["order_id"] for row in items} == {"31": "1001", "18446744073709551617": "1001"}
    [contact] = staged(loaded, "stg_shop__order_contacts")
    assert contact["shipping_postal_code"] == "10115"
    [session] = staged(loaded, "stg_web__sessions")
    assert (session["session_id"], session["customer_id"], session["user_id"]) == (order["session_id"], "007", "00123")
    assert (session["ad_consent"], session["limited_data_use"]) == ("granted", "limited")
    assert order["limited_data_use"] == "not_limited"
    assert staged(loaded, "stg_web__pixel_events") == staged(loaded, "stg_shop__customers") == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("alter table shopify.orders alter column order_id type double precision", "shopify.orders.order_id is double"),
        ("alter table shopify.orders alter column order_id type decimal(18, 2)", "is not exact"),
        ("alter table shopify.orders drop column order_id", "shopify.orders lacks the column order_id"),
        ("drop table shopify.orders", "no table shopify.orders, which is to hold the orders"),
    ],
)
def test_an_id_that_is_a_float_or_not_there_is_refused_by_its_name(
    loaded: DbtWarehouse, change: str, told: str
) -> None:
    loaded.change("create table elsewhere.kept as select * from shopify.orders")
    loaded.change("drop view if exists meta_conversions_staging.stg_shop__orders")
    loaded.change("drop view if exists meta_conversions_staging.stg_shop__order_contacts")
    loaded.change(change)
    try:
        done = loaded.try_dbt("run", "--select", "stg_shop__orders", "--vars", json.dumps(VARS))
    finally:
        loaded.change("drop table if exists shopify.orders")
        loaded.change("create table shopify.orders as select * from elsewhere.kept")
        loaded.change("drop table elsewhere.kept")
    assert done.returncode != 0
    assert told in " ".join(done.stdout.split())


BESIDE = """
create table shopify."Orders" as select cast(1 as double precision) as order_id, 1 as total;
create schema "Shopify";
create table "Shopify".orders as select cast(1 as double precision) as order_id;
alter table elsewhere.visits rename to kept;
create materialized view elsewhere.visits as select * from elsewhere.kept;
alter table shopify.order_items rename column product_id to "Product_ID"
"""


def test_on_postgres_the_table_is_looked_at_that_dbt_reads_whatever_differs_from_it_in_capitals(
    new_warehouse: Callable[..., DbtWarehouse],
) -> None:
    """dbt quotes the names of sources there. A materialized view is as good as a table."""
    warehouse = new_warehouse("postgres")
    for statement in f"{TABLES};{BESIDE}".split(";"):
        warehouse.change(statement)
    said = warehouse.dbt("run-operation", "meta_conversions.check_sources", "--vars", json.dumps(VARS))
    tables = {table["kind"]: table for table in json.loads(said.splitlines()[-1])["raw_tables"]}
    assert tables["orders"]["wrong_types"] == tables["orders"]["missing_columns"] == []
    assert tables["sessions"]["missing_columns"] == []
    assert tables["order_items"]["missing_columns"] == ["product_id"]
    done = warehouse.try_dbt("run", "--select", "stg_shop__order_items", "--vars", json.dumps(VARS))
    assert "lacks the column product_id (it has Product_ID: PostgreSQL tells capitals" in " ".join(done.stdout.split())
