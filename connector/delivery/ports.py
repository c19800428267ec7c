"""What a sync needs of the two outsides, as small as it can be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Sequence
    from datetime import datetime

    from connector.destinations.meta.client import Answer
    from connector.model.batches import LoadedBatch
    from connector.model.outcomes import Settled


class Ledger(Protocol):
    """The memory of one run (`connector.ledger.run_ledger.RunLedger`)."""

    def claim(
        self,
        *,
        now: datetime,
        chunk_size: int,
        batch_size: int,
        resend_unconfirmed: bool,
        senders: int,
        only: str | None,
        without: Collection[str],
    ) -> range | None: ...

    def held_by_others(self) -> dict[str, int]: ...

    def read(self, batch_nos: range) -> Generator[LoadedBatch, None, None]: ...

    def record(self, settled: Sequence[Settled], marked: Sequence[tuple[int, int]], *, again: bool = False) -> None: ...


class Client(Protocol):
    """The way to Meta (`connector.destinations.meta.client.Client`)."""

    async def send(self, dataset_id: str, payloads: Sequence[bytes]) -> Answer: ...


class Clock(Protocol):
    """Where `now` comes from: `now` is aware UTC, `monotonic` seconds that never go back."""

    @property
    def now(self) -> Callable[[], datetime]: ...

    @property
    def monotonic(self) -> Callable[[], float]: ...
