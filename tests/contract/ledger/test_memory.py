"""How long the ledger remembers: 90 days for all, and longer what still stands in the events relation."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.insight.status import read_status
from connector.ledger import record_new_sources, report_expired
from tests.contract.ledger.conftest import HandLedger
from tests.contract.ledger.test_claim import begin, claim, events, sql

__all__ = ["events"]

OWED_LONG = "update meta_conversions.conversion_events set deadline_at = deadline_at + interval 300 day"


def settle_long_ago(ledger: HandLedger, outcome: str | None, *, days: float) -> None:
    """o1 was claimed, marked and settled so many days ago, by a run that has ended."""
    then = ledger.now - timedelta(days=days)
    run = ledger.run()
    ledger.record(run, "o1", payload_hash="hash 1", dataset_id=None, claimed_at=then)
    ledger.outcome(run, "sending", recorded_at=then)
    if outcome:
        ledger.outcome(run, outcome, recorded_at=then)


def claimed(ledger: HandLedger) -> set[object]:
    run = begin(ledger)
    claim(ledger, run)
    rows = sql(ledger, "select event_id from meta_conversions_ledger.sync_records where sync_id = 'now'")
    return {event_id for (event_id,) in rows}


@pytest.mark.parametrize("days", [89, 91, 200])
@pytest.mark.parametrize("outcome", ["accepted", "unconfirmed", None, "rejected", "invalid"])
def test_what_was_settled_stays_so_as_long_as_its_row_can_be_owed(
    events: HandLedger, outcome: str | None, days: float
) -> None:
    sql(events, OWED_LONG)
    settle_long_ago(events, outcome, days=days)
    status = read_status(events.warehouse, now=events.now + timedelta(seconds=1), resend_unconfirmed=True)
    told = {name: amount.events for name, amount in status.items() if amount.events}
    beside = {"rejected": "lost", "invalid": "lost", "unconfirmed": "held", None: "held"}
    expected = {outcome or "unconfirmed": 1, "owed": 24} | ({beside[outcome]: 1} if outcome in beside else {})
    assert told == expected
    assert claimed(events) == {f"o{number}" for number in range(25)} - {"o1"}


PASSED = "update meta_conversions.conversion_events set deadline_at = deadline_at - interval 1 day where event_id in "


@pytest.mark.parametrize("days", [89, 100])
@pytest.mark.parametrize("outcome", ["accepted", "unconfirmed", "rejected"])
def test_what_was_settled_is_not_told_as_expired_when_a_long_deadline_passes(
    events: HandLedger, outcome: str, days: float
) -> None:
    """o2 is of the same source, and was never sent."""
    settle_long_ago(events, outcome, days=days)
    record_new_sources(events.warehouse)
    sql(events, PASSED + "('o1', 'o2')")
    assert report_expired(events.warehouse, "now", now=events.now + timedelta(seconds=1)).events == 1
    assert sql(events, "select event_id from meta_conversions_ledger.sync_expired") == [("o2",)]


EDITED = "update meta_conversions.conversion_events set payload = 'b', payload_hash = 'edited' where event_id = 'o1'"


@pytest.mark.parametrize(("outcome", "stands"), [("accepted", "accepted"), ("unconfirmed", "held"), ("rejected", None)])
def test_a_row_of_a_long_deadline_that_is_edited_later_stands_as_one_that_is_edited_at_once(
    events: HandLedger, outcome: str, stands: str | None
) -> None:
    """Accepted or in doubt it is never sent again; what was refused is owed once it is another."""
    sql(events, "update meta_conversions.conversion_events set deadline_at = deadline_at + interval 180 day")
    settle_long_ago(events, outcome, days=100)
    sql(events, EDITED)
    status = read_status(events.warehouse, now=events.now + timedelta(seconds=1), resend_unconfirmed=True)
    told = {name: amount.events for name, amount in status.items() if amount.events}
    assert told.get("owed") == (25 if stands is None else 24)
    assert stands is None or told[stands] == 1
    assert ("o1" in claimed(events)) is (stands is None)


def test_what_left_the_relation_is_looked_at_for_ninety_days(events: HandLedger) -> None:
    sql(events, "delete from meta_conversions.conversion_events where event_id = 'o1'")
    for days, found in ((89.9, "accepted"), (90.1, None)):
        sql(events, "delete from meta_conversions_ledger.sync_records")
        sql(events, "delete from meta_conversions_ledger.sync_outcomes")
        settle_long_ago(events, "accepted", days=days)
        assert events.state("o1") == found


def test_a_row_that_was_archived_with_the_ledger_is_owed_again(events: HandLedger) -> None:
    """So docs/scale.md says what may be archived, and what may not."""
    sql(events, OWED_LONG)
    settle_long_ago(events, "accepted", days=200)
    sql(events, "delete from meta_conversions_ledger.sync_records")
    assert "o1" in claimed(events)
