"""From raw tables to the delivery contract, by real dbt builds on a DuckDB file."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.contract.dbt.conftest import PROJECT, DbtWarehouse
from tests.support.warm_dbt import run_dbt

MONEY = "DECIMAL(18,4)"
CONVERSION_EVENTS = {
    "dataset_id": "VARCHAR",
    "event_name": "VARCHAR",
    "event_id": "VARCHAR",
    "event_time": "TIMESTAMP",
    "action_source": "VARCHAR",
    "value": MONEY,
    "currency": "VARCHAR",
    "deadline_at": "TIMESTAMP",
    "payload": "VARCHAR",
    "payload_hash": "VARCHAR",
    "row_version": "VARCHAR",
}
CONVERSIONS = """
    dataset_id event_name event_id event_time action_source event_source_url referrer_url order_id item_number
    value currency net_revenue predicted_ltv num_items content_type content_ids contents content_name content_category
    search_string status delivery_category customer_segmentation custom_properties store_data original_event_data
    lead_event_source app_data em ph fn ln db ge ct st zp country external_id client_ip_address client_user_agent fbc
    fbp lead_id madid anon_id subscription_id fb_login_id messaging_channel page_id page_scoped_user_id
    whatsapp_business_account_id ctwa_clid ig_account_id ig_sid match_keys ad_consent opt_out
    data_processing_options data_processing_options_country data_processing_options_state is_eligible
    ineligible_reason dropped_identifiers pixel_event_time deadline_at source_system source_id updated_at row_version
"""
NOT_TEXT = {
    "event_time": "TIMESTAMP",
    "value": MONEY,
    "net_revenue": MONEY,
    "predicted_ltv": MONEY,
    "num_items": "INTEGER",
    "opt_out": "BOOLEAN",
    "data_processing_options_country": "INTEGER",
    "data_processing_options_state": "INTEGER",
    "is_eligible": "BOOLEAN",
    "pixel_event_time": "TIMESTAMP",
    "deadline_at": "TIMESTAMP",
    "updated_at": "TIMESTAMP",
}
FATES = {
    ("Purchase", "O-good"): None,
    ("Purchase", "site-1"): None,
    ("Purchase", "O-twice"): None,
    ("Purchase", "O-old-click"): None,
    ("Purchase", "O-unpaid"): "not_paid",
    ("Purchase", "O-test"): "test_order",
    ("Purchase", "O-denied"): "no_consent",
    ("Purchase", "O-never-asked"): "no_consent",
    ("Purchase", "O-suppressed"): "suppressed",
    ("Purchase", "O-no-value"): "missing_value",
    ("Purchase", "O-negative"): "negative_value",
    ("Purchase", "O-no-currency"): "missing_currency",
    ("Purchase", "O-odd-currency"): "invalid_currency",
    ("Purchase", "O-nobody"): "no_identifier",
    ("Purchase", "T-1"): None,
    ("AddToCart", "cart-1"): None,
    ("qualified", "L1:qualified"): None,
    ("new", "L1:new"): "stage_before_lead",
}

Rows = list[tuple[Any, ...]]


def _dbt(verb: str, database: Path) -> None:
    work = database.parent
    command = ["--quiet", verb]
    command += ["--select", "+meta_conversions.marts.conversion_events"]
    command += ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    command += ["--target-path", str(work / "target"), "--log-path", str(work / "logs")]
    environment = os.environ | {"CONNECTOR_DBT_DUCKDB_PATH": str(database), "CONNECTOR_DBT_TARGET": "duckdb"}
    done = run_dbt(command, env=environment)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


def _rows(database: Path, relation: str) -> Rows:
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(f"select * from {relation} order by all").fetchall()


def _columns(database: Path, relation: str) -> dict[str, str]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return {name: kind for name, kind, *_ in connection.execute(f"describe {relation}").fetchall()}


@pytest.fixture(scope="module")
def warehouse(built_shop: DbtWarehouse) -> Path:
    return built_shop.folder / "shop.duckdb"


@pytest.fixture(scope="module")
def payloads(warehouse: Path) -> dict[tuple[str, str], dict[str, Any]]:
    rows = _rows(warehouse, "(select event_name, event_id, payload from meta_conversions.conversion_events)")
    return {(event_name, event_id): json.loads(payload) for event_name, event_id, payload in rows}


def test_conversion_events_has_the_columns_of_the_delivery_contract(warehouse: Path) -> None:
    assert list(_columns(warehouse, "meta_conversions.conversion_events").items()) == list(CONVERSION_EVENTS.items())


def test_conversions_has_the_columns_of_its_contract(warehouse: Path) -> None:
    expected = [(name, NOT_TEXT.get(name, "VARCHAR")) for name in CONVERSIONS.split()]
    assert list(_columns(warehouse, "meta_conversions.conversions").items()) == expected


def test_every_conversion_is_eligible_or_has_its_reason(warehouse: Path) -> None:
    rows = _rows(
        warehouse, "(select event_name, event_id, ineligible_reason, is_eligible from meta_conversions.conversions)"
    )
    assert {(name, event_id): reason for name, event_id, reason, _ in rows if event_id} == FATES
    assert all(is_eligible == (reason is None) for *_, reason, is_eligible in rows)


def test_events_without_an_id_stay_and_are_told_one_by_one(warehouse: Path) -> None:
    unnamed = _rows(warehouse, "(select ineligible_reason from meta_conversions.conversions where event_id is null)")
    assert unnamed == [("missing_event_id",), ("missing_event_id",)]


def test_an_event_id_that_two_orders_claim_hides_no_money(warehouse: Path) -> None:
    claimed = (
        "(select order_id, event_id, value from meta_conversions.conversions where order_id in ('O-named', 'O-twice'))"
    )
    assert {order_id for order_id, *_ in _rows(warehouse, claimed)} == {"O-named", "O-twice"}
    assert len({event_id for _, event_id, _ in _rows(warehouse, claimed)}) == 2


def test_only_eligible_conversions_become_events(
    warehouse: Path, payloads: dict[tuple[str, str], dict[str, Any]]
) -> None:
    assert set(payloads) == {key for key, reason in FATES.items() if reason is None}


def test_the_hash_of_a_payload_is_its_sha256(warehouse: Path) -> None:
    rows = _rows(warehouse, "(select payload, payload_hash from meta_conversions.conversion_events)")
    assert rows
    assert all(hashlib.sha256(payload.encode()).hexdigest() == payload_hash for payload, payload_hash in rows)


def test_a_payload_says_what_its_row_says(warehouse: Path, payloads: dict[tuple[str, str], dict[str, Any]]) -> None:
    rows = _rows(
        warehouse,
        "(select event_name, event_id, event_time, action_source, value from meta_conversions.conversion_events)",
    )
    for event_name, event_id, event_time, action_source, value in rows:
        payload = payloads[event_name, event_id]
        assert payload["event_name"] == event_name
        assert payload["event_id"] == event_id
        assert payload["event_time"] == int(event_time.replace(tzinfo=UTC).timestamp())
        assert payload["action_source"] == action_source
        assert payload.get("custom_data", {}).get("value") == (None if value is None else float(value))


def test_a_payload_is_compact_and_holds_nothing_empty(warehouse: Path) -> None:
    for (payload,) in _rows(warehouse, "(select payload from meta_conversions.conversion_events)"):
        whole = json.loads(payload)
        assert json.dumps(whole, separators=(",", ":"), ensure_ascii=False) == payload
        assert not list(_empties(whole))


def _empties(value: object) -> Iterator[object]:
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if value in (None, "", [], {}):
        yield value
    for member in members:
        yield from _empties(member)


def test_a_lead_id_stays_exact(payloads: dict[tuple[str, str], dict[str, Any]]) -> None:
    assert payloads["qualified", "L1:qualified"]["user_data"]["lead_id"] == 12345678901234567


def test_a_sale_in_a_store_is_one_event_with_the_sum_of_its_lines(
    payloads: dict[tuple[str, str], dict[str, Any]],
) -> None:
    assert payloads["Purchase", "T-1"]["custom_data"] == {"value": 19.98, "currency": "EUR", "order_id": "T-1"}


def test_every_good_email_is_told_in_order_of_its_hash(payloads: dict[tuple[str, str], dict[str, Any]]) -> None:
    emails = ("canary.one@mail-of-canaries.org", "canary.two@mail-of-canaries.org")
    hashes = sorted(hashlib.sha256(email.encode()).hexdigest() for email in emails)
    assert payloads["Purchase", "O-good"]["user_data"]["em"] == hashes


def test_the_click_is_told_with_the_time_it_was_first_seen(
    payloads: dict[tuple[str, str], dict[str, Any]], now: datetime
) -> None:
    first_seen = (now - timedelta(hours=3, minutes=20)).replace(tzinfo=UTC)
    expected = f"fb.1.{int(first_seen.timestamp()) * 1000}.IwAR0Click_Id"
    assert payloads["Purchase", "O-good"]["user_data"]["fbc"] == expected


def test_a_click_more_than_90_days_before_the_event_is_not_told(
    warehouse: Path, payloads: dict[tuple[str, str], dict[str, Any]]
) -> None:
    assert "fbc" not in payloads["Purchase", "O-old-click"]["user_data"]
    told = "(select dropped_identifiers from meta_conversions.conversions where order_id = 'O-old-click')"
    assert _rows(warehouse, told) == [("fbc_invalid",)]


def test_an_event_the_pixel_sent_must_go_within_47_hours_of_the_first_copy(warehouse: Path, now: datetime) -> None:
    told = "(select pixel_event_time, deadline_at from meta_conversions.conversions where event_id = 'site-1')"
    first_copy = now - timedelta(hours=3) + timedelta(minutes=1)
    assert _rows(warehouse, told) == [(first_copy, first_copy + timedelta(hours=47))]


def test_a_second_build_changes_nothing(warehouse: Path) -> None:
    marts = ("meta_conversions.conversions", "meta_conversions.conversion_events")
    before = {mart: _rows(warehouse, mart) for mart in marts}
    _dbt("run", warehouse)
    assert {mart: _rows(warehouse, mart) for mart in marts} == before


@pytest.mark.parametrize(
    ("model", "variable"),
    [("int_refunds", "meta_conversions_refund_sources"), ("int_people_unioned", "meta_conversions_people_sources")],
)
def test_a_project_whose_sources_have_no_refunds_or_people_has_an_empty_model(
    built_shop: DbtWarehouse, model: str, variable: str
) -> None:
    """`show` runs the model's query as it would be built, and builds nothing."""
    assert built_shop.try_dbt("show", "--select", model, "--vars", f"{{{variable}: []}}").returncode == 0
