"""Claiming and reading: what is planned, in which batches, and what is found when the payloads are read."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from connector.errors import LeaseLost
from connector.ledger import reading
from connector.ledger.run_ledger import RunLedger
from connector.ledger.runs import RunIdentity, end_dead_runs
from connector.model.conversions import Window
from connector.model.outcomes import Evidence, Mark, Marked, Outcome, Settled

if TYPE_CHECKING:
    from tests.contract.ledger.conftest import HandLedger

EVENTS = """
create schema if not exists meta_conversions;
create table meta_conversions.conversion_events as
select
    case when i % 3 = 0 then '777' end as dataset_id,
    'Purchase' as event_name,
    'o' || i as event_id,
    cast(now() at time zone 'UTC' as timestamp) - interval 1 hour as event_time,
    'website' as action_source,
    cast(i as decimal(18, 4)) as value,
    'USD' as currency,
    cast(now() at time zone 'UTC' as timestamp) + to_seconds(3600 + i) as deadline_at,
    'payload ' || i as payload,
    'hash ' || i as payload_hash
from range(25) as numbers(i)
"""


def begin(ledger: HandLedger, sync_id: str = "now", *, mode: str = "live") -> RunLedger:
    with ledger.warehouse.transaction() as connection:
        ledger.runs = int(
            connection.execute(text("select count(*) from meta_conversions_ledger.sync_runs")).scalar_one()
        )
    run = RunIdentity(sync_id=sync_id, mode=mode, destination_host="127.0.0.1", lease_ttl_s=60)
    return RunLedger.begin(ledger.warehouse, run)


def sql(ledger: HandLedger, statement: str) -> list[tuple[object, ...]]:
    with ledger.warehouse.transaction() as connection:
        result = connection.execute(text(statement))
        return [tuple(row) for row in result.fetchall()] if result.returns_rows else []


def claim(ledger: HandLedger, run: RunLedger, chunk: int = 1000, batch: int = 4) -> range | None:
    return run.claim(now=ledger.now + timedelta(seconds=1), chunk_size=chunk, batch_size=batch, resend_unconfirmed=True)


@pytest.fixture
def events(ledger: HandLedger) -> HandLedger:
    for statement in EVENTS.split(";"):
        sql(ledger, statement)
    return ledger


def test_batches_hold_one_dataset_in_dense_positions_earliest_deadline_first(events: HandLedger) -> None:
    run = begin(events)
    assert claim(events, run) == range(7)
    rows = sql(
        events,
        "select batch_no, position, coalesce(dataset_id, ''), cast(value as integer) "
        "from meta_conversions_ledger.sync_records order by batch_no, position",
    )
    assert len(rows) == 25
    batches = {number: [row for row in rows if row[0] == number] for number in range(7)}
    for batch in batches.values():
        assert [row[1] for row in batch] == list(range(len(batch)))
        assert len({row[2] for row in batch}) == 1
        assert len(batch) <= 4
        values = [row[3] for row in batch]
        assert values == sorted(values)  # the deadline grows with the value


def test_a_run_never_claims_what_it_has_claimed_before(events: HandLedger) -> None:
    run = begin(events)
    chunks = []
    while (batch_nos := claim(events, run, chunk=10)) is not None:
        chunks.append(batch_nos)
    assert len(chunks) == 3
    assert all(later.start == earlier.stop for earlier, later in pairwise(chunks))
    assert sql(events, "select count(*), count(distinct event_id) from meta_conversions_ledger.sync_records") == [
        (25, 25)
    ]


def test_what_a_run_deferred_is_owed_to_the_next_run_and_not_to_itself(events: HandLedger) -> None:
    run = begin(events)
    claim(events, run)
    run.record([Settled(batch_no=0, first_position=0, last_position=3, outcome=Outcome.DEFERRED)], [])
    assert claim(events, run) is None
    later = begin(events, "later")
    assert claim(events, later) is not None


def test_suspects_get_batches_of_their_own_and_are_asked_first_so_that_others_can_tell_of_them(
    events: HandLedger,
) -> None:
    run = begin(events)
    claim(events, run)
    spent = Evidence(error_text="bisection_budget_spent")
    run.record([Settled(batch_no=2, first_position=0, last_position=3, outcome=Outcome.DEFERRED, evidence=spent)], [])
    suspects = {
        row[0] for row in sql(events, "select event_id from meta_conversions_ledger.sync_records where batch_no = 2")
    }
    sql(events, "update meta_conversions_ledger.sync_leases set ended = true")
    later = begin(events, "later")
    batch_nos = claim(events, later)
    assert batch_nos is not None
    found = [{event_id for event_id in batch.event_ids if event_id is not None} for batch in later.read(batch_nos)]
    assert found[0] == suspects
    assert not any(suspects & batch for batch in found[1:])


@pytest.mark.parametrize(("refused", "sent_again"), [(Outcome.REJECTED, False), (Outcome.DEFERRED, True)])
def test_what_had_no_answer_and_was_refused_since_is_not_sent_again_unchanged(
    events: HandLedger, refused: Outcome, sent_again: bool
) -> None:
    for name, outcome in (("first", Outcome.UNCONFIRMED), ("second", refused)):
        run = begin(events, name)
        claim(events, run, chunk=1)
        run.record([Settled(batch_no=0, first_position=0, last_position=0, outcome=outcome)], [])
        sql(events, "update meta_conversions_ledger.sync_leases set ended = true")
    [(event_id,)] = sql(events, "select distinct event_id from meta_conversions_ledger.sync_records")
    later = begin(events, "later")
    claim(events, later)
    claimed = {
        row[0]
        for row in sql(events, "select event_id from meta_conversions_ledger.sync_records where sync_id = 'later'")
    }
    assert (event_id in claimed) is sent_again
    assert events.state(event_id) == ("in_flight" if sent_again else "unconfirmed")


def test_a_run_of_a_window_waits_only_for_what_others_hold_inside_it(events: HandLedger) -> None:
    other = events.run(living=True)
    events.record(other, "o1", event_time=events.now - timedelta(hours=1))
    events.record(other, "o2", position=1, event_time=events.now - timedelta(hours=5))
    run = RunIdentity(sync_id="mine", mode="live", destination_host="127.0.0.1", lease_ttl_s=60)
    held = {}
    for hours in (None, 2):
        window = Window(since=events.now - timedelta(hours=hours) if hours else None)
        held[hours] = RunLedger(events.warehouse, run, 2, window).held_by_others()
    assert held == {None: {other: 2}, 2: {other: 1}}
    later = Window(since=events.now - timedelta(minutes=59))
    assert RunLedger(events.warehouse, run, 2, later).held_by_others() == {}


def test_payloads_come_back_in_the_order_of_the_plan(events: HandLedger) -> None:
    run = begin(events)
    batch_nos = claim(events, run)
    assert batch_nos is not None
    planned = sql(events, "select batch_no, position, event_id from meta_conversions_ledger.sync_records order by 1, 2")
    read = [
        (batch.batch_no, position, event_id)
        for batch in run.read(batch_nos)
        for position, event_id in enumerate(batch.event_ids)
    ]
    assert read == planned
    payloads = {
        event_id: payload
        for batch in run.read(batch_nos)
        for event_id, payload in zip(batch.event_ids, batch.payloads, strict=True)
    }
    assert payloads == {f"o{number}": f"payload {number}".encode() for number in range(25)}


def test_a_row_that_is_gone_changed_or_doubled_since_the_claim_has_no_payload(events: HandLedger) -> None:
    run = begin(events)
    batch_nos = claim(events, run)
    assert batch_nos is not None
    sql(events, "delete from meta_conversions.conversion_events where event_id = 'o1'")
    sql(events, "update meta_conversions.conversion_events set payload_hash = 'other' where event_id = 'o2'")
    sql(
        events,
        "insert into meta_conversions.conversion_events select * from meta_conversions.conversion_events "
        "where event_id = 'o4'",
    )
    reasons = {}
    for batch in run.read(batch_nos):
        for event_id, absence, payload in zip(batch.event_ids, batch.absences, batch.payloads, strict=True):
            assert (absence is None) == (payload is not None)
            if absence is not None:
                reasons[event_id] = absence
    assert reasons == {"o1": "row_gone", "o2": "row_changed", "o4": "row_changed"}


def test_reading_spans_many_arrow_batches_without_losing_or_mixing(
    events: HandLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connector.ledger.reading.ROWS_AT_A_TIME", 3)
    run = begin(events)
    batch_nos = claim(events, run)
    assert batch_nos is not None
    sizes = [(batch.batch_no, batch.size) for batch in run.read(batch_nos)]
    assert [number for number, _ in sizes] == list(range(7))
    assert sum(size for _, size in sizes) == 25


def test_a_read_larger_than_its_bound_is_begun_again_with_fewer_batches_and_loses_none(
    events: HandLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    sql(events, "update meta_conversions.conversion_events set payload = repeat('x', 100000)")
    monkeypatch.setattr("connector.ledger.reading.ROWS_AT_A_TIME", 1)
    monkeypatch.setattr("connector.ledger.reading.READ_BYTES", 900_000)
    read, sizes = reading._read, []

    def noted(*asked: Any, most: int | None) -> pa.Table | None:
        found = read(*asked, most=most)
        sizes.append(found.nbytes if found else None)
        return found

    monkeypatch.setattr(reading, "_read", noted)
    run = begin(events)
    batches = list(run.read(claim(events, run) or range(0)))
    assert [batch.batch_no for batch in batches] == list(range(7))
    assert sum(batch.size for batch in batches) == 25
    assert sizes[0] is None  # all at once are 2.5 MB
    assert max(size for size in sizes if size) < 900_000


@pytest.mark.parametrize(
    ("action_source", "payload", "hours"), [("website", "{}", 47), ("physical_store", '{"order_id":"1"}', 167)]
)
def test_what_is_read_may_be_sent_until_its_deadline_or_the_end_of_its_resending(
    events: HandLedger, action_source: str, payload: str, hours: int
) -> None:
    then = events.now - timedelta(hours=40)
    sql(events, "update meta_conversions.conversion_events set deadline_at = deadline_at + interval 300 day")
    change = f"payload = '{payload}', action_source = '{action_source}'"
    sql(events, f"update meta_conversions.conversion_events set {change} where event_id = 'o1'".replace(":", "\\:"))
    before = events.run()
    events.record(before, "o1", payload_hash="hash 1", dataset_id=None, claimed_at=then)
    events.outcome(before, "sending", recorded_at=then)
    run = begin(events)
    found = {}
    for batch in run.read(claim(events, run) or range(0)):
        found |= dict(zip(batch.event_ids, batch.deadlines, strict=True))
    assert found.pop("o1") == int((then + timedelta(hours=hours)).replace(tzinfo=UTC).timestamp())
    later = int((events.now + timedelta(days=299)).replace(tzinfo=UTC).timestamp())
    assert all(deadline and deadline > later for deadline in found.values())


def marks(*batch_nos: int, mark: Mark = Mark.SENDING) -> list[Marked]:
    return [Marked(batch_no=one, first_position=0, last_position=3, mark=mark) for one in batch_nos]


def test_what_was_released_is_owed_after_a_death_and_what_was_sent_again_is_unconfirmed(events: HandLedger) -> None:
    run = begin(events)
    claim(events, run)
    run.record([], marks(0, 1, 2))
    run.record([], marks(1, 2, mark=Mark.RELEASED))
    half = Marked(batch_no=2, first_position=0, last_position=1, mark=Mark.RESENDING)
    run.record([], [half])
    sql(events, "update meta_conversions_ledger.sync_leases set ended = true")
    found = sql(
        events,
        "select records.batch_no, states.state, count(*) from meta_conversions_ledger.sync_records as records "
        "inner join meta_conversions_ledger.conversion_states as states using (event_id) group by 1, 2 order by 1, 2",
    )
    assert found == [(0, "unconfirmed", 4), (2, "unconfirmed", 2)]


def test_a_write_whose_commit_was_not_confirmed_is_written_once(events: HandLedger) -> None:
    run = begin(events)
    claim(events, run)
    for again in (False, True):
        run.record([], marks(0), again=again)
    for again in (False, True):
        run.record([], marks(0, mark=Mark.RELEASED), again=again)
    run.record([], marks(0, mark=Mark.RESENDING))
    sql(events, "update meta_conversions_ledger.sync_leases set ended = true")
    accepted = Settled(batch_no=0, first_position=0, last_position=3, outcome=Outcome.ACCEPTED)
    for again in (False, True):
        with pytest.raises(LeaseLost):
            run.record([accepted], [], again=again)
    assert sql(events, "select outcome from meta_conversions_ledger.sync_outcomes order by 1") == [
        ("accepted",),
        ("released",),
        ("resending",),
        ("sending",),
    ]


def test_an_expired_lease_is_neither_renewed_by_a_write_nor_by_a_claim(events: HandLedger) -> None:
    run = begin(events)
    sql(events, "update meta_conversions_ledger.sync_leases set expires_at = expires_at - interval 1 hour")
    before = sql(events, "select expires_at from meta_conversions_ledger.sync_leases")
    with pytest.raises(LeaseLost, match="declared dead"):
        run.record([], [])
    with pytest.raises(LeaseLost, match="declared dead"):
        claim(events, run)
    assert sql(events, "select expires_at from meta_conversions_ledger.sync_leases") == before
    assert sql(events, "select count(*) from meta_conversions_ledger.sync_records") == [(0,)]


def test_a_run_that_was_ended_claims_nothing_more_though_its_lease_would_last(events: HandLedger) -> None:
    run = begin(events)
    sql(events, "update meta_conversions_ledger.sync_leases set ended = true")
    with pytest.raises(LeaseLost, match="declared dead"):
        claim(events, run)
    assert sql(events, "select count(*) from meta_conversions_ledger.sync_records") == [(0,)]


def test_every_write_renews_the_lease(events: HandLedger) -> None:
    run = begin(events)
    sql(events, "update meta_conversions_ledger.sync_leases set expires_at = expires_at - interval 50 second")
    [(before,)] = sql(events, "select expires_at from meta_conversions_ledger.sync_leases")
    run.record([], [])
    assert sql(events, f"select count(*) from meta_conversions_ledger.sync_leases where expires_at > '{before}'") == [
        (1,)
    ]


def test_a_dead_run_is_ended_once_whoever_sees_that_it_is_dead(events: HandLedger) -> None:
    begin(events)
    ending = {
        "sync_id": sql(events, "select sync_id from meta_conversions_ledger.sync_leases")[0][0],
        "all_others_gone": True,
    }
    ended = []
    for _ in range(2):
        with events.warehouse.transaction() as connection:
            ended.append(events.warehouse.run(connection, "end_dead_lease", ending).rowcount)
    assert ended == [1, 0]


def test_a_claim_ends_whoever_died_since_its_run_began_before_it_claims_again(events: HandLedger) -> None:
    run = begin(events)
    gone = events.run(living=True)
    events.record(gone, "o1", dataset_id="777")
    lapsed = "update meta_conversions_ledger.sync_leases set expires_at = expires_at - interval 2 hour"
    sql(events, f"{lapsed} where sync_id = '{gone}'")
    claim(events, run)
    assert sql(events, f"select ended from meta_conversions_ledger.sync_leases where sync_id = '{gone}'") == [(True,)]


def test_a_lease_that_was_renewed_meanwhile_is_not_ended_as_a_dead_ones(events: HandLedger) -> None:
    begin(events)
    ending = {"sync_id": sql(events, "select sync_id from meta_conversions_ledger.sync_leases")[0][0]}
    with events.warehouse.transaction() as connection:
        ended = events.warehouse.run(connection, "end_dead_lease", ending | {"all_others_gone": False})
        assert ended.rowcount == 0
    assert sql(events, "select ended from meta_conversions_ledger.sync_leases") == [(False,)]


def test_a_mark_by_a_run_that_was_ended_is_refused_and_its_outcomes_are_kept(events: HandLedger) -> None:
    run = begin(events)
    claim(events, run)
    run.record([], marks(0, 1))
    sql(events, "update meta_conversions_ledger.sync_leases set ended = true")
    accepted = Settled(batch_no=0, first_position=0, last_position=3, outcome=Outcome.ACCEPTED)
    with pytest.raises(LeaseLost, match="declared dead"):
        run.record([accepted], marks(2))
    outcomes = sql(events, "select batch_no, outcome from meta_conversions_ledger.sync_outcomes order by 1, 2")
    assert outcomes == [(0, "accepted"), (0, "sending"), (1, "sending")]


def test_a_lease_that_ran_out_lets_nothing_more_be_marked_though_nobody_ended_the_run(events: HandLedger) -> None:
    run = begin(events)
    claim(events, run)
    run.record([], marks(0, 1))
    sql(events, "update meta_conversions_ledger.sync_leases set expires_at = expires_at - interval 1 hour")
    accepted = Settled(batch_no=0, first_position=0, last_position=3, outcome=Outcome.ACCEPTED)
    with pytest.raises(LeaseLost, match="declared dead"):
        run.record([accepted], marks(2))
    outcomes = sql(events, "select batch_no, outcome from meta_conversions_ledger.sync_outcomes order by 1, 2")
    assert outcomes == [(0, "accepted"), (0, "sending"), (1, "sending")]


def test_the_tally_finds_what_has_no_outcome_and_what_has_two(events: HandLedger) -> None:
    run = begin(events)
    claim(events, run)
    run.record([Settled(batch_no=0, first_position=0, last_position=3, outcome=Outcome.ACCEPTED)], marks(0))
    run.record([Settled(batch_no=0, first_position=3, last_position=3, outcome=Outcome.DEFERRED)], [])
    tally = run.tally()
    assert (tally.claimed, tally.events[Outcome.ACCEPTED], tally.oversettled, tally.unsettled) == (25, 3, 1, 21)
    assert not tally.is_proven


def test_a_run_has_one_end_whoever_writes_it(events: HandLedger) -> None:
    run = begin(events)
    run.forget()  # as another process would see it
    end_dead_runs(events.warehouse)
    with pytest.raises(LeaseLost, match="declared dead"):
        run.end(reason="finished", tally=run.tally(), requests=0)
    assert sql(events, "select reason from meta_conversions_ledger.sync_runs where phase = 'ended'") == [
        ("process_gone",)
    ]


def test_joins_are_as_they_are_written_for_a_claim_and_not_after_it(ledger: HandLedger) -> None:
    """DuckDB would build the table of a join of all that is owed, beyond its memory: the long form shows it."""
    asked = "select current_setting('disabled_optimizers')"
    dialect = ledger.warehouse.dialect
    with ledger.warehouse.engine.connect() as connection, suppress(DBAPIError), dialect.joining_as_written(connection):
        assert connection.execute(text(asked)).scalar_one() == "build_side_probe_side"
        connection.execute(text("select * from nowhere"))
    assert sql(ledger, asked) == [("",)]
