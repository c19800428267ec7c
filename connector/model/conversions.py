"""A conversion, as the parts of the house speak of it. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from connector.errors import UsageError

REVENUE_EVENTS = frozenset({"Purchase", "Subscribe", "Donate"})
"""The standard events whose value is money that came in. A basket's or a lead's value is a hope: never added to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversionKey:
    """The key of a conversion; a dataset_id of None means the default dataset."""

    dataset_id: str | None
    event_name: str
    event_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Conversions by event_time, in UTC without zone: from `since` on, before `until`; None is no bound."""

    since: datetime | None = None
    until: datetime | None = None

    @classmethod
    def of(cls, since: datetime | None, until: datetime | None) -> Self:
        """A time without zone is UTC. Raises UsageError where nothing could lie between the two, or one is no time of
        the calendar in UTC."""
        window = cls(since=_utc(since), until=_utc(until))
        if window.since and window.until and window.since >= window.until:
            raise UsageError(
                f"since {window.since.isoformat()} is not before until {window.until.isoformat()} (UTC), so the window "
                "is empty: it begins at since and ends just before until. Swap them, or choose a later until."
            )
        return window

    def __bool__(self) -> bool:
        return self.since is not None or self.until is not None

    def as_dict(self) -> dict[str, str | None]:
        """The bounds as text, for JSON."""
        bounds = {"since": self.since, "until": self.until}
        return {name: bound.isoformat() if bound else None for name, bound in bounds.items()}

    def __str__(self) -> str:
        bounds = (("from", self.since), ("before", self.until))
        return " and ".join(f"{word} {bound.isoformat()}" for word, bound in bounds if bound)


ALL_TIME = Window()


def _utc(moment: datetime | None) -> datetime | None:
    try:
        return moment.astimezone(UTC).replace(tzinfo=None) if moment and moment.tzinfo else moment
    except OverflowError:
        raise UsageError(f"{moment} lies outside the years 1 to 9999 in UTC: choose another time.") from None
