"""Nothing lies in the future, nothing on the edge of a deadline, and later rows are in good time."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from examples.shop.data import build_shop
from examples.shop.data.times import DAY, EVENT_DEADLINE, HOUR, MINUTE, PIXEL_DEADLINE, Times

Rows = dict[str, list[dict[str, Any]]]

EVENT_TIMES = {
    "orders": "ordered_at",
    "web_events": "occurred_at",
    "crm_lead_stages": "entered_at",
    "store_sales": "sold_at",
}
EARLIER, LATER = timedelta(minutes=5), timedelta(minutes=40)


def _near(moment: datetime, now: datetime, age: timedelta) -> bool:
    return now - age - EARLIER <= moment <= now - age + LATER


def _event_times(rows: Rows) -> Iterator[datetime]:
    for table, column in EVENT_TIMES.items():
        yield from (row[column] for row in rows[table])


@pytest.mark.parametrize("load", ["shop", "more"])
def test_no_deadline_of_an_event_passes_while_somebody_watches(
    load: str, now: datetime, more_now: datetime, request: pytest.FixtureRequest
) -> None:
    seen_at = now if load == "shop" else more_now
    week = timedelta(days=7) - timedelta(hours=1)
    assert [at for at in _event_times(request.getfixturevalue(load)) if _near(at, seen_at, week)] == []


@pytest.mark.parametrize("load", ["shop", "more"])
def test_no_deadline_after_a_copy_of_the_pixel_passes_while_somebody_watches(
    load: str, now: datetime, more_now: datetime, request: pytest.FixtureRequest
) -> None:
    seen_at = now if load == "shop" else more_now
    copies = [row["occurred_at"] for row in request.getfixturevalue(load)["pixel_events"]]
    assert copies
    assert [at for at in copies if _near(at, seen_at, timedelta(hours=47))] == []


def test_quiet_windows_are_quiet_in_many_shops(now: datetime) -> None:
    for seed in range(30):
        shop = {n: t.to_pylist() for n, t in build_shop(orders=200, days=8, seed=seed, now=now).items()}
        assert not any(_near(at, now, timedelta(days=7, hours=-1)) for at in _event_times(shop))
        assert not any(_near(row["occurred_at"], now, timedelta(hours=47)) for row in shop["pixel_events"])


def test_calming_keeps_the_order_of_moments_and_leaves_recent_ones_alone() -> None:
    times = Times(1_800_000_000_000_000)
    around = {
        times.now - age + shift * MINUTE for age in (PIXEL_DEADLINE, EVENT_DEADLINE) for shift in range(-120, 120)
    }
    raw = sorted(around | {times.now - day * DAY for day in range(14)})
    calm = [times.calm(at) for at in raw]
    assert calm == sorted(calm)
    assert len(set(calm)) == len(raw)
    assert times.calm(times.now - 40 * HOUR) == times.now - 40 * HOUR


@pytest.mark.parametrize("load", ["shop", "more"])
def test_nothing_happened_in_the_future(
    load: str, now: datetime, more_now: datetime, request: pytest.FixtureRequest
) -> None:
    limit = now if load == "shop" else more_now
    rows: Rows = request.getfixturevalue(load)
    moments = [
        (t, k, v) for t, all_rows in rows.items() for row in all_rows for k, v in row.items() if k.endswith("_at")
    ]
    assert moments
    assert [moment for moment in moments if moment[2] > limit] == []


def test_orders_reach_back_over_all_the_days_and_no_further(shop: Rows, now: datetime) -> None:
    ages = [now - row["ordered_at"] for row in shop["orders"]]
    assert timedelta(days=13, hours=12) < max(ages) <= timedelta(days=14)
    assert min(ages) < timedelta(minutes=10)


def test_things_follow_each_other_in_order(shop: Rows, more: Rows) -> None:
    for rows in (shop, more):
        orders = {row["order_id"]: row for row in rows["orders"]}
        started = {row["session_id"]: row["started_at"] for row in rows["web_sessions"]}
        created = {row["crm_lead_id"]: row["created_at"] for row in rows["crm_leads"]}
        assert all(row["updated_at"] >= row["ordered_at"] for row in rows["orders"])
        assert all(row["updated_at"] >= row["created_at"] for row in rows["customers"])
        assert all(started[row["session_id"]] < row["ordered_at"] for row in rows["orders"] if row["session_id"])
        assert all(started[row["session_id"]] < row["occurred_at"] for row in rows["web_events"])
        assert all(created[row["crm_lead_id"]] < row["entered_at"] for row in rows["crm_lead_stages"])
        assert all(row["refunded_at"] >= orders[row["order_id"]]["ordered_at"] for row in rows["refunds"])


def test_stages_of_a_lead_follow_each_other(shop: Rows) -> None:
    order = ("new", "qualified", "opportunity", "won")
    stages: dict[str, list[tuple[datetime, str]]] = {}
    for row in shop["crm_lead_stages"]:
        stages.setdefault(row["crm_lead_id"], []).append((row["entered_at"], row["stage"]))
    assert {len(path) for path in stages.values()} == {1, 2, 3, 4}
    for path in stages.values():
        assert tuple(stage for _, stage in sorted(path)) == order[: len(path)]


def test_later_rows_are_new_or_late_and_all_well_before_their_deadlines(more: Rows, more_now: datetime) -> None:
    ages = sorted(more_now - row["ordered_at"] for row in more["orders"])
    new = [age for age in ages if age < timedelta(hours=2, minutes=1)]
    assert 0.45 < len(new) / len(ages) < 0.75
    assert ages[-1] > timedelta(days=4)
    assert ages[-1] < timedelta(days=5, hours=3)
    copies = [more_now - row["occurred_at"] for row in more["pixel_events"]]
    assert max(copies) < timedelta(hours=3)


def test_a_late_order_was_touched_just_now_and_the_pixel_missed_it(more: Rows, more_now: datetime) -> None:
    late = [row for row in more["orders"] if more_now - row["ordered_at"] > timedelta(hours=2, minutes=30)]
    copied = {row["session_id"] for row in more["pixel_events"]}
    assert late
    assert all(more_now - row["updated_at"] <= timedelta(minutes=10) for row in late)
    assert not any(row["session_id"] in copied for row in late)
