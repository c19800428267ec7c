"""What of a loaded batch may be sent: the gate, the deadline once more, rows that changed since the claim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.outcomes import Evidence, Outcome, Settled, settle

if TYPE_CHECKING:
    from connector.batches import LoadedBatch
    from connector.meta.gate import Gate

KEY_NOT_UNIQUE = "key_not_unique"
MISSING_DEADLINE = "missing_deadline_at"
PAST_DEADLINE = "past_deadline"


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedBatch:
    """A batch after the gate: `positions[i]` is where `payloads[i]` stands; `refused` are known final outcomes."""

    batch_no: int
    size: int
    dataset_id: str | None
    positions: list[int]
    payloads: list[bytes]
    refused: list[Settled]


def prepare(batch: LoadedBatch, *, gate: Gate, now_s: int) -> PreparedBatch:
    """Pass each event of a batch through the gate. Never raises for what a row holds."""
    positions: list[int] = []
    payloads: list[bytes] = []
    refusals: dict[tuple[Outcome, str], list[int]] = {}
    for position, payload in enumerate(batch.payloads):
        verdict = _refusal(batch, position, gate, now_s)
        if verdict is None and payload is not None:
            positions.append(position)
            payloads.append(payload)
        elif verdict is not None:
            refusals.setdefault(verdict, []).append(position)
    return PreparedBatch(
        batch_no=batch.batch_no,
        size=batch.size,
        dataset_id=batch.dataset_id,
        positions=positions,
        payloads=payloads,
        refused=[
            settled
            for (outcome, reason), where in refusals.items()
            for settled in settle(batch.batch_no, where, outcome, Evidence(error_text=reason))
        ],
    )


def _refusal(batch: LoadedBatch, position: int, gate: Gate, now_s: int) -> tuple[Outcome, str] | None:
    absence = batch.absences[position]
    if absence is not None:
        return (Outcome.INVALID if absence in (KEY_NOT_UNIQUE, MISSING_DEADLINE) else Outcome.DEFERRED, absence)
    reason = gate.refuse(
        batch.payloads[position] or b"",
        event_name=batch.event_names[position],
        event_id=batch.event_ids[position],
        event_time=batch.event_times[position],
    )
    if reason is not None:
        return (Outcome.INVALID, str(reason))
    deadline = batch.deadlines[position]
    if deadline is not None and deadline <= now_s:
        return (Outcome.DEFERRED, PAST_DEADLINE)
    return None
