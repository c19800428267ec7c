"""What one run knows of the others of its ledger."""

from __future__ import annotations

from connector.ledger.run_ledger import RunLedger
from connector.ledger.runs import RunIdentity, read_datasets_to_probe
from tests.contract.ledger.conftest import HandLedger
from tests.contract.ledger.test_claim import begin, claim, events, sql

__all__ = ["events"]


def test_a_run_asks_what_others_hold_where_its_last_claim_saw_one_that_lives(events: HandLedger) -> None:
    first, second = begin(events, "first"), begin(events, "second")
    claim(events, first)
    assert claim(events, second) is None
    assert second.held_by_others() == {"first": 25}
    first.end(reason="finished", tally=first.tally(), requests=0)
    while claim(events, second) is not None:
        pass
    assert second.held_by_others() == {}


def test_a_ledger_is_not_bound_to_the_host_of_a_dead_run_that_sent_nothing(events: HandLedger) -> None:
    begin(events, "dead").forget()  # its lease lasts, and on DuckDB its process is gone all the same
    elsewhere = RunIdentity(sync_id="now", mode="live", destination_host="elsewhere.example", lease_ttl_s=60)
    RunLedger.begin(events.warehouse, elsewhere)
    assert sql(events, "select sync_id from meta_conversions_ledger.sync_runs where phase = 'ended'") == [("dead",)]


def test_what_one_sender_learns_of_a_stopped_dataset_is_not_undone_by_another_that_met_none_of_it(
    events: HandLedger,
) -> None:
    first, second = begin(events, "first"), begin(events, "second")
    for run, stopped in ((first, {"777"}), (second, set[str]())):
        run.end(reason="finished", tally=run.tally(), requests=0, datasets_to_probe=stopped)
    third = begin(events, "third")
    assert third.datasets_to_probe == read_datasets_to_probe(events.warehouse) == {"777"}
    third.end(reason="finished", tally=third.tally(), requests=1, datasets_to_probe=set())
    assert begin(events, "fourth").datasets_to_probe == set()
