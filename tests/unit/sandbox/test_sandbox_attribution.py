from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.sandbox.calls import Call
from connector.sandbox.config import AdAccount
from connector.sandbox.insights import PURCHASE, Knowledge, fractions, question, rows, windows_of
from connector.sandbox.store import BrowserCopy, Store

from .sandbox_events import DAY, NOW, call, purchase

TODAY = "2026-09-21"
"""NOW in UTC: 14:13."""
ALL = AdAccount(attributed_share=1.0, spend_per_day=Decimal(10))


def asked(**params: Any) -> Call:
    days = {"since": "2026-09-19", "until": TODAY}
    return call(
        method="GET",
        params={"time_range": days, "time_increment": "1", "fields": "spend,actions,action_values"} | params,
    )


def seen(*events: dict[str, Any]) -> Store:
    one = Store(dedup_server_server=False, dedup_key_b=True)
    one.accept("123", events, NOW)
    return one


def table(one: Store, account: AdAccount, now: float = NOW + 40 * DAY, **params: Any) -> list[dict[str, Any]]:
    return rows(question(asked(**params), account, now), "17", account, one, Knowledge(now))


def action(row: dict[str, Any], name: str, members: str = "actions") -> dict[str, str]:
    return next(each for each in row[members] if each["action_type"] == name)


def many(count: int) -> list[dict[str, Any]]:
    return [purchase(event_id=f"order-{number}") for number in range(count)]


def test_a_purchase_stands_under_every_one_of_its_names_with_equal_numbers() -> None:
    row = table(seen(purchase()), ALL)[-1]
    assert {(each["action_type"], each["value"]) for each in row["actions"]} == {(name, "1") for name in PURCHASE}
    assert {each["value"] for each in row["action_values"]} == {"12.50"}


def test_every_number_is_a_text_and_without_actions_the_member_is_missing() -> None:
    first = table(seen(purchase()), ALL)[0]
    assert first == {"spend": "10.00", "date_start": "2026-09-19", "date_stop": "2026-09-19"}


def test_a_day_is_the_accounts_day() -> None:
    late = purchase(event_time=NOW - (14 * 3600 + 13 * 60) - 3600)  # 23:00 UTC of the day before
    for zone, day in [("UTC", "2026-09-20"), ("Asia/Tokyo", TODAY), ("America/New_York", "2026-09-20")]:
        account = AdAccount(attributed_share=1.0, timezone_name=zone)
        assert [row["date_start"] for row in table(seen(late), account) if "actions" in row] == [day]


def test_what_is_attributed_follows_from_the_event_ids_alone() -> None:
    account = AdAccount(attributed_share=0.5)
    events = many(400)
    count = int(action(table(seen(*events), account)[-1], "purchase")["value"])
    assert 160 < count < 240
    assert int(action(table(seen(*reversed(events)), account)[-1], "purchase")["value"]) == count


def test_figures_grow_for_28_days_and_then_stand_still() -> None:
    one = seen(*many(200))
    counts = []
    for days in (0.1, 1, 7, 27.9, 28, 60):
        row = table(one, ALL, NOW + days * DAY)[-1]
        counts.append(int(action(row, "purchase")["value"]))
    assert counts == sorted(counts)
    assert counts[0] < counts[2] < counts[4]
    assert counts[4] == counts[5] == 200


def test_what_was_deduplicated_is_not_attributed() -> None:
    one = Store(dedup_server_server=False, dedup_key_b=True)
    copy = BrowserCopy(dataset="123", event_name="Purchase", event_id="order-1", event_time=NOW - 60)
    one.accept_browser([copy])
    one.accept("123", [purchase()], NOW)
    assert action(table(one, ALL)[-1], "purchase")["value"] == "1"


def test_windows_are_told_only_where_they_are_asked_for_and_the_dead_ones_never() -> None:
    one = seen(*many(100))
    assert set(action(table(one, ALL)[-1], "purchase")) == {"action_type", "value"}
    asked_for = '["1d_click","7d_click","1d_view","7d_view","28d_view"]'
    told = action(table(one, ALL, action_attribution_windows=asked_for)[-1], "purchase")
    assert set(told) == {"action_type", "value", "1d_click", "7d_click", "1d_view"}
    assert int(told["7d_click"]) + int(told["1d_view"]) == int(told["value"]) == 100
    assert int(told["1d_click"]) < int(told["7d_click"])


def test_money_of_another_currency_comes_in_at_its_rate_and_without_one_not_at_all() -> None:
    euros = purchase(custom_data={"value": Decimal(10), "currency": "EUR"})
    with_rate = AdAccount(attributed_share=1.0, rates={"EUR": Decimal("1.1")})
    assert action(table(seen(euros), with_rate)[-1], "purchase", "action_values")["value"] == "11.00"
    row = table(seen(euros), ALL)[-1]
    assert action(row, "purchase")["value"] == "1"
    assert "action_values" not in row


def test_an_account_is_credited_only_with_its_datasets() -> None:
    account = AdAccount(attributed_share=1.0, datasets=frozenset({"9"}))
    assert not any("actions" in row for row in table(seen(purchase()), account))


def test_spend_of_a_day_can_be_set_and_a_day_without_anything_has_no_row() -> None:
    account = AdAccount(spend_per_day=Decimal(0), spend={date(2026, 9, 20): Decimal("7.5")})
    assert table(seen(), account) == [{"spend": "7.50", "date_start": "2026-09-20", "date_stop": "2026-09-20"}]


def test_days_to_come_have_no_row() -> None:
    assert [row["date_start"] for row in table(seen(), ALL, NOW - DAY)] == ["2026-09-19", "2026-09-20"]


@pytest.mark.parametrize(("increment", "starts"), [("2", ["19", "21"]), ("all_days", ["19"]), ("monthly", ["19"])])
def test_days_are_put_together_as_asked(increment: str, starts: list[str]) -> None:
    told = table(seen(), ALL, time_increment=increment)
    assert [row["date_start"][-2:] for row in told] == starts
    assert sum(Decimal(row["spend"]) for row in told) == 30


def test_a_store_sale_has_other_names() -> None:
    row = table(seen(purchase(action_source="physical_store")), ALL)[-1]
    names = {each["action_type"] for each in row["actions"]}
    assert "offline_conversion.purchase" in names
    assert "offsite_conversion.fb_pixel_purchase" not in names


@given(st.text(), st.floats(0, 1))
def test_nobody_is_credited_beyond_the_share(key: str, share: float) -> None:
    numbers = fractions(key)
    assert all(0 <= number < 1 for number in numbers)
    windows = windows_of(numbers[0], numbers[1], share)
    assert ("value" in windows) == (numbers[0] < share)
