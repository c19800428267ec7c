"""Accepted events in memory, a column a member, so that a million fit. Of a person only the names of the keys stay.

How many arrived in which minute is kept beside them: the figures that Meta shows are added up from that.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final, NamedTuple

from connector.sandbox.amounts import EXACT, NONE, Amounts, spelled, unscaled
from connector.sandbox.deduplication import Channel, Verdict


class Kind(NamedTuple):
    """What many events share; kept once. `good_keys` of its keys can match somebody; `issues` are wrong with it."""

    dataset: str
    event_name: str
    action_source: str | None
    currency: str | None
    keys: tuple[str, ...]
    channel: Channel
    good_keys: tuple[str, ...] = ()
    issues: tuple[str, ...] = ()


class Group(NamedTuple):
    """Rows alike in everything that is added up by. `is_repeat`: the server had sent the key before."""

    kind: Kind
    verdict: Verdict
    is_repeat: bool
    has_id: bool
    events: int
    money: Decimal | None


class EventColumns:
    """One row a received copy, in order of arrival."""

    def __init__(self) -> None:
        self.kinds: list[Kind] = []
        self.kind_nos = array("L")
        self.event_ids: list[str | None] = []
        self.order_ids: list[str | None] = []
        self.values = Amounts()
        self.event_times = array("q")
        self.received_at = array("d")
        self.request_nos = array("q")
        self.verdicts = bytearray()
        self.repeats = bytearray()
        self._numbers: dict[Kind, int] = {}

    def __len__(self) -> int:
        return len(self.kind_nos)

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
        kind_no = self._numbers.setdefault(kind, len(self.kinds))
        if kind_no == len(self.kinds):
            self.kinds.append(kind)
        self.kind_nos.append(kind_no)
        self.event_ids.append(event_id)
        self.order_ids.append(event_id if order_id == event_id else order_id)
        self.values.append(value)
        self.event_times.append(event_time)
        self.received_at.append(received_at)
        self.request_nos.append(request_no)
        self.verdicts.append(Verdict.COUNTED)
        self.repeats.append(0)
        return len(self.kind_nos) - 1

    def kind(self, row: int) -> Kind:
        return self.kinds[self.kind_nos[row]]

    def groups(self) -> Iterator[Group]:
        """Everything that was received, added up. One pass over plain numbers, so that a million rows take a second."""
        sums: dict[tuple[int, int, int, bool], list[int]] = {}
        columns = zip(self.kind_nos, self.verdicts, self.repeats, self.event_ids, self.values.scaled, strict=True)
        for kind_no, verdict, repeat, event_id, scaled in columns:
            group = sums.setdefault((kind_no, verdict, repeat, event_id is not None), [0, 0, 0])
            group[0] += 1
            if scaled != NONE:
                group[1] += 1
                group[2] += scaled
        beside = self._beside()
        for key, (events, amounts, scaled) in sums.items():
            kind_no, verdict, repeat, has_id = key
            money = unscaled(scaled) if amounts else None
            if key in beside:
                money = EXACT.add(money or Decimal(0), beside[key])
            yield Group(self.kinds[kind_no], Verdict(verdict), bool(repeat), has_id, events, money)

    def _beside(self) -> dict[tuple[int, int, int, bool], Decimal]:
        sums: dict[tuple[int, int, int, bool], Decimal] = {}
        for row, value in self.values.beside.items():
            key = (self.kind_nos[row], self.verdicts[row], self.repeats[row], self.event_ids[row] is not None)
            sums[key] = EXACT.add(sums.get(key, Decimal(0)), value)
        return sums

    def told(self, row: int) -> dict[str, Any]:
        """One row as JSON members."""
        kind, value = self.kind(row), self.values[row]
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


MINUTE_S: Final = 60
DELAYS_S: Final = (3600, 86_400, 7 * 86_400)
"""Up to an hour from event to receipt, a day, a week; beyond."""


class Arrival(NamedTuple):
    """Copies alike that arrived in the minute which starts at `at` (seconds since 1970)."""

    at: int
    kind: Kind
    has_id: bool
    is_known_person: bool
    delay: int
    """How many of DELAYS_S the copies exceeded."""
    events: int


class Arrivals:
    """Counts by minute. `browser_rows` are the rows of the browser's copies."""

    def __init__(self, events: EventColumns) -> None:
        self._events = events
        self._counts: Counter[tuple[int, int, bool, bool, int]] = Counter()
        self.browser_rows = array("Q")

    def add(self, row: int, received_at: float, *, is_known_person: bool) -> None:
        events = self._events
        late = received_at - events.event_times[row]
        self._counts[
            int(received_at // MINUTE_S),
            events.kind_nos[row],
            events.event_ids[row] is not None,
            is_known_person,
            bisect_left(DELAYS_S, late),
        ] += 1

    def between(self, since: float, until: float) -> Iterator[Arrival]:
        """Of all minutes that start in [since, until]."""
        for (minute, kind_no, has_id, known, delay), count in self._counts.items():
            if since <= minute * MINUTE_S <= until:
                yield Arrival(minute * MINUTE_S, self._events.kinds[kind_no], has_id, known, delay, count)
