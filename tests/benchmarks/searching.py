"""When the good events arrive while whole requests are refused for a few bad ones; the destination is in-process."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from connector.delivery import RunConfig, SyncRun
from connector.model.batches import LoadedBatch
from connector.model.outcomes import Evidence
from connector.model.verdicts import Kind, Verdict, Wording

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BATCHES, BATCH = 20, 1000
REFUSED = 12
ANSWER_S = 0.2
IN_FLIGHT = 4


@dataclass(kw_only=True)
class Answering:
    """Ledger and destination at once: every answer takes ANSWER_S, and a request with a bad event is refused whole."""

    bad: frozenset[int]
    batch_size: int = BATCH
    max_bytes: int = 1 << 20
    wording: Wording = field(default_factory=lambda: Wording(name="", unreachable="", unreadable="", no_dataset=""))
    arrived_s: dict[int, float] = field(default_factory=dict)
    requests: int = 0
    is_claimed: bool = False
    began: float = field(default_factory=time.monotonic)

    def claim(self, **_: Any) -> range | None:
        is_first, self.is_claimed = not self.is_claimed, True
        return range(BATCHES) if is_first else None

    def held_by_others(self) -> dict[str, int]:
        return {}

    def read(self, batch_nos: range) -> Iterator[LoadedBatch]:
        nothing: list[Any] = [None] * BATCH
        for number in batch_nos:
            yield LoadedBatch(
                batch_no=number,
                dataset_id="1",
                payloads=[b"%d" % event for event in range(number * BATCH, (number + 1) * BATCH)],
                absences=nothing,
                event_names=nothing,
                event_ids=nothing,
                event_times=nothing,
                values=nothing,
                currencies=nothing,
                deadlines=nothing,
            )

    def record(self, *_: Any, **__: Any) -> None: ...

    def screen(self, payloads: Sequence[bytes], **_: Any) -> list[str | None]:
        return [None] * len(payloads)

    async def send(self, _: str, payloads: Sequence[bytes]) -> Verdict:
        self.requests += 1
        await asyncio.sleep(ANSWER_S)
        events = set(map(int, payloads))
        if not self.bad.isdisjoint(events):
            return Verdict(kind=Kind.CONTENT, evidence=Evidence(error_code=100))
        self.arrived_s |= dict.fromkeys(events, time.monotonic() - self.began)
        return Verdict(kind=Kind.ACCEPTED, evidence=Evidence(http_status=200))


@dataclass(frozen=True, kw_only=True)
class Searched:
    """`neighbours_rounds`: after how many answers in a row the last good event beside a bad one arrived."""

    clean_s: float
    others_s: float
    neighbours_rounds: float
    requests: int

    @property
    def times_clean(self) -> float:
        return self.others_s / self.clean_s


def measure() -> Searched:
    """Without a bad event, then with REFUSED of them, each in a batch of its own."""
    bad = frozenset(range(BATCH // 2, BATCHES * BATCH, BATCHES * BATCH // REFUSED))
    clean, searched = _sent(frozenset()), _sent(bad)
    poisoned = {event // BATCH for event in bad}
    others = [at for event, at in searched.arrived_s.items() if event // BATCH not in poisoned]
    assert len(searched.arrived_s) == BATCHES * BATCH - len(bad)
    return Searched(
        clean_s=max(clean.arrived_s.values()),
        others_s=max(others),
        neighbours_rounds=max(searched.arrived_s.values()) / ANSWER_S,
        requests=searched.requests,
    )


def _sent(bad: frozenset[int]) -> Answering:
    desk = Answering(bad=bad)
    config = RunConfig(
        concurrency=IN_FLIGHT,
        resend_unconfirmed=True,
        default_dataset=None,
        request_timeout_s=30.0,
        lease_ttl_s=120.0,
    )
    sync_run = SyncRun(desk, desk, config, now=lambda: datetime.now(UTC), monotonic=time.monotonic)
    asyncio.run(sync_run.run())
    return desk
