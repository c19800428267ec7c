"""The columns that the demo's shop has beside the fixed ones: the package reads them, and nobody is known by them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from examples.shop.data import with_details

SHAPES = (Path(__file__).parents[4] / "dbt_project/macros/sources/raw_shapes.sql").read_text(encoding="utf-8")
KINDS = {"web_sessions": "sessions", "crm_leads": "leads", "crm_lead_stages": "lead_stages"}

Tables = dict[str, pa.Table]
Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def wide(shop_tables: Tables) -> Tables:
    return with_details(shop_tables, seed=7)


@pytest.fixture(scope="module")
def wide_rows(wide: Tables) -> Rows:
    return {name: table.to_pylist() for name, table in wide.items()}


def test_the_fixed_columns_stay_as_they_are(wide: Tables, shop_tables: Tables) -> None:
    assert {name: wide[name].select(table.column_names) for name, table in shop_tables.items()} == shop_tables


def test_every_added_column_is_one_that_the_package_reads_and_some_rows_fill_it(
    wide: Tables, shop_tables: Tables
) -> None:
    added = {name: set(table.column_names) - set(shop_tables[name].column_names) for name, table in wide.items()}
    assert sum(map(len, added.values())) >= 14
    for name, columns in added.items():
        [shape] = re.findall(rf"^ *{KINDS.get(name, name)}: ([^;]*)", SHAPES, re.MULTILINE)
        optional = {column.split()[0] for column in shape.split(",") if column.strip().endswith("optional")}
        assert columns <= optional
        assert [column for column in columns if wide[name][column].null_count == len(wide[name])] == []


def test_the_same_seed_gives_the_same_columns_and_another_gives_others(wide: Tables, shop_tables: Tables) -> None:
    assert with_details(shop_tables, seed=7) == wide
    assert with_details(shop_tables, seed=8)["orders"] != wide["orders"]


def test_later_rows_have_the_same_columns(wide: Tables, more_tables: Tables) -> None:
    later = with_details(more_tables, seed=8)
    assert {n: t.schema for n, t in later.items()} == {n: t.schema for n, t in wide.items()}


def test_whoever_left_no_trace_leaves_none_in_the_added_columns(wide_rows: Rows) -> None:
    sessions = {row["session_id"]: row for row in wide_rows["web_sessions"]}
    assert not [row for row in sessions.values() if row["fbclid"] and row["fbp"] is None]
    assert not [row for row in wide_rows["orders"] if row["billing_last_name"] and row["shipping_country"] is None]
    assert not [row for row in wide_rows["store_sales"] if row["customer_segmentation"] and not row["customer_email"]]


def test_a_bare_click_id_was_seen_before_the_visit_began(wide_rows: Rows) -> None:
    clicks = [row for row in wide_rows["web_sessions"] if row["fbclid"]]
    assert clicks
    assert all(row["fbclid_seen_at"] < row["started_at"] for row in clicks)


def test_custom_properties_are_flat_objects_without_people(wide_rows: Rows) -> None:
    found = [json.loads(row["custom_properties"]) for row in wide_rows["orders"]]
    assert {frozenset(one) for one in found} == {frozenset({"payment_method", "is_gift"})}
