"""A project of somebody else's installs ours, adds the sources of the docs, is built, sent and built again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from connector import app
from connector.model.checks import Mark
from connector.sandbox.server import RunningSandbox
from tests.contract.dbt.conftest import DbtWarehouse
from tests.contract.dbt.foreign_project import (
    MARTS,
    SCHEMA,
    files_of_the_guide,
    variables_of_the_guide,
    write_foreign_project,
)
from tests.contract.dbt.raw_shop import raw_tables
from tests.support.forms import EVERYTHING

REFUNDS_FILE = "models/intermediate/revenue/int_refunds_phone_orders.sql"
REFUNDS = """
{{ config(tags=['meta_conversions_reconciliation']) }}
select {{ meta_conversions.refund_columns(
    refund_id='refund_id', order_id='call_id', refunded_at='refunded_at', amount='amount', currency='currency',
) }}
from raw.phone_refunds
"""
CONVERSIONS_FILE = "models/intermediate/conversions/int_conversions_phone_orders.sql"
CONTENTS = r"""contents="'[{\"id\": \"SKU-1\", \"quantity\": null}, {\"id\": \" \"}]'",
            order_id='call_id',"""
"""Of which Meta takes the first item."""
MODELS_OF_RAW = {
    "models/raw/customers_cleaned.sql": "select * from raw.customers",
    "models/raw/raw_customers.sql": "select * from {{ ref('customers_cleaned') }}",
}
"""A kind of raw table that is made by models of theirs, one after another."""
NOW = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
CALLED_AT = NOW - timedelta(hours=2)
RAW = f"""
create table raw.phone_refunds as select * from (values
    ('R-K1', 'K1', timestamp '{NOW}', 2.5, 'EUR')
) as refunds (refund_id, call_id, refunded_at, amount, currency);
create table raw.phone_orders as select * from (values
    ('K1 ', timestamp '{CALLED_AT}', 'caller@post.test.de', '0151 12345678', 'Ada', null, null, 'DE', 12.50, 'eur'),
    ('K2', timestamp '{CALLED_AT}', null, null, null, null, null, null, 7, 'EUR'),
    ('K3', timestamp '{CALLED_AT - timedelta(hours=3)}', 'early@post.test.de', null, null, null, null, null, 9, 'EUR')
) as calls (call_id, called_at, email, phone, first_name, last_name, postal_code, country, amount, currency);
insert into raw.phone_refunds values ('R-M2', 'M-order', timestamp '{NOW}', 1.5, 'EUR');
create table raw.app_events as select * from (values
    ('A1', 'install-1', 'Purchase', timestamp '{CALLED_AT}', 'Android\r', '14', 'Pixel "8"', 'yes',
        'ad-id-1', 'C1', 3.99, 'EUR'),
    ('A2', 'install-2', 'LevelReached', timestamp '{CALLED_AT}', 'iOS', '17.4', null, 'denied',
        '00000000-0000-0000-0000-000000000000', null, null, null),
    ('A3', 'install-3', 'LevelReached', timestamp '{CALLED_AT}', 'ios', null, null, 'yes', 'ad-id-3', null, null, null),
    ('A4', 'install-4', 'LevelReached', timestamp '{CALLED_AT}', 'ios', '17', null, 'perhaps', null, null, null, null)
) as events (app_event_id, installed_app_id, event_name, occurred_at, platform, os_version, device_model,
    advertiser_tracking, advertising_id, customer_id, value, currency);
alter table raw.app_events add column event_id varchar;
update raw.app_events set event_id = ' ';
create table raw.messaging_events as select * from (values
    ('M1', 'WhatsApp', 'LeadSubmitted', timestamp '{CALLED_AT}', null, '42', 'clid-1', null, null,
        '0151 12345678', null),
    ('M2', 'messenger', 'Purchase', timestamp '{CALLED_AT}', '7', null, null, 'ps-1', 'M-order', null, 5.0),
    ('M3', 'instagram', 'Purchase', timestamp '{CALLED_AT}', '7', null, null, 'ps-1', null, null, 5.0),
    ('M4', 'whatsapp', 'Lead', timestamp '{CALLED_AT}', null, '42', 'clid-1', null, null, null, null)
) as events (messaging_event_id, messaging_channel, event_name, occurred_at, page_id, whatsapp_business_account_id,
    ctwa_clid, page_scoped_user_id, order_id, phone, value);
alter table raw.messaging_events add column currency varchar;
alter table raw.messaging_events add column country varchar;
update raw.messaging_events set currency = 'EUR', country = 'DE';
create table raw.subscription_events as select * from (values
    ('S1', 'sub-1', 'C1', 'S-granted', 'Subscribe', timestamp '{CALLED_AT}', 9.99, 120, ' ', null),
    ('S2', 'sub-1', 'C1', null, 'SubscriptionRenewed', timestamp '{CALLED_AT}', 9.99, null, 'paid',
        '{{"event_name": "Subscribe", "event_id": "S1"}}'),
    ('S3', 'sub-1', 'C1', null, 'SubscriptionRenewed', timestamp '{CALLED_AT}', 9.99, null, 'failed', null)
) as events (subscription_event_id, subscription_id, customer_id, session_id, event_name, occurred_at, value,
    predicted_ltv, payment_status, original_event_data);
alter table raw.subscription_events add column currency varchar;
update raw.subscription_events set currency = 'EUR'
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of its own with every file that the guide spells out, the guide's vars, and a source of refunds."""
    files = files_of_the_guide()
    assert len(files) == 6
    variables = variables_of_the_guide()
    variables["meta_conversions_conversion_sources"] += ["app_events", "messaging_events", "subscription_events"]
    variables["meta_conversions_people_sources"].append("messaging_events")
    variables["meta_conversions_refund_sources"] = ["shop", "phone_orders"]
    variables["meta_conversions_models"] = {"customers": "raw_customers"}
    variables["meta_conversions_source_starts"] = {"callcenter": f"{NOW - timedelta(hours=4)}"}
    files[CONVERSIONS_FILE] = files[CONVERSIONS_FILE].replace("order_id='call_id',", CONTENTS)
    folder = tmp_path_factory.mktemp("project")
    return write_foreign_project(folder, files=files | {REFUNDS_FILE: REFUNDS} | MODELS_OF_RAW, variables=variables)


@pytest.fixture(scope="module", params=["duckdb", "postgres"] if EVERYTHING else ["duckdb"])
def built(
    request: pytest.FixtureRequest, project: Path, new_warehouse: Callable[..., DbtWarehouse]
) -> Iterator[DbtWarehouse]:
    """The demo's raw tables and those of the guide, the whole of both projects built and tested."""
    with RunningSandbox() as sandbox:
        warehouse = new_warehouse(request.param, project)
        settings = warehouse.settings.model_copy(
            update={
                "events_relation": f"{MARTS}.conversion_events",
                "meta_base_url": sandbox.base_url,
                "meta_dataset_id": "1234567890",
                "meta_access_token": SecretStr("token-of-a-test"),
            }
        )
        warehouse = replace(warehouse, settings=settings)
        warehouse.load(raw_tables(now=NOW))
        for statement in RAW.split(";"):
            warehouse.change(statement)
        app.initialise(settings)
        warehouse.dbt("build", "--exclude-resource-type", "unit_test")
        yield warehouse


def payload(warehouse: DbtWarehouse, event_id: str) -> dict[str, Any]:
    [row] = warehouse.rows(f"select payload from {MARTS}.conversion_events where event_id = '{event_id}'")
    whole: dict[str, Any] = json.loads(row["payload"])
    return whole


def reason(warehouse: DbtWarehouse, event_id: str) -> str | None:
    [row] = warehouse.rows(f"select ineligible_reason from {MARTS}.conversions where event_id = '{event_id}'")
    found: str | None = row["ineligible_reason"]
    return found


def test_an_order_taken_on_the_phone_becomes_an_event(built: DbtWarehouse) -> None:
    told = payload(built, "call:K1")
    assert told["action_source"] == "phone_call"
    assert told["custom_data"] == {"value": 12.5, "currency": "EUR", "order_id": "K1", "contents": [{"id": "SKU-1"}]}
    assert set(told["user_data"]) == {"em", "ph", "fn", "country"}


def test_what_meta_does_not_take_of_the_contents_of_a_source_is_left_out_with_a_code(built: DbtWarehouse) -> None:
    [row] = built.rows(f"select dropped_identifiers from {MARTS}.conversions where event_id = 'call:K1'")
    assert row["dropped_identifiers"] == "contents_invalid"


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
    assert payload(built, "A4")["app_data"]["advertiser_tracking_enabled"] == 0


def test_an_app_event_without_its_os_version_is_kept_back(built: DbtWarehouse) -> None:
    assert reason(built, "A3") == "missing_app_data"


def test_a_chat_tells_its_channel_and_both_of_its_ids(built: DbtWarehouse) -> None:
    told = payload(built, "M1")
    assert (told["action_source"], told["messaging_channel"]) == ("business_messaging", "whatsapp")
    assert told["user_data"] | {"whatsapp_business_account_id": "42", "ctwa_clid": "clid-1"} == told["user_data"]
    assert {"ph", "country"} <= set(told["user_data"])
    told = payload(built, "M2")
    assert (told["messaging_channel"], told["custom_data"]["value"]) == ("messenger", 5)
    assert told["user_data"] | {"page_id": "7", "page_scoped_user_id": "ps-1"} == told["user_data"]


def test_a_chat_without_its_ids_or_of_another_name_is_kept_back(built: DbtWarehouse) -> None:
    assert (reason(built, "M3"), reason(built, "M4")) == ("missing_messaging_id", "unknown_messaging_event")


def test_a_subscription_begins_in_its_session_and_is_renewed_by_itself(built: DbtWarehouse) -> None:
    begun, renewed = payload(built, "S1"), payload(built, "S2")
    assert (begun["action_source"], renewed["action_source"]) == ("website", "system_generated")
    assert begun["user_data"]["subscription_id"] == renewed["user_data"]["subscription_id"] == "sub-1"
    assert begun["custom_data"] == {"value": 9.99, "currency": "EUR", "predicted_ltv": 120}
    assert "client_user_agent" in begun["user_data"]
    assert renewed["original_event_data"] == {"event_name": "Subscribe", "event_id": "S1"}
    assert reason(built, "S3") == "not_paid"


def test_the_new_sources_are_counted_in_the_waterfall(built: DbtWarehouse) -> None:
    told = {
        row["stage"]: (row["events"], row["amount"])
        for row in built.rows(
            f"select stage, sum(events) as events, sum(value) as amount from {MARTS}.revenue_waterfall group by stage"
        )
    }
    counted = built.rows(f"select sum(events) as events from {MARTS}_intermediate.int_warehouse_revenue")
    assert "unexplained" not in told
    assert told["warehouse_revenue"][0] == counted[0]["events"]
    everything = built.rows(f"select count(*) as events from {MARTS}.conversions")
    assert told["warehouse_revenue"][0] == everything[0]["events"]


def test_a_column_that_nobody_knows_is_named(built: DbtWarehouse, project: Path) -> None:
    model = project / "models/intermediate/revenue/int_revenue_phone_orders.sql"
    right = model.read_text()
    try:
        model.write_text(right.replace("amount='amount'", "amount='amount', colour='red'"))
        done = built.try_dbt("compile", "--select", "int_revenue_phone_orders")
    finally:
        model.write_text(right)
    assert done.returncode != 0
    known = "source_id, event_time, event_name, currency, amount"
    assert f"revenue_columns knows no column colour; it knows {known}" in done.stdout


def test_a_source_has_a_start_of_its_own(built: DbtWarehouse) -> None:
    assert reason(built, "call:K3") == "before_start"


def test_a_refund_of_ones_own_is_netted_against_its_order(built: DbtWarehouse) -> None:
    refunds = f"select * from {MARTS}_intermediate.int_refunds where refund_source = 'phone_orders' order by amount"
    found = [(row["event_id"], row["is_of_known_order"], row["amount"]) for row in built.rows(refunds)]
    assert found == [("M2", True, Decimal("1.5")), ("call:K1", True, Decimal("2.5"))]


def test_all_of_ours_stands_in_schemas_named_after_the_target(built: DbtWarehouse) -> None:
    schemas = built.rows("select distinct table_schema as named from information_schema.tables")
    ours = {MARTS, f"{MARTS}_staging", f"{MARTS}_intermediate", f"{MARTS}_reference", "meta_conversions_ledger"}
    found = {row["named"] for row in schemas} - {"information_schema", "pg_catalog"}
    assert found == ours | {SCHEMA, "raw"}


def test_what_is_ours_stays_so_where_dbt_persists_descriptions(built: DbtWarehouse) -> None:
    [check] = [check for check in app.doctor(built.settings) if check.name == "name conflicts"]
    assert check.mark is Mark.OK, check.words


def test_models_of_the_same_name_are_theirs_after_every_build(built: DbtWarehouse) -> None:
    """The second build is an incremental one: it deletes by the versions of our table, not of theirs."""
    assert app.sync(built.settings).is_proven
    sent = built.rows(f"select event_id, row_version from {MARTS}.conversion_events")
    built.change("update raw.phone_orders set amount = 13 where call_id = 'K1 '")
    built.dbt("run")
    assert payload(built, "call:K1")["custom_data"]["value"] == 13
    kept = built.rows(f"select event_id, row_version from {MARTS}.conversion_events")
    assert {row["event_id"] for row in kept} == {row["event_id"] for row in sent}
    assert [row["event_id"] for row in kept if row not in sent] == ["call:K1"]
    for name in ("conversions", "alarms", "country_names"):
        assert [row["whose"] for row in built.rows(f"select * from {SCHEMA}.{name}")] == ["theirs"]


@pytest.fixture(scope="module")
def unbuilt(project: Path, new_warehouse: Callable[..., DbtWarehouse]) -> DbtWarehouse:
    """A warehouse of nothing: what stops dbt before it asks an engine."""
    return new_warehouse("duckdb", project)


def test_a_var_of_our_prefix_that_is_none_is_named_with_the_nearest(unbuilt: DbtWarehouse) -> None:
    done = unbuilt.try_dbt("parse", "--vars", "{meta_conversions_star_at: '2026-01-01 00:00:00', star_at: 1}")
    assert done.returncode != 0
    assert "no var meta_conversions_star_at; the nearest is meta_conversions_start_at" in done.stdout


def test_a_rule_of_theirs_for_schemas_holds_for_all_of_ours(unbuilt: DbtWarehouse) -> None:
    listed = ("ls", "--resource-types", "model", "seed", "--output", "json", "--output-keys", "schema")
    told = unbuilt.dbt(*listed, "--vars", "{schema_prefix: ana_}")
    ours = (MARTS, f"{MARTS}_staging", f"{MARTS}_intermediate", f"{MARTS}_reference")
    assert {json.loads(line)["schema"] for line in told.splitlines()} == {f"ana_{name}" for name in (SCHEMA, *ours)}


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        (
            "{meta_conversions_tables: {orders: rwa.orders}}",
            "no table rwa.orders, which is to hold the orders. There is no schema rwa either",
        ),
        ("{meta_conversions_absent_kinds: [order]}", "no kind of raw table order; the nearest is orders"),
    ],
)
def test_a_declared_table_that_is_missing_and_a_kind_that_is_none_are_named(
    unbuilt: DbtWarehouse, variables: str, told: str
) -> None:
    done = unbuilt.try_dbt("run", "--select", "stg_shop__orders", "--vars", variables)
    assert done.returncode != 0
    assert told in " ".join(done.stdout.split())
