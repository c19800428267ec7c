"""`connector doctor --sources`: what is wrong with raw tables is told by name, and what it costs, before a build."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from typer.testing import CliRunner

from connector.cli.commands import command_line
from connector.errors import ConnectorError
from tests.contract.dbt.conftest import DbtWarehouse
from tests.contract.dbt.raw_shop import PLAINTEXT, raw_tables

BREAKAGE = """
insert into raw.orders (order_id, order_status, ordered_at, currency, total)
    select 'O-address', 'someone@mail-of-canaries.org', ordered_at, 'EUR', 1 from raw.orders where order_id = 'O-good';
insert into raw.orders (order_id, order_status, ordered_at, currency, total)
    select 'O-phone', '+49 1512 3456789', ordered_at, 'a person', 1 from raw.orders where order_id = 'O-good';
insert into raw.orders (order_id, order_status, ordered_at, currency, total)
    select 'O-future', 'paid', timestamp '2099-01-01 00:00:00', 'EUR', 1;
insert into raw.orders (order_id, order_status, ordered_at, currency, total)
    select 'O-old', 'paid', timestamp '2020-01-01 00:00:00', 'EUR', 1;
alter table raw.web_sessions alter column ad_consent type boolean using (ad_consent = 'granted');
alter table raw.customers alter column created_at type date;
alter table raw.order_items alter column quantity type varchar;
alter table raw.order_items alter column line_number type varchar;
alter table raw.orders alter column is_test type varchar;
update raw.orders set is_test = null where order_id = 'O-good';
alter table raw.suppressions alter column created_at type bigint using (1);
alter table raw.refunds drop column order_id;
alter table raw.web_events alter column web_event_id type double precision using (1.0);
alter table raw.pixel_events alter column value type varchar;
drop table raw.crm_leads
"""
ABSENT = "meta_conversions_absent_kinds: [store_sales]"


def asked(warehouse: DbtWarehouse, *words: str) -> tuple[int, str]:
    """The exit code of `connector doctor --sources` and what it printed."""
    url = warehouse.settings.warehouse_url.get_secret_value()
    done = CliRunner().invoke(command_line, ["doctor", "--sources", *words], env={"CONNECTOR_WAREHOUSE_URL": url})
    if isinstance(done.exception, ConnectorError):
        return done.exception.exit_code, done.stdout + str(done.exception)
    return done.exit_code, done.stdout


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def answer(request: pytest.FixtureRequest, new_warehouse: Callable[..., DbtWarehouse], now: datetime) -> dict[str, Any]:
    warehouse = new_warehouse(request.param)
    warehouse.load(raw_tables(now=now))
    for statement in BREAKAGE.split(";"):
        warehouse.change(statement)
    if request.param == "postgres":
        warehouse.change("alter table raw.customers rename to loaded")
        warehouse.change("create materialized view raw.customers as select * from raw.loaded")
    code, printed = asked(warehouse, "--json", "--vars", f"{{{ABSENT}}}")
    assert code == 3, printed
    assert "refunds, web_events, leads, suppressions" in printed.splitlines()[-1]
    assert not [text for text in (*PLAINTEXT, "mail-of-canaries", "a person") if text.lower() in printed.lower()]
    return {table["kind"]: table for table in json.loads(printed.splitlines()[0])["tables"]}


def test_what_stops_a_build_is_told_by_table_and_column(answer: dict[str, Any]) -> None:
    assert {kind for kind, table in answer.items() if not table["is_ready"]} == {
        "refunds",
        "web_events",
        "leads",
        "suppressions",
    }
    assert not answer["leads"]["is_there"]
    assert answer["refunds"]["missing_columns"] == ["order_id"]
    [seconds] = answer["suppressions"]["wrong_types"]
    assert seconds["column"] == "created_at"
    assert seconds["cast"].startswith("to_timestamp(created_at)")
    [float_id] = answer["web_events"]["wrong_types"]
    assert (float_id["column"], float_id["cast"]) == ("web_event_id", "cast(web_event_id as bigint)")
    assert float_id["type"].startswith("double")


def test_what_is_read_at_a_loss_is_told_too_and_text_that_is_read_is_not(answer: dict[str, Any]) -> None:
    [date] = answer["customers"]["wrong_types"]
    assert (date["type"], date["stops_build"]) == ("date", False)
    assert [answer[kind]["wrong_types"] for kind in ("pixel_events", "order_items", "orders")] == [[], [], []]
    assert answer["web_events"]["waits_for"] == ["web_events"]
    assert answer["web_events"]["rows"] is None


def test_what_is_declared_absent_is_not_missed(answer: dict[str, Any]) -> None:
    assert answer["store_sales"]["is_absent"]
    assert answer["store_sales"]["is_ready"]


def test_the_statuses_of_the_last_thirty_days_say_what_counts_as_paid_and_what_is_left_out(
    answer: dict[str, Any],
) -> None:
    words = {word["word"]: word for word in answer["orders"]["words"]}
    assert {name for name, word in words.items() if word["is_counted"]} == {"paid"}
    assert words["paid"]["rows"] == 13
    assert (words["pending"]["rows"], words["pending"]["money"]) == (1, {"EUR": "142.50"})
    assert (words["(not shown)"]["rows"], words["(not shown)"]["money"]) == (2, {"EUR": "1.00", "none": "1.00"})
    assert (answer["orders"]["rows"], answer["orders"]["recent_rows"]) == (18, 16)


def test_orders_are_judged_by_the_rule_of_eligibility(answer: dict[str, Any]) -> None:
    left_out = {one["reason"]: one for one in answer["orders"]["left_out"]}
    assert (left_out["no_consent"]["rows"], left_out["no_consent"]["money"]) == (2, {"EUR": "285.00"})
    assert left_out["not_paid"]["rows"] == 3
    assert left_out["missing_currency"]["money"] == {"none": "142.50"}
    assert left_out["no_identifier"]["rows"] == 1
    have = answer["orders"]["recent_with"]
    assert (have["session"], have["consent"], have["user_agent"], have["identifier"]) == (13, 12, 12, 13)


def test_a_boolean_consent_is_read_as_a_word(answer: dict[str, Any]) -> None:
    words = {word["word"]: word["rows"] for word in answer["sessions"]["words"] if word["is_counted"]}
    assert words == {"granted": 2}
