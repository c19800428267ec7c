"""One batch is kept back for what may be suspects, so that contrast can come; nothing else waits for it."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

import pytest

from connector.delivery import RunConfig, RunResult, SyncRun
from connector.model.batches import LoadedBatch
from connector.model.outcomes import Evidence, Outcome
from connector.model.verdicts import Kind, Verdict, Wording

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from connector.model.outcomes import Marked, Settled

T = TypeVar("T")
TURNS = 50
"""Turns of the event loop that an answer takes: more than all that may leave need for it."""


@dataclass
class Toy:
    """Ledger and destination at once: `batches` of texts, by dataset. What contains `odd` is refused without a cause.

    `trouble`: by the number of the request, whether the dataset refuses it whatever it holds.
    """

    batches: list[tuple[str, list[str]]]
    batch_size: int = 1_000
    max_bytes: int = 1_000
    trouble: Callable[[int], bool] = lambda _: False
    wording: Wording = field(default_factory=lambda: Wording(name="", unreachable="", unreadable="", no_dataset=""))
    asked: list[list[str]] = field(default_factory=list)
    outcomes: dict[tuple[int, int], Outcome] = field(default_factory=dict)
    out: int = 0
    most: int = 0
    is_claimed: bool = False

    def claim(self, **_: object) -> range | None:
        is_first, self.is_claimed = not self.is_claimed, True
        return range(len(self.batches)) if is_first else None

    def held_by_others(self) -> dict[str, int]:
        return {}

    def read(self, batch_nos: range) -> Iterator[LoadedBatch]:
        for number in batch_nos:
            dataset, events = self.batches[number]
            nothing = [None] * len(events)
            yield LoadedBatch(
                batch_no=number,
                dataset_id=dataset,
                payloads=[one.encode() for one in events],
                absences=nothing,
                event_names=nothing,
                event_ids=nothing,
                event_times=nothing,
                values=nothing,
                currencies=nothing,
                deadlines=nothing,
            )

    def record(self, settled: Sequence[Settled], marked: Sequence[Marked], *, again: bool = False) -> None:
        for one in settled:
            for position in range(one.first_position, one.last_position + 1):
                self.outcomes[one.batch_no, position] = one.outcome

    def screen(self, payloads: Sequence[bytes], **_: object) -> list[str | None]:
        return [None] * len(payloads)

    async def send(self, dataset_id: str, payloads: Sequence[bytes]) -> Verdict:
        events = [one.decode() for one in payloads]
        self.asked.append(events)
        is_refused = self.trouble(len(self.asked)) or any("odd" in one for one in events)
        self.out += 1
        self.most = max(self.most, self.out)
        for _ in range(TURNS):
            await asyncio.sleep(0)
        self.out -= 1
        if is_refused:
            return Verdict(kind=Kind.MAYBE_CONTENT, evidence=Evidence(http_status=400, error_code=100))
        return Verdict(kind=Kind.ACCEPTED, evidence=Evidence(http_status=200))


@pytest.fixture(autouse=True)
def marks_wait_for_no_company(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.delivery.writing.MARKS_SHARE_S", 0.0)


async def at_once(work: Callable[[], T]) -> T:
    await asyncio.sleep(0)
    return work()


def run(toy: Toy, *, concurrency: int = 4) -> RunResult:
    config = RunConfig(
        concurrency=concurrency,
        resend_unconfirmed=True,
        default_dataset=None,
        request_timeout_s=1,
        lease_ttl_s=60,
    )
    sync = SyncRun(toy, toy, config, now=lambda: datetime.now(UTC), monotonic=time.monotonic, in_thread=at_once)
    return asyncio.run(sync.run())


def full(number: int, *, dataset: str = "1") -> tuple[str, list[str]]:
    return dataset, [f"good {number}"] * 20


@pytest.mark.parametrize("concurrency", [1, 2, 4, 16])
@pytest.mark.parametrize("good", [1, 2, 3])
@pytest.mark.parametrize("suspects", [1, 2])
def test_suspects_are_judged_beside_however_few_good_batches(concurrency: int, good: int, suspects: int) -> None:
    toy = Toy([("1", ["odd"] * suspects), *map(full, range(good))], batch_size=20)
    assert run(toy, concurrency=concurrency).outcomes == {Outcome.REJECTED: suspects, Outcome.ACCEPTED: 20 * good}
    assert Counter(one for events in toy.asked for one in events if "good" in one).most_common(1)[0][1] == 20


def test_a_batch_of_another_dataset_is_neither_kept_back_nor_a_contrast() -> None:
    toy = Toy([("1", ["odd"]), full(1, dataset="2"), full(2, dataset="2")], batch_size=20)
    assert run(toy).outcomes == {Outcome.DEFERRED: 1, Outcome.ACCEPTED: 40}
    assert toy.most == 3


def test_full_batches_all_leave_at_once() -> None:
    toy = Toy([full(number) for number in range(4)], batch_size=20)
    run(toy)
    assert (toy.most, len(toy.asked)) == (4, 4)


def test_many_small_batches_use_every_slot() -> None:
    toy = Toy([("1", [f"good {number}"]) for number in range(40)], batch_size=1)
    assert run(toy).outcomes == {Outcome.ACCEPTED: 40}
    assert toy.most == 4


def test_trouble_of_the_dataset_that_ends_after_the_first_answer_settles_no_good_event() -> None:
    toy = Toy([("1", ["good"]), full(1), full(2)], batch_size=20, trouble=lambda request: request == 1)
    assert run(toy).outcomes == {Outcome.ACCEPTED: 41}


def test_trouble_of_the_dataset_that_lasts_settles_no_good_event() -> None:
    toy = Toy([("1", ["good"]), full(1), full(2)], batch_size=20, trouble=lambda _: True)
    assert run(toy).outcomes == {Outcome.DEFERRED: 41}


def test_small_batches_of_several_requests_in_many_datasets_never_wait_for_one_another() -> None:
    batches = [(str(number % 3), ["x" * 600] * 2) for number in range(12)]
    toy = Toy(batches, batch_size=2)
    assert run(toy, concurrency=1).outcomes == {Outcome.ACCEPTED: 24}
