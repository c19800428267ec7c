"""What a plan says before a backfill: what would go, and what it is too late for, in events and money."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.shops import event, utc_now

if TYPE_CHECKING:
    from tests.support.shops import Person, Shop

MART = """
create table meta_conversions.conversions (
    dataset_id varchar, event_name varchar, event_id varchar, event_time timestamp, action_source varchar,
    value decimal(18, 4), currency varchar, deadline_at timestamp, order_id varchar, is_eligible boolean,
    ineligible_reason varchar, pixel_event_time timestamp, source_system varchar
)
"""
LATE = timedelta(minutes=-1)


def model(
    shop: Shop, event_id: str, *, days: float, left: timedelta, pixel: float | None = None, **changes: Any
) -> None:
    """A conversion of the mart: so many days old, so long before its deadline, its pixel copy so many hours old."""
    now = utc_now()
    row = {
        "event_name": "Purchase",
        "event_id": event_id,
        "event_time": now - timedelta(days=days),
        "action_source": "website",
        "value": "10",
        "currency": "EUR",
        "deadline_at": now + left,
        "is_eligible": True,
        "pixel_event_time": None if pixel is None else now - timedelta(hours=pixel),
    } | changes
    names, binds = ", ".join(row), ", ".join(["%s"] * len(row))
    shop.run(f"insert into meta_conversions.conversions ({names}) values ({binds})", *row.values())


@pytest.fixture
def backfilled(shop: Shop, person: Person) -> Shop:
    """A shop with conversions of all ages beside what the events relation still holds of them."""
    shop.run(MART)
    shop.add([event("done")])
    person.says("sync")
    of_three = {"custom_data": {"value": 3, "currency": "USD"}}
    shop.add([event("owed", value="12.5"), event("twin-owed", value="3", body=of_three)])
    model(shop, "done", days=3, left=LATE, pixel=60)
    model(shop, "owed", days=1, left=timedelta(days=5))
    model(shop, "twin-owed", days=2.2, left=timedelta(days=4), pixel=50, value="3")
    model(shop, "covered", days=4, left=LATE, pixel=96)
    model(shop, "barely-covered", days=2, left=LATE, pixel=47.5)
    model(shop, "store", days=63, left=LATE, action_source="physical_store", currency="USD")
    model(shop, "by-phone", days=3, left=timedelta(days=3), pixel=60, action_source="phone_call")
    model(shop, "too-thin", days=9, left=LATE, is_eligible=False, ineligible_reason="no_identifier")
    model(shop, "ages-ago", days=91, left=LATE)
    return shop


def test_it_says_in_events_and_money_what_would_go_and_what_it_is_too_late_for(
    backfilled: Shop, person: Person
) -> None:
    plan = person.asks("plan")
    assert plan["would_be_sent"] == {"events": 2, "money": {"USD": "15.50"}}
    assert plan["past_deadline"] == {"events": 3, "money": {"EUR": "20.00", "USD": "10.00"}}
    assert plan["outside_pixel_window"] == {"events": 2, "money": {"EUR": "13.00"}}
    person.says("plan")
    lines = {line.split()[0]: line.split()[1:] for line in person.out.splitlines() if line}
    assert lines["would_be_sent"][:3] == ["2", "15.50", "USD"]
    assert lines["past_deadline"][:3] == ["3", "20.00", "EUR,"]
    assert lines["outside_pixel_window"][:3] == ["2", "13.00", "EUR"]
    late = [plan["not_owed"][standing]["events"] for standing in ("before_first_sync", "covered_by_pixel")]
    assert sum(late) == plan["past_deadline"]["events"]


def test_a_window_bounds_these_figures_too(backfilled: Shop, person: Person) -> None:
    plan = person.asks("plan", "--since", f"{utc_now() - timedelta(days=5):%Y-%m-%dT%H:%M:%S}")
    assert (plan["past_deadline"]["events"], plan["outside_pixel_window"]["events"]) == (2, 2)
    plan = person.asks("plan", "--until", f"{utc_now() - timedelta(days=5):%Y-%m-%dT%H:%M:%S}")
    assert (plan["past_deadline"]["events"], plan["outside_pixel_window"]["events"]) == (1, 0)
    assert plan["not_eligible"] == {"no_identifier": {"events": 1, "money": {"EUR": "10.00"}}}


def test_without_the_mart_the_pixel_is_unknown_and_the_events_relation_says_what_is_late(
    shop: Shop, person: Person
) -> None:
    shop.add([event("o1"), event("old", age=timedelta(days=8))])
    plan = person.asks("plan")
    assert plan["past_deadline"] == {"events": 1, "money": {"USD": "12.50"}}
    assert plan["outside_pixel_window"] is None
    person.says("plan")
    assert "outside_pixel_window  unknown" in " ".join(person.out.split("\n"))


def test_a_plan_says_that_the_ledger_would_refuse_the_sync(
    shop: Shop, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.add([event("o1")])
    assert person.says("sync") == 0
    shop.add([event("o2")])
    assert person.asks("plan")["refusal"] is None
    monkeypatch.setenv("CONNECTOR_META_BASE_URL", "https://graph.example")
    assert person.says("plan") == 0
    assert "A sync would be refused: the ledger" in person.out
    assert person.says("sync") == 3
