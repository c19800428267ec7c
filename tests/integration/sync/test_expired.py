"""A conversion that expires is told once: by the first run that ends after its deadline, however late its row came."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from connector.app import sending
from connector.destinations.meta import MetaDestination
from connector.errors import ConnectorError
from connector.ledger.run_ledger import RunLedger
from connector.model.outcomes import Evidence
from connector.model.verdicts import Kind, Verdict
from tests.support.shops import event

if TYPE_CHECKING:
    from connector.model.amounts import Amount
    from connector.model.tally import Tally
    from connector.warehouse.warehouse import Warehouse
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
ADDED = """
insert into meta_conversions.conversions
select
    dataset_id, event_name, event_id, event_time, action_source, value, currency, deadline_at,
    cast(null as timestamp), cast(null as varchar), true, cast(%s as varchar)
from meta_conversions.conversion_events
where event_id = %s
"""
PAST = timedelta(days=6, hours=23, minutes=30)


def add_to(shop: Shop, source: str, *rows: dict[str, Any]) -> None:
    """Conversions of a source, in `conversions` too."""
    shop.add(rows)
    for row in rows:
        shop.run(ADDED, source, row["event_id"])


def rename(shop: Shop, event_id: str, source: str) -> None:
    shop.run("update meta_conversions.conversions set source_system = %s where event_id = %s", source, event_id)


class Killed(BaseException):
    """The process is gone: nothing of it runs any more."""


def just_now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def told(person: Person) -> tuple[int, int]:
    """(exit code, newly expired) of one run."""
    answer = person.asks("sync")
    return person.code, answer["newly_expired"]


async def stops(*_: object) -> Verdict:
    return Verdict(kind=Kind.STOP, evidence=Evidence(http_status=400, error_code=190), advice="Renew the token.")


def is_killed_before_it_can_tell(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sync whose process dies as soon as it has recorded what expired."""
    report_expired = sending.report_expired

    def dies(*_: object, **__: object) -> None:
        raise Killed

    def record_and_die(warehouse: Warehouse, sync_id: str, *, now: datetime) -> Amount:
        report_expired(warehouse, sync_id, now=now)
        patch.setattr(RunLedger, "end", dies)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(sending, "report_expired", record_and_die)
        with pytest.raises(Killed):
            person.says("sync")


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


def test_a_source_that_is_renamed_or_split_is_known_since_the_first_claim_of_what_it_holds(
    shop: Shop, person: Person
) -> None:
    shop.add([event("o1"), event("o2")])
    shop.run(MODELLED)
    assert told(person) == (0, 0)
    rename(shop, "o1", "shop_de")
    rename(shop, "o2", "shop_fr")
    add_to(shop, "shop_de", event("late", deadline_at=just_now()))
    add_to(shop, "shop_fr", event("late_too", deadline_at=just_now()))
    add_to(shop, "stores", event("of_a_new_source", deadline_at=just_now()))
    assert told(person) == (1, 2)
    status = person.asks("status")
    assert (status["expired"], status["before_first_sync"]) == (2, 1)
    assert person.asks("why", "late")["conversions"][0]["standing"] == "expired"
    assert told(person) == (0, 0)


def test_a_source_that_is_renamed_when_all_it_has_was_told_to_have_expired_is_no_new_one(
    shop: Shop, person: Person
) -> None:
    shop.add([event("o1")])
    shop.run(MODELLED)
    add_to(shop, "stores", event("s1", event_time=datetime(2099, 1, 1), deadline_at=datetime(2099, 1, 8)))  # noqa: DTZ001 - UTC
    assert told(person) == (0, 0)
    add_to(shop, "stores", event("late", deadline_at=just_now()))
    assert told(person) == (1, 1)
    rename(shop, "late", "branches")
    assert told(person) == (0, 0)
    assert person.asks("why", "late")["conversions"][0]["standing"] == "expired"


def test_a_source_that_goes_away_and_returns_was_known_all_the_time(shop: Shop, person: Person) -> None:
    shop.add([event("o1")])
    shop.run(MODELLED)
    assert told(person) == (0, 0)
    rename(shop, "o1", "elsewhere")
    assert told(person) == (0, 0)
    add_to(shop, "shop", event("late", deadline_at=just_now()))
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
    tally = RunLedger.tally

    def tally_late(ledger: RunLedger) -> Tally:
        past = "update meta_conversions.conversion_events set deadline_at = :past where event_id = 'slow'"
        with ledger._warehouse.transaction() as connection:
            connection.execute(text(past), {"past": just_now()})
        return tally(ledger)

    with monkeypatch.context() as patch:
        patch.setattr(RunLedger, "tally", tally_late)
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


@pytest.mark.parametrize("kills", [1, 2])
@pytest.mark.parametrize("its_row", ["stays", "leaves"])
def test_what_a_run_recorded_that_was_killed_before_it_could_tell_the_next_one_tells_once(
    shop: Shop, person: Person, monkeypatch: pytest.MonkeyPatch, kills: int, its_row: str
) -> None:
    shop.add([event("o1")])
    assert told(person) == (0, 0)
    shop.add([event("late", deadline_at=just_now())])
    for _ in range(kills):
        is_killed_before_it_can_tell(person, monkeypatch)
        shop.let_leases_run_out()
    if its_row == "leaves":
        shop.run("delete from meta_conversions.conversion_events where event_id = 'late'")
    shop.add([event("later", deadline_at=just_now())])
    assert told(person) == (1, 2)
    assert told(person) == (0, 0)


def test_what_expired_while_a_run_failed_turns_the_retry_red_and_not_the_one_after(
    shop: Shop, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.add([event("o1")])
    assert told(person) == (0, 0)
    shop.add([event("late", deadline_at=just_now()), event("o2")])

    def fails(*_: object, **__: object) -> None:
        raise ConnectorError("something else is wrong.")

    with monkeypatch.context() as patch:
        patch.setattr(RunLedger, "claim", fails)
        assert person.says("sync") == 1
    assert "something else is wrong." in person.err
    assert told(person) == (1, 1)
    assert shop.state("o2") == "accepted"
    assert told(person) == (0, 0)


def test_a_run_that_meta_stopped_tells_what_expired_beside_the_stop_and_the_next_is_green(
    shop: Shop, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.add([event("o1")])
    assert told(person) == (0, 0)
    shop.add([event("late", deadline_at=just_now()), event("o2")])
    with monkeypatch.context() as patch:
        patch.setattr(MetaDestination, "send", stops)
        assert person.says("sync") == 3
    assert "Meta refused with code 190" in person.err
    assert "1 conversion (12.50 USD) passed the deadline unsent" in person.err
    assert told(person) == (0, 0)
    assert shop.state("o2") == "accepted"
