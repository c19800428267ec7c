"""Runs that only bring tables up to date leave what a full refresh would make, and touch no more than has changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from examples.shop.data import build_shop
from tests.contract.dbt.arrivals import Arrivals
from tests.contract.dbt.conftest import DbtWarehouse
from tests.support.forms import EVERYTHING

ORDERS = [("duckdb", 1)]
if EVERYTHING:
    ORDERS += [("duckdb", 2), ("duckdb", 3), ("postgres", 4), ("postgres", 5)]
EVENTS_AND_WHAT_THEY_STAND_ON = "+meta_conversions.marts.conversion_events"
BUILD = ("build", "--select", EVENTS_AND_WHAT_THEY_STAND_ON, "--exclude-resource-type", "test", "unit_test")
RUN = ("run", "--select", EVENTS_AND_WHAT_THEY_STAND_ON)
STORED = [
    f"{EVENTS_AND_WHAT_THEY_STAND_ON},config.materialized:meta_conversions_{kind}"
    for kind in ("changes", "table", "incremental")
]
RUN_ON_STANDING_VIEWS = ("run", "--select", *STORED)
"""Half the time. Views that are replaced under tables that stay are in RUN."""
NOW = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
# Two builds read the clock one after the other: what leaves conversion_events in between is left out.
STILL_KEPT = (NOW - timedelta(days=7) + timedelta(hours=1)).isoformat(" ")
CONVERSIONS = "select * from meta_conversions.conversions"
EVENTS = f"select * from meta_conversions.conversion_events where deadline_at > timestamp '{STILL_KEPT}'"


def tables_of(warehouse: DbtWarehouse) -> dict[str, list[str]]:
    """Both tables whole, as text, so that 1 and 1.0000 are two things."""
    return {sql: sorted(repr(sorted(row.items())) for row in warehouse.rows(sql)) for sql in (CONVERSIONS, EVENTS)}


@pytest.mark.parametrize(("engine", "seed"), ORDERS)
def test_whatever_the_order_of_arrival_the_tables_are_those_of_a_full_refresh(
    engine: str, seed: int, new_warehouse: Callable[..., DbtWarehouse]
) -> None:
    warehouse = new_warehouse(engine)
    loads = 3 if EVERYTHING else 2
    arrivals = Arrivals(seed, loads=loads)
    later = RUN if engine == "postgres" else RUN_ON_STANDING_VIEWS  # there no view outlives a load of its raw table
    for build in (BUILD, RUN, *[later] * (loads - 1)):  # one more than there are loads of new rows
        warehouse.load(arrivals.next())
        warehouse.dbt(*build)
    brought_up_to_date = tables_of(warehouse)
    warehouse.dbt(*RUN, "--full-refresh")
    assert tables_of(warehouse) == brought_up_to_date
    assert len(brought_up_to_date[CONVERSIONS]) > 100
    assert len(brought_up_to_date[EVENTS]) > 20


@pytest.fixture(scope="module")
def shop(new_warehouse: Callable[..., DbtWarehouse]) -> DbtWarehouse:
    """A shop whose tables are built, with one order of long ago."""
    warehouse = new_warehouse()
    warehouse.load(build_shop(orders=200, days=30, seed=5, now=datetime.now(UTC)))
    warehouse.change(
        "insert into raw.orders by name select * exclude (order_id, ordered_at), 'old' as order_id,"
        " ordered_at - interval 100 day as ordered_at from raw.orders where order_status = 'paid' and total > 0 limit 1"
    )
    warehouse.dbt(*BUILD)
    return warehouse


def changes(warehouse: DbtWarehouse) -> dict[str, int]:
    """How many versions of conversions the last run made and how many it let go."""
    rows = warehouse.rows(
        "select change, count(*) as rows from meta_conversions_intermediate.int_conversion_changes group by change"
    )
    return {row["change"]: row["rows"] for row in rows}


def versions(warehouse: DbtWarehouse) -> dict[str, str]:
    rows = warehouse.rows("select source_system || source_id as id, row_version from meta_conversions.conversions")
    return {row["id"]: row["row_version"] for row in rows}


def test_a_run_touches_what_has_changed_and_nothing_else(shop: DbtWarehouse) -> None:
    [customer] = shop.rows(
        "select customer_id, count(*) as orders from raw.orders"
        " where order_id <> 'old' and customer_id is not null group by 1 order by 2 desc, 1 limit 1"
    )
    customer_id = customer["customer_id"]
    before = versions(shop)
    shop.change(f"update raw.customers set email = 'moved@post.test.de' where customer_id = '{customer_id}'")
    shop.dbt(*RUN)
    after = versions(shop)
    touched = {key for key in after if after[key] != before[key]}
    theirs = shop.rows(
        "select count(*) as conversions from meta_conversions_intermediate.int_conversions_unioned "
        "where source_id <> 'old'"
        f" and customer_identity_id = 'customer:{customer_id}'"
    )
    assert len(touched) == theirs[0]["conversions"] >= customer["orders"] >= 1
    assert changes(shop) == {"new": len(touched), "gone": len(touched)}
    assert len(shop.rows("select * from meta_conversions_intermediate.int_identities")) == 1
    shop.dbt(*RUN_ON_STANDING_VIEWS)
    assert changes(shop) == {}
    assert shop.rows("select * from meta_conversions_intermediate.int_identities") == []


def test_before_the_lookback_only_a_full_refresh_looks(shop: DbtWarehouse) -> None:
    total = "select value from meta_conversions.conversions where order_id = 'old'"
    [before] = shop.rows(total)
    shop.change("update raw.orders set total = total + 1 where order_id = 'old'")
    shop.dbt(*RUN_ON_STANDING_VIEWS)
    assert shop.rows(total) == [before]
    shop.dbt(*RUN, "--full-refresh")
    assert shop.rows(total) == [{"value": before["value"] + 1}]


def test_a_var_that_changes_is_a_change_of_every_row_it_rules(shop: DbtWarehouse) -> None:
    refused = "source_id <> 'old' and ineligible_reason = 'no_consent'"
    consented = f"select count(*) as rows from meta_conversions.conversions where {refused}"
    [before] = shop.rows(consented)
    shop.dbt(*RUN, "--vars", "{meta_conversions_consent_required_for: []}")
    assert shop.rows(consented) == [{"rows": 0}]
    shop.dbt(*RUN)
    assert shop.rows(consented) == [before]
    assert before["rows"] > 0


def test_a_part_is_never_taken_for_the_whole(shop: DbtWarehouse) -> None:
    [before] = shop.rows("select count(*) as rows from meta_conversions.conversions")
    done = shop.try_dbt("run", "--full-refresh", "--select", "conversions")
    assert done.returncode != 0
    assert "dbt build --full-refresh --select +meta_conversions.marts.conversions" in done.stdout
    assert shop.rows("select count(*) as rows from meta_conversions.conversions") == [before]


def test_a_row_whose_time_moves_into_the_lookback_is_not_doubled(shop: DbtWarehouse) -> None:
    shop.change(f"update raw.orders set ordered_at = timestamp '{NOW}' - interval 3 day where order_id = 'old'")
    shop.dbt(*RUN_ON_STANDING_VIEWS)
    assert len(shop.rows("select * from meta_conversions.conversions where order_id = 'old'")) == 1


def test_an_event_leaves_seven_days_after_its_deadline(shop: DbtWarehouse) -> None:
    [event] = shop.rows(
        "select event_id from meta_conversions.conversion_events where action_source = 'website' limit 1"
    )
    its = f"where event_id = '{event['event_id']}'"
    shop.change(f"update meta_conversions.conversions set deadline_at = deadline_at - interval 30 day {its}")
    shop.dbt("run", "--select", "conversion_events")
    assert shop.rows(f"select * from meta_conversions.conversion_events {its}") == []


def test_a_run_that_broke_off_is_made_good_by_the_next(shop: DbtWarehouse) -> None:
    [before] = shop.rows("select count(*) as rows from meta_conversions.conversions")
    shop.change("delete from meta_conversions.conversions where source_system = 'stores'")
    shop.change("delete from meta_conversions_intermediate.int_known_identities where identity_id like 'customer:%'")
    shop.dbt(*RUN_ON_STANDING_VIEWS)
    assert shop.rows("select count(*) as rows from meta_conversions.conversions") == [before]
