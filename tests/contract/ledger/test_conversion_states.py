"""The fold of states, on ledgers made by hand: each rule closes a way to lose a conversion or to send it twice."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

if TYPE_CHECKING:
    from tests.contract.ledger.conftest import HandLedger

FINALS = ("accepted", "rejected", "invalid", "deferred", "unconfirmed")


@pytest.mark.parametrize("outcome", FINALS)
def test_a_single_final_outcome_is_the_state(ledger: HandLedger, outcome: str) -> None:
    run = ledger.run()
    ledger.record(run, "o1")
    ledger.outcome(run, "sending")
    ledger.outcome(run, outcome)
    assert ledger.state("o1") == outcome


def test_a_record_of_an_ended_run_that_was_never_marked_does_not_count(ledger: HandLedger) -> None:
    run = ledger.run()
    ledger.record(run, "o1")
    assert ledger.state("o1") is None


def test_a_dead_run_never_marked_leaves_the_older_state_alone(ledger: HandLedger) -> None:
    first, dead = ledger.run(), ledger.run()
    ledger.record(first, "o1")
    ledger.outcome(first, "sending")
    ledger.outcome(first, "rejected", error_code=100)
    ledger.record(dead, "o1")
    assert ledger.state("o1") == "rejected"


def test_a_marked_record_of_an_ended_run_is_unconfirmed_since_its_mark(ledger: HandLedger) -> None:
    run = ledger.run()
    ledger.record(run, "o1")
    marked_at = ledger.now - timedelta(hours=3)
    ledger.outcome(run, "sending", recorded_at=marked_at)
    row = ledger.states()["o1"]
    assert (row.state, row.uncertain_since) == ("unconfirmed", marked_at)


def test_a_run_without_any_lease_row_is_not_living(ledger: HandLedger) -> None:
    run = ledger.run(lease=False)
    ledger.record(run, "o1")
    ledger.outcome(run, "sending")
    assert ledger.state("o1") == "unconfirmed"


@pytest.mark.parametrize("is_marked", [False, True])
def test_what_a_living_run_holds_is_in_flight_marked_or_not(ledger: HandLedger, is_marked: bool) -> None:
    run = ledger.run(living=True)
    ledger.record(run, "o1")
    if is_marked:
        ledger.outcome(run, "sending")
    assert ledger.state("o1") == "in_flight"


def test_a_final_outcome_of_a_living_run_counts_at_once(ledger: HandLedger) -> None:
    run = ledger.run(living=True)
    ledger.record(run, "o1")
    ledger.outcome(run, "sending")
    ledger.outcome(run, "accepted")
    assert ledger.state("o1") == "accepted"


def test_deferred_after_unconfirmed_stays_unconfirmed(ledger: HandLedger) -> None:
    first, second = ledger.run(), ledger.run()
    since = ledger.now - timedelta(hours=5)
    ledger.record(first, "o1")
    ledger.outcome(first, "sending", recorded_at=since)
    ledger.outcome(first, "unconfirmed")
    ledger.record(second, "o1")
    ledger.outcome(second, "deferred")
    row = ledger.states()["o1"]
    assert (row.state, row.uncertain_since) == ("unconfirmed", since)


@pytest.mark.parametrize("later", ["rejected", "invalid"])
def test_a_refusal_after_unconfirmed_stays_unconfirmed(ledger: HandLedger, later: str) -> None:
    first, second = ledger.run(), ledger.run()
    ledger.record(first, "o1")
    ledger.outcome(first, "sending")
    ledger.record(second, "o1")
    ledger.outcome(second, "sending")
    ledger.outcome(second, later)
    assert ledger.state("o1") == "unconfirmed"


def test_accepted_stays_accepted_when_a_late_zombie_writes_unconfirmed(ledger: HandLedger) -> None:
    zombie, other = ledger.run(), ledger.run()
    ledger.record(zombie, "o1", payload_hash="h1")
    ledger.outcome(zombie, "sending", recorded_at=ledger.now - timedelta(hours=2))
    ledger.record(other, "o1", payload_hash="h1")
    ledger.outcome(other, "sending", recorded_at=ledger.now - timedelta(hours=1))
    ledger.outcome(other, "accepted", recorded_at=ledger.now - timedelta(hours=1))
    ledger.outcome(zombie, "unconfirmed", recorded_at=ledger.now)
    row = ledger.states()["o1"]
    assert (row.state, row.uncertain_since, row.possible_receipts) == ("accepted", None, 2)


def test_accepted_stays_accepted_while_another_run_holds_the_same_one(ledger: HandLedger) -> None:
    first, holding = ledger.run(), ledger.run(living=True)
    ledger.record(first, "o1")
    ledger.outcome(first, "sending")
    ledger.record(holding, "o1")
    ledger.outcome(first, "accepted")
    assert ledger.state("o1") == "accepted"


def test_accepted_by_a_zombie_settles_what_a_later_run_rejected(ledger: HandLedger) -> None:
    zombie, other = ledger.run(), ledger.run()
    ledger.record(zombie, "o1")
    ledger.outcome(zombie, "sending")
    ledger.record(other, "o1")
    ledger.outcome(other, "sending")
    ledger.outcome(other, "rejected")
    ledger.outcome(zombie, "accepted")
    assert ledger.state("o1") == "accepted"


def test_unconfirmed_that_a_living_run_holds_again_is_in_flight_and_then_unconfirmed_again(ledger: HandLedger) -> None:
    first, second = ledger.run(), ledger.run(living=True)
    since = ledger.now - timedelta(hours=5)
    ledger.record(first, "o1")
    ledger.outcome(first, "sending", recorded_at=since)
    ledger.record(second, "o1")
    ledger.outcome(second, "sending")
    assert ledger.state("o1") == "in_flight"
    ledger.outcome(second, "unconfirmed")
    row = ledger.states()["o1"]
    assert (row.state, row.uncertain_since) == ("unconfirmed", since)


def test_the_last_outcome_is_that_of_the_run_that_started_last_whatever_the_clocks_say(ledger: HandLedger) -> None:
    first, second = ledger.run(), ledger.run()
    for run, outcome, at in ((second, "rejected", ledger.now - timedelta(days=1)), (first, "deferred", ledger.now)):
        ledger.record(run, "o1", claimed_at=at)
        ledger.outcome(run, "sending", recorded_at=at)
        ledger.outcome(run, outcome, recorded_at=at)
    assert ledger.state("o1") == "rejected"


def test_halves_of_one_mark_have_states_of_their_own(ledger: HandLedger) -> None:
    run = ledger.run()
    for position in range(8):
        ledger.record(run, f"o{position}", position=position)
    ledger.outcome(run, "sending", 0, 7)
    ledger.outcome(run, "accepted", 0, 3)
    ledger.outcome(run, "rejected", 4, 4, error_code=100, error_subcode=2804009)
    ledger.outcome(run, "deferred", 5, 5)
    ledger.outcome(run, "unconfirmed", 6, 6)
    states = [ledger.state(f"o{position}") for position in range(8)]
    assert states == [*["accepted"] * 4, "rejected", "deferred", "unconfirmed", "unconfirmed"]
    assert ledger.states()["o4"].error_subcode == 2804009


def test_batches_of_one_run_are_kept_apart(ledger: HandLedger) -> None:
    run = ledger.run()
    ledger.record(run, "o1", batch_no=0)
    ledger.record(run, "o2", batch_no=1)
    ledger.outcome(run, "sending", batch_no=0)
    ledger.outcome(run, "accepted", batch_no=0)
    assert (ledger.state("o1"), ledger.state("o2")) == ("accepted", None)


def test_a_test_run_settles_nothing(ledger: HandLedger) -> None:
    run = ledger.run(mode="test")
    ledger.record(run, "o1")
    ledger.outcome(run, "sending")
    ledger.outcome(run, "accepted")
    assert ledger.state("o1") is None


def test_nulls_everywhere_they_can_be_still_make_one_state(ledger: HandLedger) -> None:
    first, second = ledger.run(), ledger.run()
    for run in (first, second):
        ledger.record(run, None, event_name=None, payload_hash=None, value=None, currency=None, event_time=None)
        ledger.outcome(run, "sending")
    ledger.outcome(second, "accepted")
    row = ledger.states()[None]
    assert (row.state, row.value, row.currency, row.dataset_id) == ("accepted", None, None, None)


def test_a_null_dataset_is_one_dataset_and_not_another(ledger: HandLedger) -> None:
    run = ledger.run()
    ledger.record(run, "o1", position=0, dataset_id=None)
    ledger.record(run, "o1", position=1, dataset_id="77")
    ledger.outcome(run, "sending", 0, 1)
    ledger.outcome(run, "accepted", 1, 1)
    with ledger.warehouse.transaction() as connection:
        rows = connection.execute(text("select * from meta_conversions_ledger.conversion_states")).fetchall()
    assert {(row.state, row.dataset_id) for row in rows} == {("accepted", "77"), ("unconfirmed", None)}


def test_records_older_than_90_days_are_forgotten(ledger: HandLedger) -> None:
    run = ledger.run()
    ledger.record(run, "o1", claimed_at=ledger.now - timedelta(days=91))
    ledger.record(run, "o2", position=1, claimed_at=ledger.now - timedelta(days=89))
    ledger.outcome(run, "sending", 0, 1)
    ledger.outcome(run, "accepted", 0, 1)
    assert (ledger.state("o1"), ledger.state("o2")) == (None, "accepted")
