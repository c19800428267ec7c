"""A part of a prepared batch: what one request carries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.model.outcomes import Evidence, Mark, Marked, Outcome, Settled, settle

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from connector.delivery.preparing import PreparedBatch


@dataclass(frozen=True, slots=True)
class Part:
    """The sendable events `places` of a batch. Its mark spans whatever of the batch lies between them."""

    batch: PreparedBatch
    places: range

    @property
    def dataset_id(self) -> str | None:
        return self.batch.dataset_id

    @property
    def events(self) -> int:
        return len(self.places)

    @property
    def payloads(self) -> Sequence[bytes]:
        return self.batch.payloads[self.places.start : self.places.stop]

    @property
    def halves(self) -> list[Part]:
        middle = self.places.start + self.events // 2
        halves = (range(self.places.start, middle), range(middle, self.places.stop))
        return [Part(self.batch, half) for half in halves] if self.events > 1 else []

    def is_late(self, now_s: int) -> bool:
        """Whether the deadline of one of its events has passed."""
        return any(self._are_late(now_s))

    def by_time(self, now_s: int) -> tuple[Part | None, Part | None]:
        """Its events in two parts: those that may still be sent, and those that may not; None where there are none."""
        late = [place for place, is_late in zip(self.places, self._are_late(now_s), strict=True) if is_late]
        in_time = [place for place in self.places if place not in set(late)]
        return self._only(in_time), self._only(late)

    def _only(self, places: Sequence[int]) -> Part | None:
        return Part(self.batch.cut(places), range(len(places))) if places else None

    def _are_late(self, now_s: int) -> list[bool]:
        deadlines = self.batch.deadlines[self.places.start : self.places.stop]
        return [deadline is not None and deadline <= now_s for deadline in deadlines]

    def settled(self, outcome: Outcome, evidence: Evidence) -> list[Settled]:
        positions = self.batch.positions[self.places.start : self.places.stop]
        return settle(self.batch.batch_no, positions, outcome, evidence)

    def marked(self, mark: Mark) -> Marked:
        positions = self.batch.positions
        return Marked(
            batch_no=self.batch.batch_no,
            first_position=positions[self.places.start],
            last_position=positions[self.places.stop - 1],
            mark=mark,
        )


def parts_within(batch: PreparedBatch, max_bytes: int) -> Iterator[Part]:
    """The batch in as few parts as hold at most `max_bytes` of payloads each, with a byte between two.

    Of several parts, none keeps the events of the others in memory.
    """
    if 0 < batch.payload_bytes <= max_bytes - len(batch.payloads):
        yield Part(batch, range(len(batch.payloads)))
        return
    start, held = 0, 0
    for place, payload in enumerate(batch.payloads):
        if place > start and held + len(payload) + 1 > max_bytes:
            yield _cut(batch, range(start, place))
            start, held = place, 0
        held += len(payload) + 1
    if batch.payloads:
        yield _cut(batch, range(start, len(batch.payloads)))


def _cut(batch: PreparedBatch, places: range) -> Part:
    return Part(batch.cut(places) if len(places) < len(batch.payloads) else batch, range(len(places)))
