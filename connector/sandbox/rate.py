"""How many events arrived in which minute: the figures that Meta shows are added up from it, not from the events."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from typing import Final, NamedTuple

from connector.sandbox.columns import EventColumns, Kind

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
