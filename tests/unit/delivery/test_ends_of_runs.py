"""Why a run ended follows from what the destination took; a run in which nothing arrived is never green."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from connector.delivery import RunConfig, RunResult, SyncRun
from connector.delivery.pacing import MAX_CONSECUTIVE_UNREADABLE
from connector.model.batches import LoadedBatch
from connector.model.outcomes import Evidence, Outcome
from connector.model.stop_reasons import HANDFUL, StopReason
from connector.model.verdicts import Kind, Verdict, Wording

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from connector.model.outcomes import Marked, Settled

ACCEPTED = Verdict(kind=Kind.ACCEPTED, evidence=Evidence(http_status=200))
BAD_EVENT = Verdict(kind=Kind.CONTENT, evidence=Evidence(http_status=400, error_code=100, error_subcode=2804009))
UNNAMED = Verdict(kind=Kind.MAYBE_CONTENT, evidence=Evidence(http_status=400, error_code=100))
IN_FUTURE = Verdict(kind=Kind.CONTENT, evidence=Evidence(http_status=400), passes_with_time=True)
PAGE = Verdict(kind=Kind.UNCONFIRMED, evidence=Evidence(http_status=200, error_text="unreadable_answer"))
BLOCKED = Verdict(kind=Kind.WAIT, evidence=Evidence(http_status=403), if_lasting=StopReason.INTERMEDIARY)
LIMITED = Verdict(kind=Kind.WAIT, evidence=Evidence(http_status=400, error_code=4), pause_s=3600)
TOKEN = Verdict(kind=Kind.STOP, evidence=Evidence(http_status=400, error_code=190), advice="Make a new token.")
UNSENT = Verdict(kind=Kind.WAIT, evidence=Evidence(), meaning="Nobody listens.")


@dataclass
class BatchesOfOne:
    """A ledger with one event a batch; a claim takes a chunk of them."""

    events: int
    chunk: int = 1_000
    claimed: int = 0
    unchanged: int = 1_000_000
    absence: str | None = None
    settled: list[Settled] = field(default_factory=list)

    def claim(self, *, only: str | None, without: Sequence[str], **_: object) -> range | None:
        size = min(1 if only is not None else self.chunk, self.events - self.claimed)
        if size <= 0 or (only is None and without):
            return None
        first, self.claimed = self.claimed, self.claimed + size
        return range(first, first + size)

    def held_by_others(self) -> dict[str, int]:
        return {}

    def read(self, batch_nos: range) -> Iterator[LoadedBatch]:
        for number in batch_nos:
            one = {"event_names": ["Lead"], "event_ids": [str(number)], "event_times": [1], "deadlines": [2**40]}
            one |= {"values": [None], "currencies": [None]}
            absent = self.absence if number >= self.unchanged else None
            payload = None if absent else b"{}"
            yield LoadedBatch(batch_no=number, dataset_id="7", payloads=[payload], absences=[absent], **one)

    def record(self, settled: Sequence[Settled], marked: Sequence[Marked], *, again: bool = False) -> None:
        self.settled += settled


@dataclass
class Answering:
    """A destination that gives one answer after another, and the last of them from then on."""

    answers: list[Verdict]
    batch_size: int = 1
    max_bytes: int = 1_000
    wording: Wording = field(
        default_factory=lambda: Wording(name="Toy", unreachable="wind", unreadable="shake", no_dataset="name")
    )
    asked: int = 0

    def screen(self, payloads: Sequence[bytes], **_: object) -> list[str | None]:
        return [None] * len(payloads)

    async def send(self, dataset_id: str, payloads: Sequence[bytes]) -> Verdict:
        answer = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        await asyncio.sleep(0)
        return answer


@pytest.fixture(autouse=True)
def no_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.delivery.sending.backoff_s", lambda attempt: 0.0)


def run(*answers: Verdict, events: int = 1, concurrency: int = 1, probe: bool = False) -> tuple[RunResult, Answering]:
    return run_of(BatchesOfOne(events), *answers, concurrency=concurrency, probe=probe)


def run_of(
    ledger: BatchesOfOne, *answers: Verdict, concurrency: int = 1, probe: bool = False
) -> tuple[RunResult, Answering]:
    destination = Answering(list(answers))
    config = RunConfig(
        concurrency=concurrency,
        resend_unconfirmed=True,
        default_dataset=None,
        request_timeout_s=1,
        lease_ttl_s=60,
        datasets_to_probe=frozenset({"7"} if probe else ()),
    )
    now: Callable[[], datetime] = lambda: datetime.now(UTC)  # noqa: E731
    sync = SyncRun(ledger, destination, config, now=now, monotonic=time.monotonic)
    return asyncio.run(sync.run()), destination


@pytest.mark.parametrize(
    ("answers", "events", "reason"),
    [
        ([ACCEPTED], 3, StopReason.FINISHED),
        ([PAGE], 1, StopReason.NOTHING_ACCEPTED),
        ([PAGE, ACCEPTED], 2, StopReason.FINISHED),
        ([LIMITED], 1, StopReason.NOTHING_ACCEPTED),
        ([ACCEPTED, LIMITED], 2, StopReason.RATE_LIMITED),
        ([IN_FUTURE], 1, StopReason.NOTHING_ACCEPTED),
        ([BAD_EVENT], HANDFUL - 1, StopReason.FINISHED),
        ([BAD_EVENT], HANDFUL, StopReason.NOTHING_ACCEPTED),
        ([BAD_EVENT, PAGE], 2, StopReason.NOTHING_ACCEPTED),
        ([ACCEPTED, BAD_EVENT], HANDFUL + 1, StopReason.FINISHED),
        ([UNNAMED], 1, StopReason.NO_CONTRAST),
        ([UNNAMED, ACCEPTED], 2, StopReason.FINISHED),
        ([BLOCKED], 1, StopReason.INTERMEDIARY),
        ([UNSENT], 1, StopReason.UNREACHABLE),
        ([TOKEN], 1, StopReason.REFUSED),
        ([ACCEPTED, TOKEN], 2, StopReason.REFUSED),
        ([PAGE], MAX_CONSECUTIVE_UNREADABLE, StopReason.UNCERTAIN),
    ],
)
def test_the_reason_of_a_run_follows_from_what_was_taken(
    answers: list[Verdict], events: int, reason: StopReason
) -> None:
    assert run(*answers, events=events)[0].reason == reason


def test_a_run_without_a_request_is_fine() -> None:
    result, destination = run(ACCEPTED, events=0)
    assert (result.reason, destination.asked) == (StopReason.FINISHED, 0)


@pytest.mark.parametrize(
    ("absence", "events", "unchanged", "reason"),
    [
        ("row_changed", HANDFUL, 0, StopReason.ROWS_CHANGED),
        ("row_gone", HANDFUL, 0, StopReason.ROWS_CHANGED),
        ("row_changed", HANDFUL - 1, 0, StopReason.FINISHED),
        ("row_changed", HANDFUL + 1, 1, StopReason.FINISHED),
        ("key_not_unique", HANDFUL, 0, StopReason.FINISHED),
    ],
)
def test_a_run_whose_every_row_had_changed_before_it_could_be_sent_is_not_green(
    absence: str, events: int, unchanged: int, reason: StopReason
) -> None:
    """As where the relation is a view whose payload is another one each time."""
    ledger = BatchesOfOne(events, absence=absence, unchanged=unchanged)
    result, destination = run_of(ledger, ACCEPTED)
    assert (result.reason, destination.asked) == (reason, unchanged)


@pytest.mark.parametrize("answer", [PAGE, BLOCKED])
@pytest.mark.parametrize("concurrency", [1, 4, 16])
def test_an_intermediary_gets_at_most_five_requests_of_a_run(answer: Verdict, concurrency: int) -> None:
    result, destination = run(answer, events=200, concurrency=concurrency)
    assert destination.asked <= MAX_CONSECUTIVE_UNREADABLE
    assert result.requests == destination.asked
    assert not StopReason(result.reason).is_green


def test_an_intermediary_and_limits_by_turns_are_no_acceptance() -> None:
    busy = Verdict(kind=Kind.WAIT, evidence=Evidence(http_status=400, error_code=4))
    result, destination = run(*[PAGE, busy, busy, busy] * 9, events=50)
    assert result.outcomes[Outcome.UNCONFIRMED] <= MAX_CONSECUTIVE_UNREADABLE
    assert not StopReason(result.reason).is_green
    assert destination.asked < 50


def test_an_acceptance_in_between_lets_the_run_go_on() -> None:
    result, _ = run(*[PAGE, PAGE, PAGE, PAGE, ACCEPTED] * 4, events=20)
    assert (result.reason, result.outcomes[Outcome.ACCEPTED]) == (StopReason.FINISHED, 4)


def test_a_destination_that_answers_gets_as_many_requests_at_once_as_allowed() -> None:
    result, destination = run(ACCEPTED, events=100, concurrency=16)
    assert (result.reason, destination.asked) == (StopReason.FINISHED, 100)


def test_a_probe_without_a_readable_answer_is_followed_by_the_next_batch() -> None:
    result, destination = run(PAGE, ACCEPTED, events=30, probe=True)
    assert (result.reason, result.outcomes[Outcome.ACCEPTED], destination.asked) == (StopReason.FINISHED, 29, 30)


def test_a_probe_that_is_all_that_is_owed_and_stays_unread_has_nothing_accepted() -> None:
    assert run(PAGE, events=2, probe=True)[0].reason == StopReason.NOTHING_ACCEPTED


def test_probes_without_a_readable_answer_end_the_run_before_the_rest_is_touched() -> None:
    result, destination = run(PAGE, events=2_500, probe=True)
    assert (result.reason, destination.asked) == (StopReason.UNCERTAIN, MAX_CONSECUTIVE_UNREADABLE)


@pytest.mark.parametrize("reason", StopReason)
def test_a_reason_that_is_not_green_tells_someone_and_says_what_to_do(reason: StopReason) -> None:
    assert reason.is_green == (reason.told == "nobody")
    assert reason.meaning
    assert reason.advice
