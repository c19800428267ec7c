"""What a sync needs of the two outsides, as small as it can be: a ledger that remembers, a destination that answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Sequence
    from datetime import datetime

    from connector.model.batches import LoadedBatch
    from connector.model.outcomes import Marked, Settled
    from connector.model.verdicts import Verdict, Wording


class Ledger(Protocol):
    """The memory of one run (`connector.ledger.run_ledger.RunLedger`).

    `record` is called in the writer's thread, all others in the reader's: two connections, so that no claim and no read
    delays an outcome.
    """

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

    def record(self, settled: Sequence[Settled], marked: Sequence[Marked], *, again: bool = False) -> None: ...


class Destination(Protocol):
    """Where events go (`connector.destinations.meta.destination.MetaDestination`).

    `batch_size` is how many events one request may hold, `max_bytes` how many bytes of payloads; `wording` is for
    messages.
    """

    @property
    def batch_size(self) -> int: ...

    @property
    def max_bytes(self) -> int: ...

    @property
    def wording(self) -> Wording: ...

    def screen(
        self,
        payloads: Sequence[bytes],
        *,
        event_names: Sequence[str | None],
        event_ids: Sequence[str | None],
        event_times: Sequence[int | None],
        values: Sequence[float | None],
        currencies: Sequence[str | None],
        dataset_id: str | None = None,
    ) -> Sequence[str | None]:
        """For each event of a dataset (None: the default), the reason word why it must not be sent, or None if it may.

        Never raises. The rest are the row's columns, times in whole seconds since 1970 in UTC.
        """

    async def send(self, dataset_id: str, payloads: Sequence[bytes]) -> Verdict:
        """Make one request, once, and say what its answer means and how long to pause. Never raises."""
