"""One run over a ledger and a destination made by hand: what happens while requests are in flight."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from connector.delivery import RunConfig, SyncRun
from connector.model.batches import LoadedBatch
from connector.model.outcomes import Evidence, Outcome
from connector.model.verdicts import Kind, Verdict, Wording

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from connector.model.outcomes import Marked, Settled


@dataclass
class HandMadeLedger:
    """One batch of one event. The first renewal while it is in flight fails, as a lost connection would."""

    renewed: asyncio.Event = field(default_factory=asyncio.Event)
    failures: int = 0
    chunks: list[range] = field(default_factory=lambda: [range(1)])

    def claim(self, **_: object) -> range | None:
        return self.chunks.pop() if self.chunks else None

    def held_by_others(self) -> dict[str, int]:
        return {}

    def read(self, batch_nos: range) -> Iterator[LoadedBatch]:
        one = {"event_names": ["Purchase"], "event_ids": ["o1"], "event_times": [1], "deadlines": [2**40]}
        one |= {"values": [None], "currencies": [None]}
        yield LoadedBatch(batch_no=0, dataset_id="1", payloads=[b"{}"], absences=[None], **one)

    def record(self, settled: Sequence[Settled], marked: Sequence[Marked], *, again: bool = False) -> None:
        if settled or marked:
            return
        if not self.failures:
            self.failures += 1
            raise OSError("the connection is gone")
        self.renewed.set()


SLOW = Wording(name="Slow", unreachable="wait", unreadable="wait", no_dataset="wait")


@dataclass
class SlowDestination:
    """Accepts once the lease was renewed."""

    ledger: HandMadeLedger
    batch_size: int = 1
    max_bytes: int = 1_000
    wording: Wording = SLOW

    def screen(self, payloads: Sequence[bytes], **_: object) -> list[str | None]:
        return [None] * len(payloads)

    async def send(self, dataset_id: str, payloads: Sequence[bytes]) -> Verdict:
        await self.ledger.renewed.wait()
        return Verdict(kind=Kind.ACCEPTED, evidence=Evidence(http_status=200))


def test_a_renewal_that_fails_once_is_tried_again_and_does_not_spoil_a_proven_run() -> None:
    ledger = HandMadeLedger()
    terms = RunConfig(
        concurrency=1,
        resend_unconfirmed=True,
        default_dataset=None,
        request_timeout_s=0.01,
        lease_ttl_s=0.5,
    )
    run = SyncRun(
        ledger,
        SlowDestination(ledger),
        terms,
        now=lambda: datetime.now(UTC),
        monotonic=time.monotonic,
    )
    ended = asyncio.run(run.run())
    assert (ended.reason, ended.outcomes[Outcome.ACCEPTED], ledger.failures) == ("finished", 1, 1)
