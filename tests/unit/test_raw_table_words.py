"""What `doctor --sources` says of one raw table."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
import pytest

from connector.cli.raw_tables import check_of
from connector.model.checks import Mark
from connector.model.raw_tables import LeftOut, RawTable, RawTables, Word, WrongType

ORDERS = RawTable(
    kind="orders",
    table="raw.orders",
    is_absent=False,
    is_there=True,
    missing_columns=[],
    wrong_types=[],
    waits_for=[],
    rows=1200,
    newest="2026-11-27 12:00:30",
    recent_rows=400,
    recent_with={"user_agent": 399},
    word_column="order_status",
    distinct_words=2,
    words=[
        Word(word="paid", is_counted=True, rows=300, money={"EUR": 3_000_000}),
        Word(word="pending", is_counted=False, rows=100, money={"EUR": 1_000_000, "JPY": 5_000_000}),
    ],
    left_out=[LeftOut(reason="not_paid", rows=100, money={"EUR": 1_000_000})],
)
NOT_PAID = "Not paid, since not in meta_conversions_paid_statuses"
FLOAT_ID = WrongType(column="order_id", type="double", holds="id", cast="cast(order_id as bigint)", stops_build=True)


def test_counts_shares_and_money_are_told_a_line_each() -> None:
    check = check_of(ORDERS)
    assert check.mark is Mark.OK
    assert check.words.splitlines() == [
        "raw.orders, 1,200 rows, 400 of them in the 30 days up to 2026-11-27 12:00.",
        "Share with: user agent >99%.",
        "Paid by order_status: paid 300.",
        f"{NOT_PAID}: pending 100 (25%; 100.00 EUR, 25% of all; 500 JPY, 100% of all).",
        "100 of 400 orders (25%) would not be sent: not_paid 100 (25%; 100.00 EUR, 25% of all).",
    ]


@dataclass(frozen=True, kw_only=True)
class Case:
    change: dict[str, object] = field(default_factory=dict)
    mark: Mark
    told: str


CASES = {
    "absent": Case(change={"is_absent": True, "is_there": False}, mark=Mark.OK, told="declared absent"),
    "no table": Case(change={"is_there": False}, mark=Mark.FAIL, told="no table raw.orders. Load it, or let this role"),
    "no column": Case(change={"missing_columns": ["total"]}, mark=Mark.FAIL, told="Missing columns: total."),
    "float id": Case(
        change={"wrong_types": [FLOAT_ID]}, mark=Mark.FAIL, told="order_id is double: an id with a decimal point"
    ),
    "float as money": Case(
        change={"wrong_types": [msgspec.structs.replace(FLOAT_ID, column="total", holds="money", stops_build=False)]},
        mark=Mark.WARN,
        told="total is double: a float is rounded to four places.",
    ),
    "other table": Case(change={"waits_for": ["sessions"]}, mark=Mark.WARN, told="until this is right: sessions."),
    "no statuses": Case(
        change={"distinct_words": 31, "words": []}, mark=Mark.WARN, told="order_status holds 31 different words"
    ),
    "nothing goes": Case(
        change={"left_out": [LeftOut(reason="no_consent", rows=400, money={})]},
        mark=Mark.WARN,
        told="400 of 400 orders (100%) would not be sent: no_consent 400 (100%).",
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_wrong_is_marked_and_told(case: Case) -> None:
    check = check_of(msgspec.structs.replace(ORDERS, **case.change))
    assert check.mark is case.mark
    assert case.told in check.words


def test_a_schema_without_any_raw_table_is_named_with_its_var() -> None:
    missing = msgspec.structs.replace(ORDERS, table="shop_rw.orders", is_there=False)
    found = RawTables(tables=[missing, msgspec.structs.replace(missing, table="shop_rw.leads", is_absent=True)])
    words = check_of(missing, found.empty_schemas).words
    assert words.startswith("there is no schema shop_rw with raw tables: it does not exist, or")
    assert "Name yours in the var meta_conversions_raw_schema." in words
    assert "there is no table shop_rw.orders" in words


def test_a_schema_that_holds_another_raw_table_is_not_doubted() -> None:
    missing = msgspec.structs.replace(ORDERS, table="raw.leads", is_there=False)
    assert RawTables(tables=[ORDERS, missing]).empty_schemas == set()
