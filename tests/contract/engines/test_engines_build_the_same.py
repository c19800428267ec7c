"""The whole dbt project on each engine: the same raw shop gives the same rows, and the same payloads to the byte."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from connector import app
from examples.shop.loading import load_raw
from tests.support.built_warehouse import BuiltWarehouse
from tests.support.snowflake_stand_in import NOT_RUN

# Two builds read the clock one after the other: what leaves conversion_events in between is left out.
STILL_KEPT = (datetime.now(UTC).replace(tzinfo=None) - timedelta(days=7) + timedelta(hours=1)).isoformat(" ")
CONVERSIONS = "select * from meta_conversions.conversions"
EVENTS = f"select * from meta_conversions.conversion_events where deadline_at > timestamp '{STILL_KEPT}'"


def in_order(rows: list[dict[str, Any]]) -> list[str]:
    """Rows as text, so that 1 and 1.0000 are two things; keys in order."""
    return sorted(repr(sorted(row.items())) for row in rows)


@pytest.mark.parametrize("relation", [CONVERSIONS, EVENTS], ids=["conversions", "conversion_events"])
def test_every_row_is_the_same(relation: str, on_duckdb: BuiltWarehouse, on_postgres: BuiltWarehouse) -> None:
    rows = in_order(on_postgres.rows(relation))
    assert len(rows) > 200
    assert rows == in_order(on_duckdb.rows(relation))


def test_every_payload_is_the_same_json(on_duckdb: BuiltWarehouse, on_postgres: BuiltWarehouse) -> None:
    found = [
        {(row["event_name"], row["event_id"]): json.loads(row["payload"]) for row in warehouse.rows(EVENTS)}
        for warehouse in (on_duckdb, on_postgres)
    ]
    assert found[0] == found[1]


def test_apps_chats_and_subscriptions_are_told_or_kept_back(on_duckdb: BuiltWarehouse) -> None:
    added = "source_system in ('app', 'messaging', 'subscriptions')"
    found = {row["source_id"]: row["ineligible_reason"] for row in on_duckdb.rows(f"{CONVERSIONS} where {added}")}
    assert found == dict.fromkeys(("A1", "A2", "A4", "A5", "M1", "M5", "S1", "S2")) | {
        "A3": "missing_app_data",
        "M2": "unknown_messaging_event",
        "M3": "missing_messaging_id",
        "M4": "missing_messaging_id",
        "S3": "not_paid",
    }
    [payload] = on_duckdb.rows("select payload from meta_conversions.conversion_events where event_id = 'A5'")
    told = json.loads(payload["payload"])
    assert told["user_data"]["fb_login_id"] == 1234567890123456789
    assert told["app_data"]["vendor_id"] == "v-1"


MOMENTS = ("event_time", "pixel_event_time", "deadline_at", "updated_at")


def as_told(rows: list[dict[str, Any]]) -> list[str]:
    """Rows in order without row_version, which is a hash of how each engine writes times and numbers; times as text."""
    times = [
        {name: str(datetime.fromisoformat(str(row[name]))) for name in MOMENTS if row.get(name) is not None}
        for row in rows
    ]
    told = [row | time for row, time in zip(rows, times, strict=True)]
    return in_order([{name: value for name, value in row.items() if name != "row_version"} for row in told])


@pytest.mark.parametrize("relation", ["conversions", "conversion_events"])
def test_the_stand_in_for_snowflake_has_every_row_and_payload_to_the_byte(
    relation: str, on_duckdb: BuiltWarehouse, on_snowflake: BuiltWarehouse, tell: Callable[[str, str], None]
) -> None:
    """Its Arrow tells 1970 for a time that is null, so that times are asked for as text."""
    kept = f"where deadline_at > cast('{STILL_KEPT}' as timestamp)" if relation == "conversion_events" else ""
    rows = on_duckdb.rows(f"select * from meta_conversions.{relation} {kept}")
    asked = [f"cast({name} as varchar) as {name}" if name in MOMENTS else name for name in rows[0]]
    found = on_snowflake.rows(f"select {', '.join(asked)} from meta_conversions.{relation} {kept}")
    assert len(found) > 200
    assert as_told(found) == as_told(rows)
    tell("Snowflake: nothing has run there", f"{len(found)} rows of {relation} agree with DuckDB's on fakesnow")
    for what, why in NOT_RUN.items():
        tell("Snowflake: nothing has run there", f"not run on fakesnow, or in another way: {what}: {why}")


def test_raw_tables_are_loaded_again_under_the_views_and_built_again(
    on_postgres: BuiltWarehouse, raw_shop: dict[str, pa.Table]
) -> None:
    before = in_order(on_postgres.rows(CONVERSIONS))
    load_raw(on_postgres.settings, raw_shop, replace=True)
    assert (
        len(on_postgres.rows("select * from meta_conversions_staging.stg_shop__orders")) == raw_shop["orders"].num_rows
    )
    on_postgres.dbt("run")
    assert in_order(on_postgres.rows(CONVERSIONS)) == before


def test_what_postgres_sends_is_explained_to_the_cent(on_postgres: BuiltWarehouse) -> None:
    owed = len(on_postgres.rows(f"{EVENTS} and deadline_at > timezone('utc', now()) + interval '1 hour'"))
    told = app.sync(on_postgres.settings)
    assert told.is_proven
    reconciliation = "tag:meta_conversions_reconciliation"
    on_postgres.dbt("build", "--select", reconciliation, "--exclude-resource-type", "unit_test")
    stages = {
        row["stage"]: row["events"]
        for row in on_postgres.rows(
            "select stage, sum(events) as events from meta_conversions.revenue_waterfall group by stage"
        )
    }
    assert stages["accepted"] >= owed > 100
    assert "unexplained" not in stages
    assert app.prove(on_postgres.settings)
