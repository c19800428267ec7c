"""A build by loading time in Snowflake's SQL leaves what a sweep leaves: on the stand-in, which is not Snowflake."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
import sqlglot
from pydantic import SecretStr

from connector.settings import Settings
from tests.contract.snowflake.constructs import faults
from tests.support.added_kinds import LOAD_MARKS
from tests.support.built_warehouse import EVENTS, BuiltWarehouse
from tests.support.forms import EVERYTHING
from tests.support.snowflake_stand_in import SnowflakeStandIn

NOW = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
LONG_AGO, NEW_LOAD = NOW - timedelta(days=9), NOW - timedelta(hours=1)
RESTRICTED = "int_identities int_conversion_changes conversions conversion_events int_touched_conversions"

pytestmark = [
    pytest.mark.skipif(not EVERYTHING, reason="long: four builds on the stand-in"),
    pytest.mark.filterwarnings("ignore:Possible nested set:FutureWarning"),
]


@pytest.fixture(scope="module")
def shop(
    raw_shop: dict[str, pa.Table], snowflake_stand_in: SnowflakeStandIn, tmp_path_factory: pytest.TempPathFactory
) -> BuiltWarehouse:
    url = snowflake_stand_in.url(snowflake_stand_in.new_database())
    marks = pa.field("_loaded_at", pa.timestamp("us"))
    marked = {
        name: rows.append_column(marks, pa.array([LONG_AGO] * len(rows), marks.type)) for name, rows in raw_shop.items()
    }
    snowflake_stand_in.load(url, "raw", marked)
    warehouse = BuiltWarehouse(Settings(warehouse_url=SecretStr(url)), tmp_path_factory.mktemp("dbt"), LOAD_MARKS)
    warehouse.dbt("seed")
    warehouse.dbt("run", "--select", EVENTS)
    return warehouse


def conversions(warehouse: BuiltWarehouse) -> list[str]:
    rows = warehouse.rows("select source_system, source_id, row_version, em from meta_conversions.conversions")
    return sorted(repr(sorted(row.items())) for row in rows)


def reasons_to_sweep(warehouse: BuiltWarehouse) -> set[str | None]:
    return {row["sweep_reason"] for row in warehouse.rows("select * from meta_conversions_intermediate.int_loads")}


def compiled(warehouse: BuiltWarehouse) -> dict[str, str]:
    """The SQL of each model of the last build, by name."""
    told: dict[str, Any] = json.loads((warehouse.folder / "target" / "run_results.json").read_text())
    return {one["unique_id"].split(".")[-1]: one["compiled_code"] for one in told["results"]}


def wrong_for_snowflake(sql: str) -> set[str]:
    """Without the lambdas, which only the stand-in is told: it lacks Snowflake's functions on arrays."""
    return {one for one in faults(sqlglot.parse_one(sql, read="snowflake")) if not one.startswith("Lambda ")}


def test_what_was_loaded_is_found_in_sql_that_is_snowflakes(shop: BuiltWarehouse) -> None:
    before = conversions(shop)
    now = f"_loaded_at = cast('{NEW_LOAD}' as timestamp)"
    shop.change(
        f"update raw.customers set email = 'moved@post.test.de', {now}"
        " where customer_id in (select min(customer_id) from raw.orders)"
    )
    shop.change(
        f"update raw.orders set total = total + 1, {now} where order_id in (select max(order_id) from raw.orders)"
    )
    shop.change(f"update raw.app_events set value = '4.99', {now} where app_event_id = 'A5'")
    shop.dbt("run", "--select", EVENTS, artifacts=True)
    sql = compiled(shop)
    assert set(RESTRICTED.split()) <= set(sql)
    assert "int_touched_conversions" in sql["int_conversion_changes"]
    assert {name: found for name, one in sql.items() if (found := wrong_for_snowflake(one))} == {}
    assert reasons_to_sweep(shop) == {None}
    by_load = conversions(shop)
    assert len(set(by_load) - set(before)) >= 3
    shop.change("update meta_conversions_intermediate.int_loads set swept_at = null")
    shop.dbt("run", "--select", EVENTS)
    assert {row["sweep_reason"] for row in shop.rows("select * from meta_conversions_intermediate.int_loads")} == {
        "due"
    }
    assert conversions(shop) == by_load
