"""What a run writes when, over a ledger and a destination made by hand: the fence, the facts, and the count."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from connector.delivery import RunConfig, SyncRun
from connector.delivery import writing as pacing_of_writes
from connector.delivery.pacing import MAX_CONSECUTIVE_UNREADABLE
from connector.delivery.reasons import Reason
from connector.delivery.results import RunResult
from connector.delivery.threads import SWITCH_S, two_threads
from connector.delivery.writing import Writer
from connector.errors import LeaseLost
from connector.model.batches import LoadedBatch
from connector.model.outcomes import Evidence, Mark, Marked, Outcome, Settled
from connector.model.tally import Tally
from connector.model.verdicts import Kind, Verdict, Wording

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from connector.delivery.threads import InThread

T = TypeVar("T")
NOW = datetime(2026, 11, 1, tzinfo=UTC)
WORDING = Wording(name="Desk", unreachable="wait", unreadable="wait", no_dataset="wait")


@dataclass
class Clock:
    """Stands still until a test moves it."""

    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Desk:
    """Ledger and destination at once. `on_send`, `on_record` may move the clock or raise; `steps` is what happened."""

    clock: Clock = field(default_factory=Clock)
    batches: int = 1
    payload: bytes = b"{}"
    deadline: int = 2**40
    on_send: Callable[[Desk], None] = lambda _: None
    on_record: Callable[[Desk], None] = lambda _: None
    on_write: Callable[[Sequence[Settled], Sequence[Marked]], None] = lambda *_: None
    batch_size: int = 2
    max_bytes: int = 1_000
    wording: Wording = WORDING
    steps: list[tuple[str, int]] = field(default_factory=list)
    outcomes: list[Settled] = field(default_factory=list)
    requests: list[int] = field(default_factory=list)
    screened_by: set[str] = field(default_factory=set)
    claims: int = 0

    def claim(self, **_: Any) -> range | None:
        self.claims += 1
        return range(self.batches) if self.claims == 1 else None

    def held_by_others(self) -> dict[str, int]:
        return {}

    def read(self, batch_nos: range) -> Iterator[LoadedBatch]:
        for number in batch_nos:
            columns: dict[str, Any] = {"event_names": ["P"] * 2, "event_ids": ["a", "b"], "event_times": [1, 1]}
            yield LoadedBatch(
                batch_no=number,
                dataset_id="1",
                payloads=[self.payload] * 2,
                absences=[None] * 2,
                values=[None] * 2,
                currencies=[None] * 2,
                deadlines=[self.deadline] * 2,
                **columns,
            )

    def record(self, settled: Sequence[Settled], marked: Sequence[Marked], *, again: bool = False) -> None:
        self.on_record(self)
        self.on_write(settled, marked)
        self.outcomes += settled
        self.steps += [(str(one.mark), one.batch_no) for one in marked]
        self.steps += [(str(one.outcome), one.batch_no) for one in settled]

    def screen(self, payloads: Sequence[bytes], **_: object) -> list[str | None]:
        self.screened_by.add(THREADS[-1])
        return [None] * len(payloads)

    async def send(self, dataset_id: str, payloads: Sequence[bytes]) -> Verdict:
        self.steps.append(("request", len(self.requests)))
        self.requests.append(len(payloads))
        self.on_send(self)
        await asyncio.sleep(0)
        return Verdict(kind=Kind.ACCEPTED, evidence=Evidence(http_status=200))


async def at_once(work: Callable[[], T]) -> T:
    await asyncio.sleep(0)
    THREADS.append("a thread")
    try:
        return work()
    finally:
        THREADS.pop()


THREADS = ["the event loop"]
"""Who is at work, the innermost last."""


def run(
    desk: Desk,
    *,
    concurrency: int = 1,
    request_timeout_s: float = 30.0,
    write_interval_s: float = 0.0,
    now: Callable[[], datetime] = lambda: NOW,
    in_thread: InThread = at_once,
) -> RunResult:
    config = RunConfig(
        concurrency=concurrency,
        resend_unconfirmed=True,
        default_dataset=None,
        request_timeout_s=request_timeout_s,
        lease_ttl_s=120.0,
        write_interval_s=write_interval_s,
    )
    sync_run = SyncRun(desk, desk, config, now=now, monotonic=desk.clock, in_thread=in_thread)
    return asyncio.run(sync_run.run())


def test_a_request_starts_only_after_its_mark_was_committed_and_its_outcome_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("connector.delivery.sending.HANDFUL", 0)  # none is kept back: they go in order
    desk = Desk(batches=3)
    assert run(desk).reason == "finished"
    for number in range(3):
        marked, sent = desk.steps.index((str(Mark.SENDING), number)), desk.steps.index(("request", number))
        assert marked < sent < desk.steps.index((str(Outcome.ACCEPTED), number))


def test_an_answer_does_not_wait_for_the_batches_behind_it() -> None:
    desk = Desk(batches=40)
    run(desk)
    assert desk.steps.index((str(Outcome.ACCEPTED), 0)) < desk.steps.index(("request", 10))


def test_answers_that_come_faster_than_writes_may_begin_share_one() -> None:
    writes: list[int] = []
    desk = Desk(batches=8, on_record=lambda desk: writes.append(len(desk.requests)))
    run(desk, concurrency=4, write_interval_s=0.01)
    assert len(desk.outcomes) == 8
    assert len(writes) < 8


async def writing(least_s: float) -> list[list[str]]:
    """What each write carried, where a mark and then an outcome come after the first write, and no time passes."""
    writes: list[list[str]] = []
    desk = Desk(on_write=lambda settled, marked: writes.append([*map(kind_of, settled), *map(kind_of, marked)]))
    writer = Writer(desk, lease_ttl_s=120.0, least_s=least_s, monotonic=desk.clock, on_written=lambda _: None)
    task = asyncio.create_task(writer.run(at_once))
    place = {"batch_no": 0, "first_position": 0, "last_position": 0}
    for begin in (
        lambda: writer.settle([Settled(**place, outcome=Outcome.ACCEPTED)]),
        lambda: writer.release(Marked(**place, mark=Mark.RELEASED)),
        lambda: writer.settle([Settled(**place, outcome=Outcome.ACCEPTED)]),
        lambda: writer.settle([]),
        writer.close,
    ):
        begin()
        for _ in range(20):
            await asyncio.sleep(0)
    await task
    return writes


def kind_of(one: Settled | Marked) -> str:
    return type(one).__name__


def test_an_outcome_is_written_at_once_with_the_marks_that_waited_for_company(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pacing_of_writes, "MARKS_SHARE_S", 3600.0)
    assert asyncio.run(writing(0.0)) == [["Settled"], ["Settled", "Marked"]]


def test_a_writer_that_is_closed_with_something_left_writes_it_and_ends() -> None:
    async def closing() -> int:
        desk = Desk()
        writer = Writer(desk, lease_ttl_s=3600.0, least_s=0.0, monotonic=desk.clock, on_written=lambda _: None)
        writer.settle([Settled(batch_no=0, first_position=0, last_position=0, outcome=Outcome.ACCEPTED)])
        writer.close()
        await asyncio.wait_for(writer.run(at_once), timeout=5.0)
        return len(desk.outcomes)

    assert asyncio.run(closing()) == 1


def test_where_a_statement_has_a_price_outcomes_wait_for_company_too() -> None:
    assert asyncio.run(writing(3600.0)) == [["Settled"], ["Settled", "Marked"]]


def test_an_answer_is_heard_while_a_batch_is_screened() -> None:
    desk = Desk(batches=4)
    run(desk)
    assert desk.screened_by == {"a thread"}


def test_threads_take_turns_often_during_a_run_and_as_before_after_it() -> None:
    before = sys.getswitchinterval()
    with two_threads(None, at_once=True):
        assert sys.getswitchinterval() == pytest.approx(SWITCH_S, abs=2e-6)  # Python cuts off parts of a microsecond
    assert sys.getswitchinterval() == before


@pytest.mark.parametrize("late_s", [91.0, 121.0])
def test_no_request_starts_that_could_outlive_the_lease(late_s: float) -> None:
    """Time passes between the commit of the marks and the sending: the second request would end after the lease."""

    def stall(desk: Desk) -> None:
        desk.clock.seconds += late_s

    desk = Desk(batches=3, on_send=stall)
    result = run(desk)
    assert len(desk.requests) < 3
    assert result.reason == "lease_lost"
    assert result.outcomes[Outcome.DEFERRED] + result.outcomes[Outcome.ACCEPTED] == 6


def test_a_run_that_is_declared_dead_sends_nothing_more_and_its_facts_are_written() -> None:
    def refuse(desk: Desk) -> None:
        if desk.requests:
            raise LeaseLost("declared dead")

    desk = Desk(batches=40, on_record=refuse)
    with pytest.raises(LeaseLost, match="declared dead"):
        run(desk)
    assert len(desk.requests) < 10


@dataclass
class LateAnswers(Desk):
    """Reading fails when two requests are out. Then the first is answered; the second when that is written."""

    batches: int = 2
    is_read: bool = False
    are_out: asyncio.Event = field(default_factory=asyncio.Event)
    has_failed: asyncio.Event = field(default_factory=asyncio.Event)
    is_written: asyncio.Event = field(default_factory=asyncio.Event)

    def read(self, batch_nos: range) -> Iterator[LoadedBatch]:
        for batch in super().read(batch_nos):
            self.is_read = batch.batch_no == batch_nos[-1]
            yield batch
        self.has_failed.set()
        raise OSError("the connection is gone")

    def record(self, settled: Sequence[Settled], marked: Sequence[Marked], *, again: bool = False) -> None:
        super().record(settled, marked, again=again)
        if settled:
            self.is_written.set()

    async def send(self, dataset_id: str, payloads: Sequence[bytes]) -> Verdict:
        verdict = await super().send(dataset_id, payloads)
        is_second = len(self.requests) == 2 and not self.are_out.is_set()
        if is_second:
            self.are_out.set()
        await (self.is_written if is_second else self.has_failed).wait()
        for _ in range(100):  # no timer is at work: a run that does not wait has ended by then
            await asyncio.sleep(0)
        return verdict

    async def in_thread(self, work: Callable[[], T]) -> T:
        """As `at_once`, but that the reader goes on behind the last batch only when both requests are out."""
        if self.is_read and getattr(work, "func", None) != self.record:
            await self.are_out.wait()
        return await at_once(work)


def test_answers_in_flight_are_written_when_reading_the_next_batch_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.delivery.sending.HANDFUL", 0)  # none is kept back
    monkeypatch.setattr(pacing_of_writes, "MARKS_SHARE_S", 0.0)
    desk = LateAnswers()
    with pytest.raises(OSError, match="the connection is gone"):
        run(desk, concurrency=2, in_thread=desk.in_thread)
    accepted = [one.batch_no for one in desk.outcomes if one.outcome is Outcome.ACCEPTED]
    assert (sorted(accepted), desk.requests) == ([0, 1], [2, 2])


@pytest.mark.parametrize("number", [1, 3, 6])
def test_an_error_of_any_request_fails_the_run_also_after_the_last_batch_was_begun(number: int) -> None:
    """The sixth is the last: nobody asks for another batch after it, and only its own task knows of the error."""

    def fail(desk: Desk) -> None:
        if len(desk.requests) == number:
            raise OSError("the connection is gone")

    desk = Desk(batches=6, on_send=fail)
    with pytest.raises(OSError, match="the connection is gone"):
        run(desk)
    assert len(desk.requests) <= number + 1  # the slot is free a moment before the run knows why
    accepted = [one for one in desk.outcomes if one.outcome is Outcome.ACCEPTED]
    assert len(accepted) == len(desk.requests) - 1


@dataclass
class DeadLine(Desk):
    """Its line fails under every request, after more have been marked than may be in flight."""

    async def send(self, dataset_id: str, payloads: Sequence[bytes]) -> Verdict:
        self.requests.append(len(payloads))
        for _ in range(200):
            await asyncio.sleep(0)
        raise OSError("the connection is gone")


def test_a_request_that_waits_for_an_answer_is_told_when_those_in_flight_end_in_errors() -> None:
    desk = DeadLine(batches=12)
    with pytest.raises(OSError, match="the connection is gone"):
        run(desk, concurrency=8)
    assert len(desk.requests) <= 2 * MAX_CONSECUTIVE_UNREADABLE


def test_a_deadline_that_passed_since_the_claim_is_seen_before_the_sending() -> None:
    desk = Desk(deadline=int(NOW.timestamp()))
    run(desk)
    assert desk.requests == []
    assert [one.evidence.error_text for one in desk.outcomes] == [Reason.PAST_DEADLINE]


@dataclass
class Aging(Desk):
    """One event of each batch may be sent until ten seconds from now; writing the marks takes longer."""

    seconds: int = 0

    def read(self, batch_nos: range) -> Iterator[LoadedBatch]:
        for batch in super().read(batch_nos):
            yield replace(batch, deadlines=[int(NOW.timestamp()) + 10, 2**40])

    def record(self, settled: Sequence[Settled], marked: Sequence[Marked], *, again: bool = False) -> None:
        self.seconds += 11 if marked else 0
        super().record(settled, marked, again=again)


def test_what_may_not_be_sent_any_more_when_its_mark_is_written_stays_and_its_neighbours_go() -> None:
    desk = Aging()
    run(desk, now=lambda: NOW + timedelta(seconds=desk.seconds))
    assert desk.requests == [1]
    outcomes = {(one.first_position, one.outcome, one.evidence.error_text) for one in desk.outcomes}
    assert outcomes == {(0, Outcome.DEFERRED, Reason.PAST_DEADLINE), (1, Outcome.ACCEPTED, None)}
    marks = [name for name, _ in desk.steps if name in (Mark.SENDING, Mark.RELEASED, Mark.RESENDING)]
    assert marks == [Mark.SENDING, Mark.RELEASED, Mark.RESENDING]


def test_a_batch_over_the_bound_in_bytes_goes_in_parts_and_an_event_over_it_is_invalid() -> None:
    desk = Desk(payload=b'{"a":"' + b"x" * 600 + b'"}')
    assert run(desk).outcomes == Counter({Outcome.ACCEPTED: 2})
    assert desk.requests == [1, 1]
    large = Desk(payload=b"x" * 2_000)
    assert run(large).outcomes == Counter({Outcome.INVALID: 2})
    assert {one.evidence.error_text for one in large.outcomes} == {Reason.TOO_LARGE}


def test_a_write_that_fails_is_tried_again_with_the_same_rows_and_nothing_is_sent_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("connector.delivery.writing.WRITE_BACKOFF_S", (0.02,))
    failures = iter([OSError("gone"), OSError("gone")])
    sent: list[int] = []

    def flaky(desk: Desk) -> None:
        if desk.requests and (error := next(failures, None)) is not None:
            sent.append(len(desk.requests))
            raise error

    desk = Desk(batches=6, on_record=flaky)
    result = run(desk)
    assert (result.reason, result.outcomes[Outcome.ACCEPTED], len(sent)) == ("finished", 12, 2)
    assert sent[0] == sent[1]


def test_after_a_sleep_longer_than_the_lease_a_write_whose_connection_is_gone_is_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("connector.delivery.writing.WRITE_BACKOFF_S", (0.0, 0.0))
    failures = iter([OSError("gone"), OSError("gone")])

    def sleeps(desk: Desk) -> None:
        if desk.requests and (error := next(failures, None)) is not None:
            desk.clock.seconds += 600
            raise error

    desk = Desk(on_record=sleeps)
    run(desk)
    assert [one.outcome for one in desk.outcomes] == [Outcome.ACCEPTED]


@dataclass
class FailingDesk(Desk):
    """Its writes fail, once four requests are marked, two are under way and the first is answered.

    The others are answered when a write has failed. `sent` is how many had left at each of the failures.
    """

    failures: int = 20
    are_marked: asyncio.Event = field(default_factory=asyncio.Event)
    has_failed: asyncio.Event = field(default_factory=asyncio.Event)
    sent: list[int] = field(default_factory=list)

    def record(self, settled: Sequence[Settled], marked: Sequence[Marked], *, again: bool = False) -> None:
        if settled and len(self.sent) < self.failures:
            self.sent.append(len(self.requests))
            self.has_failed.set()
            raise OSError("gone")
        super().record(settled, marked, again=again)
        if sum(step == Mark.SENDING for step, _ in self.steps) == 4:
            self.are_marked.set()

    async def send(self, dataset_id: str, payloads: Sequence[bytes]) -> Verdict:
        is_first = not self.requests
        verdict = await super().send(dataset_id, payloads)
        await (self.are_marked if is_first else self.has_failed).wait()
        return verdict


def test_while_a_write_fails_not_even_a_request_leaves_that_is_marked_and_has_a_slot(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("connector.delivery.writing.WRITE_BACKOFF_S", (0.0,))
    monkeypatch.setattr("connector.delivery.sending.FAILING_POLL_S", 0.0)
    desk = FailingDesk(batches=8)
    result = run(desk, concurrency=2)
    assert (result.reason, result.outcomes[Outcome.ACCEPTED]) == ("finished", 16)
    assert desk.sent == [3] * desk.failures


@pytest.mark.parametrize("differs", [Outcome.ACCEPTED, Outcome.DEFERRED])
def test_a_run_is_proven_only_if_its_own_count_of_each_outcome_is_the_ledgers(differs: Outcome) -> None:
    result = RunResult(reason="finished", requests=1, claimed=3, wording=WORDING)
    result.outcomes[Outcome.ACCEPTED] = 3
    events = dict.fromkeys(Outcome, 0) | {Outcome.ACCEPTED: 3}
    assert result.is_proven_by(Tally(events=events, money={}, unsettled=0, oversettled=0))
    events = events | {Outcome.ACCEPTED: 2, Outcome.REJECTED: 1}
    if differs is Outcome.DEFERRED:
        events = events | {Outcome.REJECTED: 0, Outcome.DEFERRED: 1}
    assert not result.is_proven_by(Tally(events=events, money={}, unsettled=0, oversettled=0))
