"""A build by loading time makes what was loaded since the last one; the day's sweep finds what has no mark."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

import pyarrow as pa
import pytest

from examples.shop.data import build_shop
from tests.contract.dbt.arrivals import Arrivals
from tests.contract.dbt.conftest import DbtWarehouse
from tests.contract.dbt.test_incremental_runs import BUILD, CONVERSIONS, EVENTS_AND_WHAT_THEY_STAND_ON, RUN, tables_of
from tests.support.added_kinds import LOAD_MARKS, SHOP_KINDS, added_kinds
from tests.support.forms import EVERYTHING

LOADED_AT = "meta_conversions_loaded_at: {" + ", ".join(f"{kind}: _loaded_at" for kind in SHOP_KINDS) + "}"
BY_LOAD = ("--vars", f"{{{LOADED_AT}}}")
SWEEP = ("--vars", f"{{{LOADED_AT}, meta_conversions_sweep: true}}")
ALL_BY_LOAD = ("--vars", json.dumps(LOAD_MARKS))
ORDERS = [("duckdb", 1)]
if EVERYTHING:
    ORDERS += [("duckdb", 2), ("duckdb", 3), ("duckdb", 4), ("postgres", 5), ("postgres", 6)]
STORED = [
    f"{EVENTS_AND_WHAT_THEY_STAND_ON},config.materialized:meta_conversions_{kind}"
    for kind in ("changes", "table", "incremental")
]
ON_STANDING_VIEWS = ("run", "--select", *STORED)
NOW = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
LONG_AGO, LAST_LOAD, NEW_LOAD = NOW - timedelta(days=9), NOW - timedelta(days=1), NOW - timedelta(hours=1)


def marked(table: pa.Table, marks: list[datetime]) -> pa.Table:
    return table.append_column(pa.field("_loaded_at", pa.timestamp("us")), pa.array(marks, pa.timestamp("us")))


@pytest.fixture(scope="module")
def shop(new_warehouse: Callable[..., DbtWarehouse]) -> DbtWarehouse:
    """A shop of which a little was loaded lately, and the rest long ago; one customer has 50 orders."""
    warehouse = new_warehouse()
    tables = build_shop(orders=150, days=20, seed=7, now=datetime.now(UTC))
    warehouse.load(
        {name: marked(rows, [LAST_LOAD, *[LONG_AGO] * len(rows)][: len(rows)]) for name, rows in tables.items()}
    )
    warehouse.change(
        "update raw.orders set customer_id = (select min(customer_id) from raw.orders), is_test = false,"
        " order_status = 'paid' where order_id in (select order_id from raw.orders order by order_id limit 50)"
    )
    warehouse.dbt(*BUILD, *BY_LOAD)
    return warehouse


def change(warehouse: DbtWarehouse, statements: str) -> None:
    for statement in statements.split(";"):
        warehouse.change(statement)


def loads_of(warehouse: DbtWarehouse) -> dict[str, set[object]]:
    rows = warehouse.rows("select * from meta_conversions_intermediate.int_loads")
    assert {row["kind"] for row in rows} >= set(SHOP_KINDS)
    return {name: {row[name] for row in rows} for name in ("sweep_reason", "is_done")}


def found(warehouse: DbtWarehouse, what: str, condition: str) -> list[object]:
    rows = warehouse.rows(f"select {what} as found from meta_conversions.conversions where {condition}")
    return [row["found"] for row in rows]


def test_what_was_loaded_is_built_with_all_that_it_changes_and_nothing_else_is(shop: DbtWarehouse) -> None:
    assert loads_of(shop) == {"sweep_reason": {"first"}, "is_done": {True}}
    [customer] = shop.rows("select customer_id from raw.orders group by 1 order by count(*) desc limit 1")
    of_customer = "order_id in (select order_id from raw.orders order by order_id limit 50)"
    emails = set(found(shop, "em", f"source_system = 'shop' and {of_customer}"))
    [order] = shop.rows("select order_id from raw.orders order by order_id desc limit 1")
    others = "select order_id from raw.orders where session_id is not null order by order_id limit 4 offset 60"
    with_item, with_pixel, with_refusal, with_session = (row["order_id"] for row in shop.rows(others))
    its_session = "session_id = (select session_id from raw.orders where order_id = '{}')"
    now = f"_loaded_at = timestamp '{NEW_LOAD}'"
    change(
        shop,
        f"""
        insert into raw.orders by name
            select * replace ('late' as order_id, ordered_at - interval 6 day as ordered_at,
                timestamp '{NEW_LOAD}' as _loaded_at)
            from raw.orders where order_id = '{order["order_id"]}';
        update raw.customers set email = 'moved@post.test.de', {now} where customer_id = '{customer["customer_id"]}';
        update raw.order_items set quantity = quantity + 1, {now} where order_id = '{with_item}';
        insert into raw.pixel_events by name
            select '{with_pixel}' as event_id, 'Purchase' as event_name, timestamp '{NOW}' as occurred_at,
                timestamp '{NEW_LOAD}' as _loaded_at;
        update raw.web_sessions set user_agent = 'another', {now} where {its_session.format(with_session)};
        -- a refusal, and who asked not to be shared, are looked for among all rows: neither of these has a mark
        update raw.web_sessions set ad_consent = 'denied' where {its_session.format(with_refusal)};
        insert into raw.suppressions by name
            select billing_email as email from raw.orders
            where billing_email is not null order by order_id desc limit 1
        """,
    )
    shop.dbt(*RUN, *BY_LOAD)
    assert loads_of(shop) == {"sweep_reason": {None}, "is_done": {True}}
    by_load = tables_of(shop)
    assert found(shop, "order_id", "order_id = 'late'") == ["late"]
    assert not emails & set(found(shop, "em", f"source_system = 'shop' and {of_customer}"))
    assert found(shop, "client_user_agent", f"order_id = '{with_session}'") == ["another"]
    assert found(shop, "ineligible_reason", f"order_id = '{with_refusal}'") != [None]
    compared = shop.rows("select id from meta_conversions_intermediate.int_touched_conversions where entity = 'shop'")
    assert 55 <= len(compared) < 120, "the rest of the shop is not even read"
    shop.dbt(*ON_STANDING_VIEWS, *SWEEP)
    assert loads_of(shop) == {"sweep_reason": {"due"}, "is_done": {True}}
    assert tables_of(shop) == by_load, "the sweep finds nothing that was left"


def test_what_has_no_mark_is_seen_by_the_sweep(shop: DbtWarehouse) -> None:
    before = tables_of(shop)
    since = f"_loaded_at > timestamp '{LONG_AGO}'"
    untouched = shop.rows(
        "select order_id from raw.orders where order_id not in (select order_id from raw.order_items where {0})"
        " and order_id not in (select event_id from raw.pixel_events where {0} and event_id is not null)"
        " and customer_id not in (select customer_id from raw.{1} where {0} and customer_id is not null)"
        " and customer_id not in (select customer_id from raw.{2} where {0} and customer_id is not null)"
        " and customer_id not in (select customer_id from raw.{3} where {0} and customer_id is not null)"
        " order by order_id desc limit 2".format(since, "orders", "customers", "web_sessions")
    )
    gone, corrected = (row["order_id"] for row in untouched)
    change(
        shop,
        f"""
        delete from raw.orders where order_id = '{gone}';
        update raw.orders set total = total + 1 where order_id = '{corrected}';
        -- of a loader whose clock is behind by more than the overlap
        insert into raw.orders by name
            select * replace ('behind' as order_id, timestamp '{LONG_AGO}' as _loaded_at)
            from raw.orders where order_id = '{corrected}'
        """,
    )
    shop.dbt(*ON_STANDING_VIEWS, *BY_LOAD)
    assert tables_of(shop) == before
    shop.change("update meta_conversions_intermediate.int_loads set swept_at = swept_at - interval 25 hour")
    shop.dbt(*ON_STANDING_VIEWS, *BY_LOAD)
    assert loads_of(shop)["sweep_reason"] == {"due"}, "of itself, a day after the last"
    assert found(shop, "order_id", f"order_id in ('{gone}', 'behind')") == ["behind"]
    assert tables_of(shop)[CONVERSIONS] != before[CONVERSIONS]


def test_a_build_that_broke_off_or_went_by_other_rules_is_followed_by_a_sweep(shop: DbtWarehouse) -> None:
    before = tables_of(shop)
    shop.change("delete from meta_conversions.conversions where source_system = 'stores'")
    shop.change("update meta_conversions_intermediate.int_loads set is_done = false")
    shop.dbt(*ON_STANDING_VIEWS, *BY_LOAD)
    assert loads_of(shop) == {"sweep_reason": {"last build undone"}, "is_done": {True}}
    assert tables_of(shop) == before


def test_a_kind_that_is_left_out_stops_the_build(shop: DbtWarehouse) -> None:
    said = shop.try_dbt("parse", "--vars", "{meta_conversions_loaded_at: {orders: _loaded_at, customers: null}}")
    assert said.returncode != 0
    assert "says nothing of order_items, sessions, web_events" in said.stdout
    assert "(order_items: null)" in said.stdout


class Loads:
    """The loads of some arrivals. Each row is marked with when it was loaded; of a steady load, rightly."""

    def __init__(self, seed: int, count: int) -> None:
        shop = build_shop(orders=60, days=30, seed=seed, now=datetime.now(UTC))
        self._arrivals = Arrivals(seed, loads=count, added=linked(added_kinds(NOW), shop))
        self._dice = Random(seed)  # noqa: S311 - seeded marks
        self._marks: dict[str, dict[str, datetime]] = {}
        self._at = NOW - timedelta(hours=20)

    def next(self, *, steady: bool = True) -> dict[str, pa.Table]:
        """The tables after one more load, three hours after the last; unsteady, some marks are six hours behind."""
        self._at += timedelta(hours=3)
        tables = self._arrivals.next(steady=steady)
        return {name: self._marked(name, rows, steady=steady) for name, rows in tables.items()}

    def _marked(self, name: str, table: pa.Table, *, steady: bool) -> pa.Table:
        before, texts = self._marks.get(name, {}), [repr(row) for row in table.to_pylist()]
        behind = (0,) if steady else (0, 0, 0, 6)
        self._marks[name] = {
            text: before.get(text, self._at - timedelta(hours=self._dice.choice(behind))) for text in texts
        }
        return marked(table, [self._marks[name][text] for text in texts])


def linked(added: dict[str, pa.Table], shop: dict[str, pa.Table]) -> dict[str, pa.Table]:
    """Events in the app, messages and subscriptions of the shop's customers."""
    customers, sessions = (shop[table][0].to_pylist() for table in ("customers", "web_sessions"))
    links = {
        "app_events": {"user_id": customers},
        "messaging_events": {"customer_id": customers},
        "subscription_events": {"customer_id": [None, *customers], "session_id": sessions},
    }
    for name, columns in links.items():
        for column, ids in columns.items():
            table = added[name].drop_columns([column]) if column in added[name].column_names else added[name]
            added[name] = table.append_column(column, pa.array(ids[: len(table)], pa.string()))
    return added


@pytest.mark.parametrize(("engine", "seed"), ORDERS)
def test_whatever_the_order_of_arrival_a_sweep_leaves_what_a_full_refresh_makes(
    engine: str, seed: int, new_warehouse: Callable[..., DbtWarehouse]
) -> None:
    warehouse = new_warehouse(engine)
    steady, unsteady = (3, 2) if EVERYTHING else (1, 1)
    loads = Loads(seed, 1 + steady + unsteady)
    later = RUN if engine == "postgres" else ON_STANDING_VIEWS

    def build(*words: str, steady: bool = True) -> None:
        warehouse.load(loads.next(steady=steady))
        warehouse.dbt(*words, *ALL_BY_LOAD)

    def sweep() -> dict[str, list[str]]:
        warehouse.change("update meta_conversions_intermediate.int_loads set swept_at = null")
        warehouse.dbt(*later, *ALL_BY_LOAD)
        assert loads_of(warehouse)["sweep_reason"] == {"due"}
        return tables_of(warehouse)

    build(*BUILD)
    for _ in range(steady):
        build(*later)
        assert loads_of(warehouse) == {"sweep_reason": {None}, "is_done": {True}}
    by_load = tables_of(warehouse)
    assert sweep() == by_load, "what is marked rightly needs no sweep"
    for _ in range(unsteady):
        build(*later, steady=False)
    swept = sweep()
    warehouse.dbt(*RUN, "--full-refresh", *ALL_BY_LOAD)
    assert tables_of(warehouse) == swept
    assert len(swept[CONVERSIONS]) > 100
