"""A batch as it was planned into the ledger, and as it was read back from the warehouse. Values only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedBatch:
    """One batch with its payloads, in order of position (0 .. size-1); the columns have equal length.

    `payloads[i]` is None where the row is gone, was changed since it was claimed, or stands more than once:
    `absences[i]` then is the reason word. Values and currencies are those that the ledger counts. Times are whole
    seconds since 1970 in UTC, as the columns give them; a deadline is the end of the window in which an unconfirmed
    event may be sent again, where that is earlier.
    """

    batch_no: int
    dataset_id: str | None
    payloads: Sequence[bytes | None]
    absences: Sequence[str | None]
    event_names: Sequence[str | None]
    event_ids: Sequence[str | None]
    event_times: Sequence[int | None]
    values: Sequence[float | None]
    currencies: Sequence[str | None]
    deadlines: Sequence[int | None]

    @property
    def size(self) -> int:
        return len(self.payloads)
