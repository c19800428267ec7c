"""How much of what a run reads it holds at once, counted in bytes: events may be of 100 kB each."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from connector.delivery import feeding
from connector.delivery.feeding import Ahead
from connector.delivery.parts import parts_within
from connector.delivery.preparing import prepare
from connector.model.batches import LoadedBatch
from tests.unit.delivery.test_writes import Desk, run

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZE = 100_000
BATCH = 20
REQUEST = 5 * SIZE


class Body(bytes):
    """A payload that is counted while somebody holds it."""

    held = 0
    peak = 0

    def __init__(self, _: bytes) -> None:
        Body.held += len(self)
        Body.peak = max(Body.peak, Body.held)

    def __del__(self) -> None:
        Body.held -= len(self)


@dataclass
class LargeEvents(Desk):
    """Batches of events of 100 kB each."""

    max_bytes: int = REQUEST + 10
    sent: int = field(default=0)

    def read(self, batch_nos: range) -> Iterator[LoadedBatch]:
        for number in batch_nos:
            columns: dict[str, Any] = {"event_names": ["P"] * BATCH, "event_ids": ["a"] * BATCH}
            yield LoadedBatch(
                batch_no=number,
                dataset_id="1",
                payloads=[Body(bytes(SIZE)) for _ in range(BATCH)],
                absences=[None] * BATCH,
                event_times=[1] * BATCH,
                values=[None] * BATCH,
                currencies=[None] * BATCH,
                deadlines=[2**40] * BATCH,
                **columns,
            )


@pytest.mark.parametrize("concurrency", [1, 4])
def test_what_is_held_of_large_events_does_not_grow_with_their_number(
    concurrency: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeding, "READ_AHEAD_BYTES", 2 * BATCH * SIZE)
    peaks = []
    for batches in (15, 30):
        Body.peak = Body.held
        assert run(LargeEvents(batches=batches), concurrency=concurrency).reason == "finished"
        peaks.append(Body.peak)
    assert peaks[0] == peaks[1] < 10 * BATCH * SIZE
    assert Body.held == 0


def test_of_a_batch_in_parts_each_holds_its_own_events_only() -> None:
    loaded = next(LargeEvents().read(range(1)))
    batch = prepare(loaded, destination=LargeEvents(), now_s=0)
    parts = list(parts_within(batch, REQUEST + 10))
    assert [len(part.batch.payloads) for part in parts] == [5] * 4
    assert [part.batch.positions[0] for part in parts] == [0, 5, 10, 15]


def test_a_batch_larger_than_all_the_room_is_read_ahead_alone() -> None:
    async def fill() -> list[str]:
        ahead, steps = Ahead(4, 100, has_priority=lambda: False), []

        async def take(name: str, size: int) -> None:
            await ahead.take(size)
            steps.append(name)

        taking = [asyncio.create_task(take(name, size)) for name, size in (("large", 500), ("small", 1))]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert steps == ["large"]
        ahead.leave(500)
        await asyncio.gather(*taking)
        return steps

    assert asyncio.run(fill()) == ["large", "small"]


def test_nothing_more_is_read_while_outcomes_are_written_and_there_is_a_batch_to_send() -> None:
    async def read() -> list[bool]:
        outcomes = [1]
        ahead, found = Ahead(4, 100, has_priority=lambda: bool(outcomes)), []
        await ahead.spare_time()  # nothing is left to send
        await ahead.take(1)
        reading = asyncio.create_task(ahead.spare_time())
        for happens in (ahead.look, outcomes.clear, ahead.look):
            happens()
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            found.append(reading.done())
        return found

    assert asyncio.run(read()) == [False, False, True]
