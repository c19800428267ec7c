"""Accepted events in memory, a column a member, so that a million fit. Of a person only the names of the keys stay."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from connector.sandbox.amounts import Amounts, spelled
from connector.sandbox.deduplication import Channel, Verdict


class Kind(NamedTuple):
    """What many events share; kept once."""

    dataset: str
    event_name: str
    action_source: str | None
    currency: str | None
    keys: tuple[str, ...]
    channel: Channel


class EventColumns:
    """One row a received copy, in order of arrival."""

    def __init__(self) -> None:
        self.kinds: list[Kind] = []
        self.event_ids: list[str | None] = []
        self.order_ids: list[str | None] = []
        self.values = Amounts()
        self.event_times = array("q")
        self.received_at = array("d")
        self.request_nos = array("q")
        self.verdicts = bytearray()
        self.repeats = bytearray()
        self._known_kinds: dict[Kind, Kind] = {}

    def __len__(self) -> int:
        return len(self.kinds)

    def append(
        self,
        kind: Kind,
        *,
        event_id: str | None,
        order_id: str | None,
        value: Decimal | None,
        event_time: int,
        received_at: float,
        request_no: int,
    ) -> int:
        """Add a row that counts, for the time being; its number."""
        self.kinds.append(self._known_kinds.setdefault(kind, kind))
        self.event_ids.append(event_id)
        self.order_ids.append(event_id if order_id == event_id else order_id)
        self.values.append(value)
        self.event_times.append(event_time)
        self.received_at.append(received_at)
        self.request_nos.append(request_no)
        self.verdicts.append(Verdict.COUNTED)
        self.repeats.append(0)
        return len(self.kinds) - 1

    def rows(self) -> Iterator[tuple[Kind, Decimal | None, int, int]]:
        """Kind, value, verdict and whether the server's key was received before, of every row."""
        for row, kind in enumerate(self.kinds):
            yield kind, self.values[row], self.verdicts[row], self.repeats[row]

    def told(self, row: int) -> dict[str, Any]:
        """One row as JSON members."""
        kind, value = self.kinds[row], self.values[row]
        return {
            "dataset": kind.dataset,
            "event_name": kind.event_name,
            "event_id": self.event_ids[row],
            "event_time": self.event_times[row],
            "action_source": kind.action_source,
            "order_id": self.order_ids[row],
            "value": None if value is None else spelled(value),
            "currency": kind.currency,
            "customer_keys": list(kind.keys),
            "channel": kind.channel.name.lower(),
            "received_at": self.received_at[row],
            "request": self.request_nos[row],
            "verdict": Verdict(self.verdicts[row]).name.lower(),
        }
