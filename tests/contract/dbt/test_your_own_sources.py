"""The sources that the docs add to the project are added here, from the docs' own text, and built."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connector import app
from tests.contract.dbt.conftest import PROJECT, DbtWarehouse
from tests.contract.dbt.raw_shop import write_raw_shop

GUIDE = PROJECT.parent / "docs" / "your-own-sources.md"
FILE = re.compile(r"`(models/[\w/]+\.(?:sql|yml))`[^\n]*\n(?:[^\n]+\n)*\n```\w+\n(.*?)```", re.DOTALL)
NOW = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
CALLED_AT = NOW - timedelta(hours=2)
RAW = f"""
create table raw.phone_orders as select * from (values
    ('K1', timestamp '{CALLED_AT}', 'caller@post.test.de', '0151 12345678', 'Ada', null, null, 'DE', 12.50, 'eur'),
    ('K2', timestamp '{CALLED_AT}', null, null, null, null, null, null, 7, 'EUR')
) as calls (call_id, called_at, email, phone, first_name, last_name, postal_code, country, amount, currency);
create table raw.app_events as select * from (values
    ('A1', 'install-1', 'Purchase', timestamp '{CALLED_AT}', 'android', '14', 'Pixel "8"', true,
        'ad-id-1', 'C1', 3.99, 'EUR'),
    ('A2', 'install-2', 'LevelReached', timestamp '{CALLED_AT}', 'ios', '17.4', null, false,
        '00000000-0000-0000-0000-000000000000', null, null, null),
    ('A3', 'install-3', 'LevelReached', timestamp '{CALLED_AT}', 'ios', null, null, true, 'ad-id-3', null, null, null)
) as events (app_event_id, installed_app_id, event_name, occurred_at, platform, os_version, device_model,
    tracking_allowed, advertising_id, customer_id, amount, currency)
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with every file that the guide spells out, and its names in the lists."""
    copy = tmp_path_factory.mktemp("project") / "dbt_project"
    shutil.copytree(PROJECT, copy, ignore=shutil.ignore_patterns("target", "logs"))
    files = FILE.findall(GUIDE.read_text())
    assert len(files) == 10
    for name, text in files:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_text(text)
    settings = (copy / "dbt_project.yml").read_text()
    settings = settings.replace("lead_stages, store_sales]", "lead_stages, store_sales, phone_orders, app_events]")
    settings = settings.replace("store_sales, suppressions]", "store_sales, suppressions, phone_orders]")
    (copy / "dbt_project.yml").write_text(settings)
    return copy


@pytest.fixture(scope="module")
def built(project: Path, new_warehouse: Callable[..., DbtWarehouse]) -> DbtWarehouse:
    """The demo's raw tables and those of the guide, the whole project built and tested."""
    warehouse = new_warehouse(project=project)
    write_raw_shop(warehouse.folder / "shop.duckdb", now=NOW)
    for statement in RAW.split(";"):
        warehouse.change(statement)
    app.initialise(warehouse.settings)
    warehouse.dbt("build", "--exclude-resource-type", "unit_test")
    return warehouse


def payload(warehouse: DbtWarehouse, event_id: str) -> dict[str, Any]:
    [row] = warehouse.rows(f"select payload from meta_conversions.conversion_events where event_id = '{event_id}'")
    whole: dict[str, Any] = json.loads(row["payload"])
    return whole


def reason(warehouse: DbtWarehouse, event_id: str) -> str | None:
    [row] = warehouse.rows(f"select ineligible_reason from meta_conversions.conversions where event_id = '{event_id}'")
    found: str | None = row["ineligible_reason"]
    return found


def test_an_order_taken_on_the_phone_becomes_an_event(built: DbtWarehouse) -> None:
    told = payload(built, "call:K1")
    assert told["action_source"] == "phone_call"
    assert told["custom_data"] == {"value": 12.5, "currency": "EUR", "order_id": "K1"}
    assert set(told["user_data"]) == {"em", "ph", "fn", "country"}


def test_a_caller_of_whom_nothing_is_known_has_no_identifier(built: DbtWarehouse) -> None:
    assert reason(built, "call:K2") == "no_identifier"


def test_an_app_event_tells_its_device_in_sixteen_places(built: DbtWarehouse) -> None:
    told = payload(built, "A1")
    assert told["action_source"] == "app"
    assert told["app_data"]["advertiser_tracking_enabled"] == 1
    assert told["app_data"]["extinfo"] == ["a2", "", "", "", "14", 'Pixel "8"', *[""] * 10]
    assert told["user_data"]["madid"] == "ad-id-1"
    assert told["user_data"]["anon_id"] == "install-1"
    assert "em" in told["user_data"]


def test_a_withheld_advertising_id_is_not_told(built: DbtWarehouse) -> None:
    told = payload(built, "A2")
    assert told["event_name"] == "LevelReached"
    assert told["app_data"]["advertiser_tracking_enabled"] == 0
    assert told["user_data"] == {"anon_id": "install-2"}


def test_an_app_event_without_its_os_version_is_kept_back(built: DbtWarehouse) -> None:
    assert reason(built, "A3") == "missing_app_data"


def test_the_new_sources_are_counted_in_the_waterfall(built: DbtWarehouse) -> None:
    told = {
        row["stage"]: (row["events"], row["amount"])
        for row in built.rows(
            "select stage, sum(events) as events, sum(value) as amount "
            "from meta_conversions.revenue_waterfall group by stage"
        )
    }
    counted = built.rows("select sum(events) as events from meta_conversions_intermediate.int_warehouse_revenue")
    assert "unexplained" not in told
    assert told["warehouse_revenue"][0] == counted[0]["events"]
    everything = built.rows("select count(*) as events from meta_conversions.conversions")
    assert told["warehouse_revenue"][0] == everything[0]["events"]


def test_a_column_that_nobody_knows_is_named(built: DbtWarehouse, project: Path) -> None:
    model = project / "models/intermediate/revenue/int_revenue_app_events.sql"
    right = model.read_text()
    try:
        model.write_text(right.replace("amount='amount'", "amount='amount', colour='red'"))
        done = built.try_dbt("compile", "--select", "int_revenue_app_events")
    finally:
        model.write_text(right)
    assert done.returncode != 0
    known = "source_id, event_time, event_name, currency, amount"
    assert f"revenue_columns knows no column colour; it knows {known}" in done.stdout
