"""`GET /{dataset}/stats`: the events that Meta received, per hour and name, for 7 days (docs/meta-api.md §8.1).

Asked with `aggregation=event`, once for servers and once for browsers. Never with `event_total_counts`, whose pages
overlap. Meta lists the 100 most frequent names of an hour. The counts are receipts, before any deduplication as far as
is known.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from connector.destinations.meta.parse import Malformed, count_at, hour_at, objects_at, text_at
from connector.destinations.meta.reading import Reader
from connector.model.readings import EventCount, Figure, Reading

REACH = timedelta(days=7)
HOUR = timedelta(hours=1)
SOURCES = {"SERVER": "SERVER_ONLY", "WEB": "WEB_ONLY"}
"""Our name for where events came from -> Meta's `event_source`."""


async def read_stats(reader: Reader, dataset_id: str, now: datetime) -> Reading:
    """All whole hours of the last 7 days, and the current one. Raises ReadError or Malformed."""
    since = stats_since(now)
    rows: list[EventCount] = []
    for ours, theirs in SOURCES.items():
        params = {
            "aggregation": "event",
            "event_source": theirs,
            "start_time": str(int(since.replace(tzinfo=UTC).timestamp())),
            "end_time": str(int(now.replace(tzinfo=UTC).timestamp())),
        }
        buckets = [bucket async for bucket in reader.entries(f"{dataset_id}/stats", params)]
        rows += event_counts(buckets, event_source=ours)
    return Reading(
        figure=Figure.EVENT_STATS, subject_id=dataset_id, covers_from=since, covers_until=now, rows=tuple(rows)
    )


def stats_since(now: datetime) -> datetime:
    """The first hour that Meta still covers completely."""
    earliest = now - REACH
    hour = earliest.replace(minute=0, second=0, microsecond=0)
    return hour if hour == earliest else hour + HOUR


def event_counts(buckets: Iterable[dict[str, Any]], *, event_source: str) -> list[EventCount]:
    """`{"start_time": .., "data": [{"value": "Purchase", "count": 12}]}` as rows. Raises Malformed.

    A name listed twice in an hour with the same count is one row; with different counts neither can be trusted.
    """
    found: dict[tuple[datetime, str], int] = {}
    for bucket in buckets:
        hour = hour_at(bucket, "start_time")
        for entry in objects_at(bucket, "data", needed=True):
            key, events = (hour, text_at(entry, "value")), count_at(entry, "count")
            if found.setdefault(key, events) != events:
                raise Malformed("an hour gives two counts for one event name")
    return [
        EventCount(event_source=event_source, hour_start=hour, event_name=name, events=events)
        for (hour, name), events in found.items()
    ]
