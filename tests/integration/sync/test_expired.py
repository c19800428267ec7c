"""A conversion that expires is told once: by the first run that ends after its deadline, however late its row came."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import text

from connector.ledger.run_ledger import RunLedger
from tests.support.shops import event, utc_now

if TYPE_CHECKING:
    import pytest

    from tests.support.shops import Person, Shop

PAST = timedelta(days=6, hours=23, minutes=30)


def told(person: Person) -> tuple[int, int]:
    """(exit code, newly expired) of one run."""
    answer = person.asks("sync")
    return person.code, answer["newly_expired"]


def test_what_had_expired_before_the_first_run_is_no_news(shop: Shop, person: Person) -> None:
    shop.add([event("old", age=PAST), event("o1")])
    assert told(person) == (0, 0)
    assert told(person) == (0, 0)
    assert person.asks("status")["expired"] == 1


def test_a_row_that_arrives_past_its_deadline_turns_one_run_red_and_not_the_next(shop: Shop, person: Person) -> None:
    shop.add([event("o1")])
    assert told(person) == (0, 0)
    shop.add([event("late", age=PAST + timedelta(days=1))])
    assert told(person) == (1, 1)
    assert told(person) == (0, 0)
    shop.add([event("later", age=PAST)])
    assert told(person) == (1, 1)
    assert shop.run("select event_id, currency from meta_conversions_ledger.sync_expired order by reported_at") == [
        ("late", "USD"),
        ("later", "USD"),
    ]


def test_what_expires_while_a_run_is_at_work_is_told_by_that_run_only(
    shop: Shop, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.add([event("o1"), event("slow", age=timedelta(minutes=1))])
    end = RunLedger.end

    def end_late(ledger: RunLedger, **terms: object) -> None:
        end(ledger, **terms)  # type: ignore[arg-type]
        past = "update meta_conversions.conversion_events set deadline_at = :past where event_id = 'slow'"
        with ledger._warehouse.transaction() as connection:
            connection.execute(text(past), {"past": utc_now() - timedelta(seconds=1)})

    with monkeypatch.context() as patch:
        patch.setattr(RunLedger, "end", end_late)
        assert person.says("sync", "--limit", "1") == 1
    assert "passed their deadline" in person.err
    assert told(person) == (0, 0)


def test_a_run_that_sends_test_events_tells_of_none(
    shop: Shop, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.add([event("o1")])
    person.says("sync")
    shop.add([event("late", age=PAST)])
    monkeypatch.setenv("CONNECTOR_TEST_EVENT_CODE", "TEST12345")
    assert person.says("sync", "--test-events") == 0, person.err
    monkeypatch.delenv("CONNECTOR_TEST_EVENT_CODE")
    assert told(person) == (1, 1)


CONVERSIONS = """
create table meta_conversions.conversions as
select
    dataset_id, event_name, event_id, event_time, action_source, value, currency, deadline_at,
    cast(null as timestamp) as pixel_event_time, cast(null as varchar) as ineligible_reason, true as is_eligible,
    'shop' as source_system
from meta_conversions.conversion_events
"""
FIFTEEN_DAYS_LATER = (
    "update meta_conversions_ledger.sync_runs set recorded_at = recorded_at - interval '15 days'",
    "update meta_conversions_ledger.sync_sources set first_seen_at = first_seen_at - interval '15 days'",
    "update meta_conversions_ledger.sync_records set claimed_at = claimed_at - interval '15 days'",
    (
        "update meta_conversions.conversion_events set event_time = event_time - interval '15 days', "
        "deadline_at = deadline_at - interval '15 days'"
    ),
)


def test_what_left_the_relation_while_no_run_looked_is_told_by_the_first_that_does(shop: Shop, person: Person) -> None:
    """An outage of 15 days: the row expired on the 7th and left the relation on the 14th. `conversions` has it."""
    shop.add([event("o1")])
    shop.run(CONVERSIONS)
    assert told(person) == (0, 0)
    shop.add([event("o2"), event("cancelled"), event("sent by the pixel")])
    for change in FIFTEEN_DAYS_LATER:
        shop.run(change)
    shop.run("drop table meta_conversions.conversions")
    shop.run(CONVERSIONS)
    shop.run("update meta_conversions.conversions set is_eligible = false where event_id = 'cancelled'")
    shop.run("update meta_conversions.conversions set pixel_event_time = event_time where event_id like '%pixel'")
    shop.run("delete from meta_conversions.conversion_events")
    assert told(person) == (1, 1)
    assert shop.run("select event_id from meta_conversions_ledger.sync_expired") == [("o2",)]
    assert told(person) == (0, 0)


def test_old_rows_of_a_source_that_is_added_later_were_never_its_to_lose(shop: Shop, person: Person) -> None:
    shop.add([event("o1")])
    assert told(person) == (0, 0)
    shop.add([event("old call", age=PAST, action_source="phone_call"), event("call", action_source="phone_call")])
    assert told(person) == (0, 0)
    # from then on the source is known: what comes late of it is told
    shop.add([event("late call", age=PAST, action_source="phone_call")])
    assert told(person)[1] == 1


def test_a_source_is_told_apart_by_its_source_system_where_conversions_knows_it(shop: Shop, person: Person) -> None:
    shop.add([event("o1")])
    shop.run(CONVERSIONS)
    assert told(person) == (0, 0)
    shop.add([event("of the till", age=PAST), event("of the shop", age=PAST)])
    shop.run("drop table meta_conversions.conversions")
    shop.run(CONVERSIONS)
    shop.run("update meta_conversions.conversions set source_system = 'till' where event_id = 'of the till'")
    assert told(person) == (1, 1)
    assert shop.run("select event_id from meta_conversions_ledger.sync_expired where sync_id is not null") == [
        ("of the shop",)
    ]


def test_a_ledger_that_began_before_sources_were_noted_has_seen_those_that_are_there(
    shop: Shop, person: Person
) -> None:
    shop.add([event("o1")])
    assert told(person) == (0, 0)
    shop.run("delete from meta_conversions_ledger.sync_sources")
    shop.run("update meta_conversions_ledger.sync_runs set recorded_at = recorded_at - interval '15 days'")
    shop.add([event("late", age=PAST)])
    assert told(person) == (1, 1)


def test_an_expiry_is_told_by_a_run_that_another_reason_ends_and_that_is_not_tried_again(
    shop: Shop, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.add([event("o1")])
    assert told(person) == (0, 0)
    shop.add([event("late", age=PAST), event("o2")])
    with monkeypatch.context() as patch:
        patch.setenv("CONNECTOR_META_BASE_URL", "http://127.0.0.1:9")
        assert person.says("sync") == 1
    assert "1 conversions passed their deadline unsent" in person.err
    assert "reached" in person.err
    assert told(person) == (0, 0)
