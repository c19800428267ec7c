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
