"""What of a loaded batch may be sent: screening, the deadline once more, rows that changed since the claim."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from connector.delivery.reasons import Reason
from connector.model.outcomes import Evidence, Outcome, Settled, settle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.delivery.ports import Destination
    from connector.model.batches import LoadedBatch

INVALID_ABSENCES = (Reason.KEY_NOT_UNIQUE, Reason.MISSING_DEADLINE, Reason.VALUE_OUT_OF_RANGE)
"""Only a change of the row fixes these; all other absences resolve themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedBatch:
    """A batch after screening: `payloads[i]` with `deadlines[i]` is at `positions[i]`; `refused` are final outcomes."""

    batch_no: int
    size: int
    dataset_id: str | None
    positions: list[int]
    payloads: list[bytes]
    deadlines: list[int | None]
    refused: list[Settled]
    payload_bytes: int = field(init=False)

    def __post_init__(self) -> None:
        """Counted once, where the payloads were just made: to look at each again costs the loop a millisecond."""
        object.__setattr__(self, "payload_bytes", sum(map(len, self.payloads)))

    def cut(self, places: Sequence[int]) -> PreparedBatch:
        """Its sendable events at `places`, as a batch that keeps no other event in memory."""
        return replace(
            self,
            positions=[self.positions[place] for place in places],
            payloads=[self.payloads[place] for place in places],
            deadlines=[self.deadlines[place] for place in places],
            refused=[],
        )


def prepare(batch: LoadedBatch, *, destination: Destination, now_s: int) -> PreparedBatch:
    """Screen each event of a batch. Never raises because of a row's content."""
    refusals: dict[tuple[Outcome, str], list[int]] = {}
    for position, absence in enumerate(batch.absences):
        if absence is not None:
            outcome = Outcome.INVALID if absence in INVALID_ABSENCES else Outcome.DEFERRED
            refusals.setdefault((outcome, absence), []).append(position)
    here = [position for position, absence in enumerate(batch.absences) if absence is None]
    payloads = [batch.payloads[position] or b"" for position in here]
    reasons = destination.screen(
        payloads,
        event_names=[batch.event_names[position] for position in here],
        event_ids=[batch.event_ids[position] for position in here],
        event_times=[batch.event_times[position] for position in here],
        values=[batch.values[position] for position in here],
        currencies=[batch.currencies[position] for position in here],
        dataset_id=batch.dataset_id,
    )
    sendable = []
    for place, (position, reason) in enumerate(zip(here, reasons, strict=True)):
        deadline = batch.deadlines[position]
        if reason is not None:
            refusals.setdefault((Outcome.INVALID, str(reason)), []).append(position)
        elif len(payloads[place]) > destination.max_bytes:
            refusals.setdefault((Outcome.INVALID, Reason.TOO_LARGE), []).append(position)
        elif deadline is not None and deadline <= now_s:
            refusals.setdefault((Outcome.DEFERRED, Reason.PAST_DEADLINE), []).append(position)
        else:
            sendable.append(place)
    return PreparedBatch(
        batch_no=batch.batch_no,
        size=batch.size,
        dataset_id=batch.dataset_id,
        positions=[here[place] for place in sendable],
        payloads=[payloads[place] for place in sendable],
        deadlines=[batch.deadlines[here[place]] for place in sendable],
        refused=[
            settled
            for (outcome, reason), where in refusals.items()
            for settled in settle(batch.batch_no, where, outcome, Evidence(error_text=reason))
        ],
    )
