"""Moments of the shop, as microseconds since 1970 in UTC, kept clear of deadlines that pass while somebody watches.

An event must be sent within 7 days less an hour, and within 47 hours of the pixel's copy. If such a deadline passed
between two looks at the shop, the figures of a demonstration would change under the reader. So no moment lies where a
deadline passes soon.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import NamedTuple

MS = 1_000
SECOND = 1_000 * MS
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

PIXEL_DEADLINE = 47 * HOUR
EVENT_DEADLINE = 7 * DAY - HOUR
QUIET_BEFORE = 5 * MINUTE
QUIET_AFTER = 40 * MINUTE
# Room for what follows a moment by seconds (the pixel's copy): at most this much later than the moment it belongs to.
TRAIL = MINUTE

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Moment(NamedTuple):
    """When something happened, and whether its row arrives late (only now)."""

    at: int
    late: bool


class Stretch(NamedTuple):
    """Ages between which moments are drawn, in microseconds before now, and the share of moments that lie there."""

    newest: int
    oldest: int
    share: float
    late: bool


@dataclass(frozen=True, slots=True)
class Times:
    """The shop's present, and moments before it."""

    now: int

    @classmethod
    def at(cls, now: datetime) -> "Times":
        """`now` in UTC; a datetime without zone is read as UTC."""
        aware = now.replace(tzinfo=UTC) if now.tzinfo is None else now
        return cls((aware - _EPOCH) // timedelta(microseconds=1))

    def calm(self, at: int) -> int:
        """The same moment, or an earlier one outside the quiet windows (wider by `TRAIL`); moments keep their order."""
        for age in (PIXEL_DEADLINE, EVENT_DEADLINE):
            if at <= self.now - age + QUIET_AFTER + TRAIL:
                at -= QUIET_BEFORE + QUIET_AFTER + 2 * TRAIL + SECOND
        return at

    def draw(self, rng: Random, newest: int, oldest: int) -> int:
        """A moment between two ages, rarer at night, to the millisecond."""
        at = self._anywhere(rng, newest, oldest)
        night = at % DAY < 7 * HOUR
        return self._anywhere(rng, newest, oldest) if night and rng.random() < 0.6 else at

    def later(self, rng: Random, at: int, within: int) -> int:
        """A moment after `at`, at most `within` later, never in the future."""
        room = max(0, min(within, self.now - at))
        return at + int(rng.random() * room) // MS * MS

    def moments(self, rng: Random, count: int, stretches: tuple[Stretch, ...]) -> list[Moment]:
        """So many moments over the stretches, oldest first."""
        drawn = []
        for stretch in rng.choices(stretches, [stretch.share for stretch in stretches], k=count):
            drawn.append(Moment(self.draw(rng, stretch.newest, stretch.oldest), stretch.late))
        return sorted(drawn)

    def _anywhere(self, rng: Random, newest: int, oldest: int) -> int:
        return (self.now - newest - int(rng.random() * (oldest - newest))) // MS * MS
