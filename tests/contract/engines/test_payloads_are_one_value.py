"""The payload of one event is the same JSON value from each warehouse, and the one that its row says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from connector.settings import Settings
from connector.warehouse.dialects import dialect_of, parse_url
from tests.support.built_warehouse import BuiltWarehouse
from tests.support.snowflake_stand_in import SnowflakeStandIn

ENGINES = ("duckdb", "postgres", "snowflake")
"""For Snowflake stands a server that speaks its protocol."""

TYPES = {
    "value": "decimal(18, 4)",
    "net_revenue": "decimal(18, 4)",
    "predicted_ltv": "decimal(18, 4)",
    "num_items": "integer",
    "opt_out": "boolean",
    "is_eligible": "boolean",
    "data_processing_options_country": "integer",
    "data_processing_options_state": "integer",
    "event_time": "timestamp",
    "deadline_at": "timestamp",
}
TEXTS = """
    dataset_id event_name event_id action_source event_source_url referrer_url order_id item_number currency
    content_type contents lead_event_source app_data em ph fn ln db ge ct st zp country external_id client_ip_address
    client_user_agent fbc fbp lead_id madid anon_id data_processing_options row_version
    content_ids custom_properties store_data original_event_data fb_login_id
"""
OF_PEOPLE = """
    subscription_id page_id page_scoped_user_id whatsapp_business_account_id ctwa_clid ig_account_id ig_sid
"""
OF_THINGS = "content_name content_category search_string status delivery_category customer_segmentation"
LATER = datetime.fromisoformat("2999-01-01T00:00:00")
MOMENT = datetime.fromisoformat("2026-03-01T12:00:00")
ODD_TEXTS = (
    'a "quoted" \\ back\\slash / slash',
    "line\nbreak\ttab\rreturn\x01\x1f\x7f",
    "Ünïcode 정 ✓ 🜁 \u2028 \u00a0 e\u0301 \ufeff",
    "</script> & ' -- ; $$ %s :name {{ }}",
    "null",
    "0",
    " ",
)
NUMBERS = ("0", "0.1", "0.0001", "10", "100.10", "1234567.8900", "99999999999999.9999")
TIMES = (
    datetime.fromisoformat("1970-01-01T00:00:00"),
    datetime.fromisoformat("2026-03-29T01:59:59.999999"),
    datetime.fromisoformat("2026-12-31T23:59:59"),
    datetime.fromisoformat("2038-01-19T03:14:08"),
)

Row = dict[str, Any]


def conversions() -> list[Row]:
    """Rows of `conversions`, each odd in one way."""
    good: Row = {"event_name": "Purchase", "action_source": "other", "event_time": MOMENT, "em": "aa"}
    rows = [good | {"event_name": odd, "client_user_agent": odd, "order_id": odd} for odd in ODD_TEXTS]
    rows += [good | {"value": number, "net_revenue": number, "predicted_ltv": number} for number in NUMBERS]
    rows += [good | {"event_time": moment} for moment in TIMES]
    rows += [good | {"opt_out": flag} for flag in (True, False, None)]
    rows += [
        good | {"em": '["aa","bb"]', "ph": '["cc"]', "lead_id": "98765432109876543"},
        good | {"contents": '[{"id":"정 \\"1\\"","quantity":2,"item_price":0.5}]', "num_items": 3},
        good | {"event_name": "InitiateCheckout", "num_items": 2147483647},
        good
        | {"data_processing_options": '["LDU"]', "data_processing_options_country": 1}
        | {"data_processing_options_state": 1000},
        good | {"action_source": "app", "app_data": '{"extinfo":["a2",""]}', "madid": "m", "anon_id": "n"},
        good
        | {name: f'{name} "quoted"' for name in (OF_PEOPLE + OF_THINGS).split()}
        | {"messaging_channel": "whatsapp"},
        good | {"content_ids": '["A","정"]', "store_data": '{"store_code":"B1"}', "fb_login_id": "98765432109876543"},
        good | {"original_event_data": '{"event_name":"Lead","event_time":1700000000}'},
        good | {"custom_properties": '{"tier":"gold \\"1\\"","points":12}'},
        good | {"custom_properties": '{"tier":"gold"}', "value": "1"},
    ]
    return [
        row | {"event_id": f"E{place:02}", "row_version": f"V{place}", "is_eligible": True, "deadline_at": LATER}
        for place, row in enumerate(rows)
    ]


def expected(row: Row) -> Row:
    """The event of a row as Meta's documentation has it, written independently."""
    lists = [key for key in ("em", "ph") if key in row]
    user = {key: json.loads(row[key]) if row[key].startswith("[") else row[key] for key in lists}
    user |= {key: row[key] for key in ("client_user_agent", "madid", "anon_id") if key in row}
    user |= {key: int(row[key]) for key in ("lead_id", "fb_login_id") if key in row}
    user |= {key: row[key] for key in OF_PEOPLE.split() if key in row}
    custom: Row = {key: row[key] for key in ("order_id",) if key in row}
    custom |= {key: float(row[key]) for key in ("value", "net_revenue") if key in row}
    if float(row.get("predicted_ltv", 0)) > 0:
        custom["predicted_ltv"] = float(row["predicted_ltv"])
    custom |= {key: json.loads(row[key]) for key in ("contents", "content_ids", "store_data") if key in row}
    custom |= {key: row[key] for key in OF_THINGS.split() if key in row}
    custom |= json.loads(row.get("custom_properties", "{}"))
    if row["event_name"] == "InitiateCheckout":
        custom["num_items"] = row["num_items"]
    event: Row = {key: row[key] for key in ("event_name", "event_id", "action_source")}
    event["event_time"] = (row["event_time"] - datetime.fromisoformat("1970-01-01T00:00:00")) // timedelta(seconds=1)
    event["user_data"] = user
    if custom:
        event["custom_data"] = custom
    if row.get("opt_out") is not None:
        event["opt_out"] = row["opt_out"]
    if "data_processing_options" in row:
        event["data_processing_options"] = json.loads(row["data_processing_options"])
    event |= {key: row[key] for key in row if key.startswith("data_processing_options_")}
    event |= {key: json.loads(row[key]) for key in ("app_data", "original_event_data") if key in row}
    event |= {key: row[key] for key in ("messaging_channel",) if key in row}
    return event


@pytest.fixture(scope="module")
def payloads(
    new_database: Callable[[], str], snowflake_stand_in: SnowflakeStandIn, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, tuple[str, str]]]:
    """By engine and event_id: payload and payload_hash."""
    folder = tmp_path_factory.mktemp("payloads")
    urls = {"duckdb": f"duckdb:///{folder / 'odd.duckdb'}", "postgres": new_database()}
    urls["snowflake"] = snowflake_stand_in.url(snowflake_stand_in.new_database())
    return {engine: built(url, folder / engine) for engine, url in urls.items()}


def built(url: str, folder: Path) -> dict[str, tuple[str, str]]:
    texts = f"{TEXTS} {OF_PEOPLE} {OF_THINGS} messaging_channel".split()
    columns = dict.fromkeys(texts, "varchar") | TYPES
    parsed = parse_url(SecretStr(url))
    engine = dialect_of(parsed).open(parsed, lock_wait_s=5, create=True)
    try:
        with engine.begin() as connection:
            connection.execute(text("create schema if not exists meta_conversions"))
            shape = ", ".join(f"{name} {kind}" for name, kind in columns.items())
            connection.execute(text(f"create table meta_conversions.conversions ({shape})"))
            for row in conversions():
                values = ", ".join(f"cast(:{name} as {columns[name]})" for name in row)
                connection.execute(
                    text(f"insert into meta_conversions.conversions ({', '.join(row)}) values ({values})"), row
                )
    finally:
        engine.dispose()
    warehouse = BuiltWarehouse(Settings(warehouse_url=SecretStr(url)), folder)
    warehouse.dbt("run", "--select", "conversion_events")
    return {
        row["event_id"]: (row["payload"], row["payload_hash"])
        for row in warehouse.rows("select event_id, payload, payload_hash from meta_conversions.conversion_events")
    }


@pytest.mark.parametrize("engine", ENGINES)
def test_the_payload_is_the_json_value_that_the_row_says(
    engine: str, payloads: dict[str, dict[str, tuple[str, str]]]
) -> None:
    found = {event_id: json.loads(payload) for event_id, (payload, _) in payloads[engine].items()}
    assert found == {row["event_id"]: expected(row) for row in conversions()}


def test_all_engines_write_it_alike_to_the_byte(payloads: dict[str, dict[str, tuple[str, str]]]) -> None:
    """But for control characters: one writes \\u001F, the other \\u001f."""
    on_duckdb, on_postgres, on_snowflake = (
        {key: told for key, told in payloads[engine].items() if "\\u001" not in told[0]} for engine in ENGINES
    )
    assert len(on_duckdb) == len(conversions()) - 1
    assert on_duckdb == on_postgres == on_snowflake
    for payload, payload_hash in on_duckdb.values():
        assert hashlib.sha256(payload.encode()).hexdigest() == payload_hash
