"""A conversion that expires is told once: by the first run that ends after its deadline, however late its row came."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import text

from connector.ledger.run_ledger import RunLedger
from tests.support.shops import event

if TYPE_CHECKING:
    import pytest

    from tests.support.shops import Person, Shop

MODELLED = """
create table meta_conversions.conversions as
select
    dataset_id, event_name, event_id, event_time, action_source, value, currency, deadline_at,
    cast(null as timestamp) as pixel_event_time, cast(null as varchar) as ineligible_reason, true as is_eligible,
    'shop' as source_system
from meta_conversions.conversion_events
"""
GONE = """
insert into meta_conversions.conversions
select
    dataset_id, event_name, 'gone', event_time, action_source, value, currency, cast(%s as timestamp),
    pixel_event_time, ineligible_reason, is_eligible, source_system
from meta_conversions.conversions
"""
PAST = timedelta(days=6, hours=23, minutes=30)


def just_now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def told(person: Person) -> tuple[int, int]:
    """(exit code, newly expired) of one run."""
    answer = person.asks("sync")
    return person.code, answer["newly_expired"]


def test_what_had_expired_before_the_first_run_is_no_news(shop: Shop, person: Person) -> None:
    shop.add([event("old", age=PAST), event("o1")])
    assert told(person) == (0, 0)
    assert told(person) == (0, 0)
    status = person.asks("status")
    assert (status["expired"], status["before_first_sync"], status["lost"]) == (0, 1, 0)


def test_what_had_expired_when_a_source_is_added_is_no_news_and_what_expires_later_is(
    shop: Shop, person: Person
) -> None:
    shop.add([event("o1", dataset_id="1")])
    assert told(person) == (0, 0)
    shop.add([event("old", age=PAST, dataset_id="2"), event("n1", dataset_id="2")])
    assert person.asks("status")["before_first_sync"] == 1
    assert told(person) == (0, 0)
    shop.add([event("late", deadline_at=just_now(), dataset_id="2")])
    assert told(person) == (1, 1)
    assert person.asks("why", "late")["conversions"][0]["standing"] == "expired"
    assert person.asks("why", "old")["conversions"][0]["standing"] == "before_first_sync"


def test_a_ledger_that_sent_before_it_recorded_sources_knows_them_since_its_first_claim(
    shop: Shop, person: Person
) -> None:
    shop.add([event("o1")])
    person.says("sync")
    shop.run("delete from meta_conversions_ledger.sync_sources")
    shop.add([event("late", deadline_at=just_now())])
    assert told(person) == (1, 1)


def test_what_expired_and_left_the_relation_since_a_run_last_told_is_told(shop: Shop, person: Person) -> None:
    shop.add([event("o1")])
    shop.run(MODELLED)
    assert told(person) == (0, 0)
    shop.run(GONE, just_now())
    assert told(person) == (1, 1)
    assert told(person) == (0, 0)


def test_a_row_that_arrives_past_its_deadline_turns_one_run_red_and_not_the_next(shop: Shop, person: Person) -> None:
    shop.add([event("o1")])
    assert told(person) == (0, 0)
    shop.add([event("late", deadline_at=just_now())])
    assert told(person) == (1, 1)
    assert told(person) == (0, 0)
    shop.add([event("later", deadline_at=just_now())])
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
            connection.execute(text(past), {"past": just_now()})

    with monkeypatch.context() as patch:
        patch.setattr(RunLedger, "end", end_late)
        assert person.says("sync", "--limit", "1") == 1
    assert "passed the deadline" in person.err
    assert told(person) == (0, 0)


def test_a_run_that_sends_test_events_tells_of_none(
    shop: Shop, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.add([event("o1")])
    person.says("sync")
    shop.add([event("late", deadline_at=just_now())])
    monkeypatch.setenv("CONNECTOR_TEST_EVENT_CODE", "TEST12345")
    assert person.says("sync", "--test-events") == 0, person.err
    monkeypatch.delenv("CONNECTOR_TEST_EVENT_CODE")
    assert told(person) == (1, 1)
